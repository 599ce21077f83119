"""Signing in through an identity provider: a real one, of the tests', over real HTTP."""

import logging
import re
from urllib.parse import urlencode

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken

from actors.models import Role, User
from tests.actors.accounts.kit import (
    LOGIN,
    SECOND_STEP,
    code,
    give_application,
    is_signed_in,
    text,
)
from tests.actors.accounts.provider import (
    CLIENT,
    CLIENT_SECRET,
    new_key,
    query_of,
    running,
)

BEGIN = "/compte/fournisseur/"
BACK = "/compte/fournisseur/retour/"
UNVERIFIED = "La connexion n'a pas abouti"
NO_ACCOUNT = "Aucun compte ne vous attend ici"


@pytest.fixture
def provider(settings):
    with running() as one:
        facts = {"server_url": one.address, "vouches_for_email": False}
        app = {"provider_id": "oidc", "name": "ProConnect", "client_id": CLIENT}
        known = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                **known,
                "APPS": [{**app, "secret": CLIENT_SECRET, "settings": facts}],
            }
        }
        one.settings = facts
        yield one


def go(browser, provider, begin=BEGIN):
    """The browser goes to the provider, who sends it back; the last answer of the site."""
    sent = browser.get(begin)
    assert sent["Location"].startswith(f"{provider.address}/authorize?")
    back = provider.authorize(query_of(sent["Location"]))
    return browser.get(back.removeprefix("http://testserver"))


@pytest.mark.parametrize("form", ["json", "jwt"])
class TestBothForms:
    """Userinfo as JSON, or as a signed token (ProConnect)."""

    def test_an_account_that_waits_is_opened(self, browser, provider, person, form):
        provider.userinfo_form = form
        page = browser.get(f"{LOGIN}?next=/suivi/%3Fp%3D2")
        (link,) = re.findall(rf'href="({BEGIN}[^"]*)"', text(page))
        assert "Se connecter avec ProConnect" in text(page)
        answer = go(browser, provider, link)
        assert answer["Location"] == "/suivi/?p=2"
        assert browser.get("/compte/").context["user"] == person

    def test_the_case_of_the_address_does_not_matter(self, browser, provider, person, form):
        provider.userinfo_form = form
        provider.claims["email"] = "Camille@Region.Example.org"
        go(browser, provider)
        assert is_signed_in(browser)

    def test_an_unknown_address_opens_none(self, browser, provider, person, form):
        provider.userinfo_form = form
        provider.claims["email"] = "inconnue@example.org"
        answer = go(browser, provider)
        assert answer.status_code == 403
        assert NO_ACCOUNT in text(answer)
        assert not is_signed_in(browser)
        assert User.objects.count() == 1

    @pytest.mark.parametrize("verified", [False, None, "true", "false", 1])
    def test_an_unverified_address_opens_none(self, browser, provider, person, form, verified):
        provider.userinfo_form = form
        provider.claims["email_verified"] = verified
        assert NO_ACCOUNT in text(go(browser, provider))
        assert not is_signed_in(browser)

    def test_a_closed_account_stays_closed(self, browser, provider, person, form):
        provider.userinfo_form = form
        User.objects.update(is_active=False)
        answer = go(browser, provider)
        assert answer["Location"] == "/compte/ferme/"
        assert "Votre compte est fermé" in text(browser.get(answer["Location"]))
        assert not is_signed_in(browser)

    def test_somebody_else_than_the_proof_is_refused(self, browser, provider, person, form):
        provider.userinfo_form = form
        provider.id_token = {"sub": "another"}
        assert UNVERIFIED in text(go(browser, provider))
        assert not is_signed_in(browser)


class TestVouching:
    """ProConnect verifies addresses and does not say so: a setting does."""

    @pytest.fixture(autouse=True)
    def silent(self, provider):
        provider.userinfo_form = "jwt"
        del provider.claims["email_verified"]

    def test_without_the_setting_nobody_enters(self, browser, provider, person):
        assert NO_ACCOUNT in text(go(browser, provider))

    def test_with_it_one_does(self, browser, provider, person):
        provider.settings["vouches_for_email"] = True
        go(browser, provider)
        assert is_signed_in(browser)

    def test_but_what_is_said_counts(self, browser, provider, person):
        provider.settings["vouches_for_email"] = True
        provider.claims["email_verified"] = False
        assert NO_ACCOUNT in text(go(browser, provider))

    def test_no_address_opens_nothing(self, browser, provider, person):
        provider.settings["vouches_for_email"] = True
        del provider.claims["email"]
        assert NO_ACCOUNT in text(go(browser, provider))


