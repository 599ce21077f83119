"""Administration of accounts, organisations and territories."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from actors.erasing import Erasing
from actors.models import (
    Absence,
    Commune,
    Contour,
    Epci,
    Membership,
    Organisation,
    Region,
    Service,
    User,
)
from sress.admin import Facts, Guarded, Rows, column, link


class NewUserForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "full_name", "role", "service", "organisation")


class ChangedUserForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes: dict[str, type[forms.Field]] = {}


@admin.register(User)
class UserAdmin(Erasing, Guarded, DjangoUserAdmin):
    """Accounts. A role says what each may do; administrators alone open and change accounts."""

    staff_may = ("view",)
    form = ChangedUserForm
    add_form = NewUserForm
    fieldsets = (
        (
            None,
            {
                "fields": ("email", "full_name", "service", "password"),
                "description": "Le nom et l'adresse ne sont jamais publics : le site montre le "
                "service.",
            },
        ),
        (
            "Droits",
            {
                "fields": ("is_active", "role", "organisation"),
                "description": "Au départ d'une personne, fermez son compte : ses points "
                "d'avancement restent signés. Un compte qui a écrit ne se supprime pas.",
            },
        ),
        ("Repères", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "full_name", "role", "service", "organisation"),
                "description": "La personne se connecte avec son adresse électronique.",
            },
        ),
        (
            "Mot de passe",
            {"classes": ("wide",), "fields": ("usable_password", "password1", "password2")},
        ),
    )
    list_display = (
        "full_name",
        column("email", "adresse"),
        "role",
        column("service", "service"),
        column("is_active", "ouvert", boolean=True),
        column("last_login", "vu le"),
    )
    list_filter = ("is_active", "role")
    list_select_related = ("service",)
    search_fields = ("full_name__unaccent__icontains", "email")
    ordering = ("full_name", "pk")
    autocomplete_fields = ("service", "organisation")
    filter_horizontal = ()
    actions = ("close_accounts", "open_accounts")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("is_active", "role") if obj and obj == request.user else ()
        return ("last_login", "date_joined", *own)

    def get_actions(self, request: HttpRequest) -> Any:
        """Without the bulk deletion: accounts are closed."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never oneself, nor who appears in the history of the administration."""
        if obj and (obj == request.user or LogEntry.objects.filter(user=obj).exists()):
            return False
        return super().has_delete_permission(request, obj)

    @admin.action(description="Fermer le compte", permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(pk=request.user.pk or 0)
        if len(others) < len(queryset):
            self.message_user(
                request,
                "Votre propre compte reste ouvert : un autre que vous le fermera.",
                messages.WARNING,
            )
        closed = self.change_all(request, others, is_active=False)
        self.message_user(
            request, f"{closed} compte(s) fermé(s) : ces personnes ne peuvent plus se connecter."
        )

    @admin.action(description="Rouvrir le compte", permissions=["change"])
    def open_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        opened = self.change_all(request, queryset, is_active=True)
        self.message_user(request, f"{opened} compte(s) rouvert(s).")


# Rights follow from roles, in code.
admin.site.unregister(Group)


@admin.register(Absence)
class AbsenceAdmin(Guarded):
    staff_may = ("view", "add", "change", "delete")
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
