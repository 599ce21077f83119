"""A spreadsheet on its way in: uploaded, looked at, applied."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models

from actors.models import User
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked

# An upload that nobody applied holds names and addresses: it does not stay.
KEPT_FOR = timedelta(days=7)


class StrategyFileQuerySet(models.QuerySet["StrategyFile"]):
    def forget_the_old(self) -> None:
        """Drop the uploads that were never applied, and that nobody comes back to."""
        self.filter(applied_at=None, uploaded_at__lt=clock.now() - KEPT_FOR).delete()

    def forget(self, user: User) -> None:
        """For the erasure of a person: uploads that wait may name them, and so may file names."""
        self.filter(applied_at=None).delete()
        self.filter(author=user).update(name="Fichier d'une personne effacée")

    def remembered_mapping(self, fingerprint: str) -> dict[str, Any]:
        """What was last said of a file with the same headings; {} when none was seen."""
        known = self.filter(fingerprint=fingerprint).exclude(mapping={}).order_by("-pk").first()
        return known.mapping if known else {}


@tracked(exclude=("content",), under=("target",))
class StrategyFile(models.Model):
    """An uploaded file, what its columns were said to be, and whether it was applied."""

    name = models.CharField("nom du fichier", max_length=250)
    content = models.BinaryField("contenu", blank=True)
    # Of its headings: a file kept from year to year is recognised.
    fingerprint = models.CharField("empreinte des intitulés", max_length=64, editable=False)
    mapping = models.JSONField("correspondance des colonnes", default=dict, blank=True)
    target = models.ForeignKey(
        Strategy,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="files",
        verbose_name="stratégie",
    )
    publish = models.BooleanField("publier", default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="files", verbose_name="auteur"
    )
    uploaded_at = models.DateTimeField("déposé le", default=clock.now)
    applied_at = models.DateTimeField("appliqué le", null=True, blank=True)

    summary = models.CharField("ce qui a changé", max_length=250, blank=True)

    objects = StrategyFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier de stratégie"
        verbose_name_plural = "fichiers de stratégie"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name
