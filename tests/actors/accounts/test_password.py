"""A forgotten password, and another one."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from actors.models import User
from tests.actors.accounts.kit import (
    LOGIN,
    PASSWORD,
    confirm,
    give_application,
    is_signed_in,
    link_in,
    sign_in,
    text,
)

ASK = "/compte/mot-de-passe/oublie/"
NEW = "une toute autre phrase"
TWICE = {"password1": NEW, "password2": NEW}


@pytest.fixture
def link(browser, person):
    browser.post(ASK, {"email": "Camille@Region.example.org"})
    (sent,) = mail.outbox
    mail.outbox.clear()
    assert sent.to == [person.email]
    assert sent.subject == "Choisir un nouveau mot de passe"
    assert "valable trois heures" in sent.body
    return link_in(sent)


def test_the_whole_journey(browser, person, link):
    form = browser.get(link, follow=True)
    (last, _) = form.redirect_chain[-1]
    assert "set-password" in last  # the address of the form is no secret
    done = browser.post(last, TWICE, follow=True)
    assert "Mot de passe changé" in text(done)
    assert [sent.subject for sent in mail.outbox] == ["Votre mot de passe a changé"]
    assert sign_in(browser, person, PASSWORD).status_code == 200
    assert sign_in(browser, person, NEW).status_code == 302


def test_the_link_serves_once(browser, person, link):
    browser.post(browser.get(link, follow=True).redirect_chain[-1][0], TWICE)
    for again in (browser.get(link), browser.post(link, TWICE)):
        assert "Ce lien n'est plus valable" in text(again)


def test_the_link_serves_three_hours(browser, link):
    with time_machine.travel(timezone.localtime() + timedelta(hours=3, minutes=1)):
        assert "Ce lien n'est plus valable" in text(browser.get(link))


def test_a_link_made_up_opens_nothing(browser, person, link):
    assert "Ce lien n'est plus valable" in text(browser.get(link[:-3] + "xx/"))


def test_reading_the_link_changes_nothing(browser, person, link):
    browser.get(link, follow=True)
    assert sign_in(browser, person).status_code == 302


def test_the_page_does_not_tell_who_has_an_account(browser, person):
    known = browser.post(ASK, {"email": person.email}, follow=True)
    unknown = browser.post(ASK, {"email": "personne@example.org"}, follow=True)
    told = [text(page).split("<main")[1] for page in (known, unknown)]
    assert told[0] == told[1]
    assert mail.outbox[1].subject == "Aucun compte à cette adresse"
    assert "/compte/" not in mail.outbox[1].body


def test_a_closed_account_is_told_as_unknown(browser, person):
    User.objects.update(is_active=False)
    browser.post(ASK, {"email": person.email})
    assert mail.outbox[0].subject == "Aucun compte à cette adresse"


def test_a_mail_that_does_not_leave_tells_no_more(browser, person, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    answer = browser.post(ASK, {"email": person.email}, follow=True)
    assert "Regardez votre courrier" in text(answer)
    assert "A mail did not leave: account/email/password_reset_key" in caplog.text
    assert person.email not in caplog.text


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("court", "court", "trop court"),
        ("123456789012", "123456789012", "entièrement numérique"),
        ("camille@region.example.org", "camille@region.example.org", "trop semblable"),
        (NEW, f"{NEW} !", "Les deux mots de passe diffèrent."),
        (NEW, "", "obligatoire"),
    ],
)
def test_a_password_is_strong_and_typed_twice(browser, person, link, first, second, said):
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    answer = browser.post(form, {"password1": first, "password2": second})
    assert said in text(answer)
    assert sign_in(browser, person).status_code == 302


def test_a_new_password_does_not_replace_the_second_factor(browser, person, link):
    give_application(person)
    browser.post(browser.get(link, follow=True).redirect_chain[-1][0], TWICE)
    assert "verification" in sign_in(browser, person, NEW)["Location"]
    assert not is_signed_in(browser)


class TestChange:
    ADDRESS = "/compte/mot-de-passe/"

    def test_closes_the_other_log_ins(self, browser, person, client):
        sign_in(browser, person)
        sign_in(client, person)
        answer = browser.post(self.ADDRESS, {"oldpassword": PASSWORD, **TWICE}, follow=True)
        assert "Votre mot de passe est changé." in text(answer)
        assert is_signed_in(browser)
        assert not is_signed_in(client)
        assert [sent.subject for sent in mail.outbox] == ["Votre mot de passe a changé"]
        assert "Ce n'était pas vous" in mail.outbox[0].body

    def test_asks_for_the_present_one(self, browser, person):
        sign_in(browser, person)
        answer = browser.post(self.ADDRESS, {"oldpassword": "pas le bon", **TWICE})
        assert "Ce mot de passe n&#x27;est pas le vôtre." in text(answer)
        person.refresh_from_db()
        assert person.check_password(PASSWORD)

    def test_is_the_site_s_own_page_from_the_administration_too(self, administrator):
        answer = administrator.get("/admin/password_change/")
        assert answer["Location"] == self.ADDRESS
        assert administrator.post("/admin/password_change/", {"x": "y"})["Location"] == self.ADDRESS


def test_confirming_takes_the_right_password(browser, person):
    sign_in(browser, person)
    assert "Ce mot de passe n&#x27;est pas le vôtre." in text(confirm(browser, "pas le bon"))
    assert confirm(browser).status_code == 302


def test_login_page_leads_to_the_link(browser, db):
    assert f'href="{ASK}"' in text(browser.get(LOGIN))
