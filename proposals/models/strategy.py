"""What was voted: a strategy, its axes and its proposals, and what they build on."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from actors.models import Organisation, Region, Role, Service
from actors.models.user import REGIONAL
from proposals.models import rights
from sress.audit.tracking import tracked

# First words of the site's own addresses: no strategy can take their place.
RESERVED_SLUGS = frozenset(
    {
        *("abonnement", "accessibilite", "admin", "aide", "api", "compte", "donnees"),
        *("donnees-personnelles", "healthz", "mentions-legales", "pieces", "plan-du-site"),
        *("readyz",),
        *("recherche", "static", "structures", "suivi", "territoires"),
    }
)


def validate_strategy_slug(value: str) -> None:
    """Refuse the first words of the site's own addresses."""
    if value in RESERVED_SLUGS:
        raise ValidationError(
            "« %(value)s » est une adresse du site : choisissez-en une autre.",
            params={"value": value},
        )


class StrategyQuerySet(models.QuerySet["Strategy"]):
    def published(self) -> Self:
        """Those the public may read."""
        return self.filter(published=True)

    def administered_by(self, user: rights.Someone) -> Self:
        """Those that `user` has in the administration."""
        return self.filter(rights.administered(user))

    def current(self, day: date) -> "Strategy | None":
        """The published strategy in force on `day`, else the last one adopted, else None."""
        published = self.published().order_by("-adopted_on", "-pk")
        in_force = published.filter(
            adopted_on__lte=day, period_start__lte=day.year, period_end__gte=day.year
        )
        return in_force.first() or published.first()

    def at_hand(self, day: date) -> "Strategy | None":
        """The strategy to begin with for who may choose any: the current one, else the first."""
        return self.current(day) or self.first()


@tracked()
class Strategy(models.Model):
    """A regional strategy for the ESS (law of 31 July 2014, article 7).

    Regions cut theirs differently: the words of its two levels are data (axe / proposition here,
    enjeu / objectif elsewhere).
    """

    region = models.ForeignKey(
        Region, models.PROTECT, related_name="strategies", verbose_name="région"
    )
    slug = models.SlugField(
        "adresse",
        unique=True,
        error_messages={"unique": "Une stratégie a déjà cette adresse."},
        validators=[validate_strategy_slug],
        help_text="Dans l'adresse des pages, par exemple « sress-2018-2021 ».",
    )
    title = models.CharField("titre", max_length=250)
    short_title = models.CharField("titre court", max_length=80)
    summary = models.TextField("en quelques phrases", blank=True)
    period_start = models.PositiveSmallIntegerField("première année")
    period_end = models.PositiveSmallIntegerField("dernière année")
    adopted_on = models.DateField("adoptée le", null=True, blank=True)
    target_date = models.DateField("à mettre en œuvre avant le")
    axis_word = models.CharField("premier niveau", max_length=40, default="axe")
    axis_word_plural = models.CharField("premier niveau, pluriel", max_length=40, default="axes")
    proposal_word = models.CharField("second niveau", max_length=40, default="proposition")
    proposal_word_plural = models.CharField(
        "second niveau, pluriel", max_length=40, default="propositions"
    )
    document_url = models.URLField("texte intégral", blank=True)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="strategies",
        verbose_name="service pilote",
        help_text="Le contact donné au public.",
    )
    coordinators = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="coordinated",
        limit_choices_to={"role": Role.COORDINATOR},
        verbose_name="coordination",
        help_text="Les comptes du rôle « Coordination » qui suivent toutes ses actions.",
    )
    officers_publish = models.BooleanField(
        "les agents publient sans validation",
        default=True,
        help_text="Sinon, leurs points attendent la validation de la coordination.",
    )
    contributors_publish = models.BooleanField(
        "les contributeurs publient sans validation",
        default=False,
        help_text="Sinon, leurs points attendent la validation de la personne référente.",
    )
    published = models.BooleanField("publiée", default=False)
    is_demonstration = models.BooleanField(
        "contient des données de démonstration",
        default=False,
        help_text="Chaque page, fichier et courriel le dit ; les moteurs de recherche l'ignorent.",
    )

    objects = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name = "stratégie"
        ordering = ["-period_start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_start__lte=F("period_end")),
                name="strategy_period_in_order",
                violation_error_message="La première année suit la dernière.",
            ),
            models.CheckConstraint(
                condition=Q(target_date__year__gte=F("period_start")),
                name="strategy_target_after_start",
                violation_error_message="La date cible précède la période de la stratégie.",
            ),
            models.CheckConstraint(
                condition=~Q(slug__in=sorted(RESERVED_SLUGS)),
                name="strategy_slug_not_reserved",
                violation_error_message="Cette adresse est celle d'une page du site.",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    def get_absolute_url(self) -> str:
        return reverse("strategy", args=[self.slug])

    @property
    def axis_label(self) -> str:
        """« Axe », as headings write it."""
        return self.axis_word.capitalize()

    @property
    def proposal_label(self) -> str:
        """« Proposition », as headings write it."""
        return self.proposal_word.capitalize()

    @property
    def period(self) -> str:
        """« 2018–2021 »."""
        return f"{self.period_start}–{self.period_end}"


@tracked()
class Axis(models.Model):
    """The first level of a strategy."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="axes", verbose_name="stratégie"
    )
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("titre", max_length=250)
    description = models.TextField("description", blank=True)

    class Meta:
        verbose_name = "axe"
        verbose_name_plural = "axes"
        ordering = ["strategy", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="axis_number_unique",
                violation_error_message="Ce numéro est déjà pris dans la stratégie.",
            ),
            # Referred to by a foreign key that keeps proposals in the strategy of their axis.
            models.UniqueConstraint(fields=["id", "strategy"], name="axis_with_strategy"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("axis", args=[self.strategy.slug, self.number])


@tracked()
class Family(models.Model):
    """A theme that groups proposals and contributions across axes."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="families", verbose_name="stratégie"
    )
    slug = models.SlugField("identifiant")
    name = models.CharField("nom", max_length=120)

    class Meta:
        verbose_name = "famille"
        ordering = ["strategy", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "slug"],
                name="family_slug_unique",
                violation_error_message="Cette famille existe déjà dans la stratégie.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class Tag(models.Model):
    """A free label (e.g. environnement) on proposals and actions."""

    slug = models.SlugField(
        "identifiant",
        unique=True,
        error_messages={"unique": "Une étiquette a déjà cet identifiant."},
    )
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "étiquette"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Scheme(models.Model):
    """An existing public scheme (dispositif), such as CAP ASSO."""

    name = models.CharField(
        "nom",
        max_length=200,
        unique=True,
        error_messages={"unique": "Ce dispositif est déjà enregistré."},
    )
    short_name = models.CharField("nom court", max_length=80, blank=True)
    description = models.TextField("description", blank=True)
    url = models.URLField("page du dispositif", blank=True)

    class Meta:
        verbose_name = "dispositif"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name or self.name


