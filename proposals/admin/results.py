"""Indicators of a strategy; their targets and values, written once."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from proposals.admin.base import OfStrategy
from proposals.admin.money import ONCE, WrittenOnce
from proposals.models import Indicator, IndicatorTarget, IndicatorValue
from sress import clock
from sress.admin import column


@admin.register(Indicator)
class IndicatorAdmin(OfStrategy):
    fieldsets = (
        (None, {"fields": ("strategy", "code", "title", "unit", "decimals", "better")}),
        ("Ce qu'il compte", {"fields": ("definition", "source", "is_context")}),
        (
            "Sur quoi il porte",
            {
                "fields": ("axis", "proposal", "action"),
                "description": "Un seul des trois ; aucun : toute la stratégie.",
            },
        ),
        ("Suivi", {"fields": ("period", "owner", "published")}),
        (
            "Point de départ",
            {
                "fields": ("baseline", "baseline_on"),
                "description": "Avec l'unité et le sens, il ne change plus dès qu'une cible ou une "
                "valeur est enregistrée.",
            },
        ),
    )
    same_strategy = ("axis", "proposal", "action")
    autocomplete_fields = ("axis", "proposal", "action", "owner")
    list_display = (
        "code",
        "title",
        "unit",
        column("owner", "référent·e"),
        "period",
        "published",
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy", "is_context", "published")
    list_select_related = ("strategy", "owner")
    search_fields = ("code", "title__unaccent__icontains")
    ordering = ("strategy", "is_context", "code")


@admin.register(IndicatorTarget)
class IndicatorTargetAdmin(WrittenOnce):
    staff_may = ("view", "add")
    strategy_path = "indicator__strategy"
    same_strategy = ("indicator",)
    fieldsets = (
        (
            None,
            {
                "fields": ("strategy", "indicator", "year", "value", "decided_on", "note"),
                "description": f"{ONCE} : une nouvelle cible de la même année remplace la "
                "précédente à partir de sa décision.",
            },
        ),
    )
    autocomplete_fields = ("indicator",)
    list_display = (
        column("indicator", "indicateur"),
        "year",
        "value",
        column("decided_on", "décidée le"),
    )
    list_filter = ("indicator__strategy", "year")
    list_select_related = ("indicator__strategy",)
    search_fields = ("indicator__code", "indicator__title__unaccent__icontains")
    ordering = ("-decided_on", "-pk")

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        today = clock.today().isoformat()
        return {"decided_on": today, **super().get_changeform_initial_data(request)}


@admin.register(IndicatorValue)
class IndicatorValueAdmin(WrittenOnce):
    staff_may = ("view", "add")
    strategy_path = "indicator__strategy"
    same_strategy = ("indicator",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("strategy", "indicator", "measured_on", "value", "reported_on"),
                    *("motive", "note", "author"),
                ),
                "description": f"{ONCE} : une nouvelle valeur du même jour remplace la précédente, "
                "avec son motif ; sans valeur, elle la retire.",
            },
        ),
    )
    readonly_fields = ("author",)
    autocomplete_fields = ("indicator",)
    list_display = (
        column("indicator", "indicateur"),
        column("measured_on", "valeur au"),
        "value",
        column("reported_on", "communiquée le"),
        column("author", "auteur·e"),
    )
    list_filter = ("indicator__strategy",)
    list_select_related = ("indicator__strategy", "author")
    search_fields = ("indicator__code", "indicator__title__unaccent__icontains")
    date_hierarchy = "measured_on"
    ordering = ("-measured_on", "-pk")

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        today = clock.today().isoformat()
        return {"reported_on": today, **super().get_changeform_initial_data(request)}

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Who writes it signs it."""
        obj.author = request.user
        super().save_model(request, obj, form, change)
