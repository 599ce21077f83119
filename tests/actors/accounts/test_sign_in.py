"""Signing in and out with a password."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from actors.models import Role, User
from tests.actors.accounts.kit import LOGIN, PASSWORD, confirm, is_signed_in, sign_in, text
from tests.factories import UserFactory

TOO_MANY = "Trop de tentatives. Attendez cinq minutes, puis réessayez."
UNKNOWN = "Adresse ou mot de passe inconnus."


def test_by_address_whatever_its_case(browser, person):
    answer = browser.post(LOGIN, {"login": " Camille@Region.EXAMPLE.org ", "password": PASSWORD})
    assert answer["Location"] == "/suivi/"
    assert is_signed_in(browser)


def test_one_returns_to_the_page_that_asked(browser, person):
    asked = browser.get("/suivi/?p=2")
    assert asked["Location"] == "/compte/connexion/?next=/suivi/%3Fp%3D2"
    assert 'name="next" value="/suivi/?p=2"' in text(browser.get(asked["Location"]))
    assert sign_in(browser, person, next="/suivi/?p=2")["Location"] == "/suivi/?p=2"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://voleur.example.com/", "//voleur.example.com", "javascript:alert(1)", "/\\voleur"],
)
def test_one_is_not_sent_elsewhere(browser, person, elsewhere):
    assert sign_in(browser, person, next=elsewhere)["Location"] == "/suivi/"


def test_nor_to_another_name_of_the_site(browser, person, settings):
    settings.ALLOWED_HOSTS = ["testserver", "autre.example.org"]
    assert sign_in(browser, person, next="https://autre.example.org/")["Location"] == "/suivi/"


def test_a_wrong_password_and_an_unknown_address_are_told_alike(browser, person):
    wrong = sign_in(browser, person, "pas le bon mot")
    unknown = browser.post(LOGIN, {"login": "personne@example.org", "password": "pas le bon mot"})
    assert UNKNOWN in text(wrong).replace("&#x27;", "'")
    assert not is_signed_in(browser)
    assert [str(e) for e in wrong.context["form"].errors["__all__"]] == [
        str(e) for e in unknown.context["form"].errors["__all__"]
    ]


def test_a_closed_account_is_told_only_to_who_knows_its_password(browser, person):
    User.objects.update(is_active=False)
    assert UNKNOWN in text(sign_in(browser, person, "pas le bon mot"))
    answer = browser.post(LOGIN, {"login": person.email, "password": PASSWORD}, follow=True)
    assert "Votre compte est fermé" in text(answer)
    assert not is_signed_in(browser)


def test_closing_an_account_ends_its_log_ins(browser, person):
    sign_in(browser, person)
    User.objects.update(is_active=False)
    assert not is_signed_in(browser)


def test_attempts_are_limited_by_account_and_not_for_the_others(browser, person):
    for _ in range(5):
        assert UNKNOWN in text(sign_in(browser, person, "pas le bon mot"))
    assert TOO_MANY in text(sign_in(browser, person))
    assert not is_signed_in(browser)
    assert sign_in(browser, UserFactory()).status_code == 302


def guess(times, user, settings):
    """A stranger's wrong guesses, from ever other places."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(times):
        Client().post(
            LOGIN,
            {"login": user.email, "password": "pas le bon mot"},
            headers={"X-Forwarded-For": f"192.0.2.{n // 5}"},
        )