class TestForgeries:
    """Whatever does not prove itself is refused, in French, and nobody is signed in."""

    @pytest.fixture(autouse=True)
    def signed(self, provider, person):
        provider.userinfo_form = "jwt"

    def refused(self, browser, provider):
        answer = go(browser, provider)
        assert answer.status_code == 401
        assert UNVERIFIED in text(answer).replace("&#x27;", "'")
        assert not is_signed_in(browser)

    def test_a_wrong_signature_of_the_userinfo(self, browser, provider):
        provider.userinfo_key = new_key("stranger")
        self.refused(browser, provider)

    def test_a_wrong_signature_of_the_identity(self, browser, provider):
        provider.id_token_key = new_key("stranger")
        self.refused(browser, provider)

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another-site"},
            {"aud": None},
            {"iss": "https://voleur.example.com"},
            {"iss": None},
            {"exp": 1_500_000_000},
        ],
    )
    @pytest.mark.parametrize("token", ["userinfo_token", "id_token"])
    def test_a_token_for_others_by_others_or_of_old(self, browser, provider, token, claims):
        setattr(provider, token, claims)
        self.refused(browser, provider)

    def test_a_token_without_a_signature(self, browser, provider):
        provider.algorithm, provider.id_token_key, provider.userinfo_key = "none", None, None
        self.refused(browser, provider)

    def test_a_token_signed_with_what_everybody_knows(self, browser, provider):
        provider.algorithm = "HS256"
        provider.id_token_key = provider.userinfo_key = "public" * 8
        self.refused(browser, provider)

    @pytest.mark.parametrize("nonce", ["another", None])
    def test_an_answer_to_another_question(self, browser, provider, nonce):
        provider.id_token = {"nonce": nonce}
        self.refused(browser, provider)

    def test_a_state_that_this_browser_did_not_ask(self, browser, provider, client):
        sent = client.get(BEGIN)
        back = provider.authorize(query_of(sent["Location"]))
        answer = browser.get(back.removeprefix("http://testserver"))
        assert answer.status_code == 401
        assert not is_signed_in(browser)

    def test_an_answer_serves_once(self, browser, provider):
        sent = browser.get(BEGIN)
        back = provider.authorize(query_of(sent["Location"])).removeprefix("http://testserver")
        assert browser.get(back).status_code == 302
        browser.post("/compte/deconnexion/")
        assert browser.get(back).status_code == 401

    @pytest.mark.parametrize("path", ["/token", "/userinfo", "/jwks"])
    @pytest.mark.parametrize("answer", [(500, "{}"), (200, "nonsense"), (200, "{}"), (200, "[]")])
    def test_a_provider_out_of_order(self, browser, provider, path, answer):
        provider.replaces[path] = answer
        self.refused(browser, provider)

    @pytest.mark.parametrize("answer", [(500, "{}"), (200, "nonsense"), (200, "{}"), (200, "[]")])
    def test_a_provider_that_does_not_present_itself(self, browser, provider, answer):
        provider.replaces["/.well-known/openid-configuration"] = answer
        response = browser.get(BEGIN)
        assert response.status_code == 401
        assert UNVERIFIED in text(response)


def test_a_provider_that_is_away(browser, settings, provider):
    provider.settings["server_url"] = "http://127.0.0.1:1"
    answer = browser.get(BEGIN)
    assert answer.status_code == 401
    assert UNVERIFIED in text(answer)


def test_one_may_give_up_there(browser, provider):
    state = query_of(browser.get(BEGIN)["Location"])["state"]
    answer = browser.get(f"{BACK}?{urlencode({'error': 'access_denied', 'state': state})}")
    assert answer["Location"] == "/compte/fournisseur/annule/"
    assert "Connexion abandonnée" in text(browser.get(answer["Location"]))


def test_only_the_address_is_asked_for(browser, provider):
    asked = query_of(
        browser.get(f"{BEGIN}?scope=all&process=connect&auth_params=x%3Dy")["Location"]
    )
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert "x" not in asked
    assert len(asked["nonce"]) > 30
    assert len(asked["state"]) > 15


def test_nothing_of_the_person_is_kept(browser, provider, person):
    go(browser, provider)
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    person.refresh_from_db()
    assert person.has_usable_password()


def test_an_administrator_needs_the_second_factor_all_the_same(browser, provider, person):
    person.role = Role.ADMINISTRATOR
    person.save()
    go(browser, provider)
    assert browser.get("/admin/")["Location"] == "/compte/double-authentification/"
    browser.post("/compte/deconnexion/")
    give_application(person)
    assert go(browser, provider)["Location"] == SECOND_STEP
    assert not is_signed_in(browser)
    browser.post(SECOND_STEP, {"code": code()})
    assert browser.get("/admin/").status_code == 200


def test_what_a_visitor_began_is_there_after_the_log_in(browser, provider, person):
    begun = browser.session
    begun["stash"] = {"text": "Un texte commencé."}
    begun.save()
    browser.cookies["sessionid"] = begun.session_key
    go(browser, provider)
    assert is_signed_in(browser)
    assert browser.session["stash"] == {"text": "Un texte commencé."}


def test_logs_hold_no_secret(browser, provider, person, caplog):
    caplog.set_level(logging.DEBUG)
    provider.userinfo_form = "jwt"
    go(browser, provider)
    browser.post("/compte/deconnexion/")
    provider.userinfo_key = new_key("stranger")
    go(browser, provider)
    assert "ProConnect: unknown, OAuth2Error" in caplog.text
    for secret in [*provider.issued, CLIENT_SECRET, person.email]:
        assert secret not in caplog.text


def test_without_the_settings_there_is_no_button(browser, db):
    assert BEGIN not in text(browser.get(LOGIN))
    assert browser.get(BEGIN).status_code == 404
