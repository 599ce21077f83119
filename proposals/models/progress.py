"""The log: dated, append-only progress reports. The drafts they come from are next door.

The database refuses any update or deletion of a report (migration `guards`). A mistake is put right
by a report that supersedes the wrong one, or retracts it.
"""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from actors.models import User
from proposals.models.action import Action, Milestone
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay


class Status(models.TextChoices):
    """The words French officers use in public. « Échéance dépassée » is computed, never one."""

    UPCOMING = "a_venir", "À venir"
    SCOPING = "cadrage", "En cadrage"
    ONGOING = "en_cours", "En cours"
    DIFFICULTY = "difficulte", "En difficulté"
    SUSPENDED = "suspendue", "Suspendue"
    DELIVERED = "realisee", "Réalisée"
    DROPPED = "non_poursuivie", "Non poursuivie"


class Progress(models.IntegerChoices):
    """Steps with a meaning each, so that two officers give the same figure to the same facts."""

    NONE = 0, "0 % : rien n'est engagé"
    SCOPED = 25, "25 % : cadrée, moyens acquis"
    LAUNCHED = 50, "50 % : lancée"
    MOSTLY = 75, "75 % : l'essentiel est livré"
    DONE = 100, "100 % : réalisée"


class Motive(models.TextChoices):
    SCHEDULE = "calendrier", "Calendrier"
    PARTNERSHIP = "partenariat", "Partenariat"
    FUNDING = "financement", "Financement"
    REGULATION = "reglementation", "Réglementation"
    OTHER = "autre", "Autre"


class Visibility(models.TextChoices):
    """Interne hides text and motives, never status, progress or due date."""

    PUBLIC = "public", "Public"
    INTERNAL = "interne", "Interne"


