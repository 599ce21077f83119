"""Decisions of meetings, and what became of them.

A decision is a fact once the record of its meeting is validated: it never changes again. What
happens next is told by follow-ups, append-only; `proposals.decisions` computes from them where a
decision stands at a moment.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from actors.models import Absence
from proposals.models.action import Action
from proposals.models.meeting import Meeting
from proposals.models.progress import Visibility
from proposals.models.rights import NONE, Someone
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay


class DecisionQuerySet(models.QuerySet["Decision"]):
    def recorded(self) -> "DecisionQuerySet":
        """Those whose record is validated: facts."""
        return self.filter(meeting__validated_at__isnull=False)

    def in_hands_of(self, user: Someone) -> "DecisionQuerySet":
        """Those that `user` is to carry out, or an absent colleague for whom they stand in."""
        if not user.is_authenticated:
            return self.filter(NONE)
        absent = Absence.objects.today().filter(deputy=user).values("user")
        return self.filter(Q(owner=user) | Q(owner__in=absent))

    def followed_by(self, user: Someone) -> "DecisionQuerySet":
        """Those of which `user` says what became of them: theirs, and of what they administer."""
        theirs = self.in_hands_of(user).values("pk")
        administered = Strategy.objects.administered_by(user).values("pk")
        return self.filter(Q(pk__in=theirs) | Q(meeting__strategy__in=administered))


@tracked(under=("decision", "action"))
class DecisionAction(models.Model):
    """An action that a decision is about."""

    decision = models.ForeignKey(
        "proposals.Decision", models.CASCADE, related_name="links", verbose_name="décision"
    )
    action = models.ForeignKey(
        Action, models.PROTECT, related_name="decision_links", verbose_name="action"
    )

    class Meta:
        verbose_name = "action d'une décision"
        verbose_name_plural = "actions des décisions"
        ordering = ["decision", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "action"],
                name="decision_action_once",
                violation_error_message="La décision porte déjà sur cette action.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision}, {self.action.code}"


@tracked(under=("meeting",))
class Decision(models.Model):
    """What a meeting decided: who carries it, and by when."""

    meeting = models.ForeignKey(
        Meeting, models.PROTECT, related_name="decisions", verbose_name="réunion"
    )
    number = models.PositiveSmallIntegerField("numéro")
    text = models.TextField("décision", help_text="Aucun nom de personne.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name="personne chargée de l'exécution",
        help_text="Elle reçoit les relances. Son nom n'est jamais public.",
    )
    carried_by = models.CharField(
        "portée par",
        max_length=150,
        blank=True,
        help_text="Le service ou l'organisme, en public ; par défaut, celui de la personne.",
    )
    due_on = models.DateField("échéance", null=True, blank=True)
    actions = models.ManyToManyField(
        Action,
        through=DecisionAction,
        related_name="decisions",
        verbose_name="actions",
    )
    visibility = models.CharField(
        "visibilité", max_length=8, choices=Visibility, default=Visibility.INTERNAL
    )
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision"
        ordering = ["-meeting__date", "meeting", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"],
                name="decision_number_unique",
                violation_error_message="Une décision de la réunion porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="decision_has_text",
                violation_error_message="Une décision se dit en une phrase au moins.",
            ),
            models.CheckConstraint(
                condition=~Q(carried_by=""),
                name="decision_is_carried",
                violation_error_message="Dites qui porte la décision : une personne de la Région, "
                "ou un service ou un organisme.",
            ),
        ]

    def __str__(self) -> str:
        return f"Décision n° {self.number} du {self.meeting}"


@tracked(under=("decision",))
class DecisionFollowUp(models.Model):
    """What became of a decision on a day. Append-only: a later one puts an error right."""

    class State(models.TextChoices):
        DONE = "faite", "Faite"
        DEFERRED = "reportee", "Reportée"
        ABANDONED = "abandonnee", "Abandonnée"
        REOPENED = "rouverte", "Rouverte"

    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="follow_ups", verbose_name="décision"
    )
    day = models.DateField("date d'effet")
    state = models.CharField("suite", max_length=10, choices=State)
    due_on = models.DateField("nouvelle échéance", null=True, blank=True)
    note = models.CharField(
        "précisions",
        max_length=250,
        blank=True,
        help_text="Publiques si la décision l'est : aucun nom de personne.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="decision_follow_ups",
        verbose_name="auteur",
    )
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    class Meta:
        verbose_name = "suite d'une décision"
        verbose_name_plural = "suites des décisions"
        ordering = ["-day", "-recorded_at", "-pk"]
        indexes = [
            models.Index(
                "decision",
                F("day").desc(),
                F("recorded_at").desc(),
                F("id").desc(),
                name="follow_up_last_of_decision",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="reportee", due_on__isnull=False)
                | (~Q(state="reportee") & Q(due_on=None)),
                name="follow_up_deferral_has_date",
                violation_error_message="« Reportée » demande une nouvelle échéance ; les autres "
                "suites n'en ont pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state="abandonnee") | ~Q(note=""),
                name="follow_up_abandon_has_note",
                violation_error_message="Dites pourquoi la décision est abandonnée.",
            ),
            models.CheckConstraint(
                condition=Q(day__lte=ParisDay("recorded_at")),
                name="follow_up_not_in_future",
                violation_error_message="Une suite ne s'écrit pas d'avance : datez-la "
                "d'aujourd'hui au plus tard.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} le {self.day:%d/%m/%Y}"
