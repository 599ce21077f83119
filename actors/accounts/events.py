"""What allauth does to accounts leaves a trace in the journal (`actors.AccountEvent`)."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import Signal

from actors.models import AccountEvent

What = AccountEvent.What
OF_FACTORS = {
    authenticator_added: (What.FACTOR_ADDED, What.CODES_ADDED),
    authenticator_removed: (What.FACTOR_REMOVED, What.CODES_REMOVED),
    # Recovery codes alone are made anew.
    authenticator_reset: (What.CODES_RENEWED, What.CODES_RENEWED),
}
OF_PASSWORDS = {
    password_set: What.PASSWORD_SET,
    password_changed: What.PASSWORD_CHANGED,
    password_reset: What.PASSWORD_RESET,
}


def on_factor(signal: Signal, user: Any, authenticator: Authenticator, **_: Any) -> None:
    """Write which of the two it is: an application or a key, or the codes that stand in."""
    codes = authenticator.type == Authenticator.Type.RECOVERY_CODES
    AccountEvent.objects.record(user, OF_FACTORS[signal][codes])


def on_password(signal: Signal, user: Any, **_: Any) -> None:
    """Write that the person has a new password."""
    AccountEvent.objects.record(user, OF_PASSWORDS[signal])


def connect() -> None:
    """Listen, once the applications are ready."""
    for signal in OF_FACTORS:
        signal.connect(on_factor, dispatch_uid="account_event")
    for signal in OF_PASSWORDS:
        signal.connect(on_password, dispatch_uid="account_event")
