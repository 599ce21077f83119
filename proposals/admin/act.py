"""Formal acts, events and conventions."""

from django.contrib import admin

from proposals.admin.base import Coordinated, OfStrategy
from proposals.models import Act, Amendment, Convention, Event
from sress.admin import AddedElsewhere, Rows, column


@admin.register(Act)
class ActAdmin(OfStrategy):
    fieldsets = (
        (None, {"fields": ("strategy", "title", "date", "reference")}),
        (
            "Nature",
            {
                "fields": ("kind", "body", "organisation", "subject", "outcome"),
                "description": "Qui a décidé, de quoi, et avec quelle issue.",
            },
        ),
        ("Texte", {"fields": ("note", "url", "source")}),
    )
    list_display = ("title", "reference", column("date", "date"), "kind", "body", "subject")
    list_filter = ("strategy", "kind", "body", "subject")
    list_select_related = ("strategy",)
    search_fields = ("title__unaccent__icontains", "reference")
    search_help_text = "Intitulé ou référence."
    date_hierarchy = "date"
    ordering = ("-date", "pk")
    autocomplete_fields = ("organisation",)


@admin.register(Event)
class EventAdmin(OfStrategy):
    fieldsets = (
        (None, {"fields": ("strategy", "kind", "title", "description")}),
        (
            "Quand et où",
            {
                "fields": ("date", "date_is_month", "place"),
                "description": "Quand seul le mois est connu, donnez le premier du mois et cochez "
                "la case : le site n'affiche alors que le mois.",
            },
        ),
        ("Références", {"fields": ("url", "source")}),
    )
    list_display = (
        "title",
        column("date", "date"),
        "kind",
        "place",
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy", "kind")
    list_select_related = ("strategy",)
    search_fields = ("title__unaccent__icontains", "place__unaccent__icontains")
    date_hierarchy = "date"
    ordering = ("-date", "pk")


class AmendmentRows(Rows):
    model = Amendment
    fields = ("number", "signed_on", "subject", "ends_on")


@admin.register(Convention)
class ConventionAdmin(OfStrategy):
    fieldsets = (
        (None, {"fields": ("strategy", "kind", "partner", "title", "reference")}),
        (
            "Durée",
            {
                "fields": ("signed_on", "ends_on"),
                "description": "Le terme initial reste celui de la signature : s'il change, "
                "ajoutez un avenant ci-dessous.",
            },
        ),
        ("Actes", {"fields": ("acts",)}),
    )
    same_strategy = ("acts",)
    list_display = (
        "title",
        "reference",
        column("partner", "partenaire"),
        column("signed_on", "signée le"),
        column("ends_on", "terme initial"),
    )
    list_filter = ("strategy", "kind")
    list_select_related = ("partner", "strategy")
    search_fields = (
        "title__unaccent__icontains",
        "reference",
        "partner__name__unaccent__icontains",
    )
    search_help_text = "Intitulé, référence ou partenaire."
    date_hierarchy = "signed_on"
    ordering = ("-signed_on", "pk")
    autocomplete_fields = ("partner", "acts")
    inlines = (AmendmentRows,)


@admin.register(Amendment)
class AmendmentAdmin(Coordinated, AddedElsewhere):
    staff_may = ("view", "change")
    strategy_path = "convention__strategy"
    fieldsets = (
        (
            None,
            {
                "fields": ("convention", "number", "signed_on", "subject", "ends_on"),
                "description": "De nouveaux avenants s'ajoutent dans la fiche de la convention.",
            },
        ),
    )
    readonly_fields = ("convention",)
    list_display = (
        column("convention", "convention"),
        "number",
        "subject",
        column("signed_on", "signé le"),
        column("ends_on", "nouveau terme"),
    )
    list_select_related = ("convention",)
    search_fields = ("convention__title__unaccent__icontains", "subject__unaccent__icontains")
    date_hierarchy = "signed_on"
    ordering = ("-signed_on", "pk")
