"""Éditions, read here; they are frozen on the site."""

from django.contrib import admin

from proposals.admin.base import CoordinatedFacts
from proposals.models import Edition, EditionDocument
from sress.admin import column


@admin.register(Edition)
class EditionAdmin(CoordinatedFacts):
    fieldsets = (
        (None, {"fields": ("strategy", "number", "title", "event")}),
        ("Figée", {"fields": ("day", "known_at", "author")}),
    )
    list_display = (
        "number",
        "title",
        column("day", "situation au"),
        column("known_at", "figée le"),
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("title__unaccent__icontains",)
    ordering = ("strategy", "-number")


@admin.register(EditionDocument)
class EditionDocumentAdmin(CoordinatedFacts):
    strategy_path = "edition__strategy"
    fields = ("edition", "name", "content_type", "size", "sha256")
    list_display = ("name", column("edition", "édition"), "content_type", "size")
    list_filter = ("edition__strategy",)
    list_select_related = ("edition__strategy",)
    search_fields = ("name", "sha256")
    ordering = ("-edition", "pk")
