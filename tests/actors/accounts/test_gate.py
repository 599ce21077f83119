"""Administrators need a second factor, by whatever door they come; the demonstration does not."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from actors.accounts.gate import ALWAYS_OPEN, NOT_IN_DEMO, TO_SET_UP
from actors.models import Role
from proposals.demo.cast import PASSWORD as DEMO_PASSWORD
from tests.actors.accounts.kit import (
    DOUBLE,
    PASSWORD,
    SECOND_STEP,
    add_application,
    code,
    confirm,
    confirm_by_code,
    give_application,
    is_signed_in,
    sign_in,
    text,
)
from tests.factories import StrategyFactory, UserFactory

SHOW = "/compte/confirmation/?next="
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "x", None: "1-x"}


@pytest.fixture
def chief(db):
    return UserFactory(role=Role.ADMINISTRATOR, password=PASSWORD)


def every_address(patterns, before="/"):
    """An address of each view of the site, with its name."""
    for pattern in patterns:
        written = str(pattern.pattern).lstrip("^").rstrip("$").replace("\\Z", "")
        for converter in ("int", "str", "slug", "path"):
            while f"<{converter}:" in written:
                start = written.index(f"<{converter}:")
                end = written.index(">", start) + 1
                written = written[:start] + SAMPLES[converter] + written[end:]
        if "(?P<uidb36>" in written:
            written = "oublie/1-x/"
        if "(?P<url>" in written:
            written = "x"
        while "<" in written:
            start = written.index("<")
            written = written[:start] + "x" + written[written.index(">", start) + 1 :]
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern.url_patterns, before + written)
        elif isinstance(pattern, URLPattern):
            yield before + written, pattern.name


ADDRESSES = dict(every_address(get_resolver().url_patterns))


def test_the_list_holds_each_kind_of_page():
    for known in ("/", "/suivi/", "/admin/", "/admin/actors/user/add/", "/compte/", "/x/actions/"):
        assert known in ADDRESSES
    assert len(ADDRESSES) > 100


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_administrator_without_one_reaches_nothing_else(browser, chief, method):
    StrategyFactory(slug="x")
    sign_in(browser, chief)
    open_doors = set()
    for address, name in ADDRESSES.items():
        answer = getattr(browser, method)(address)
        if not (answer.status_code == 302 and answer["Location"] == DOUBLE):
            open_doors.add(name)
        if name == "account_logout":
            sign_in(browser, chief)
    assert open_doors <= ALWAYS_OPEN | TO_SET_UP
    assert "mfa_index" in open_doors


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_log_in_by_password_alone_reaches_nothing_once_there_is_one(browser, chief, method):
    StrategyFactory(slug="x")
    sign_in(browser, chief)
    give_application(chief)  # elsewhere, and this log-in was not closed
    open_doors = set()
    for address, name in ADDRESSES.items():
        answer = getattr(browser, method)(address)
        if not (answer.status_code == 302 and answer["Location"].startswith(SHOW)):
            open_doors.add(name)
        if name == "account_logout":
            Authenticator.objects.all().delete()
            sign_in(browser, chief)
            give_application(chief)
    assert open_doors <= ALWAYS_OPEN


@pytest.mark.django_db(transaction=True)
def test_the_first_one_closes_the_other_log_ins(browser, chief):
    thief, somebody = Client(), Client()
    sign_in(thief, chief)
    sign_in(somebody, UserFactory(password=PASSWORD))
    sign_in(browser, chief)
    confirm(browser)
    add_application(browser)
    assert browser.get("/admin/").status_code == 200
    assert not is_signed_in(thief)
    assert is_signed_in(somebody)


def test_a_code_opens_a_log_in_that_a_password_opened(browser, chief):
    sign_in(browser, chief)
    first, *_ = give_application(chief)
    asked = browser.get("/admin/actors/user/", follow=True)
    assert asked.redirect_chain[-1][0].startswith(f"{DOUBLE}confirmation/?next=")
    confirm_by_code(browser, first)
    assert browser.get("/admin/").status_code == 200


def test_a_recovery_code_at_the_log_in_is_enough(browser, chief):
    first, *_ = give_application(chief)
    sign_in(browser, chief)
    browser.post(SECOND_STEP, {"code": first})
    assert browser.get("/admin/").status_code == 200


def test_the_password_does_not_stand_in_for_it(browser, person):
    sign_in(browser, person)
    codes = give_application(person)
    confirm(browser)
    for page in ("", "codes/", "codes/telecharger/", "application/", "cles/ajouter/"):
        assert browser.get(f"{DOUBLE}{page}")["Location"].startswith(SHOW), page
    confirm_by_code(browser, codes[0])
    assert codes[1] in text(browser.get(f"{DOUBLE}codes/"))


def test_what_one_person_showed_serves_nobody_else(browser, chief):
    person = UserFactory(password=PASSWORD)
    first, *_ = give_application(person)
    sign_in(browser, person)
    browser.post(SECOND_STEP, {"code": first})
    browser.post("/compte/deconnexion/")
    sign_in(browser, chief)
    give_application(chief)
    assert browser.get("/admin/")["Location"].startswith(SHOW)


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_opens_the_site(browser, chief):
    sign_in(browser, chief)
    assert "obligatoire pour administrer" in text(browser.get("/admin/", follow=True))
    confirm(browser)
    done = add_application(browser)
    assert len(done.context["unused_codes"]) == 10
    assert browser.get("/admin/").status_code == 200


def test_recovery_codes_alone_are_none(browser, chief):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    RecoveryCodes.activate(chief)
    sign_in(browser, chief)
    assert browser.get("/admin/")["Location"] == DOUBLE


def test_taking_it_away_closes_the_site_again(browser, chief):
    codes = give_application(chief)
    sign_in(browser, chief)
    browser.post(SECOND_STEP, {"code": code()})
    assert browser.get("/admin/").status_code == 200
    confirm_by_code(browser, codes[0])
    browser.post(f"{DOUBLE}application/retirer/")
    assert browser.get("/admin/")["Location"] == DOUBLE


def test_who_becomes_an_administrator_needs_one_at_once(browser, person):
    sign_in(browser, person)
    assert browser.get("/suivi/").status_code == 200
    person.role = Role.ADMINISTRATOR
    person.save()
    assert browser.get("/suivi/")["Location"] == DOUBLE


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COORDINATOR])
def test_others_may_do_without(browser, role):
    sign_in(browser, UserFactory(role=role))
    assert browser.get("/suivi/").status_code == 200


class TestAdministrationLogin:
    """No way around through Django's own page."""

    def test_leads_to_the_site_s(self, browser, chief):
        asked = browser.get("/admin/login/?next=/admin/actors/user/")
        assert asked["Location"] == "/compte/connexion/?next=%2Fadmin%2Factors%2Fuser%2F"
        (*_, (last, _)) = browser.get("/admin/", follow=True).redirect_chain
        assert last == "/compte/connexion/?next=%2Fadmin%2F"

    def test_takes_no_password(self, browser, chief):
        answer = browser.post("/admin/login/", {"username": chief.email, "password": PASSWORD})
        assert answer["Location"].startswith("/compte/connexion/")
        assert "_auth_user_id" not in browser.session

    def test_is_closed_to_who_has_no_part_in_it(self, outsider):
        assert outsider.get("/admin/login/").status_code == 403


