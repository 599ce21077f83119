"""What the strategy achieves: indicators, their targets year by year, their dated values.

An indicator is of a strategy, or of one of its axes, proposals or actions. Targets and values are
facts: written once, dated. A later target of the same year takes the place of the former from its
decision on; a later value of the same day takes the place of the former, or takes it back, with a
motive. Nothing here says how far things are: `proposals.results` computes it at a moment.
"""

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from actors.models.user import REGIONAL
from proposals.models import rights
from proposals.models.action import Action
from proposals.models.strategy import Axis, Proposal, Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.functions import ParisDay


class Figure(models.DecimalField):
    """What an indicator counts, in its unit."""

    def __init__(self, verbose_name: str = "valeur", **kwargs: Any) -> None:
        super().__init__(verbose_name, **{"max_digits": 16, "decimal_places": 4, **kwargs})


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def published(self) -> Self:
        """What the public reads: not what is about an action that it does not know of."""
        return self.filter(Q(action=None) | Q(action__published=True), published=True)

    def measured_by(self, user: rights.Someone) -> Self:
        """Those whose values `user` enters."""
        return self.filter(rights.measured(user))


@tracked()
class Indicator(models.Model):
    """What is counted, and how. A context figure describes the region: no target, no judgement."""

    class Better(models.TextChoices):
        MORE = "croissant", "Plus, c'est mieux"
        LESS = "decroissant", "Moins, c'est mieux"

    class Period(models.IntegerChoices):
        """How often a value is expected, in months: at the end of each such part of the year."""

        MONTH = 1, "Chaque mois"
        QUARTER = 3, "Chaque trimestre"
        HALF = 6, "Chaque semestre"
        YEAR = 12, "Chaque année"

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="indicators", verbose_name="stratégie"
    )
    axis = models.ForeignKey(
        Axis,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name="axe",
    )
    proposal = models.ForeignKey(
        Proposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name="proposition",
    )
    action = models.ForeignKey(
        Action,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name="action",
    )
    code = models.CharField(
        "code",
        max_length=40,
        help_text="Des lettres sans accent, des chiffres et des tirets : il est dans l'adresse.",
    )
    title = models.CharField("intitulé", max_length=200)
    unit = models.CharField("unité", max_length=60, help_text="« emplois », « % », « € »…")
    definition = models.TextField("définition", blank=True, help_text="Ce qui est compté.")
    source = models.CharField("source", max_length=250, blank=True)
    is_context = models.BooleanField(
        "chiffre de contexte",
        default=False,
        help_text="Il décrit la région : il n'a pas de cible.",
    )
    decimals = models.PositiveSmallIntegerField(
        "décimales", default=0, validators=[MaxValueValidator(4)]
    )
    better = models.CharField("sens", max_length=12, choices=Better, default=Better.MORE)
    period = models.PositiveSmallIntegerField(
        "valeur attendue",
        choices=Period,
        null=True,
        blank=True,
        help_text="Vide : aucune valeur n'est attendue à date fixe.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        limit_choices_to={"role__in": REGIONAL},
        verbose_name="référent·e",
        help_text="Vide : la personne référente de l'action ou de la proposition, sinon la "
        "coordination.",
    )
    baseline = Figure("valeur de départ", null=True, blank=True)
    baseline_on = models.DateField("valeur de départ au", null=True, blank=True)
    published = models.BooleanField("publié", default=True)
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = "indicateur"
        ordering = ["strategy", "is_context", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "code"],
                name="indicator_code_unique",
                violation_error_message="Un indicateur de la stratégie porte déjà ce code.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"\A[A-Za-z0-9]+(-[A-Za-z0-9]+)*\Z"),
                name="indicator_code_shape",
                violation_error_message="Un code s'écrit comme emplois-crees : des lettres sans "
                "accent, des chiffres, des tirets.",
            ),
            models.CheckConstraint(
                condition=Q(axis=None, proposal=None)
                | Q(axis=None, action=None)
                | Q(proposal=None, action=None),
                name="indicator_of_one_thing",
                violation_error_message="Un indicateur porte sur un axe, une proposition ou une "
                "action : un seul des trois.",
            ),
            models.CheckConstraint(
                condition=Q(baseline=None, baseline_on=None)
                | Q(baseline__isnull=False, baseline_on__isnull=False),
                name="indicator_baseline_dated",
                violation_error_message="Une valeur de départ va avec son jour.",
            ),
            models.CheckConstraint(
                condition=Q(baseline_on__lte=ParisDay("recorded_at")),
                name="indicator_baseline_not_in_future",
                violation_error_message="Une valeur de départ est d'aujourd'hui au plus tard.",
            ),
            models.CheckConstraint(
                condition=Q(better__in=["croissant", "decroissant"]),
                name="indicator_better_known",
                violation_error_message="Dites si plus, ou moins, c'est mieux.",
            ),
            models.CheckConstraint(
                condition=Q(period=None) | Q(period__in=[1, 3, 6, 12]),
                name="indicator_period_known",
                violation_error_message="Une valeur s'attend chaque mois, trimestre, semestre ou "
                "année.",
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=4),
                name="indicator_decimals_at_most_four",
                violation_error_message="Quatre décimales au plus.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('results', args=[self.strategy.slug])}#{self.code}"

    def clean(self) -> None:
        super().clean()
        for name in ("axis", "proposal", "action"):
            about = getattr(self, name) if getattr(self, f"{name}_id") else None
            if about and self.strategy_id and about.strategy_id != self.strategy_id:
                raise ValidationError({name: "C'est d'une autre stratégie."})

    @property
    def referents(self) -> list[int]:
        """Who is asked for its values, the first whose account is open; else the coordination."""
        found = [self.owner_id]
        if self.action:
            found += [self.action.referent_id, self.action.proposal.referent_id]
        if self.proposal:
            found.append(self.proposal.referent_id)
        return [one for one in found if one]


