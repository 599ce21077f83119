"""Priority actions: what is to be delivered, by whom, where and when.

An action has no status column: its state at a date is computed from its reports by
`proposals.state`. Once published, the fields of `FROZEN` change only through a rectification.
"""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.urls import reverse

from actors.models import Epci, Organisation, Service, User
from actors.models.user import REGIONAL
from proposals.models import rights
from proposals.models.act import Act
from proposals.models.strategy import Proposal, Strategy, Tag
from sress import clock
from sress.audit.tracking import tracked

# Voted facts: once the action is published, only an audited and shown rectification changes them.
FROZEN = ("code", "proposal", "start_date", "initial_due_date", "exists_from", "weight")

code_validator = RegexValidator(
    r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$",
    "Un code s'écrit comme « 12.3 » : chiffres, lettres, points.",
)


class ActionQuerySet(models.QuerySet["Action"]):
    def published(self) -> Self:
        """Those the public may read, in a strategy it may read."""
        return self.filter(published=True, strategy__published=True)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those `user` may know of."""
        return self.filter(rights.known(user))

    def editable_by(self, user: User | AnonymousUser) -> Self:
        """Those on which `user` may write a report, published at once or validated by another."""
        return self.filter(rights.editable(user))

    def publishable_by(self, user: User | AnonymousUser) -> Self:
        """Those on which what `user` writes is published at once."""
        return self.filter(rights.publishable(user))

    def validatable_by(self, user: User | AnonymousUser) -> Self:
        """Those on which `user` decides of the drafts of others."""
        return self.filter(rights.validatable(user))

    def led_by(self, user: User | AnonymousUser) -> Self:
        """Those `user` answers for."""
        return self.filter(rights.led(user))

    def transferable_by(self, user: User | AnonymousUser) -> Self:
        """Those `user` may hand over for good."""
        return self.filter(rights.transferable(user))

    def in_hands_of(self, user: User | AnonymousUser) -> Self:
        """Those `user` follows in person: as referent of the action or proposal, or as deputy."""
        return self.filter(rights.responsible(user) | rights.contributed(user))


@tracked()
class Series(models.Model):
    """Actions renewed from one year to the next."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="series", verbose_name="stratégie"
    )
    name = models.CharField("nom", max_length=200)

    class Meta:
        verbose_name = "série d'actions"
        verbose_name_plural = "séries d'actions"
        ordering = ["strategy", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "name"],
                name="series_name_unique",
                violation_error_message="Cette série existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Action(models.Model):
    """A priority action (action prioritaire) of a year, under one main proposal."""

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="actions", verbose_name="stratégie"
    )
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="actions", verbose_name="proposition principale"
    )
    contributes_to = models.ManyToManyField(
        Proposal,
        blank=True,
        related_name="contributing_actions",
        verbose_name="contribue aussi à",
        help_text="L'action n'est comptée que sous sa proposition principale.",
    )
    code = models.CharField("code", max_length=20, validators=[code_validator])
    year = models.PositiveSmallIntegerField("année de programmation")
    title = models.CharField("titre", max_length=250)
    description = models.TextField("descriptif", blank=True)
    start_date = models.DateField("date de début", null=True, blank=True)
    initial_due_date = models.DateField("échéance initiale", null=True, blank=True)
    exists_from = models.DateField(
        "existe depuis",
        blank=True,
        help_text="Par défaut, le plus tôt de son vote et de son début.",
    )
    weight = models.DecimalField("poids", max_digits=6, decimal_places=2, default=1)
    act = models.ForeignKey(
        Act,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name="acte qui la vote",
    )
    referent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_actions",
        limit_choices_to={"role__in": REGIONAL},
        verbose_name="référent·e",
    )
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name="direction ou service pilote",
    )
    elected_function = models.CharField(
        "élu·e référent·e",
        max_length=200,
        blank=True,
        help_text="Sa fonction, par exemple « Vice-présidence déléguée à l'ESS ».",
    )
    lead = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_actions",
        verbose_name="porteur",
    )
    series = models.ForeignKey(
        Series,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name="série",
    )
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="actions", verbose_name="étiquettes"
    )
    published = models.BooleanField("publiée", default=False)
    archived = models.BooleanField(
        "archivée",
        default=False,
        help_text="Une action archivée sort des suivis et des relances ; ses pages restent.",
    )
    # Kept by the database: what the public has read once stays frozen when it is withdrawn.
    was_published = models.BooleanField("a été publiée", default=False, editable=False)
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        verbose_name = "action"
        # « 12.2 » comes before « 12.10 ».
        ordering = ["strategy", "proposal__number", Length("code"), "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "code"],
                name="action_code_unique",
                violation_error_message="Ce code est déjà pris dans la stratégie.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$"),
                name="action_code_shape",
                violation_error_message="Un code s'écrit comme « 12.3 ».",
            ),
            models.CheckConstraint(
                condition=Q(weight__gt=0),
                name="action_weight_positive",
                violation_error_message="Le poids doit être supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(initial_due_date=None) | Q(initial_due_date__year__lt=2100),
                name="action_due_date_plausible",
                violation_error_message="Cette échéance est dans un siècle lointain.",
            ),
            models.CheckConstraint(
                condition=Q(start_date=None)
                | Q(initial_due_date=None)
                | Q(start_date__lte=F("initial_due_date")),
                name="action_dates_in_order",
                violation_error_message="L'échéance précède le début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.exists_from is None:
            self.exists_from = self._earliest_date()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("action", args=[self.strategy.slug, self.url_code])

    @property
    def url_code(self) -> str:
        """The code as addresses write it: « 12-3 »."""
        return self.code.replace(".", "-")

    def clean(self) -> None:
        super().clean()
        if self.proposal_id and self.proposal.strategy_id != self.strategy_id:
            raise ValidationError(
                {"proposal": "Cette proposition appartient à une autre stratégie."}
            )
        if self._earliest_date() is None:
            raise ValidationError(
                {"exists_from": "Indiquez depuis quand l'action existe, ou sa date de début."}
            )

    def _earliest_date(self) -> Any:
        if self.exists_from:
            return self.exists_from
        known = [day for day in (self.act and self.act.date, self.start_date) if day]
        return min(known, default=None)


@tracked(under=("action",))
class Milestone(models.Model):
    """A step (étape) of an action with a date of its own."""

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="milestones", verbose_name="action"
    )
    title = models.CharField("intitulé", max_length=250)
    initial_due_date = models.DateField("échéance initiale")
    exists_from = models.DateField("existe depuis")
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "étape"
        ordering = ["action", "initial_due_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "title"],
                name="milestone_title_unique",
                violation_error_message="Cette étape existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked(under=("action",))
class Partnership(models.Model):
    """An organisation takes part in an action, in a role and during a period."""

    class Role(models.TextChoices):
        CARRIER = "porteur", "Porteur"
        OPERATOR = "operateur", "Opérateur"
        PARTNER = "partenaire", "Partenaire"
        FUNDER = "financeur", "Financeur"
        BENEFICIARY = "beneficiaire", "Bénéficiaire"

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="partnerships", verbose_name="action"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="partnerships", verbose_name="organisation"
    )
    role = models.CharField("rôle", max_length=15, choices=Role, default=Role.PARTNER)
    since = models.DateField("depuis", null=True, blank=True)
    until = models.DateField("jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "partenaire"
        ordering = ["action", "organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "organisation", "role", "since"],
                nulls_distinct=False,
                name="partnership_unique",
                violation_error_message="Ce partenaire a déjà ce rôle dans l'action.",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")),
                name="partnership_dates_in_order",
                violation_error_message="La fin précède le début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"


@tracked(under=("action",))
class Territory(models.Model):
    """An EPCI served by an action. Shares are all given, and sum to 1, or all left out.

    An action without territory is « non territorialisée ».
    """

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="territories", verbose_name="action"
    )
    epci = models.ForeignKey(Epci, models.PROTECT, related_name="served_by", verbose_name="EPCI")
    share = models.DecimalField(
        "part", max_digits=5, decimal_places=4, null=True, blank=True, help_text="Entre 0 et 1."
    )

    class Meta:
        verbose_name = "territoire"
        ordering = ["action", "epci__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "epci"],
                name="territory_once",
                violation_error_message="Cet EPCI est déjà desservi par l'action.",
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gt=0, share__lte=1),
                name="territory_share_in_range",
                violation_error_message="Une part est comprise entre 0 et 1.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.epci)
