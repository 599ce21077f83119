"""Meetings and their decisions; they are prepared, written and followed on the site."""

from django.contrib import admin

from proposals.admin.base import Coordinated, CoordinatedFacts, OfStrategy
from proposals.models import (
    AgendaItem,
    Decision,
    DecisionAction,
    DecisionFollowUp,
    Highlight,
    Meeting,
)
from sress.admin import AddedElsewhere, column

ON_SITE = "Cela s'écrit sur le site : Mon suivi, Réunions. Un relevé validé ne change plus."


@admin.register(Meeting)
class MeetingAdmin(OfStrategy):
    fieldsets = (
        (
            None,
            {
                "fields": ("strategy", "kind", "title", "cancelled"),
                "description": ON_SITE,
            },
        ),
        ("Quand et où", {"fields": ("date", "time", "place", "participants")}),
        ("Relevé", {"fields": ("visibility", "event", "validated_at", "validated_by")}),
    )
    readonly_fields = ("validated_at", "validated_by")
    same_strategy = ("event",)
    autocomplete_fields = ("event",)
    list_display = (
        "kind",
        column("date", "date"),
        "title",
        column("validated_at", "relevé validé le"),
        "cancelled",
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy", "kind", "cancelled")
    list_select_related = ("strategy",)
    search_fields = ("title__unaccent__icontains", "place__unaccent__icontains", "kind")
    date_hierarchy = "date"
    ordering = ("-date", "-pk")


class OfMeeting(Coordinated, AddedElsewhere):
    """Lines of a meeting, written on the site."""

    staff_may = ("view",)
    strategy_path = "meeting__strategy"
    list_select_related = ("meeting__strategy",)
    ordering = ("-meeting__date", "meeting", "pk")


@admin.register(AgendaItem)
class AgendaItemAdmin(OfMeeting):
    fieldsets = (
        (
            None,
            {
                "fields": ("meeting", "rank", "subject", "kind", "action", "decision"),
                "description": ON_SITE,
            },
        ),
    )
    readonly_fields = ("meeting", "action", "decision")
    list_display = ("subject", "kind", column("meeting", "réunion"), "rank")
    list_filter = ("meeting__strategy", "kind")
    search_fields = ("subject__unaccent__icontains",)


@admin.register(Highlight)
class HighlightAdmin(OfMeeting):
    fieldsets = ((None, {"fields": ("meeting", "rank", "text", "report"), "description": ON_SITE}),)
    readonly_fields = ("meeting", "report")
    list_display = ("text", column("meeting", "réunion"), "rank")
    list_filter = ("meeting__strategy",)
    search_fields = ("text__unaccent__icontains",)


@admin.register(Decision)
class DecisionAdmin(OfMeeting):
    fieldsets = (
        (
            None,
            {"fields": ("meeting", "number", "text", "visibility"), "description": ON_SITE},
        ),
        ("Exécution", {"fields": ("owner", "carried_by", "due_on")}),
    )
    readonly_fields = ("meeting",)
    autocomplete_fields = ("owner",)
    list_display = (
        "number",
        "text",
        column("meeting", "réunion"),
        "carried_by",
        column("due_on", "échéance"),
        "visibility",
    )
    list_filter = ("meeting__strategy", "visibility")
    search_fields = ("text__unaccent__icontains", "carried_by__unaccent__icontains")


@admin.register(DecisionAction)
class DecisionActionAdmin(CoordinatedFacts):
    strategy_path = "decision__meeting__strategy"
    fields = ("decision", "action")
    list_display = (column("decision", "décision"), column("action", "action"))
    list_filter = ("decision__meeting__strategy",)
    list_select_related = ("decision__meeting", "action")
    search_fields = ("decision__text__unaccent__icontains", "^action__code")
    ordering = ("-decision__meeting__date", "pk")


@admin.register(DecisionFollowUp)
class DecisionFollowUpAdmin(CoordinatedFacts):
    strategy_path = "decision__meeting__strategy"
    fields = ("decision", "day", "state", "due_on", "note", "author", "recorded_at")
    list_display = (
        column("decision", "décision"),
        "state",
        column("day", "date d'effet"),
        column("due_on", "nouvelle échéance"),
        "author",
    )
    list_filter = ("decision__meeting__strategy", "state")
    list_select_related = ("decision__meeting", "author")
    search_fields = ("decision__text__unaccent__icontains", "note__unaccent__icontains")
    date_hierarchy = "day"
    ordering = ("-day", "-pk")