@tracked(under=("indicator",))
class IndicatorTarget(models.Model):
    """What is aimed at on 31 December of a year. Append-only."""

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="targets", verbose_name="indicateur"
    )
    year = models.PositiveSmallIntegerField("année")
    value = Figure("cible au 31 décembre")
    decided_on = models.DateField(
        "décidée le", help_text="À partir de ce jour, elle remplace la précédente de l'année."
    )
    note = models.CharField("précisions", max_length=250, blank=True)
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)

    class Meta:
        verbose_name = "cible"
        ordering = ["indicator", "year", "decided_on", "recorded_at", "pk"]
        indexes = [models.Index(fields=["indicator", "year"], name="indicator_targets")]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__gte=2000, year__lte=2100),
                name="indicator_target_year_plausible",
                violation_error_message="Une année s'écrit comme 2021.",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__lte=ParisDay("recorded_at")),
                name="indicator_target_not_in_future",
                violation_error_message="Une cible s'écrit une fois décidée : datez-la "
                "d'aujourd'hui au plus tard.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code}, {self.year}"


@tracked(under=("indicator",))
class IndicatorValue(models.Model):
    """The value of an indicator on a day; None takes back what was said of it. Append-only."""

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="values", verbose_name="indicateur"
    )
    measured_on = models.DateField("valeur au")
    value = Figure(null=True, blank=True)
    reported_on = models.DateField(
        "communiquée le", help_text="À partir de ce jour, les pages la montrent."
    )
    motive = models.CharField(
        "motif",
        max_length=250,
        blank=True,
        help_text="Obligatoire pour remplacer ou retirer une valeur.",
    )
    note = models.CharField("précisions", max_length=250, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="indicator_values",
        verbose_name="auteur·e",
    )
    recorded_at = models.DateTimeField("saisi le", default=clock.now, editable=False)
    submission = models.UUIDField(
        "envoi du formulaire",
        default=uuid.uuid4,
        unique=True,
        editable=False,
        error_messages={"unique": "Ce formulaire est déjà enregistré."},
    )

    class Meta:
        verbose_name = "valeur d'indicateur"
        verbose_name_plural = "valeurs d'indicateurs"
        ordering = ["-measured_on", "-recorded_at", "-pk"]
        indexes = [models.Index(fields=["indicator", "measured_on"], name="indicator_values")]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(motive=""),
                name="indicator_value_withdrawn_with_motive",
                violation_error_message="Donnez une valeur, ou le motif de son retrait.",
            ),
            models.CheckConstraint(
                condition=Q(reported_on__lte=ParisDay("recorded_at")),
                name="indicator_value_not_in_future",
                violation_error_message="Une valeur se communique à la date du jour au plus tard.",
            ),
            models.CheckConstraint(
                condition=Q(measured_on__lte=F("reported_on")),
                name="indicator_value_measured_before_told",
                violation_error_message="Une valeur est d'un jour passé : elle ne se communique "
                "pas d'avance.",
            ),
            models.CheckConstraint(
                condition=Q(measured_on__year__gte=2000),
                name="indicator_value_date_plausible",
                violation_error_message="Cette date est d'un autre siècle.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.code} au {self.measured_on:%d/%m/%Y}"
