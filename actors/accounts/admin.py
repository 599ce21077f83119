"""Administration of accounts: opened by invitation, closed rather than deleted."""

from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.admin import Group  # type: ignore[attr-defined]
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from actors.accounts import invitations, lost_factor
from actors.erasing import Erasing
from actors.models import User
from sress.admin import Guarded, column

# Rights follow from roles, in code; the rest belongs to each person alone, or to the settings.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])
admin.site.unregister([SocialAccount, SocialApp, SocialToken])


@admin.register(User)
class UserAdmin(Erasing, Guarded):
    """Accounts. A role says what each may do; administrators alone open and change accounts.

    Nobody but the person ever knows a password: there is none to type or to change here.
    """

    staff_may = ("view",)
    fieldsets = (
        (
            None,
            {
                "fields": ("email", "full_name", "service"),
                "description": "Le nom et l'adresse ne sont jamais publics : le site montre le "
                "service. La personne se connecte avec cette adresse.",
            },
        ),
        (
            "Droits",
            {
                "fields": ("is_active", "role", "organisation"),
                "description": "Au départ d'une personne, fermez son compte : ses points "
                "d'avancement restent signés. Un compte qui a écrit ne se supprime pas.",
            },
        ),
        ("Relances", {"fields": ("pace",)}),
        ("Repères", {"fields": ("state", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("email", "full_name", "role", "service", "organisation"),
                "description": "La personne reçoit à cette adresse une invitation à choisir son "
                "mot de passe, valable sept jours.",
            },
        ),
    )
    list_display = (
        "full_name",
        column("email", "adresse"),
        "role",
        column("service", "service"),
        "state",
        column("last_login", "vu le"),
    )
    list_filter = ("is_active", "role")
    list_select_related = ("service",)
    search_fields = ("full_name__unaccent__icontains", "email")
    ordering = ("full_name", "pk")
    autocomplete_fields = ("service", "organisation")
    actions = ("invite", "close_accounts", "open_accounts", "remove_second_factor")

    @admin.display(description="compte", ordering="is_active")
    def state(self, user: User) -> str:
        """Closed, waiting for its first password, or in use."""
        if not user.is_active:
            return "fermé"
        return "ouvert" if user.has_usable_password() else "ouvert, sans mot de passe"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("is_active", "role") if obj and obj == request.user else ()
        anonymous = ("email", "full_name") if obj and obj.is_erased else ()
        return ("state", "last_login", "date_joined", *own, *anonymous)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Never by password: the list must not tell how one begins."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, *rest: Any) -> HttpResponse:
        request.opened = obj  # type: ignore[attr-defined]
        return super().response_add(request, obj, *rest)

    def add_view(self, request: HttpRequest, *rest: Any) -> HttpResponse:
        """The form of a new account; once it is there for good, an invitation leaves."""
        response = super().add_view(request, *rest)
        if opened := getattr(request, "opened", None):
            self._invite(request, opened)
        return response

    def _invite(self, request: HttpRequest, user: User) -> bool:
        """Send an invitation and say whether it left."""
        try:
            invitations.send(request, user)
        except OSError as error:
            self.message_user(
                request,
                f"L'invitation de {user.full_name} n'est pas partie ({type(error).__name__}). Son "
                "compte est bien là : réessayez par « Envoyer une invitation », dans la liste, ou "
                "faites vérifier l'envoi du courrier.",
                messages.ERROR,
            )
            return False
        LogEntry.objects.log_actions(
            request.user.pk,  # type: ignore[arg-type]
            [user],
            CHANGE,
            change_message="Invitation envoyée.",
        )
        self.message_user(request, f"Invitation envoyée à {user.email}, valable sept jours.")
        return True

    @admin.action(description="Envoyer une invitation", permissions=["change"])
    def invite(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if reason := invitations.obstacle(user):
                said = f"{user.full_name} n'est pas invité·e : {reason}."
                self.message_user(request, said, messages.WARNING)
            else:
                self._invite(request, user)

    @admin.action(description="Fermer le compte", permissions=["change"])
    def close_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        others = queryset.exclude(pk=request.user.pk or 0)
        if len(others) < len(queryset):
            self.message_user(
                request,
                "Votre propre compte reste ouvert : un autre que vous le fermera.",
                messages.WARNING,
            )
        closed = self.change_all(request, others, is_active=False)
        self.message_user(
            request, f"{closed} compte(s) fermé(s) : ces personnes ne peuvent plus se connecter."
        )

    @admin.action(description="Rouvrir le compte", permissions=["change"])
    def open_accounts(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        erased = [user for user in queryset if user.is_erased]
        for user in erased:
            said = f"{user.full_name} est effacée : son compte ne se rouvre pas."
            self.message_user(request, said, messages.WARNING)
        others = queryset.exclude(pk__in=[user.pk for user in erased])
        opened = self.change_all(request, others, is_active=True)
        self.message_user(request, f"{opened} compte(s) rouvert(s).")

    @admin.action(description="Retirer la double authentification", permissions=["change"])
    def remove_second_factor(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        """For a lost device, after a confirmation; one's own is on the page of one's account."""
        others = queryset.exclude(pk=request.user.pk or 0)
        bearers = list(others.filter(pk__in=lost_factor.bearers()))
        if not bearers:
            said = "Aucun de ces comptes n'a de double authentification que vous puissiez retirer."
            self.message_user(request, said, messages.WARNING)
            return None
        if "confirm" not in request.POST:
            facts = {
                **self.admin_site.each_context(request),
                "title": "Retirer la double authentification",
                "opts": self.opts,
                "bearers": bearers,
            }
            return TemplateResponse(request, "admin/actors/user/remove_second_factor.html", facts)
        for user in bearers:
            lost_factor.remove(request, user)
            LogEntry.objects.log_actions(
                request.user.pk,  # type: ignore[arg-type]
                [user],
                CHANGE,
                change_message="Double authentification retirée.",
            )
        names = ", ".join(user.full_name for user in bearers)
        self.message_user(
            request, f"Double authentification retirée, connexions fermées : {names}."
        )
        return None
