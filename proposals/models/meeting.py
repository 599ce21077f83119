"""Committees and conferences: what is to be looked at, what was chosen to be told, the record.

A meeting is prepared (agenda, highlights), held, and its record (relevé de décisions) validated.
The validation freezes all of it, by the database: from then on a decision is a fact (see
`proposals.models.decision`), and what changes is told by its follow-ups.
"""

import datetime
import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actors.models import User
from proposals.models.act import Event
from proposals.models.action import Action
from proposals.models.progress import ProgressReport, Visibility
from proposals.models.rights import Someone
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay
from sress.templatetags.french import day as french_day


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def administered_by(self, user: Someone) -> Self:
        """Those that `user` prepares, and whose record they validate."""
        return self.filter(strategy__in=Strategy.objects.administered_by(user))

    def validate_record(self, meeting: "Meeting", by: User) -> bool:
        """Freeze the record of a meeting; whether this call did it. Clicked twice, it is once."""
        waiting = self.filter(pk=meeting.pk, validated_at=None)
        return bool(waiting.update(validated_at=clock.now(), validated_by=by))


@tracked()
class Meeting(models.Model):
    """A meeting of those who steer: to come, held, or called off."""

    class Kind(models.TextChoices):
        STEERING = "copil", "COPIL"
        TECHNICAL = "cotech", "COTECH"
        CONFERENCE = "conference", "Conférence régionale"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="meetings", verbose_name="stratégie"
    )
    kind = models.CharField("instance", max_length=12, choices=Kind)
    date = models.DateField("date")
    time = models.TimeField("heure", null=True, blank=True)
    place = models.CharField("lieu", max_length=120, blank=True)
    title = models.CharField(
        "intitulé",
        max_length=150,
        blank=True,
        help_text="Laissé vide, l'instance et la date suffisent.",
    )
    participants = models.TextField(
        "participants",
        blank=True,
        help_text="Fonctions et organismes, sans nom de personne.",
    )
    visibility = models.CharField(
        "relevé",
        max_length=8,
        choices=Visibility,
        default=Visibility.INTERNAL,
        help_text="Public : la page du relevé, avec ses décisions publiques, est lue de tous.",
    )
    event = models.OneToOneField(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="meeting",
        verbose_name="événement public",
        error_messages={"unique": "Une autre réunion porte déjà cet événement."},
        help_text="Sa trace dans les repères publics de la stratégie.",
    )
    cancelled = models.BooleanField("annulée", default=False)
    validated_at = models.DateTimeField("relevé validé le", null=True, editable=False)
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="validated_records",
        verbose_name="relevé validé par",
    )
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion"
        ordering = ["-date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "kind", "date"],
                condition=Q(cancelled=False),
                name="meeting_once_a_day",
                violation_error_message="Cette instance se réunit déjà ce jour-là.",
            ),
            models.CheckConstraint(
                condition=Q(validated_at=None, validated_by=None)
                | Q(validated_at__isnull=False, validated_by__isnull=False),
                name="meeting_record_validated_by_somebody",
                violation_error_message="Un relevé est validé par quelqu'un.",
            ),
            models.CheckConstraint(
                condition=Q(validated_at=None) | Q(date__lte=ParisDay("validated_at")),
                name="meeting_record_not_before_it",
                violation_error_message="Un relevé se valide une fois la réunion tenue.",
            ),
            models.CheckConstraint(
                condition=Q(validated_at=None) | Q(cancelled=False),
                name="meeting_record_of_what_was_held",
                violation_error_message="Une réunion annulée n'a pas de relevé, et une réunion "
                "dont le relevé est validé ne s'annule plus.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {self.date:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("desk:meeting", args=[self.strategy.slug, self.pk])

    @property
    def name(self) -> str:
        """« COPIL du 5 décembre 2019 », unless it has a title."""
        return self.title or f"{self.get_kind_display()} du {french_day(self.date)}"

    @property
    def is_validated(self) -> bool:
        return self.validated_at is not None

    def may_be_held(self, day: datetime.date) -> bool:
        """Whether decisions may be written down: its day has come."""
        return self.date <= day and not self.cancelled


class Ranked(models.Model):
    """A line of a meeting, in the order that its rank says."""

    rank = models.PositiveSmallIntegerField("rang", default=0)
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    class Meta:
        abstract = True


@tracked(under=("meeting",))
class AgendaItem(Ranked):
    """A point of the agenda: to be told, or to be decided upon."""

    class Kind(models.TextChoices):
        INFORMATION = "information", "Information"
        ARBITRATION = "arbitrage", "Arbitrage"

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="agenda", verbose_name="réunion"
    )
    subject = models.CharField("sujet", max_length=250)
    kind = models.CharField("nature", max_length=12, choices=Kind, default=Kind.ARBITRATION)
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="action",
    )
    decision = models.ForeignKey(
        "proposals.Decision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="décision à revoir",
    )

    class Meta:
        verbose_name = "point de l'ordre du jour"
        verbose_name_plural = "points de l'ordre du jour"
        ordering = ["meeting", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "action"],
                name="agenda_action_once",
                violation_error_message="Cette action est déjà à l'ordre du jour.",
            ),
            models.UniqueConstraint(
                fields=["meeting", "decision"],
                name="agenda_decision_once",
                violation_error_message="Cette décision est déjà à l'ordre du jour.",
            ),
            models.CheckConstraint(
                condition=~Q(subject=""),
                name="agenda_has_subject",
                violation_error_message="Un point de l'ordre du jour a un sujet.",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


@tracked(under=("meeting",))
class Highlight(Ranked):
    """A fait marquant that the officer chose to tell, in their words."""

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="highlights", verbose_name="réunion"
    )
    report = models.ForeignKey(
        ProgressReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="highlights",
        verbose_name="point d'avancement",
    )
    text = models.TextField("fait marquant")

    class Meta:
        verbose_name = "fait marquant"
        verbose_name_plural = "faits marquants"
        ordering = ["meeting", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "report"],
                name="highlight_report_once",
                violation_error_message="Ce point est déjà un fait marquant de la réunion.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="highlight_has_text",
                violation_error_message="Un fait marquant se dit en quelques mots.",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
