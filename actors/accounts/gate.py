"""What somebody who signed in cannot reach yet, or not at all."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# With these one sets a second factor up, or leaves; the last two never ask who is there.
ALWAYS_OPEN = {
    "account_logout",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "healthz",
    "readyz",
}
# The accounts of the demonstration are everybody's: none may take one from the others.
NOT_IN_DEMO = {
    "account_change_password",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}
# Recovery codes stand in for one of these; alone they are none.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def second_factor_is_missing(user: Any) -> bool:
    """Whether this is an administrator who still has to set a second factor up.

    In the demonstration nobody has to: its accounts sign in by password alone.
    """
    must = user.is_authenticated and user.is_superuser and not settings.SRESS_DEMO
    return bool(must and not is_mfa_enabled(user, SECOND_FACTORS))


class Gate:
    """Middleware: leads an administrator without a second factor to set one up, from any page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """The page that stands in for the one that is asked for, or None."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if settings.SRESS_DEMO and name in NOT_IN_DEMO and request.user.is_authenticated:
            said = "Les comptes de la démonstration sont à tous : rien ne s'y change."
            messages.warning(request, said)
            return redirect("account_home")
        if name not in ALWAYS_OPEN and second_factor_is_missing(request.user):
            return redirect("mfa_index")
        return None