@tracked()
class Contribution(models.Model):
    """What a body (CRESS, CESER…) asked for, and the strategy took up."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="contributions", verbose_name="stratégie"
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="contributions", verbose_name="auteur"
    )
    family = models.ForeignKey(
        Family,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name="famille",
    )
    title = models.CharField("intitulé", max_length=250)
    source = models.CharField("source", max_length=250, blank=True)

    class Meta:
        verbose_name = "contribution"
        ordering = ["strategy", "family", "title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "organisation", "title"],
                name="contribution_title_unique",
                violation_error_message="Cette contribution est déjà enregistrée.",
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Proposal(models.Model):
    """The second level of a strategy. It has no status of its own: see `proposals.state`."""

    strategy = models.ForeignKey(
        Strategy, models.CASCADE, related_name="proposals", verbose_name="stratégie"
    )
    axis = models.ForeignKey(Axis, models.PROTECT, related_name="proposals", verbose_name="axe")
    number = models.PositiveSmallIntegerField("numéro")
    title = models.CharField("titre", max_length=250)
    description = models.TextField("description", blank=True)
    family = models.ForeignKey(
        Family,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name="famille",
    )
    target_date = models.DateField("date cible", null=True, blank=True)
    referent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_proposals",
        limit_choices_to={"role__in": REGIONAL},
        verbose_name="référent·e",
    )
    lead = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_proposals",
        verbose_name="organisation pilote",
    )
    contributions = models.ManyToManyField(
        Contribution, blank=True, related_name="proposals", verbose_name="contributions reprises"
    )
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="proposals", verbose_name="étiquettes"
    )

    class Meta:
        verbose_name = "proposition"
        ordering = ["strategy", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "number"],
                name="proposal_number_unique",
                violation_error_message="Ce numéro est déjà pris dans la stratégie.",
            ),
            models.UniqueConstraint(fields=["id", "strategy"], name="proposal_with_strategy"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("proposal", args=[self.strategy.slug, self.number])

    def clean(self) -> None:
        super().clean()
        if self.axis_id and self.axis.strategy_id != self.strategy_id:
            raise ValidationError({"axis": "Cet axe appartient à une autre stratégie."})


@tracked(under=("proposal",))
class ProposalScheme(models.Model):
    """How a proposal builds on an existing scheme."""

    class Link(models.TextChoices):
        REINFORCES = "renforce", "renforce"
        COMPLETES = "complete", "complète"

    proposal = models.ForeignKey(
        Proposal, models.CASCADE, related_name="scheme_links", verbose_name="proposition"
    )
    scheme = models.ForeignKey(
        Scheme, models.PROTECT, related_name="proposal_links", verbose_name="dispositif"
    )
    link = models.CharField("lien", max_length=10, choices=Link)

    class Meta:
        verbose_name = "lien avec un dispositif"
        verbose_name_plural = "liens avec des dispositifs"
        ordering = ["proposal", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "scheme"],
                name="proposal_scheme_once",
                violation_error_message="Ce dispositif est déjà lié à la proposition.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal} {self.get_link_display()} {self.scheme}"
