"""Means beside the ledger: yearly credits, what other funders bring, people's time.

All of it is declared, dated and append-only: a later line adds (credits) or replaces (the others).
"""

from django.db import models
from django.db.models import Q

from actors.models import Organisation
from proposals.models.act import Act
from proposals.models.action import Action
from proposals.models.ledger import Exact, Nature, Programme
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay


@tracked(under=("programme",))
class CreditLine(models.Model):
    """Crédits de paiement opened for an exercise: a vote of the budget, or what changes it.

    An envelope beside the authorisations: an overrun is told, never refused.
    """

    class Kind(models.TextChoices):
        INITIAL = "BP", "Budget primitif"
        SUPPLEMENTARY = "BS", "Budget supplémentaire"
        AMENDING = "DM", "Décision modificative"
        CARRIED = "report", "Report de l'exercice précédent"

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="credit_lines", verbose_name="programme"
    )
    nature = models.CharField("nature", max_length=2, choices=Nature)
    exercise = models.PositiveSmallIntegerField("exercice")
    kind = models.CharField("étape budgétaire", max_length=8, choices=Kind)
    date = models.DateField("date")
    amount = Exact(help_text="Négatif quand une décision modificative retire des crédits.")
    reference = models.CharField("référence", max_length=80)
    act = models.ForeignKey(
        Act,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_lines",
        verbose_name="acte",
    )
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "crédit de paiement"
        verbose_name_plural = "crédits de paiement"
        ordering = ["exercise", "date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "reference"],
                name="credit_reference_unique",
                violation_error_message="Une ligne de crédits porte déjà cette référence.",
            ),
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="credit_amount_not_zero",
                violation_error_message="Une ligne de crédits ouvre ou retire un montant.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind__in=["BS", "DM"]),
                name="credit_taken_back_by_amendment",
                violation_error_message="Seuls un budget supplémentaire ou une décision "
                "modificative retirent des crédits.",
            ),
            models.CheckConstraint(
                condition=Q(exercise__gte=2000, exercise__lte=2100),
                name="credit_exercise_plausible",
                violation_error_message="Un exercice est une année, comme 2019.",
            ),
            models.CheckConstraint(
                condition=Q(date__lte=ParisDay("recorded_at")),
                name="credit_not_in_future",
                violation_error_message="Des crédits ne s'écrivent pas avant leur vote.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.exercise}, {self.reference}"


@tracked(under=("action",))
class Funding(models.Model):
    """What another funder declares to bring to an action, as a level: the last line counts."""

    class Stage(models.TextChoices):
        EXPECTED = "prevu", "Prévu"
        GRANTED = "obtenu", "Obtenu"
        PAID = "verse", "Versé"

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="fundings", verbose_name="action"
    )
    funder = models.ForeignKey(
        Organisation, models.PROTECT, related_name="fundings", verbose_name="financeur"
    )
    stage = models.CharField("étape", max_length=8, choices=Stage)
    date = models.DateField("date")
    amount = Exact(help_text="Le total à cette date, qui remplace le précédent ; zéro l'annule.")
    reference = models.CharField("référence", max_length=80, blank=True)
    note = models.CharField("précisions", max_length=250, blank=True)
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "cofinancement"
        ordering = ["-date", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["action", "funder", "stage"], name="funding_levels")]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="funding_amount_not_negative",
                violation_error_message="Un cofinancement n'est pas négatif.",
            ),
            models.CheckConstraint(
                condition=Q(date__lte=ParisDay("recorded_at")),
                name="funding_not_in_future",
                violation_error_message="Un cofinancement se déclare à la date du jour au plus "
                "tard ; ce qui est à venir est « prévu ».",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder}, {self.get_stage_display().lower()} au {self.date:%d/%m/%Y}"


@tracked(under=("action",))
class HumanMeans(models.Model):
    """People's time given to an action in a year, as a level: the last line counts."""

    class Kind(models.TextChoices):
        STAFF = "etp", "Équivalents temps plein"
        ENGINEERING = "ingenierie", "Jours d'ingénierie"

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="human_means", verbose_name="action"
    )
    provider = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="human_means",
        verbose_name="apporté par",
    )
    kind = models.CharField("nature", max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField("année")
    quantity = models.DecimalField("quantité", max_digits=7, decimal_places=2)
    date = models.DateField("déclaré le")
    note = models.CharField("précisions", max_length=250, blank=True)
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "moyens humains"
        verbose_name_plural = "moyens humains"
        ordering = ["-date", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["action", "provider", "kind", "year"], name="human_levels")]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="human_means_not_negative",
                violation_error_message="Une quantité n'est pas négative.",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="human_means_year_plausible",
                violation_error_message="Une année s'écrit comme 2019.",
            ),
            models.CheckConstraint(
                condition=Q(date__lte=ParisDay("recorded_at")),
                name="human_means_not_in_future",
                violation_error_message="Des moyens se déclarent à la date du jour au plus tard.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.year}, {self.provider}"