class ReportContent(models.Model):
    """What a report says; a draft says it too, before it is a fact."""

    status = models.CharField("état", max_length=15, choices=Status, blank=True)
    progress = models.PositiveSmallIntegerField(
        "avancement", choices=Progress, null=True, blank=True
    )
    text = models.TextField("point d'avancement", blank=True)
    revised_due_date = models.DateField("nouvelle échéance", null=True, blank=True)
    revision_motive = models.CharField("motif du report", max_length=250, blank=True)
    difficulty_motive = models.CharField(
        "nature de la difficulté", max_length=15, choices=Motive, blank=True
    )
    decision = models.CharField(
        "décision de ne pas poursuivre",
        max_length=250,
        blank=True,
        help_text="Instance, date et référence.",
    )
    visibility = models.CharField(
        "visibilité", max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    public_from = models.DateField(
        "publique à partir du",
        null=True,
        blank=True,
        help_text="Embargo : avant cette date, le point ne compte pas pour le public.",
    )

    class Meta:
        abstract = True


class NewerReportError(Exception):
    """A report came in after the page of this one was opened; its author has not seen it."""


class ProgressReportQuerySet(models.QuerySet["ProgressReport"]):
    @transaction.atomic
    def record(
        self,
        *,
        milestones: dict[Milestone, dict[str, Any]] | None = None,
        seen: int | None = None,
        **content: Any,
    ) -> tuple["ProgressReport", bool]:
        """Log a report now, once per `submission`.

        `milestones` maps a milestone to what the report says of it (`reached`,
        `revised_due_date`). `seen` is how many reports of the action its author had read. Returns
        the report and whether it is new: a form sent twice finds the first one's report. Raises
        NewerReportError when there are more reports than were seen, and IntegrityError, with a
        French text, for a report that breaks a rule.
        """
        submission = content.pop("submission", None) or uuid.uuid4()
        if seen is not None:
            # Writers of the same action wait here for one another: what is counted stays so.
            Action.objects.select_for_update(no_key=True).get(pk=content["action"].pk)
            sent_before = self.filter(submission=submission).exists()
            if not sent_before and content["action"].reports.count() > seen:
                raise NewerReportError
        report, created = self.get_or_create(
            submission=submission, defaults={"recorded_at": clock.now(), **content}
        )
        if created:
            MilestoneUpdate.objects.bulk_create(
                MilestoneUpdate(report=report, milestone=milestone, **says)
                for milestone, says in (milestones or {}).items()
            )
        return report, created

    def correctable_by(self, user: User) -> Self:
        """Those that `user` may correct: on actions they answer for, else their own."""
        theirs = Q(action__in=Action.objects.led_by(user))
        own = Q(author=user, action__in=Action.objects.editable_by(user))
        return self.filter(theirs | own, is_retraction=False, superseded_by=None)

    def latest_first(self) -> Self:
        """In the order of facts: effective date, then moment of recording, then id."""
        return self.order_by("-reported_on", "-recorded_at", "-pk")


@tracked(under=("action",))
class ProgressReport(ReportContent):
    """A progress report (point d'avancement): a dated fact, written once."""

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="reports", verbose_name="action"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports", verbose_name="auteur"
    )
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="validated_reports",
        verbose_name="validé par",
    )
    reported_on = models.DateField("date d'effet")
    recorded_at = models.DateTimeField("saisi le")
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name="corrige",
        error_messages={"unique": "Ce point a déjà été corrigé ou retiré : relisez l'historique."},
    )
    # Set by the database: a report, its correction, the correction of that… are one chain, of which
    # the last link that a reader may see is what counts.
    chain = models.ForeignKey(
        "self",
        models.DO_NOTHING,  # the first link points to itself; the database refuses deletions
        blank=True,
        editable=False,
        db_index=False,
        related_name="links",
        verbose_name="premier point de la chaîne",
    )
    chain_rank = models.PositiveSmallIntegerField("rang", default=0, editable=False)
    is_retraction = models.BooleanField(
        "retrait", default=False, help_text="Retire le point corrigé sans le remplacer."
    )
    # Set by the database: a correction that repeats a revised date keeps the day it was first
    # recorded, so that mending a typing error in the text does not un-revise the past.
    revision_recorded_on = models.DateField(
        "nouvelle échéance saisie le", null=True, editable=False
    )
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        verbose_name = "point d'avancement"
        verbose_name_plural = "points d'avancement"
        ordering = ["-reported_on", "-recorded_at", "-pk"]
        indexes = [
            models.Index(
                "action",
                F("reported_on").desc(),
                F("recorded_at").desc(),
                F("id").desc(),
                condition=Q(is_retraction=False),
                name="report_last_of_action",
            ),
            models.Index(
                fields=["action"],
                condition=Q(revised_due_date__isnull=False),
                name="report_revisions_of_action",
            ),
            models.Index(fields=["chain", "chain_rank"], name="report_links_of_chain"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_on__lte=ParisDay("recorded_at")),
                name="report_not_in_future",
                violation_error_message="Un point ne s'écrit pas d'avance : datez-le d'aujourd'hui "
                "au plus tard.",
            ),
            models.CheckConstraint(
                condition=Q(is_retraction=True, status="", progress=None, revised_due_date=None)
                | Q(
                    is_retraction=False,
                    status__in=Status.values,
                    # Of a missing progress SQL says neither yes nor no, which would pass.
                    progress__isnull=False,
                    progress__in=Progress.values,
                ),
                name="report_says_state",
                violation_error_message="Un point donne un état et un avancement.",
            ),
            models.CheckConstraint(
                condition=Q(is_retraction=False) | (Q(supersedes__isnull=False) & ~Q(text="")),
                name="report_retraction_has_target",
                violation_error_message="Un retrait désigne le point retiré et dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(is_retraction=True)
                | Q(status=Status.DELIVERED, progress=Progress.DONE)
                | (~Q(status=Status.DELIVERED) & ~Q(progress=Progress.DONE)),
                name="report_done_means_delivered",
                violation_error_message="« Réalisée » et le dernier pas d'avancement vont "
                "ensemble : changez l'un ou l'autre.",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DIFFICULTY, difficulty_motive__in=Motive.values)
                | Q(status=Status.SUSPENDED)
                | (~Q(status=Status.DIFFICULTY) & Q(difficulty_motive="")),
                name="report_difficulty_has_motive",
                violation_error_message="« En difficulté » demande la nature de la difficulté ; "
                "les autres états, sauf « Suspendue », n'en ont pas.",
            ),
            models.CheckConstraint(
                condition=Q(revised_due_date=None, revision_motive="")
                | (Q(revised_due_date__isnull=False) & ~Q(revision_motive="")),
                name="report_revision_has_motive",
                violation_error_message="Une nouvelle échéance et son motif vont ensemble : "
                "donnez les deux, ou aucun.",
            ),
            models.CheckConstraint(
                condition=Q(public_from=None)
                | Q(public_from__lte=ParisDay("recorded_at") + timedelta(days=366)),
                name="report_embargo_at_most_a_year",
                violation_error_message="Un embargo dure un an au plus.",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DROPPED) | ~Q(decision=""),
                name="report_dropped_by_decision",
                violation_error_message="Ne pas poursuivre demande une décision : donnez-la.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.code}, {self.reported_on:%d/%m/%Y}"

    @property
    def is_withheld(self) -> bool:
        """Whether an embargo still keeps it from the public."""
        return self.public_from is not None and self.public_from > clock.today()


@tracked(under=("report__action", "milestone"))
class MilestoneUpdate(models.Model):
    """What a report says of one milestone: reached or not, and its new date. Append-only."""

    report = models.ForeignKey(
        ProgressReport, models.PROTECT, related_name="milestone_updates", verbose_name="point"
    )
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, related_name="updates", verbose_name="étape"
    )
    reached = models.BooleanField("atteinte", default=False)
    revised_due_date = models.DateField("nouvelle échéance", null=True, blank=True)
    # Set by the database, as on the report.
    revision_recorded_on = models.DateField(
        "nouvelle échéance saisie le", null=True, editable=False
    )

    class Meta:
        verbose_name = "point sur une étape"
        verbose_name_plural = "points sur les étapes"
        ordering = ["report", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "milestone"],
                name="milestone_update_once",
                violation_error_message="Le point parle déjà de cette étape.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone}"
