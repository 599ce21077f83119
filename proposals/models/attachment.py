"""Files joined to a progress report. Their bytes are in the database, with the report they prove:
one transaction writes both, one backup keeps both, and no web server can serve them by accident.
"""

import hashlib
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from actors.models import User
from proposals.models import rights
from proposals.models.action import Action
from proposals.models.draft import ProgressReportDraft
from proposals.models.progress import ProgressReport, Visibility
from sress import clock
from sress.audit.tracking import tracked

MOST_PER_REPORT = 5


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    @transaction.atomic
    def keep(self, draft: ProgressReportDraft, name: str, kind: str, data: bytes) -> "Attachment":
        """Join a file, already checked, to a draft. The same file twice is one."""
        attachment, created = self.get_or_create(
            draft=draft,
            sha256=hashlib.sha256(data).hexdigest(),
            defaults={"name": name, "content_type": kind, "size": len(data)},
        )
        if created:
            AttachmentContent.objects.create(attachment=attachment, data=data)
        return attachment

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those `user` may download: public ones of published actions, interne ones for officers,
        and one's own."""
        public = Q(
            Q(report__public_from=None) | Q(report__public_from__lte=clock.today()),
            report__visibility=Visibility.PUBLIC,
        )
        readable = public if not rights.reads_internal(user) else Q(report__isnull=False)
        reports = readable & Q(report__action__in=Action.objects.visible_to(user))
        if not user.is_authenticated:
            return self.filter(reports)
        mine = Q(report__author=user) | Q(draft__author=user)
        awaiting = ProgressReportDraft.objects.awaiting(user)
        return self.filter(reports | mine | Q(draft__in=awaiting))


@tracked(under=("report__action",))
class Attachment(models.Model):
    """A file of a draft, then of the report published from it. Erased, it leaves a tombstone."""

    report = models.ForeignKey(
        ProgressReport,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="point",
    )
    draft = models.ForeignKey(
        ProgressReportDraft,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="brouillon",
    )
    name = models.CharField("nom du fichier", max_length=150)
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    added_at = models.DateTimeField("jointe le", default=clock.now)
    erased_at = models.DateTimeField("effacée le", null=True, blank=True)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="effacée par",
    )
    erased_because = models.CharField("motif de l'effacement", max_length=250, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(report=None, draft__isnull=False) | Q(report__isnull=False, draft=None),
                name="attachment_of_report_or_draft",
                violation_error_message="Une pièce est celle d'un point ou d'un brouillon.",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None, erased_because="")
                | (Q(erased_at__isnull=False) & ~Q(erased_because="")),
                name="attachment_erased_with_motive",
                violation_error_message="Effacer une pièce demande un motif.",
            ),
            models.UniqueConstraint(
                fields=["report", "draft", "sha256"],
                nulls_distinct=False,
                name="attachment_once",
                violation_error_message="Ce fichier est déjà joint.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment", args=[self.pk])

    def copy_to(self, report: ProgressReport) -> None:
        """Join the same file to the report that corrects this one's, in its transaction."""
        copy, created = Attachment.objects.get_or_create(
            report=report,
            sha256=self.sha256,
            defaults={
                "name": self.name,
                "content_type": self.content_type,
                "size": self.size,
                "added_at": clock.now(),
            },
        )
        if created:
            AttachmentContent.objects.create(attachment=copy, data=self.content.data)

    @transaction.atomic
    def erase(self, *, by: User, because: str) -> None:
        """Destroy the bytes; the row stays and says when, by whom and why."""
        self.erased_at, self.erased_by, self.erased_because = clock.now(), by, because
        self.save(update_fields=["erased_at", "erased_by", "erased_because"])
        AttachmentContent.objects.filter(attachment=self).delete()


@tracked(exclude=("data",), under=("attachment",))
class AttachmentContent(models.Model):
    """The bytes, apart so that no list ever fetches them."""

    attachment = models.OneToOneField(
        Attachment, models.CASCADE, primary_key=True, related_name="content", verbose_name="pièce"
    )
    data = models.BinaryField("contenu")

    class Meta:
        verbose_name = "contenu d'une pièce"
        verbose_name_plural = "contenus des pièces"

    def __str__(self) -> str:
        return str(self.attachment)
