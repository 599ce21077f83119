"""Signing in through an OpenID Connect provider, ProConnect among them.

What the provider says is believed once its signature, issuer, audience and subject are checked, for
the identity token as for the userinfo: ProConnect gives the latter as a signed token, others as
JSON. Nothing of it is kept: an account is known by its address alone.
"""

import secrets
from typing import Any

import jwt
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from requests import RequestException

# Signed with a private key: with the others, who can check can forge.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
CLOCKS_DIFFER_BY = 60
# An answer that does not come, that nothing proves, or that has not the shape of the standard.
MALFORMED = (
    jwt.PyJWTError,
    RequestException,
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
)


class Adapter(OpenIDConnectOAuth2Adapter):
    """The conversation with the provider, behind the browser's back."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who signs in, as the provider says. Raises OAuth2Error when it cannot be believed."""
        try:
            proof = self._verified(kwargs["response"]["id_token"], required=["exp", "sub"])
            said = self._userinfo(token.token)
            if said["sub"] != proof["sub"]:
                raise ValueError("sub")
        except MALFORMED as error:
            raise OAuth2Error(type(error).__name__) from error
        facts = {"userinfo": said, "id_token": proof}
        return self.get_provider().sociallogin_from_response(request, facts)

    def _userinfo(self, access_token: str) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(
                self.profile_url, headers={"Authorization": f"Bearer {access_token}"}
            )
        answer.raise_for_status()
        form = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return self._verified(answer.text.strip()) if form == "application/jwt" else answer.json()

    @cached_property
    def _keys(self) -> jwt.PyJWKSet:
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
        answer.raise_for_status()
        return jwt.PyJWKSet.from_dict(answer.json())

    def _verified(self, token: str, required: list[str] | None = None) -> dict[str, Any]:
        """What a token of the provider for this site says. Raises one of MALFORMED."""
        return jwt.decode(
            token,
            self._keys[jwt.get_unverified_header(token)["kid"]].key,
            algorithms=ALGORITHMS,
            audience=self.get_provider().app.client_id,
            issuer=self.openid_config["issuer"],
            leeway=CLOCKS_DIFFER_BY,
            options={"require": ["iss", "aud", *(required or [])]},
        )


class Provider(OpenIDConnectProvider):
    """Takes the place of allauth's provider (SOCIALACCOUNT_PROVIDERS)."""

    oauth2_adapter_class = Adapter

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """The address, verified when the provider says so.

        OIDC_VOUCHES_FOR_EMAIL is for those who verify every address and do not say it.
        """
        said = data["userinfo"]
        verified = said.get("email_verified", self.app.settings["vouches_for_email"])
        address = str(said.get("email") or "").strip().lower()
        return [EmailAddress(email=address, verified=verified is True, primary=True)]


@require_GET
@never_cache
@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider.

    By GET: after a form, the content policy would have to name all the sites where the provider
    leads. Only `next` is taken from the address.
    """
    provider = _provider(request, provider_id)
    nonce = secrets.token_urlsafe(32)
    try:
        return provider.redirect(
            request,
            AuthProcess.LOGIN,
            next_url=get_next_redirect_url(request),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except MALFORMED as error:
        return render_authentication_error(request, provider, exception=error)


@require_GET
@never_cache
@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Receive the browser back."""
    provider = _provider(request, provider_id)
    try:
        return OAuth2CallbackView.adapter_view(Adapter(request, provider_id))(request)
    except MALFORMED as error:
        return render_authentication_error(request, provider, exception=error)


def _provider(request: HttpRequest, provider_id: str) -> Any:
    try:
        return get_adapter().get_provider(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
