"""Administration of organisations, territories and absences; accounts have their own module."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from actors.accounts import admin as accounts
from actors.models import (
    Absence,
    AccountEvent,
    Commune,
    Contour,
    Epci,
    Membership,
    Organisation,
    Region,
    Service,
)
from sress.admin import Facts, Guarded, Rows, column, link

__all__ = ["accounts"]


@admin.register(Absence)
class AbsenceAdmin(Guarded):
    """For administrators: an absence gives rights. Officers declare theirs on their desk."""

    fieldsets = (
        (
            None,
            {
                "fields": ("user", "deputy", "starts_on", "ends_on"),
                "description": "Du premier au dernier jour, la personne suppléante a les droits de "
                "la personne absente sur ses actions et propositions.",
            },
        ),
    )
    list_display = (
        column("user", "personne absente"),
        column("deputy", "suppléant·e"),
        column("starts_on", "premier jour"),
        column("ends_on", "dernier jour"),
    )
    list_select_related = ("user", "deputy")
    search_fields = (
        "user__full_name__unaccent__icontains",
        "deputy__full_name__unaccent__icontains",
    )
    ordering = ("-starts_on", "pk")
    autocomplete_fields = ("user", "deputy")


@admin.register(AccountEvent)
class AccountEventAdmin(Facts):
    """Who can enter by which account: what changed, when, and by whom."""

    fields = ("user", "what", "by", "recorded_at")
    list_display = (
        column("recorded_at", "le"),
        column("user", "compte"),
        "what",
        column("by", "par"),
    )
    list_filter = ("what",)
    list_select_related = ("user", "by")
    search_fields = ("user__full_name__unaccent__icontains", "by__full_name__unaccent__icontains")
    ordering = ("-recorded_at", "-pk")


class ServiceRows(Rows):
    model = Service
    fields = ["name", "public_email", "public_phone"]


# Everything an organisation is found by; official numbers by their beginning.
FOUND_BY = (
    "name__unaccent__icontains",
    "short_name__unaccent__icontains",
    "siren__startswith",
    "siret__startswith",
    "rna__istartswith",
)
NUMBERS: Any = (
    "Numéros officiels",
    {
        "fields": ("siren", "siret", "rna"),
        "description": "Facultatifs, mais vérifiés : clé du SIREN et du SIRET, forme du RNA.",
    },
)
PERIOD = (column("valid_from", "depuis"), column("valid_until", "jusqu'au"))
CONTACT: Any = ("Contact public", {"fields": ("website", "public_email")})


@admin.register(Organisation)
class OrganisationAdmin(Guarded):
    staff_may = ("view", "add", "change")
    fieldsets = (
        (None, {"fields": ("name", "short_name", "kind", "commune", "epci", "source")}),
        (
            "Économie sociale et solidaire",
            {
                "fields": ("legal_family", "is_esus", "carrier"),
                "description": "Pour une structure de l'ESS seulement.",
            },
        ),
        NUMBERS,
        CONTACT,
    )
    readonly_fields = ("source",)
    list_display = ("name", "kind", "siren", column("epci", "EPCI du siège"), "source")
    list_filter = ("kind", "source", "legal_family", "is_esus")
    list_select_related = ("epci",)
    search_fields = FOUND_BY
    search_help_text = "Nom, sigle, début de SIREN, SIRET ou RNA."
    ordering = ("name", "pk")
    autocomplete_fields = ("carrier", "commune", "epci")
    inlines = (ServiceRows,)


@admin.register(Service)
class ServiceAdmin(Guarded):
    staff_may = ("view", "add", "change")
    fields = ("organisation", "name", "public_email", "public_phone")
    list_display = (
        "name",
        column("organisation", "organisation"),
        "public_email",
        "public_phone",
    )
    list_select_related = ("organisation",)
    search_fields = ("name__unaccent__icontains", "organisation__name__unaccent__icontains")
    ordering = ("name", "pk")
    autocomplete_fields = ("organisation",)


class CodedAdmin(Guarded):
    """Rows named by an INSEE code, which does not change."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(("code",) if obj else ()))


