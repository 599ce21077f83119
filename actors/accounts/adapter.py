"""Where the site decides otherwise than allauth: nobody signs up, and a mail may fail."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from actors.accounts import second_factor
from actors.models import User

logger = logging.getLogger(__name__)

TOO_MANY = "Trop de tentatives. Attendez cinq minutes, puis réessayez."
UNKNOWN = "Adresse ou mot de passe inconnus. Vérifiez-les, majuscules comprises."
# A limit of ours, beside allauth's (ACCOUNT_RATE_LIMITS).
FAILED_ANYWHERE = "login_failed_anywhere"
WRONG_CODE = "Ce code n'est pas le bon, ou n'est plus valable."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts of people whom an administrator invited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": UNKNOWN,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": "Ce mot de passe n'est pas le vôtre.",
        "enter_current_password": "Ce mot de passe n'est pas le vôtre.",
        "incorrect_code": WRONG_CODE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether `url` stays on the very site that is visited."""
        host = self.request.get_host()
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={host}, require_https=self.request.is_secure()
        )

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code in ("too_many_login_attempts", "rate_limited"):
            logger.warning("Too many attempts to sign in: a limit is reached")
        error: ValidationError = super().validation_error(code, *args)
        return error

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse once too many guesses failed: from this place, at this account from anywhere."""
        key = self._account(credentials)
        if not ratelimit.consume(request, action=FAILED_ANYWHERE, key=key, dry_run=True):
            raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        ratelimit.consume(request, action=FAILED_ANYWHERE, key=self._account(credentials))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account and place: a stranger's guesses do not keep the person out elsewhere."""
        return f"{self._account(credentials)} {self.get_client_ip(request)}"

    @staticmethod
    def _account(credentials: dict[str, Any]) -> str:
        return str(credentials.get("email", "")).lower()

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Whether it is their password. Counted by allauth for who is signed in, not by account:
        nobody else's guesses bar the way."""
        return bool(user.check_password(password))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor says who they are by it: a password may be stolen."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        by_factor = user.is_authenticated and second_factor.has_one(user)
        return [one for one in methods if not (by_factor and one["id"] == "reauthenticate")]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or log that it failed: what the mail is about is done all the same.

        The answer is then that of an unknown address too, which tells nobody who has an account.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            logger.exception("A mail did not leave: %s", template_prefix)

    def send_or_fail(self, template_prefix: str, user: User, **context: Any) -> None:
        """For an administrator, who is told. Raises OSError when the mail does not leave."""
        facts = {"user": user, **context}
        self.render_mail(template_prefix, user.email, facts).send()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator applications, security keys and recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "rate_limited": TOO_MANY,
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return "Clé de sécurité"


class ProviderAdapter(DefaultSocialAccountAdapter):
    """People whom an identity provider vouches for: an account waits for them, or they stay out."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in only an answer to this very question, about an address that has an account."""
        asked = sociallogin.state.get("nonce")
        if not asked or asked != sociallogin.account.extra_data["id_token"].get("nonce"):
            error = PermissionError("nonce")
            page = render_authentication_error(request, sociallogin.provider, exception=error)
            raise ImmediateHttpResponse(page)
        if not sociallogin.is_existing:
            facts = {"provider": sociallogin.provider}
            page = render(request, "socialaccount/no_account.html", facts, status=403)
            raise ImmediateHttpResponse(page)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Log what kind of fault it was: its text may hold what the provider answered."""
        logger.warning("%s: %s, %s", provider.name, error, type(exception).__name__)
