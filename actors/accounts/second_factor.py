"""The second factor: whether a person has one, and whether the log-in at hand has shown it.

An account that has one proves nothing about who is there: a log-in that a password alone opened
earlier, elsewhere, may be a thief's.
"""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.adapter import get_adapter as get_sessions_adapter
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest

# Recovery codes stand in for one of these; alone they are none.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# In a session: the number of the account whose second factor was set up there.
SET_UP_HERE = "second_factor_set_up"


def has_one(user: Any) -> bool:
    """Whether this person has a second factor."""
    return is_mfa_enabled(user, SECOND_FACTORS)


def is_shown(request: HttpRequest) -> bool:
    """Whether this very log-in gave a code or a key, or is where the person set one up."""
    records = get_authentication_records(request, request.user)
    used = any(record.get("method") == "mfa" for record in records)
    return used or request.session.get(SET_UP_HERE) == request.user.pk


@receiver(authenticator_added)
def welcome(request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """The first one closes the other log-ins, which a password alone opened."""
    if authenticator.type not in SECOND_FACTORS:
        return
    request.session[SET_UP_HERE] = user.pk
    factors = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS)
    if not factors.exclude(pk=authenticator.pk).exists():
        others = UserSession.objects.filter(user=user)
        get_sessions_adapter().end_sessions(others.exclude(session_key=request.session.session_key))
