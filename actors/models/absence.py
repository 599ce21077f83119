"""Who is away, and who stands in meanwhile."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When

from actors.models.user import User
from sress import clock
from sress.audit.tracking import tracked

# A reversed period is no range: PostgreSQL would fail before a check constraint could speak.
DAYS = Case(
    When(starts_on__gt=F("ends_on"), then=Value(None)),
    default=Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange"),
    output_field=DateRangeField(),
)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def today(self) -> Self:
        """Those that run today."""
        day = clock.today()
        return self.filter(starts_on__lte=day, ends_on__gte=day)


@tracked(under=("user",))
class Absence(models.Model):
    """Somebody is away from the first day to the last, both included; a deputy stands in.

    Meanwhile the deputy has the referent's rights over actions and proposals, besides their own.
    Rights are not handed on: the deputy's own deputy does not get them.
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="absences", verbose_name="personne absente"
    )
    deputy = models.ForeignKey(
        User, models.PROTECT, related_name="stands_in", verbose_name="suppléant·e"
    )
    starts_on = models.DateField("premier jour")
    ends_on = models.DateField("dernier jour")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence"
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="absence_dates_in_order",
                violation_error_message="Le dernier jour précède le premier.",
            ),
            models.CheckConstraint(
                condition=~Q(deputy=F("user")),
                name="absence_deputy_is_another",
                violation_error_message="La suppléance revient à quelqu'un d'autre.",
            ),
            ExclusionConstraint(
                name="absence_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                violation_error_message="Une autre absence est déjà déclarée sur cette période.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, du {self.starts_on:%d/%m/%Y} au {self.ends_on:%d/%m/%Y}"

    def clean(self) -> None:
        super().clean()
        # Said here too, at its field: PostgreSQL fails to compare a reversed period with others.
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": "Le dernier jour précède le premier."})
