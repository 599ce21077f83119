"""What bears on who can enter leaves a trace: in the account's history, the journal, a list."""

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from actors.models import AccountEvent
from sress.audit.wording import history
from tests.actors.accounts.kit import (
    DOUBLE,
    PASSWORD,
    add_application,
    confirm,
    confirm_by_code,
    give_application,
    link_in,
    sign_in,
    text,
)
from tests.factories import AccountEventFactory, UserFactory
from tests.proposals.test_guards import refused

NEW = "une toute autre phrase"
TWICE = {"password1": NEW, "password2": NEW}
USERS = "/admin/actors/user/"
EVENTS = "/admin/actors/accountevent/"
What = AccountEvent.What


def told(user):
    """What befell them, the oldest first, and by whom."""
    return [(one.what, one.by) for one in AccountEvent.objects.filter(user=user).order_by("pk")]


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_set_up_renewed_and_taken_away(browser, person):
    sign_in(browser, person)
    confirm(browser)
    codes = add_application(browser).context["unused_codes"]
    browser.post(f"{DOUBLE}codes/renouveler/")
    browser.post(f"{DOUBLE}application/retirer/")
    assert told(person) == [
        (What.FACTOR_ADDED, None),
        (What.CODES_ADDED, None),
        (What.CODES_RENEWED, None),
        (What.FACTOR_REMOVED, None),
        (What.CODES_REMOVED, None),
    ]
    said = str(AccountEvent.objects.values_list()) + str([one.sentence for one in history(person)])
    assert not any(code in said for code in codes)
    assert "Second facteur ajouté" in said


def test_a_lost_factor_is_taken_away_by_an_administrator(administrator, person):
    give_application(person)
    chosen = {"_selected_action": [person.pk], "confirm": "1"}
    administrator.post(USERS, {"action": "remove_second_factor", **chosen})
    assert told(person) == [(What.FACTOR_LOST, administrator.user)]
    assert "Dominique Admin" in text(administrator.get(f"{USERS}{person.pk}/history/"))


def test_a_password_changed(browser, person):
    sign_in(browser, person)
    browser.post("/compte/mot-de-passe/", {"oldpassword": PASSWORD, **TWICE})
    assert told(person) == [(What.PASSWORD_CHANGED, None)]


def test_a_password_forgotten(browser, person):
    browser.post("/compte/mot-de-passe/oublie/", {"email": person.email})
    page = browser.get(link_in(mail.outbox[-1]), follow=True)
    browser.post(page.redirect_chain[-1][0], TWICE)
    assert told(person) == [(What.PASSWORD_RESET, None)]


def test_an_invitation_sent_then_accepted(administrator):
    guest = UserFactory(full_name="Jeanne Petit")
    guest.set_unusable_password()
    guest.save()
    administrator.post(USERS, {"action": "invite", "_selected_action": [guest.pk]})
    Client().post(link_in(mail.outbox[-1]), TWICE)
    assert told(guest) == [(What.INVITED, administrator.user), (What.ACCEPTED, None)]


def test_a_password_set_by_who_had_none(browser, person):
    person.set_unusable_password()
    person.save()
    browser.force_login(person)
    first, *_ = give_application(person)
    confirm_by_code(browser, first)
    browser.post("/compte/mot-de-passe/choisir/", TWICE)
    assert told(person) == [(What.PASSWORD_SET, None)]


def test_the_list_is_read_by_administrators_alone(administrator, coordinator):
    event = AccountEventFactory()
    assert event.user.full_name in text(administrator.get(EVENTS))
    assert coordinator.get(EVENTS).status_code == 403
    assert administrator.post(f"{EVENTS}add/").status_code == 403


def test_an_event_is_never_rewritten(db):
    event = AccountEventFactory()
    with refused("account_event_append_only", "ne se modifie pas"):
        AccountEvent.objects.update(what=What.ACCEPTED)
    event.user.delete()
    assert not AccountEvent.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM actors_accountevent_version")
        assert cursor.fetchone()[0] == 2
