"""A report before it is a fact: written, kept, sent for validation, returned with a word."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from actors.models import User
from proposals.models.action import Action
from proposals.models.progress import ProgressReport, ReportContent
from sress import clock
from sress.audit.tracking import tracked


class ProgressReportDraftQuerySet(models.QuerySet["ProgressReportDraft"]):
    def of(self, user: User) -> Self:
        """Those `user` writes."""
        return self.filter(author=user)

    def forget(self, user: User) -> None:
        """For the erasure of a person: what they did not publish goes."""
        self.of(user).delete()

    def awaiting(self, user: User) -> Self:
        """Those sent for validation that `user` decides of."""
        theirs = Action.objects.validatable_by(user)
        return self.filter(submitted_at__isnull=False, action__in=theirs).exclude(author=user)


# What is not published yet is its author's own, and saves itself every few seconds: the audit trail
# keeps who asked for a validation and who gave it, never the words.
DRAFTED = (
    *(field.name for field in ReportContent._meta.local_fields),
    *("reported_on", "milestones", "submission", "updated_at"),
)


@tracked(exclude=DRAFTED, under=("action",))
class ProgressReportDraft(ReportContent):
    """A report being written: editable, counted nowhere. One per author and action, and one for
    each report that they are correcting.

    Sent for validation (`submitted_at`), it waits for somebody to publish it, amended or not, or to
    return it with a word.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="drafts", verbose_name="action")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="drafts", verbose_name="auteur"
    )
    supersedes = models.ForeignKey(
        ProgressReport,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="corrige",
    )
    reported_on = models.DateField("date d'effet", null=True, blank=True)
    milestones = models.JSONField("étapes", default=list, blank=True)
    # The report that comes from this draft, whoever publishes it, and how often they click.
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )
    updated_at = models.DateTimeField("enregistré le", default=clock.now, editable=False)
    submitted_at = models.DateTimeField("soumis le", null=True, blank=True, editable=False)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="renvoyé par",
    )
    word = models.CharField("mot du renvoi", max_length=500, blank=True)

    objects = ProgressReportDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "brouillon de point"
        verbose_name_plural = "brouillons de points"
        ordering = ["-updated_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "author", "supersedes"],
                nulls_distinct=False,
                name="draft_one_per_author",
                violation_error_message="Vous avez déjà un brouillon pour cette action.",
            ),
            models.CheckConstraint(
                condition=Q(returned_by=None, word="")
                | (Q(returned_by__isnull=False, submitted_at=None) & ~Q(word="")),
                name="draft_returned_with_word",
                violation_error_message="Renvoyer un brouillon demande un mot d'explication.",
            ),
        ]

    def __str__(self) -> str:
        return f"Brouillon {self.action.code}"

    def give_back(self, by: User, word: str) -> bool:
        """Return it to its author with a word. False when it no longer waits as it was read."""
        waiting = ProgressReportDraft.objects.filter(
            pk=self.pk, submitted_at__isnull=False, updated_at=self.updated_at
        )
        return bool(waiting.update(submitted_at=None, returned_by=by, word=word))