class TestDemonstration:
    @pytest.fixture(autouse=True)
    def demo(self, settings):
        settings.SRESS_DEMO = True

    @pytest.fixture
    def player(self, db):
        return UserFactory(
            email="admin@example.org", role=Role.ADMINISTRATOR, password=DEMO_PASSWORD
        )

    def test_the_login_page_says_who_one_may_be(self, browser, player):
        guest = UserFactory(email="invitee@example.org")
        guest.set_unusable_password()
        guest.save()
        real = UserFactory(email="reelle@example.org", password=PASSWORD)
        page = text(browser.get("/compte/connexion/"))
        assert guest.email not in page
        assert real.email not in page
        assert f"<strong>{DEMO_PASSWORD}</strong>" in page
        assert "sans double authentification" in page
        assert player.email in page

    def test_elsewhere_it_does_not(self, browser, player, settings):
        settings.SRESS_DEMO = False
        assert player.email not in text(browser.get("/compte/connexion/"))

    def test_a_password_is_enough_to_administer(self, browser, player):
        sign_in(browser, player, DEMO_PASSWORD)
        assert browser.get("/admin/").status_code == 200

    @pytest.mark.parametrize("name", sorted(NOT_IN_DEMO))
    def test_nobody_takes_an_account_from_the_others(self, browser, player, name):
        from django.urls import reverse

        sign_in(browser, player, DEMO_PASSWORD)
        for method in (browser.get, browser.post):
            assert method(reverse(name))["Location"] == "/compte/"
        assert "rien ne s&#x27;y change" in text(browser.get("/compte/"))
