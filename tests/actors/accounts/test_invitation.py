"""An administrator opens an account, and its person alone chooses the password."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from actors.models import Role, User
from tests.actors.accounts.kit import is_signed_in, link_in, sign_in, text
from tests.conftest import SignedIn
from tests.factories import ServiceFactory, UserFactory

LIST = "/admin/actors/user/"
NEW = "une toute autre phrase"
TWICE = {"password1": NEW, "password2": NEW}


@pytest.fixture
def open_account(administrator):
    def opened(**changes):
        facts = {
            "email": "Jeanne.Petit@Region.example.org",
            "full_name": "Jeanne L'Invitée",
            "role": Role.OFFICER,
            "service": ServiceFactory().pk,
            **changes,
        }
        administrator.post(f"{LIST}add/", facts)
        return User.objects.get(full_name="Jeanne L'Invitée")

    return opened


def ask_again(administrator, *users):
    data = {"action": "invite", "_selected_action": [user.pk for user in users]}
    return administrator.post(LIST, data, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_the_whole_journey(administrator, open_account, browser):
    user = open_account()
    assert user.email == "jeanne.petit@region.example.org"
    assert not user.has_usable_password()
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    assert "Jeanne L'Invitée" in sent.body
    assert "valable 7 jours" in sent.body
    page = browser.get(link_in(sent))
    assert user.email in text(page)
    answer = browser.post(link_in(sent), TWICE, follow=True)
    assert "Connectez-vous avec lui." in text(answer)
    assert not is_signed_in(browser)
    assert sign_in(browser, user, NEW).status_code == 302


def test_the_page_of_the_new_account_asks_for_no_password(administrator, open_account):
    for page in (f"{LIST}add/", f"{LIST}{open_account().pk}/change/"):
        shown = administrator.get(page)
        assert not [n for n in shown.context["adminform"].form.fields if "password" in n]
        assert "password" not in text(shown).replace("password_change", "")


def test_an_administrator_cannot_set_somebodys_password(administrator, person):
    address = f"{LIST}{person.pk}/password/"
    administrator.post(address, TWICE)
    administrator.post(f"{LIST}{person.pk}/change/", {"password": "x", **TWICE})
    person.refresh_from_db()
    assert not person.check_password(NEW)


def test_a_list_does_not_tell_how_passwords_begin(administrator, person):
    assert administrator.get(f"{LIST}?password__startswith=md5").status_code == 400


def test_looking_at_the_link_does_nothing(open_account, browser):
    user = open_account()
    browser.get(link_in(mail.outbox[0]))
    browser.head(link_in(mail.outbox[0]))
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_link_serves_once(open_account, browser):
    open_account()
    link = link_in(mail.outbox[0])
    browser.post(link, TWICE)
    for again in (browser.get(link), browser.post(link, TWICE)):
        assert again.status_code == 410
        assert "Cette invitation n'est plus valable" in text(again)


@pytest.mark.parametrize(("after", "status"), [(6.9, 200), (7.1, 410)])
def test_the_link_serves_seven_days(open_account, browser, after, status):
    open_account()
    with time_machine.travel(timezone.now() + timedelta(days=after)):
        assert browser.get(link_in(mail.outbox[0])).status_code == status


def test_a_link_tampered_with_opens_nothing(open_account, browser):
    user, other = open_account(), UserFactory()
    link = link_in(mail.outbox[0])
    for forged in (
        link.replace(f"/{user.pk}-", f"/{other.pk}-"),
        link[:-2] + ("a" if link[-2] != "a" else "b") + "/",
        "/compte/invitation/%00/",
        f"/compte/invitation/{user.pk}/",
    ):
        assert browser.post(forged, TWICE).status_code == 410, forged


def test_a_link_dies_with_the_address_it_was_sent_to(open_account, browser):
    user = open_account()
    User.objects.filter(pk=user.pk).update(email="autre@region.example.org")
    assert browser.get(link_in(mail.outbox[0])).status_code == 410


def test_a_link_to_a_closed_account_opens_nothing(open_account, browser):
    user = open_account()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert browser.post(link_in(mail.outbox[0]), TWICE).status_code == 410


def test_a_weak_password_is_refused(open_account, browser):
    user = open_account()
    weak = {"password1": "motdepasse", "password2": "motdepasse"}
    assert "trop court" in text(browser.post(link_in(mail.outbox[0]), weak))
    like = {"password1": "jeanne l'invitée", "password2": "jeanne l'invitée"}
    assert "trop semblable" in text(browser.post(link_in(mail.outbox[0]), like))
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_accepting_leaves_somebody_elses_log_in(open_account):
    client = SignedIn(UserFactory())
    open_account()
    client.post(link_in(mail.outbox[0]), TWICE)
    assert not is_signed_in(client)


class TestSendingAgain:
    def test_to_who_has_no_password_yet(self, administrator):
        user = UserFactory(password=None)
        user.set_unusable_password()
        user.save()
        assert said(ask_again(administrator, user))[0].startswith("Invitation envoyée à")
        assert Client().get(link_in(mail.outbox[0])).status_code == 200
        assert LogEntry.objects.get().change_message == "Invitation envoyée."

    def test_not_to_who_has_one_nor_to_a_closed_account(self, administrator, person):
        closed = UserFactory(is_active=False)
        told = said(ask_again(administrator, person, closed))
        assert not mail.outbox
        assert any("a déjà un mot de passe" in one for one in told)
        assert any("ce compte est fermé" in one for one in told)

    def test_is_for_administrators(self, person):
        coordinator = SignedIn(UserFactory(role=Role.COORDINATOR))
        ask_again(coordinator, person)
        assert not mail.outbox


class TestWithoutMail:
    @pytest.fixture(autouse=True)
    def nobody_listens(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    def test_the_account_is_there_and_the_administrator_is_told(
        self, administrator, open_account, settings
    ):
        user = open_account()
        (told,) = said(administrator.get(LIST))[-1:]
        assert "n'est pas partie" in told
        assert "Envoyer une invitation" in told
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        ask_again(administrator, user)
        assert mail.outbox[0].to == [user.email]

    def test_sending_again_says_so_too(self, administrator):
        user = UserFactory()
        user.set_unusable_password()
        user.save()
        assert "n'est pas partie" in said(ask_again(administrator, user))[0]
        assert not LogEntry.objects.exists()
