"""A second proof: an application's code, a recovery code, a key (see tests/browser for keys)."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from actors.models import Role
from tests.actors.accounts.kit import (
    DOUBLE,
    PASSWORD,
    SECOND_STEP,
    code,
    confirm,
    confirm_by_code,
    give_application,
    is_signed_in,
    sign_in,
    text,
)
from tests.conftest import SignedIn
from tests.factories import UserFactory

LIST = "/admin/actors/user/"


class TestSigningIn:
    def test_takes_a_code_after_the_password(self, browser, person):
        give_application(person)
        assert sign_in(browser, person, next="/suivi/?p=2")["Location"] == SECOND_STEP
        assert not is_signed_in(browser)
        page = text(browser.get(SECOND_STEP))
        assert 'autocomplete="one-time-code"' in page
        assert 'inputmode="numeric"' in page
        assert browser.post(SECOND_STEP, {"code": code()})["Location"] == "/suivi/?p=2"
        assert is_signed_in(browser)

    def test_refuses_a_wrong_code(self, browser, person):
        give_application(person)
        sign_in(browser, person)
        wrong = f"{(int(code()) + 1) % 1_000_000:06}"
        assert "Ce code n&#x27;est pas le bon" in text(browser.post(SECOND_STEP, {"code": wrong}))
        assert not is_signed_in(browser)

    def test_refuses_a_code_that_served(self, browser, person):
        give_application(person)
        shown = code()
        sign_in(browser, person)
        browser.post(SECOND_STEP, {"code": shown})
        other = Client()
        sign_in(other, person)
        other.post(SECOND_STEP, {"code": shown})
        assert not is_signed_in(other)

    def test_takes_a_recovery_code_once(self, browser, person):
        first, *_ = give_application(person)
        sign_in(browser, person)
        assert browser.post(SECOND_STEP, {"code": first}).status_code == 302
        assert is_signed_in(browser)
        other = Client()
        sign_in(other, person)
        other.post(SECOND_STEP, {"code": first})
        assert not is_signed_in(other)

    def test_limits_the_guesses(self, browser, person):
        give_application(person)
        sign_in(browser, person)
        for guess in range(5):
            browser.post(SECOND_STEP, {"code": f"00000{guess}"})
        assert "Trop de tentatives" in text(browser.post(SECOND_STEP, {"code": code()}))
        assert not is_signed_in(browser)

    def test_keeps_what_a_visitor_began(self, browser, person):
        give_application(person)
        begun = browser.session
        begun["stash"] = {"text": "Un texte commencé."}
        begun.save()
        browser.cookies["sessionid"] = begun.session_key
        sign_in(browser, person)
        browser.post(SECOND_STEP, {"code": code()})
        assert is_signed_in(browser)
        assert browser.session["stash"] == {"text": "Un texte commencé."}

    def test_can_be_given_up(self, browser, person):
        give_application(person)
        sign_in(browser, person)
        browser.post("/compte/deconnexion/")
        assert browser.get(SECOND_STEP)["Location"] == "/compte/connexion/"


class TestSettingUp:
    @pytest.fixture(autouse=True)
    def at_home(self, browser, person):
        sign_in(browser, person)

    def add_application(self, browser):
        page = browser.get(f"{DOUBLE}application/")
        secret = page.context["form"].secret
        assert secret in text(page)  # for who cannot aim a camera
        assert re.search(r'<img class="qr" src="data:image/svg\+xml;base64,[^"]+"', text(page))
        return browser.post(f"{DOUBLE}application/", {"code": code(secret)}, follow=True)

    def test_asks_who_it_is_first(self, browser):
        for page in ("application/", "cles/ajouter/", "codes/renouveler/"):
            asked = browser.get(f"{DOUBLE}{page}")
            assert asked["Location"].startswith("/compte/confirmation/?next="), page

    @pytest.mark.django_db(transaction=True)
    def test_an_application_with_its_recovery_codes(self, browser):
        confirm(browser)
        page = self.add_application(browser)
        codes = page.context["unused_codes"]
        assert len(codes) == 10
        assert all(one in text(page) for one in codes)
        assert [sent.subject for sent in mail.outbox] == [
            "Une application d'authentification est ajoutée"
        ]
        kept = browser.get(f"{DOUBLE}codes/telecharger/")
        assert text(kept).split()[-1] == codes[-1]
        assert "Active" in text(browser.get("/compte/"))

    def test_a_wrong_code_adds_nothing(self, browser):
        confirm(browser)
        browser.get(f"{DOUBLE}application/")
        answer = browser.post(f"{DOUBLE}application/", {"code": "abc"})
        assert "Ce code n&#x27;est pas le bon" in text(answer)
        assert not Authenticator.objects.exists()

    def test_new_codes_replace_the_former(self, browser, person):
        former = give_application(person)
        confirm_by_code(browser, former[0])
        browser.post(f"{DOUBLE}codes/renouveler/")
        assert not set(former) & set(browser.get(f"{DOUBLE}codes/").context["unused_codes"])

    def test_is_taken_away_by_who_confirmed(self, browser, person):
        codes = give_application(person)
        asked = browser.post(f"{DOUBLE}application/retirer/")
        assert asked["Location"].startswith("/compte/confirmation/")
        assert Authenticator.objects.exists()
        confirm_by_code(browser, codes[0])
        browser.post(f"{DOUBLE}application/retirer/")
        assert not Authenticator.objects.exists()
        assert mail.outbox[-1].subject == "Une application d'authentification est retirée"


class TestLostDevice:
    """An administrator takes somebody's second factor away."""

    def ask(self, client, *users, **more):
        chosen = [user.pk for user in users]
        data = {"action": "remove_second_factor", "_selected_action": chosen, **more}
        return client.post(LIST, data, follow=True)

    def test_after_a_confirmation_and_with_a_mail(self, administrator, person, browser):
        give_application(person)
        sign_in(browser, person)
        browser.post(SECOND_STEP, {"code": code()})
        page = self.ask(administrator, person)
        assert person.email in text(page)
        assert Authenticator.objects.filter(user=person).exists()
        self.ask(administrator, person, confirm="1")
        assert not Authenticator.objects.filter(user=person).exists()
        assert not is_signed_in(browser)
        (sent,) = mail.outbox
        assert sent.to == [person.email]
        assert sent.subject == "Votre double authentification est retirée"
        assert sign_in(browser, person).status_code == 302
        assert is_signed_in(browser)

    def test_not_ones_own(self, administrator):
        self.ask(administrator, administrator.user, confirm="1")
        assert Authenticator.objects.filter(user=administrator.user).exists()
        assert not mail.outbox

    def test_is_for_administrators(self, person):
        give_application(person)
        self.ask(SignedIn(UserFactory(role=Role.COORDINATOR)), person, confirm="1")
        assert Authenticator.objects.filter(user=person).exists()

    def test_an_administrator_then_sets_it_up_anew(self, administrator, browser):
        other = UserFactory(role=Role.ADMINISTRATOR, password=PASSWORD)
        give_application(other)
        self.ask(administrator, other, confirm="1")
        sign_in(browser, other)
        assert browser.get("/admin/")["Location"] == DOUBLE
