"""The Region's money: what is voted, affected, committed and paid, movement by movement.

Regional accounting (code général des collectivités territoriales, article L. 4312-4): an
*autorisation* — d'engagement in operation (AE), de programme in investment (AP) — is voted by
programme and millésime, affected to actions, committed, and paid over several exercises. Yearly
*crédits de paiement* are an envelope of their own (`proposals.models.means`).

Movements are facts: written once, dated, in euros to the cent. The database refuses what goes
beyond (migration `ledger_guards`), and says by how much.
"""

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from proposals.models.act import Act
from proposals.models.action import Action
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay


class Stage(models.TextChoices):
    """How far money has come, in the words of the budget."""

    VOTED = "vote", "Voté"
    AFFECTED = "affecte", "Affecté"
    COMMITTED = "engage", "Engagé"
    PAID = "mandate", "Mandaté"


class Nature(models.TextChoices):
    OPERATION = "AE", "Fonctionnement (AE)"
    INVESTMENT = "AP", "Investissement (AP)"


class Exact(models.DecimalField):
    """Euros to the cent."""

    def __init__(self, verbose_name: str = "montant", **kwargs: Any) -> None:
        super().__init__(verbose_name, **{"max_digits": 14, "decimal_places": 2, **kwargs})


@tracked()
class Programme(models.Model):
    """A programme of the regional budget, under which authorisations are voted."""

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="programmes", verbose_name="stratégie"
    )
    code = models.CharField("code", max_length=30)
    title = models.CharField("intitulé", max_length=250)

    class Meta:
        verbose_name = "programme budgétaire"
        verbose_name_plural = "programmes budgétaires"
        ordering = ["strategy", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "code"],
                name="programme_code_unique",
                violation_error_message="Un programme de la stratégie porte déjà ce code.",
            ),
            models.UniqueConstraint(fields=["id", "strategy"], name="programme_with_strategy"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


@tracked(exclude=("writes",))
class Authorisation(models.Model):
    """An autorisation d'engagement or de programme: a programme, a millésime, a nature.

    Its amount is not a column: votes, caducités and reports are movements like others.
    """

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="authorisations", verbose_name="stratégie"
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="authorisations", verbose_name="programme"
    )
    reference = models.CharField("référence", max_length=80)
    title = models.CharField("intitulé", max_length=250, blank=True)
    nature = models.CharField("nature", max_length=2, choices=Nature)
    vintage = models.PositiveSmallIntegerField(
        "millésime", help_text="L'année du vote de l'autorisation."
    )
    # Bumped by the database at each movement: writers of one authorisation wait for one another,
    # and a transaction that began before is refused instead of reading an old balance.
    writes = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "autorisation"
        ordering = ["strategy", "vintage", "reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "reference"],
                name="authorisation_reference_unique",
                violation_error_message="Une autorisation porte déjà cette référence.",
            ),
            models.CheckConstraint(
                condition=Q(nature__in=Nature.values),
                name="authorisation_nature_known",
                violation_error_message="Une autorisation est d'engagement (AE) ou de programme "
                "(AP).",
            ),
            models.CheckConstraint(
                condition=Q(vintage__gte=2000, vintage__lte=2100),
                name="authorisation_vintage_plausible",
                violation_error_message="Un millésime est une année, comme 2019.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} ({self.nature} {self.vintage})"


class MovementQuerySet(models.QuerySet["Movement"]):
    @transaction.atomic
    def record(self, movements: Iterable["Movement"]) -> Sequence["Movement"]:
        """Write movements, in any order: what they say together is checked at the end.

        Authorisations are locked first, always in the same order, so that two writers of several
        of them wait for one another instead of blocking each other. Raises IntegrityError, with a
        French text, for what goes beyond (when the transaction ends, or at once where constraints
        are immediate).
        """
        written = list(movements)
        locked = Authorisation.objects.filter(pk__in={one.authorisation_id for one in written})
        list(locked.order_by("pk").select_for_update(no_key=True).values_list("pk"))
        return Movement.objects.bulk_create(written, batch_size=2_000)


@tracked(under=("authorisation", "action"))
class Movement(models.Model):
    """A movement of the ledger: an amount, at a date, between two stages. Append-only."""

    class Kind(models.TextChoices):
        VOTE = "vote", "Vote"
        CARRIED_IN = "report_entrant", "Report d'un autre millésime"
        CARRIED_OUT = "report_sortant", "Report vers un autre millésime"
        LAPSE = "caducite", "Caducité"
        CANCELLATION = "annulation", "Annulation de l'autorisation"
        AFFECTATION = "affectation", "Affectation"
        DISAFFECTATION = "desaffectation", "Désaffectation"
        COMMITMENT = "engagement", "Engagement"
        DECOMMITMENT = "desengagement", "Désengagement"
        PAYMENT = "mandat", "Mandat"
        PAYMENT_CANCELLED = "annulation_mandat", "Annulation de mandat"
        REPAYMENT = "reversement", "Reversement"

    # What each kind adds to (1) or takes from (-1) which stage. The database has the same table.
    EFFECTS: dict[str, tuple[Stage, int]] = {
        Kind.VOTE: (Stage.VOTED, 1),
        Kind.CARRIED_IN: (Stage.VOTED, 1),
        Kind.CARRIED_OUT: (Stage.VOTED, -1),
        Kind.LAPSE: (Stage.VOTED, -1),
        Kind.CANCELLATION: (Stage.VOTED, -1),
        Kind.AFFECTATION: (Stage.AFFECTED, 1),
        Kind.DISAFFECTATION: (Stage.AFFECTED, -1),
        Kind.COMMITMENT: (Stage.COMMITTED, 1),
        Kind.DECOMMITMENT: (Stage.COMMITTED, -1),
        Kind.PAYMENT: (Stage.PAID, 1),
        Kind.PAYMENT_CANCELLED: (Stage.PAID, -1),
        Kind.REPAYMENT: (Stage.PAID, -1),
    }
    OF_AUTHORISATION = tuple(kind for kind, (stage, _) in EFFECTS.items() if stage is Stage.VOTED)
    # How a movement is put right: by the kind that takes back what it added.
    CORRECTIONS: dict[str, str] = {
        Kind.VOTE: Kind.CANCELLATION,
        Kind.AFFECTATION: Kind.DISAFFECTATION,
        Kind.COMMITMENT: Kind.DECOMMITMENT,
        Kind.PAYMENT: Kind.PAYMENT_CANCELLED,
    }
    TAKEN_BACK = tuple(kind for kind, (_, sign) in EFFECTS.items() if sign < 0)

    authorisation = models.ForeignKey(
        Authorisation, models.PROTECT, related_name="movements", verbose_name="autorisation"
    )
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name="action",
        help_text="Aucune pour ce qui porte sur l'autorisation entière : vote, report, caducité.",
    )
    kind = models.CharField("mouvement", max_length=20, choices=Kind)
    date = models.DateField("date")
    exercise = models.PositiveSmallIntegerField(
        "exercice",
        help_text="L'année budgétaire : celle de la date, ou la précédente en janvier (journée "
        "complémentaire).",
    )
    amount = Exact(help_text="Toujours positif : la nature du mouvement dit le sens.")
    reference = models.CharField("référence", max_length=80, blank=True)
    label = models.CharField(
        "objet", max_length=250, blank=True, help_text="Public : aucun nom de personne."
    )
    motive = models.CharField("motif", max_length=250, blank=True)
    act = models.ForeignKey(
        Act,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name="acte",
    )
    grant = models.ForeignKey(
        "proposals.Grant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
        verbose_name="subvention",
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="corrige",
    )
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    objects = MovementQuerySet.as_manager()

    class Meta:
        verbose_name = "mouvement"
        ordering = ["-date", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["authorisation", "action", "date"], name="movement_ledger")]
        constraints = [
            models.UniqueConstraint(
                fields=["authorisation", "action", "kind", "reference"],
                condition=~Q(reference=""),
                nulls_distinct=False,
                name="movement_reference_unique",
                violation_error_message="Un mouvement de cette nature porte déjà cette référence.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="movement_amount_positive",
                violation_error_message="Un montant est supérieur à zéro : la nature du mouvement "
                "dit s'il ajoute ou s'il retire.",
            ),
            models.CheckConstraint(
                condition=Q(date__lte=ParisDay("recorded_at")),
                name="movement_not_in_future",
                violation_error_message="Un mouvement ne s'écrit pas d'avance : datez-le "
                "d'aujourd'hui au plus tard.",
            ),
            models.CheckConstraint(
                condition=Q(date__year__gte=2000),
                name="movement_date_plausible",
                violation_error_message="Cette date est d'un autre siècle.",
            ),
            models.CheckConstraint(
                # Until 31 January, what was done before 31 December may still be paid on that year.
                condition=Q(exercise=F("date__year"))
                | Q(exercise=F("date__year") - 1, date__month=1),
                name="movement_exercise_is_of_its_date",
                violation_error_message="L'exercice est l'année du mouvement ; en janvier, ce peut "
                "être la précédente (journée complémentaire).",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "vote",
                        "report_entrant",
                        "report_sortant",
                        "caducite",
                        "annulation",
                    ],
                    action=None,
                )
                | Q(
                    kind__in=[
                        "affectation",
                        "desaffectation",
                        "engagement",
                        "desengagement",
                        "mandat",
                        "annulation_mandat",
                        "reversement",
                    ],
                    action__isnull=False,
                ),
                name="movement_names_its_action",
                violation_error_message="Une affectation, un engagement, un mandat et leurs "
                "corrections nomment leur action ; ce qui porte sur l'autorisation n'en nomme pas.",
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(motive=""),
                name="movement_correction_has_motive",
                violation_error_message="Une correction dit son motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.date:%d/%m/%Y}"

    @property
    def stage(self) -> Stage:
        return self.EFFECTS[self.kind][0]

    @property
    def signed(self) -> Decimal:
        """The amount with its sign: what it adds to its stage."""
        return self.EFFECTS[self.kind][1] * self.amount

    @property
    def correction_kind(self) -> str | None:
        """The kind of movement that would take it back; None for what is itself a correction."""
        return self.CORRECTIONS.get(self.kind)
