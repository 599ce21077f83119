"""The browsers where one is signed in."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from actors.templatetags.devices import device
from tests.actors.accounts.kit import is_signed_in, sign_in, text
from tests.factories import UserFactory

ADDRESS = "/compte/connexions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def elsewhere(person):
    client = Client(headers={"user-agent": FIREFOX})
    sign_in(client, person)
    return client


def test_are_listed(browser, person, elsewhere):
    sign_in(browser, person)
    page = text(browser.get(ADDRESS))
    assert "Firefox, Windows" in page
    assert page.count("celle-ci") == 1
    assert "2\u00a0navigateurs" in text(browser.get("/compte/"))


def test_one_is_closed(browser, person, elsewhere):
    third = Client()
    for client in (browser, third):
        sign_in(client, person)
    other = UserSession.objects.get(user_agent=FIREFOX)
    browser.post(f"{ADDRESS}{other.pk}/fermer/")
    assert not is_signed_in(elsewhere)
    assert is_signed_in(browser)
    assert is_signed_in(third)


def test_all_others_are_closed(browser, person, elsewhere):
    sign_in(browser, person)
    answer = browser.post(ADDRESS, follow=True)
    assert "Vos autres connexions sont fermées." in text(answer)
    assert is_signed_in(browser)
    assert not is_signed_in(elsewhere)


def test_nobody_closes_somebody_elses(browser, elsewhere):
    sign_in(browser, UserFactory())
    other = UserSession.objects.get(user_agent=FIREFOX)
    assert browser.post(f"{ADDRESS}{other.pk}/fermer/").status_code == 404
    browser.post(ADDRESS)
    assert is_signed_in(elsewhere)


def test_ones_present_one_is_closed_by_signing_out(browser, person):
    sign_in(browser, person)
    assert browser.post(f"{ADDRESS}{UserSession.objects.get().pk}/fermer/").status_code == 404
    browser.post("/compte/deconnexion/")
    sign_in(browser, person)
    browser.get(ADDRESS)
    assert UserSession.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; …) AppleWebKit/605 Version/18.0 Safari/604", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537 Edg/140", "Edge, Windows"),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)
def test_browsers_have_the_names_people_use(agent, told):
    assert device(agent) == told
