"""The account's own pages; the others are allauth's, with our templates (see `urls`)."""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actors.accounts import invitations
from actors.accounts.forms import SetPassword
from actors.accounts.second_factor import SECOND_FACTORS
from actors.models import AccountEvent, User


class SignIn(LoginView):
    """Address and password. In the demonstration the page tells whom one may be."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        players: list[User] = []
        if settings.SRESS_DEMO:
            invented = User.objects.filter(is_active=True, email__endswith="@example.org")
            usable = [one for one in invented.order_by("pk") if one.has_usable_password()]
            # Those of the demonstration share one; whoever was invited since has their own.
            players = [one for one in usable if one.password == usable[0].password]
        return {**super().get_context_data(**kwargs), "players": players}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """« Mon compte »."""
    user: Any = request.user
    facts = {
        "factors": Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).count(),
        "sessions": len(UserSession.objects.purge_and_list(user)),
    }
    return render(request, "account/home.html", facts)


@sensitive_post_parameters()
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the first password of an account. Nothing happens before the form is sent."""
    user = invitations.invited(token)
    if user is None:
        return render(request, "account/invitation_over.html", status=410)
    form = SetPassword(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        logout(request)  # somebody else's, if this browser has one
        form.save()
        AccountEvent.objects.record(user, AccountEvent.What.ACCEPTED)
        messages.success(request, "Votre mot de passe est enregistré. Connectez-vous avec lui.")
        return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "invited": user})


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one of one's own other log-ins."""
    others = UserSession.objects.exclude(session_key=request.session.session_key)
    session = get_object_or_404(others, pk=pk, user_id=request.user.pk)
    get_sessions_adapter().end_sessions([session])
    messages.success(request, "Cette connexion est fermée.")
    return redirect("usersessions_list")
