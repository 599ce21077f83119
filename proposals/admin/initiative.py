"""Initiatives, with the picture that is sent with them."""

from base64 import b64encode
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from proposals.admin.base import OfStrategy
from proposals.models import Initiative, InitiativePicture
from sress import clock, pictures
from sress.admin import column
from sress.uploads import LARGEST


class InitiativeForm(forms.ModelForm):
    """Its own fields, and a picture to put in place of the one it has."""

    file = forms.FileField(
        label="Nouvelle image",
        required=False,
        widget=forms.FileInput(attrs={"accept": pictures.ACCEPT}),
        help_text=f".jpg, .png ou .webp, {LARGEST // 1024 // 1024} Mo au plus. Le lieu et "
        "l'appareil que le fichier cache en sont retirés. Vérifiez que les personnes "
        "reconnaissables sont d'accord.",
    )
    without_picture = forms.BooleanField(label="Retirer l'image", required=False)

    def clean_file(self) -> pictures.Picture | None:
        sent = self.cleaned_data["file"]
        return pictures.checked(sent) if sent else None

    @property
    def changes_picture(self) -> bool:
        """Whether another picture, or none, takes the place of the one that it has."""
        return bool(self.cleaned_data.get("file") or self.cleaned_data.get("without_picture"))

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        sent = cleaned.get("file")
        if sent and cleaned.get("without_picture"):
            self.add_error("without_picture", "Une image est envoyée : retirez-la, ou décochez.")
        kept = self.instance.picture and not cleaned.get("without_picture")
        if sent or kept:
            for name in ("picture_alt", "picture_credit"):
                if not cleaned.get(name):
                    self.add_error(name, "Ce champ est nécessaire quand il y a une image.")
        return cleaned


@admin.register(Initiative)
class InitiativeAdmin(OfStrategy):
    form = InitiativeForm
    fieldsets = (
        (None, {"fields": ("strategy", "title", "slug", "summary", "text")}),
        (
            "Où, par qui",
            {
                "fields": ("epci", "organisation", "action", "proposal", "events"),
                "description": "Tout est facultatif. L'initiative est montrée sur la page de ce "
                "qu'elle cite.",
            },
        ),
        (
            "Image",
            {
                "fields": (
                    "shown_picture",
                    "file",
                    "picture_alt",
                    "picture_credit",
                    "without_picture",
                )
            },
        ),
        ("Publication", {"fields": ("told_on", "published_on", "highlighted")}),
    )
    same_strategy = ("action", "proposal", "events")
    readonly_fields = ("shown_picture",)
    prepopulated_fields = {"slug": ("title",)}
    list_display = (
        "title",
        column("epci", "territoire"),
        column("organisation", "structure"),
        column("published_on", "publiée le"),
        "highlighted",
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy", "highlighted")
    list_select_related = ("strategy", "epci", "organisation", "action", "proposal")
    search_fields = (
        "title__unaccent__icontains",
        "summary__unaccent__icontains",
        "epci__name__unaccent__icontains",
        "organisation__name__unaccent__icontains",
    )
    search_help_text = "Titre, résumé, territoire ou structure."
    date_hierarchy = "published_on"
    ordering = ("-published_on", "-pk")
    autocomplete_fields = ("epci", "organisation", "action", "proposal", "events")

    def view_on_site(self, obj: Initiative) -> str | None:
        told = obj.published_on and obj.published_on <= clock.today()
        return obj.get_absolute_url() if told and obj.strategy.published else None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.changes_picture:
            obj.show(form.cleaned_data["file"])
        else:
            super().save_model(request, obj, form, change)

    @admin.display(description="image")
    def shown_picture(self, initiative: Initiative) -> str:
        """The small version, inside the page: it has no address before it is published."""
        kept = InitiativePicture.objects.filter(initiative=initiative.pk)
        small = kept.values_list("small", flat=True).first()
        if small is None:
            return "Aucune"
        return format_html(
            '<img src="data:{};base64,{}" width="320" alt="{}">',
            pictures.TYPE,
            b64encode(bytes(small)).decode(),
            initiative.picture_alt,
        )