def test_a_stranger_s_guesses_do_not_keep_the_person_out(browser, person, settings):
    guess(10, person, settings)
    assert sign_in(browser, person, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 302


def test_nor_may_a_stranger_guess_for_ever_from_many_places(browser, person, settings, caplog):
    guess(20, person, settings)
    with caplog.at_level("WARNING"):
        answer = sign_in(browser, person, headers={"X-Forwarded-For": "198.51.100.7"})
    assert TOO_MANY in text(answer)
    (line,) = [one.getMessage() for one in caplog.records if "limit" in one.getMessage()]
    assert line == "Too many attempts to sign in: a limit is reached"


def test_who_is_signed_in_confirms_it_whatever_strangers_guess(browser, person, settings):
    sign_in(browser, person)
    guess(25, person, settings)
    assert confirm(browser).status_code == 302
    assert "ce mot de passe n" in text(confirm(browser, "pas le bon")).lower()


def test_confirming_is_limited_too(browser, person):
    sign_in(browser, person)
    for _ in range(10):
        confirm(browser, "pas le bon mot")
    assert confirm(browser).status_code == 429


def test_attempts_are_limited_by_place_too(browser, db):
    for n in range(10):
        browser.post(LOGIN, {"login": f"n{n}@example.org", "password": "pas le bon mot"})
    answer = sign_in(browser, UserFactory())
    assert TOO_MANY in text(answer)


def test_places_are_told_apart_behind_a_proxy(browser, db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(11):
        browser.post(
            LOGIN,
            {"login": f"n{n}@example.org", "password": "pas le bon mot"},
            headers={"X-Forwarded-For": "192.0.2.1"},
        )
    data = {"login": UserFactory().email, "password": PASSWORD}
    # What the visitor writes before the proxy's own word does not count.
    forged = {"X-Forwarded-For": "198.51.100.7, 192.0.2.1"}
    assert TOO_MANY in text(browser.post(LOGIN, data, headers=forged))
    other = browser.post(LOGIN, data, headers={"X-Forwarded-For": "192.0.2.2"})
    assert other.status_code == 302


def test_a_storm_of_requests_is_told_in_french(browser, person):
    for _ in range(30):
        sign_in(browser, person)
        browser.post("/compte/deconnexion/")
    answer = sign_in(browser, person)
    assert answer.status_code == 429
    assert "Attendez une minute" in text(answer)


def test_one_leaves_by_a_button_and_not_by_a_link(browser, person):
    sign_in(browser, person)
    assert "Votre connexion se ferme" in text(browser.get("/compte/deconnexion/"))
    assert is_signed_in(browser)
    assert browser.post("/compte/deconnexion/")["Location"] == "/"
    assert not is_signed_in(browser)


def test_nobody_signs_up(browser, db):
    for address in ("/compte/inscription/", "/compte/signup/", "/accounts/signup/"):
        assert browser.get(address).status_code == 404


def test_a_log_in_lasts_twelve_hours(browser, person):
    sign_in(browser, person)
    assert browser.session.get_expiry_age() == 12 * 3600


def test_what_a_visitor_began_is_there_after_the_log_in(browser, person):
    begun = browser.session
    begun["stash"] = {"text": "Un texte commencé."}
    begun.save()
    browser.cookies["sessionid"] = begun.session_key
    sign_in(browser, person)
    assert is_signed_in(browser)
    assert browser.session["stash"] == {"text": "Un texte commencé."}
    assert browser.session.session_key != begun.session_key


def test_the_page_tells_who_one_is(browser):
    user = UserFactory(role=Role.COORDINATOR, service__name="Direction de l'économie")
    sign_in(browser, user)
    page = text(browser.get("/compte/"))
    for told in (user.email, "Coordination", "Direction de l&#x27;économie", "Inactive"):
        assert told in page


class TestAddress:
    """allauth's table of addresses says the same as the accounts, whoever writes."""

    def test_follows_the_account(self, person):
        told = EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")
        assert list(told.all()) == [(person.email, True, True)]
        User.objects.filter(pk=person.pk).update(email="camille.nouvelle@example.org")
        assert list(told.all()) == [("camille.nouvelle@example.org", True, True)]

    def test_a_former_one_opens_nothing_and_serves_another(self, browser, person):
        former = person.email
        User.objects.filter(pk=person.pk).update(email="camille.nouvelle@example.org")
        assert UNKNOWN in text(sign_in(browser, User(email=former)))
        heir = UserFactory(email=former, password="une autre phrase de passe")
        sign_in(browser, heir, "une autre phrase de passe")
        assert browser.get("/compte/").context["user"] == heir

    def test_a_row_that_is_saved_again_changes_nothing(self, person):
        before = EmailAddress.objects.get().pk
        person.save()
        assert EmailAddress.objects.get().pk == before
