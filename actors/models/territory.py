"""Regions, EPCI and communes over time.

Validity dates are inclusive. A missing beginning means « already so in the oldest source », a
missing end « still so in the newest ».
"""

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When

from actors.models.organisation import Organisation
from sress.audit.tracking import tracked


class ValidAt(models.QuerySet):
    """Rows that are so during a period."""

    def valid_on(self, day: date) -> Self:
        """Those in force on `day`."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gte=day),
        )


# A reversed period is no range: PostgreSQL would fail before a check constraint could speak.
PERIOD = Case(
    When(valid_from__gt=F("valid_until"), then=Value(None)),
    default=Func(F("valid_from"), F("valid_until"), Value("[]"), function="daterange"),
    output_field=DateRangeField(),
)


def in_order(name: str) -> models.CheckConstraint:
    """A period ends after it begins."""
    return models.CheckConstraint(
        condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
        name=name,
        violation_error_message="La fin de validité précède le début.",
    )


@tracked()
class Region(models.Model):
    """A French region (INSEE code), with the body that governs it when it runs a strategy here."""

    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=80)
    departements = ArrayField(models.CharField(max_length=3), verbose_name="départements")
    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="region",
        verbose_name="collectivité",
        error_messages={"unique": "Cette collectivité est déjà celle d'une autre région."},
    )

    class Meta:
        verbose_name = "région"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class Epci(Organisation):
    """An intercommunal body (établissement public de coopération intercommunale) over time."""

    class Type(models.TextChoices):
        METROPOLE = "ME", "Métropole"
        URBAINE = "CU", "Communauté urbaine"
        AGGLOMERATION = "CA", "Communauté d'agglomération"
        COMMUNES = "CC", "Communauté de communes"

    organisation_ptr = models.OneToOneField(
        Organisation, models.CASCADE, parent_link=True, primary_key=True, related_name="as_epci"
    )
    type = models.CharField("type", max_length=2, choices=Type)
    region_code = models.CharField(
        "région du siège", max_length=3, help_text="Code INSEE ; un EPCI voisin peut y déborder."
    )
    departements = ArrayField(
        models.CharField(max_length=3),
        verbose_name="départements",
        help_text="Codes des départements de ses communes, celui du siège d'abord.",
    )
    population = models.PositiveIntegerField("population", null=True, blank=True)
    valid_from = models.DateField("existe depuis", null=True, blank=True)
    valid_until = models.DateField("existe jusqu'au", null=True, blank=True)
    successors = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="predecessors",
        verbose_name="successeurs",
    )

    objects = ValidAt.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = "EPCI"
        verbose_name_plural = "EPCI"
        constraints = [
            in_order("epci_validity_in_order"),
            models.CheckConstraint(
                condition=Q(departements__len__gt=0),
                name="epci_has_departement",
                violation_error_message="Au moins un département est attendu.",
            ),
        ]


@tracked(exclude=("geometry",), under=("epci",))
class Contour(models.Model):
    """The outline of an EPCI during a period: it changes when communes join or leave."""

    epci = models.ForeignKey(Epci, models.CASCADE, related_name="contours", verbose_name="EPCI")
    geometry = models.JSONField("géométrie", help_text="GeoJSON simplifié, WGS 84.")
    valid_from = models.DateField("depuis", null=True, blank=True)
    valid_until = models.DateField("jusqu'au", null=True, blank=True)

    objects = ValidAt.as_manager()

    class Meta:
        verbose_name = "contour d'EPCI"
        verbose_name_plural = "contours d'EPCI"
        ordering = ["epci", F("valid_from").asc(nulls_first=True), "pk"]
        constraints = [
            in_order("contour_validity_in_order"),
            ExclusionConstraint(
                name="contour_one_at_a_time",
                expressions=[
                    ("epci", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cet EPCI a déjà un contour à cette période.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.epci)


@tracked()
class Commune(models.Model):
    """A commune (INSEE code), as citizens name the place where they live."""

    code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=100)
    departement = models.CharField("département", max_length=3)
    region_code = models.CharField("région", max_length=3)

    class Meta:
        verbose_name = "commune"
        ordering = ["name", "code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.departement})"


@tracked(under=("commune", "epci"))
class Membership(models.Model):
    """A commune belongs to an EPCI during a period; to one at most at any date."""

    commune = models.ForeignKey(
        Commune, models.CASCADE, related_name="memberships", verbose_name="commune"
    )
    epci = models.ForeignKey(Epci, models.CASCADE, related_name="memberships", verbose_name="EPCI")
    valid_from = models.DateField("depuis", null=True, blank=True)
    valid_until = models.DateField("jusqu'au", null=True, blank=True)

    objects = ValidAt.as_manager()

    class Meta:
        verbose_name = "appartenance à un EPCI"
        verbose_name_plural = "appartenances à un EPCI"
        ordering = ["commune", F("valid_from").asc(nulls_first=True), "pk"]
        constraints = [
            in_order("membership_validity_in_order"),
            ExclusionConstraint(
                name="membership_one_epci_at_a_time",
                expressions=[
                    ("commune", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                violation_error_message="Cette commune appartient déjà à un EPCI à cette période.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune} → {self.epci}"
