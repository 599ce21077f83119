"""Attachments: found here, and erased when the law or a mistake asks for it. Handovers: read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from proposals.admin.base import CoordinatedFacts
from proposals.models import Attachment, Handover
from sress.admin import column
from sress.bulk import asks_first


class MotiveForm(forms.Form):
    because = forms.CharField(
        label="Motif, publié à la place de la pièce",
        max_length=250,
        help_text="Par exemple « Contenait des données personnelles ».",
    )


@admin.register(Attachment)
class AttachmentAdmin(CoordinatedFacts):
    """Those of published reports: a draft's are its author's."""

    staff_may = ("view", "erase")
    strategy_path = "report__action__strategy"
    fields = ("name", "report", "content_type", "size", "added_at", "erased_at", "erased_because")
    list_display = (
        "name",
        column("report", "point"),
        "size",
        column("added_at", "jointe le"),
        column("erased_at", "effacée le"),
    )
    list_select_related = ("report__action",)
    search_fields = ("name__unaccent__icontains", "^report__action__code")
    ordering = ("-pk",)
    actions = ("erase",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(report__isnull=False)

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "erase")

    @asks_first(
        "Effacer le contenu des pièces choisies",
        "Leur contenu disparaît pour toujours. Leur nom et votre motif restent à leur place.",
        needs="erase",
        form=MotiveForm,
    )
    def erase(self, request: HttpRequest, queryset: QuerySet[Attachment], because: str) -> None:
        rows = list(queryset.filter(erased_at=None))
        for attachment in rows:
            attachment.erase(by=request.user, because=because)  # type: ignore[arg-type]
        self.log_changes(request, queryset, ["contenu effacé"])
        self.message_user(request, f"{len(rows)} pièce(s) effacée(s).")


@admin.register(Handover)
class HandoverAdmin(CoordinatedFacts):
    strategy_path = "action__strategy"
    fields = ("action", "given_by", "given_to", "word", "given_at")
    list_display = (
        column("action", "action"),
        column("given_by", "par"),
        column("given_to", "à"),
        column("given_at", "le"),
    )
    list_select_related = ("action", "given_by", "given_to")
    search_fields = (
        "^action__code",
        "given_by__full_name__unaccent__icontains",
        "given_to__full_name__unaccent__icontains",
    )
    ordering = ("-given_at", "-pk")
