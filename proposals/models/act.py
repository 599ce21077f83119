"""Formal acts, events and conventions: dated facts around a strategy."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from actors.models import Organisation
from proposals.models.strategy import Strategy
from sress.audit.tracking import tracked


@tracked()
class Act(models.Model):
    """A vote, opinion or order of a public body, with its reference."""

    class Kind(models.TextChoices):
        DELIBERATION = "deliberation", "Délibération"
        OPINION = "avis", "Avis"
        ORDER = "arrete", "Arrêté"

    class Body(models.TextChoices):
        PLENARY = "pleniere", "Assemblée plénière"
        STANDING = "permanente", "Commission permanente"
        COMMUNITY = "communautaire", "Conseil communautaire"
        CESER = "ceser", "CESER"
        PRESIDENT = "presidence", "Présidence"

    class Subject(models.TextChoices):
        STRATEGY = "strategie", "Stratégie"
        ACTIONS = "actions", "Actions prioritaires"
        AUTHORISATION = "autorisation", "Autorisation"
        AFFECTATION = "affectation", "Affectation"
        GRANT = "attribution", "Attribution"
        CONVENTION = "convention", "Convention"

    class Outcome(models.TextChoices):
        ADOPTED = "adopte", "Adoption"
        REJECTED = "rejete", "Rejet"
        FAVOURABLE = "favorable", "Avis favorable"
        UNFAVOURABLE = "defavorable", "Avis défavorable"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="acts", verbose_name="stratégie"
    )
    kind = models.CharField("nature", max_length=15, choices=Kind)
    body = models.CharField("instance", max_length=15, choices=Body)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="acts",
        verbose_name="collectivité ou organisme",
    )
    subject = models.CharField("objet", max_length=15, choices=Subject)
    date = models.DateField("date")
    reference = models.CharField("référence", max_length=80, blank=True)
    title = models.CharField("intitulé", max_length=250)
    outcome = models.CharField("issue", max_length=15, choices=Outcome, blank=True)
    note = models.TextField("précisions", blank=True)
    source = models.CharField("source", max_length=250, blank=True)
    url = models.URLField("texte de l'acte", blank=True)

    class Meta:
        verbose_name = "acte"
        ordering = ["-date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "reference"],
                condition=~Q(reference=""),
                name="act_reference_unique",
                violation_error_message="Un acte porte déjà cette référence.",
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Event(models.Model):
    """A public or internal moment of the strategy's life."""

    class Kind(models.TextChoices):
        FORUM = "forum", "Forum"
        CONFERENCE = "conference", "Conférence régionale"
        COMMITTEE = "comite", "Comité"
        OTHER = "autre", "Autre rendez-vous"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="events", verbose_name="stratégie"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind)
    date = models.DateField("date")
    date_is_month = models.BooleanField(
        "seul le mois est connu", default=False, help_text="La date porte alors le premier du mois."
    )
    place = models.CharField("lieu", max_length=120, blank=True)
    title = models.CharField("intitulé", max_length=250)
    description = models.TextField("description", blank=True)
    source = models.CharField("source", max_length=250, blank=True)
    url = models.URLField("en savoir plus", blank=True)

    class Meta:
        verbose_name = "événement"
        ordering = ["-date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "date", "title"],
                name="event_unique",
                violation_error_message="Cet événement est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=Q(date_is_month=False) | Q(date__day=1),
                name="event_month_starts_on_first",
                violation_error_message="Quand seul le mois est connu, la date est le premier.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Convention(models.Model):
    """A signed agreement between the Region and a partner."""

    class Kind(models.TextChoices):
        EPCI = "epci", "Convention Région–EPCI"
        CPO = "cpo", "Convention pluriannuelle d'objectifs"
        GRANT = "subvention", "Convention de subvention"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="conventions", verbose_name="stratégie"
    )
    kind = models.CharField("nature", max_length=12, choices=Kind)
    partner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="conventions", verbose_name="partenaire"
    )
    title = models.CharField("intitulé", max_length=250)
    reference = models.CharField("référence", max_length=80, blank=True)
    signed_on = models.DateField("signée le")
    ends_on = models.DateField("terme initial")
    acts = models.ManyToManyField(
        Act,
        blank=True,
        related_name="conventions",
        verbose_name="actes",
        help_text="Ceux de la Région et ceux du partenaire.",
    )

    class Meta:
        verbose_name = "convention"
        ordering = ["-signed_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_on__lte=F("ends_on")),
                name="convention_dates_in_order",
                violation_error_message="Le terme précède la signature.",
            ),
            models.UniqueConstraint(
                fields=["strategy", "reference"],
                condition=~Q(reference=""),
                name="convention_reference_unique",
                violation_error_message="Une convention porte déjà cette référence.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def term_on(self, day: date) -> tuple[date, "Amendment | None"]:
        """When it ends as was agreed by `day`, and by which avenant, if one had moved the term."""
        moved = [one for one in self.amendments.all() if one.ends_on and one.signed_on <= day]
        last = max(moved, key=lambda one: (one.signed_on, one.number), default=None)
        return (last.ends_on if last and last.ends_on else self.ends_on), last


@tracked(under=("convention",))
class Amendment(models.Model):
    """An avenant: it may move the term of its convention from its signature on."""

    convention = models.ForeignKey(
        Convention, models.CASCADE, related_name="amendments", verbose_name="convention"
    )
    number = models.PositiveSmallIntegerField("numéro")
    signed_on = models.DateField("signé le")
    subject = models.CharField("objet", max_length=250)
    ends_on = models.DateField("nouveau terme", null=True, blank=True)

    class Meta:
        verbose_name = "avenant"
        ordering = ["convention", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "number"],
                name="amendment_number_unique",
                violation_error_message="Cet avenant existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"Avenant {self.number}"
