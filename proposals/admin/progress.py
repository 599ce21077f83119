"""The log, read-only: facts are written by officers on the site, and corrected there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from proposals.admin.base import CoordinatedFacts, to_change
from proposals.models import MilestoneUpdate, ProgressReport, ProgressReportDraft, Strategy
from sress.admin import Rows, column


class MilestoneUpdateRows(Rows):
    model = MilestoneUpdate
    fields = ("milestone", "reached", "revised_due_date", "revision_recorded_on")
    readonly_fields = ("revision_recorded_on",)
    related = ("milestone",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ProgressReport)
class ProgressReportAdmin(CoordinatedFacts):
    strategy_path = "action__strategy"
    fieldsets = (
        (
            None,
            {
                "fields": ("action", "strategy", "reported_on", "author", "recorded_at"),
                "description": "Un point publié ne se modifie pas et ne s'efface pas. Pour une "
                "erreur, corrigez-le ou retirez-le depuis la page de l'action, sur le site.",
            },
        ),
        (
            "Correction",
            {"fields": ("is_retraction", "corrected", "correction")},
        ),
        (
            "Ce que dit le point",
            {
                "fields": ("status", "progress", "text", "difficulty_motive", "decision"),
            },
        ),
        (
            "Échéance",
            {"fields": ("revised_due_date", "revision_motive", "revision_recorded_on")},
        ),
        (
            "Publicité",
            {
                "fields": ("visibility", "public_from"),
                "description": "« Interne » cache au public le texte et les motifs, jamais l'état "
                "ni l'échéance.",
            },
        ),
    )
    list_display = (
        column("action", "action"),
        column("recorded_at", "saisi le"),
        column("reported_on", "date d'effet"),
        "status",
        "percent",
        column("author", "auteur"),
        "outcome",
    )
    list_filter = ("status", "visibility", "is_retraction", "action__strategy")
    list_select_related = ("action", "author", "superseded_by")
    search_fields = (
        "^action__code",
        "action__title__unaccent__icontains",
        "author__full_name__unaccent__icontains",
    )
    search_help_text = "Code ou titre de l'action, auteur. Les derniers saisis d'abord."
    date_hierarchy = "reported_on"
    # The key follows the order of recording, and is an index: a million rows list at once.
    ordering = ("-pk",)
    inlines = (MilestoneUpdateRows,)

    @admin.display(description="stratégie")
    def strategy(self, obj: ProgressReport) -> Strategy:
        return obj.action.strategy

    @admin.display(description="%", ordering="progress")
    def percent(self, obj: ProgressReport) -> int | None:
        return obj.progress

    @admin.display(description="suite")
    def outcome(self, obj: ProgressReport) -> str:
        later = getattr(obj, "superseded_by", None)
        if later:
            return "retiré" if later.is_retraction else "corrigé"
        if obj.is_retraction:
            return "retire un point"
        return "corrige un point" if obj.supersedes_id else ""

    @admin.display(description="corrige ou retire")
    def corrected(self, obj: ProgressReport) -> SafeString | str:
        return _to_report(obj.supersedes)

    @admin.display(description="corrigé ou retiré par")
    def correction(self, obj: ProgressReport) -> SafeString | str:
        return _to_report(getattr(obj, "superseded_by", None))


def _to_report(report: ProgressReport | None) -> SafeString | str:
    if report is None:
        return "—"
    said = "retrait" if report.is_retraction else report.get_status_display().lower()
    return to_change(report, f"Le point du {report.reported_on:%d/%m/%Y} ({said})")


@admin.register(MilestoneUpdate)
class MilestoneUpdateAdmin(CoordinatedFacts):
    strategy_path = "report__action__strategy"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "report",
                    "milestone",
                    "reached",
                    "revised_due_date",
                    "revision_recorded_on",
                ),
                "description": "Ce qu'un point d'avancement dit d'une étape ; il se corrige avec "
                "lui.",
            },
        ),
    )
    list_display = (
        column("report", "point"),
        column("milestone", "étape"),
        "reached",
        column("revised_due_date", "nouvelle échéance"),
    )
    list_filter = ("reached",)
    list_select_related = ("report__action", "milestone")
    search_fields = ("^milestone__action__code", "milestone__title__unaccent__icontains")
    ordering = ("-pk",)


@admin.register(ProgressReportDraft)
class ProgressReportDraftAdmin(CoordinatedFacts):
    """Who is writing on what: the words stay the author's until they publish them."""

    strategy_path = "action__strategy"

    fieldsets = (
        (
            None,
            {
                "fields": ("action", "author", "updated_at"),
                "description": "Le contenu d'un brouillon n'est visible que de son auteur, et ne "
                "compte nulle part.",
            },
        ),
    )
    list_display = (
        column("action", "action"),
        column("author", "auteur"),
        column("updated_at", "enregistré le"),
    )
    list_select_related = ("action", "author")
    search_fields = ("^action__code", "author__full_name__unaccent__icontains")
    ordering = ("-updated_at", "pk")
