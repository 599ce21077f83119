"""What somebody who signed in cannot reach yet, or not at all."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from actors.accounts import second_factor

# With these one shows a second factor, or leaves; the last two never ask who is there.
ALWAYS_OPEN = {
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "healthz",
    "readyz",
}
# With these, besides, somebody who has none sets one up.
TO_SET_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"}
# The accounts of the demonstration are everybody's: none may take one from the others.
NOT_IN_DEMO = {
    "account_change_password",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}


class Gate:
    """Middleware: an administrator reaches nothing before this log-in has shown a second factor,
    and nobody who has one changes it before. In the demonstration a password is enough."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """The page that stands in for the one that is asked for, or None."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in ALWAYS_OPEN or not request.user.is_authenticated:
            return None
        if not settings.SRESS_DEMO:
            return _second_factor(request, name)
        if name in NOT_IN_DEMO:
            said = "Les comptes de la démonstration sont à tous : rien ne s'y change."
            messages.warning(request, said)
            return redirect("account_home")
        return None


def _second_factor(request: HttpRequest, name: str) -> HttpResponse | None:
    user: Any = request.user
    if not (user.is_superuser or name.startswith("mfa_")):
        return None
    if second_factor.has_one(user):
        if second_factor.is_shown(request):
            return None
        back = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
        return redirect(f"{reverse('account_reauthenticate')}?{back}")
    if user.is_superuser and name not in TO_SET_UP:
        return redirect("mfa_index")
    return None
