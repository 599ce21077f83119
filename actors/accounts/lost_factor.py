"""Somebody lost the device of their second factor: an administrator takes it away."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.http import HttpRequest

from actors.models import AccountEvent, User


def bearers() -> QuerySet[Authenticator]:
    """The keys of those who have something to take away."""
    return Authenticator.objects.values("user")


def remove(request: HttpRequest, user: User) -> None:
    """Take every second factor away, close all log-ins (whoever found the device has them too),
    and tell the person by mail."""
    Authenticator.objects.filter(user=user).delete()
    AccountEvent.objects.record(user, AccountEvent.What.FACTOR_LOST, by=request.user)
    get_sessions_adapter().end_sessions(UserSession.objects.filter(user=user))
    get_adapter(request).send_mail(
        "account/email/second_factor_removed", user.email, {"user": user}
    )
