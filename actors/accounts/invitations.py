"""An account gets its password by invitation: a signed link, for seven days, for one use."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from actors.models import AccountEvent, User

VALID = timedelta(days=7)
SALT = "actors.accounts.invitation"


def obstacle(user: User) -> str:
    """Why this person cannot be invited, in French; empty when nothing stands in the way."""
    if user.is_erased:
        return "cette personne est effacée"
    if not user.is_active:
        return "ce compte est fermé, rouvrez-le d'abord"
    if user.has_usable_password():
        return "cette personne a déjà un mot de passe, qu'elle peut changer si elle l'oublie"
    return ""


def token_for(user: User) -> str:
    """What proves the invitation. It dies with the password or the address that it was made for."""
    return TimestampSigner(salt=SALT).sign(f"{user.pk}-{_fingerprint(user)}")


def invited(token: str) -> User | None:
    """Whom the token invites; None when it is expired, used, made up, or the account closed."""
    try:
        said = TimestampSigner(salt=SALT).unsign(token, max_age=VALID)
    except BadSignature:
        return None
    pk, _, fingerprint = said.partition("-")
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(fingerprint, _fingerprint(user)) else None


def send(request: HttpRequest, user: User) -> None:
    """Mail the invitation. Raises OSError when it cannot leave."""
    link = request.build_absolute_uri(reverse("account_invitation", args=[token_for(user)]))
    get_adapter().send_or_fail(
        "account/email/invitation", user, invitation_url=link, days=VALID.days
    )
    AccountEvent.objects.record(user, AccountEvent.What.INVITED, by=request.user)


def _fingerprint(user: User) -> str:
    return salted_hmac(SALT, f"{user.password}\n{user.email}", algorithm="sha256").hexdigest()[:32]
