"""Exemplary local initiatives: what a strategy makes possible somewhere, told in a page.

Their pictures are in the database, as attachments are (decision 0007): drawn anew by
`sress.pictures`, in a table of their own, so that no list ever fetches bytes.
"""

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from actors.models import Epci, Organisation
from proposals.models.act import Event
from proposals.models.action import Action
from proposals.models.strategy import Proposal, Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.pictures import WIDEST_IN_LISTS, Picture

# How much of the digest an address needs to change with the picture.
IN_ADDRESS = 16


@tracked()
class Initiative(models.Model):
    """A local initiative. Pages show it from `published_on` on, and at no earlier date."""

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="initiatives", verbose_name="stratégie"
    )
    slug = models.SlugField("adresse", max_length=80, help_text="À la fin de celle de sa page.")
    title = models.CharField("titre", max_length=150)
    summary = models.CharField(
        "résumé", max_length=300, help_text="Une ou deux phrases, pour les listes."
    )
    text = models.TextField(
        "texte", blank=True, help_text="Une ligne vide sépare deux paragraphes."
    )
    epci = models.ForeignKey(
        Epci,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="local_initiatives",
        verbose_name="territoire",
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name="structure",
    )
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name="action",
    )
    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name="proposition",
    )
    events = models.ManyToManyField(
        Event,
        blank=True,
        related_name="initiatives",
        verbose_name="présentée à",
        help_text="Les conférences et les rendez-vous où elle a été présentée.",
    )
    told_on = models.DateField(
        "racontée le", null=True, blank=True, help_text="De quand date ce récit."
    )
    published_on = models.DateField(
        "publiée le",
        null=True,
        blank=True,
        help_text="Le public la lit à partir de ce jour ; vide, jamais.",
    )
    highlighted = models.BooleanField(
        "mise en avant",
        default=False,
        help_text="Elle passe devant les autres sur la page d'accueil de la stratégie.",
    )
    picture = models.CharField("empreinte de l'image", max_length=64, blank=True, editable=False)
    picture_width = models.PositiveSmallIntegerField("largeur", default=0, editable=False)
    picture_height = models.PositiveSmallIntegerField("hauteur", default=0, editable=False)
    picture_alt = models.CharField(
        "texte de remplacement",
        max_length=250,
        blank=True,
        help_text="Ce que l'image montre, pour qui ne la voit pas.",
    )
    picture_credit = models.CharField(
        "crédit de l'image", max_length=150, blank=True, help_text="Son auteur et ses droits."
    )
    # Of its publication: éditions frozen before do not show it.
    recorded_at = models.DateTimeField("saisie le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "initiative"
        ordering = ["-published_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "slug"],
                name="initiative_slug_unique",
                violation_error_message="Une initiative de la stratégie a déjà cette adresse.",
            ),
            models.CheckConstraint(
                condition=Q(picture="") | (~Q(picture_alt="") & ~Q(picture_credit="")),
                name="initiative_picture_described",
                violation_error_message="Une image a un texte de remplacement et un crédit.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("initiative", args=[self.strategy.slug, self.slug])

    @property
    def large_picture(self) -> str:
        """The address of its picture, another one for each picture."""
        return self._picture_address("grande")

    @property
    def small_picture(self) -> str:
        """The same, small enough for a list."""
        return self._picture_address("petite")

    @property
    def small_size(self) -> tuple[int, int]:
        """Width and height of the small picture."""
        ratio = min(1.0, WIDEST_IN_LISTS / max(self.picture_width, self.picture_height, 1))
        return round(self.picture_width * ratio), round(self.picture_height * ratio)

    def _picture_address(self, size: str) -> str:
        digest = self.picture[:IN_ADDRESS]
        return reverse("initiative_picture", args=[self.strategy.slug, self.slug, digest, size])

    def describe(self, picture: Picture | None) -> None:
        """Say which picture it has (None: none), before `show` writes it."""
        self.picture = picture.sha256 if picture else ""
        self.picture_width = picture.width if picture else 0
        self.picture_height = picture.height if picture else 0

    @transaction.atomic
    def show(self, picture: Picture | None) -> None:
        """Save it with this picture, or with none."""
        self.describe(picture)
        self.save()
        if picture is None:
            InitiativePicture.objects.filter(initiative=self).delete()
        else:
            bytes_of = {"large": picture.large, "small": picture.small}
            InitiativePicture.objects.update_or_create(initiative=self, defaults=bytes_of)


@tracked(exclude=("large", "small"), under=("initiative",))
class InitiativePicture(models.Model):
    """The bytes of its picture, WebP, in two sizes."""

    initiative = models.OneToOneField(
        Initiative,
        models.CASCADE,
        primary_key=True,
        related_name="content",
        verbose_name="initiative",
    )
    large = models.BinaryField("grande")
    small = models.BinaryField("petite")

    class Meta:
        verbose_name = "image d'une initiative"
        verbose_name_plural = "images d'initiatives"

    def __str__(self) -> str:
        return str(self.initiative)
