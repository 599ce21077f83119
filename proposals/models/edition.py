"""Éditions: a strategy as it stood on a day, as known at an instant, frozen under a number.

What the committee or the conference had on the table. An édition holds no figure: its pages compute
them from the facts that were recorded by then, and no fact is ever recorded before an édition that
exists (migration `editions`). Its documents are kept as they were generated.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Max, Q
from django.urls import reverse

from proposals.models.act import Event
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay

Document = tuple[str, str, bytes]
"""Name of a file, its content type, its bytes."""


class EditionManager(models.Manager["Edition"]):
    @transaction.atomic
    def freeze(
        self,
        edition: "Edition",
        documents: Callable[["Edition"], Iterable[Document]],
        known_at: datetime | None = None,
    ) -> "Edition":
        """Give `edition` its number and its instant (now), and keep its documents with it.

        Waits for facts that are being written: they are in the édition, or recorded after it.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT proposals_hold_facts()")
        edition.known_at = known_at or clock.now()
        last = self.filter(strategy=edition.strategy).aggregate(number=Max("number"))["number"]
        edition.number = (last or 0) + 1
        edition.save(force_insert=True)
        for name, kind, data in documents(edition):
            document = EditionDocument.objects.create(
                edition=edition,
                name=name,
                content_type=kind,
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
            )
            EditionContent.objects.create(document=document, data=data)
        return edition


@tracked()
class Edition(models.Model):
    """« au `day`, tel que connu le `known_at` ». Written once."""

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="editions", verbose_name="stratégie"
    )
    number = models.PositiveSmallIntegerField("numéro", editable=False)
    title = models.CharField("titre", max_length=150)
    day = models.DateField("situation au", help_text="Le jour dont les pages montrent l'état.")
    known_at = models.DateTimeField("telle que connue le", editable=False)
    event = models.ForeignKey(
        Event,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name="présentée à",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="editions",
        verbose_name="figée par",
        editable=False,
    )
    submission = models.UUIDField(
        "envoi du formulaire",
        unique=True,
        editable=False,
        error_messages={"unique": "Cette édition est déjà figée."},
    )

    objects = EditionManager()

    class Meta:
        verbose_name = "édition"
        ordering = ["strategy", "-number"]
        indexes = [models.Index(fields=["-known_at"], name="edition_known_at")]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="edition_number_unique",
                violation_error_message="Une édition de la stratégie porte déjà ce numéro.",
            ),
            models.CheckConstraint(
                condition=Q(day__lte=ParisDay("known_at")),
                name="edition_not_of_the_future",
                violation_error_message="Une édition ne se fige pas d'avance : choisissez "
                "aujourd'hui au plus tard.",
            ),
            models.CheckConstraint(
                condition=~Q(title=""),
                name="edition_has_title",
                violation_error_message="Une édition a un titre.",
            ),
        ]

    def __str__(self) -> str:
        return f"Édition n° {self.number} : {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("edition", args=[self.strategy.slug, self.number])


@tracked(under=("edition",))
class EditionDocument(models.Model):
    """A file of an édition: as it was generated, never again."""

    edition = models.ForeignKey(
        Edition, models.PROTECT, related_name="documents", verbose_name="édition"
    )
    name = models.CharField("nom du fichier", max_length=150)
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveIntegerField("taille en octets")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)

    class Meta:
        verbose_name = "document d'édition"
        verbose_name_plural = "documents d'édition"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "name"],
                name="edition_document_unique",
                violation_error_message="L'édition a déjà un document de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        edition = self.edition
        return reverse("edition_document", args=[edition.strategy.slug, edition.number, self.name])


@tracked(exclude=("data",), under=("document",))
class EditionContent(models.Model):
    """The bytes, apart: lists of documents do not read them."""

    document = models.OneToOneField(
        EditionDocument,
        models.PROTECT,
        primary_key=True,
        related_name="content",
        verbose_name="document",
    )
    data = models.BinaryField("contenu")

    class Meta:
        verbose_name = "contenu d'un document d'édition"
        verbose_name_plural = "contenus des documents d'édition"

    def __str__(self) -> str:
        return str(self.document)