@admin.register(Region)
class RegionAdmin(CodedAdmin):
    staff_may = ("view",)
    fieldsets = (
        (
            None,
            {
                "fields": ("code", "name", "departements", "organisation"),
                "description": "Les départements s'écrivent « 18, 28, 36 ». La collectivité n'est "
                "nécessaire que si la région suit une stratégie ici.",
            },
        ),
    )
    list_display = ("name", "code", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name__unaccent__icontains", "=code")
    ordering = ("name",)
    autocomplete_fields = ("organisation",)


class CommunesOfEpci(Rows):
    """Read here; changed one by one among the memberships, where periods are checked."""

    model = Membership
    fields = readonly_fields = ("commune", "valid_from", "valid_until")
    related = ("commune", "epci")
    verbose_name_plural = "communes"
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Epci)
class EpciAdmin(Guarded):
    staff_may = ("view",)
    fieldsets = (
        (None, {"fields": ("name", "short_name", "type", "siren", "population")}),
        (
            "Territoire",
            {
                "fields": ("region_code", "departements", "has_contour", "communes"),
                "description": "Les départements s'écrivent « 45, 18 », celui du siège d'abord. "
                "Le contour vient du chargement des données de référence.",
            },
        ),
        (
            "Existence",
            {
                "fields": ("valid_from", "valid_until", "successors"),
                "description": "Un EPCI dissous ou fusionné ne se supprime pas : donnez sa "
                "dernière date et ses successeurs.",
            },
        ),
        CONTACT,
    )
    readonly_fields = ("has_contour", "communes")
    list_display = ("name", "type", "siren", "population", *PERIOD)
    list_filter = ("type", "region_code")
    search_fields = ("name__unaccent__icontains", "short_name__unaccent__icontains", "^siren")
    ordering = ("name", "pk")
    autocomplete_fields = ("successors",)
    inlines = (CommunesOfEpci,)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.kind = Organisation.Kind.EPCI
        super().save_model(request, obj, form, change)

    @admin.display(description="contour", boolean=True)
    def has_contour(self, obj: Epci) -> bool:
        return obj.contours.exists()

    @admin.display(description="appartenances")
    def communes(self, obj: Epci) -> SafeString | str:
        if not obj.pk:
            return "Elles se saisissent une fois l'EPCI enregistré."
        listed = reverse("admin:actors_membership_changelist")
        return link(f"{listed}?epci__organisation_ptr__exact={obj.pk}", "Voir et modifier")


@admin.register(Commune)
class CommuneAdmin(CodedAdmin):
    staff_may = ("view",)
    fields = ("code", "name", "departement", "region_code")
    list_display = ("name", "code", "departement", "region_code")
    list_filter = ("departement",)
    search_fields = ("name__unaccent__icontains", "^code")
    ordering = ("name", "code")


@admin.register(Membership)
class MembershipAdmin(Guarded):
    staff_may = ("view",)
    fieldsets = (
        (
            None,
            {
                "fields": ("commune", "epci", "valid_from", "valid_until"),
                "description": "Une commune appartient à un seul EPCI à la fois. Pour un "
                "changement, fermez l'ancienne période puis ouvrez la nouvelle le lendemain. Une "
                "date vide : « depuis toujours » ou « toujours en cours ».",
            },
        ),
    )
    list_display = (column("commune", "commune"), column("epci", "EPCI"), *PERIOD)
    list_select_related = ("commune", "epci")
    search_fields = (
        "commune__name__unaccent__icontains",
        "^commune__code",
        "epci__name__unaccent__icontains",
    )
    ordering = ("commune__name", "commune__code", "valid_from", "pk")
    autocomplete_fields = ("commune", "epci")


@admin.register(Contour)
class ContourAdmin(Facts):
    """The outlines come from the reference data: which EPCI has one, and since when."""

    fields = ("epci", "valid_from", "valid_until")
    list_display = (column("epci", "EPCI"), *PERIOD)
    list_select_related = ("epci",)
    search_fields = ("epci__name__unaccent__icontains", "^epci__siren")
    ordering = ("epci__name", "valid_from", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the outlines: hundreds of kilobytes that no page here shows."""
        return super().get_queryset(request).defer("geometry")
