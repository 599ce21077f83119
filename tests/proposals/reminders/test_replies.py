"""The signed links of a mail: they open a page that asks, act when its form is sent, and once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse

from actors import erasure
from actors.models import Role
from proposals.models import ReminderReply, Status
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from tests import factories as make
from tests.conftest import SignedIn
from tests.proposals.reminders.answering import (
    FRIDAY,
    LATER,
    address,
    answer,
    followed,
    rows,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def referent():
    return make.UserFactory(full_name="Camille Référente")


@pytest.fixture
def action(referent):
    return followed(referent)


# The page


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize("method", ["get", "head", "put", "options", "delete", "patch"])
def test_only_sending_the_form_does_anything(referent, action, what, method):
    response = getattr(Client(), method)(address(referent, action, what))
    assert response.status_code == (200 if method in ("get", "head") else 405)
    assert rows() == [0, 0, 0]


@pytest.mark.parametrize("what", list(What))
def test_the_page_says_what_about_which_action_and_who_answers(referent, action, what):
    page = Client().get(address(referent, action, what))
    said = words(page)
    for expected in ("12.3", action.title, "Vous répondez en tant que Camille Référente"):
        assert expected in said
    assert f"<title>{what.label}, action 12.3" in unescape(page.content.decode())


@pytest.mark.parametrize("what", list(What))
def test_the_page_is_neither_kept_nor_indexed_nor_told_to_others(referent, action, what):
    for where in (address(referent, action, what), reverse("desk:reply", args=["faux"])):
        page = Client().get(where)
        assert "no-store" in page["Cache-Control"]
        assert page["X-Robots-Tag"] == "noindex"
        assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("what", list(What))
def test_a_form_without_its_security_token_does_nothing(referent, action, what):
    strict, where = Client(enforce_csrf_checks=True), address(referent, action, what)
    origin = {"Origin": "http://testserver"}
    refused = strict.post(where, {**LATER, "seen": "0"}, headers=origin)
    assert refused.status_code == 403
    assert "Rouvrez la page" in words(refused)
    assert rows() == [0, 0, 0]
    assert not strict.session.keys(), "nothing is kept for who has no session"
    csrf = re.search(r'csrfmiddlewaretoken" value="(\w+)"', strict.get(where).content.decode())[1]
    said = {**LATER, "seen": "0", "csrfmiddlewaretoken": csrf}
    assert strict.post(where, said, headers=origin).status_code == 302
    assert sum(rows()) == 1


# Links that lead nowhere


def _forged(token):
    payload, rest = token.split(":", 1)
    return f"{payload[:-1]}{'A' if payload[-1] != 'A' else 'B'}:{rest}"


BROKEN = {
    "cut": lambda token: token[:-4],
    "forged": _forged,
    "of another use": lambda token: signing.dumps([1, 1, "rien"], salt="ailleurs"),
    "of another shape": lambda token: signing.dumps({"user": 1}, salt=replies.SALT),
    "of no known answer": lambda token: signing.dumps([1, 1, "tout"], salt=replies.SALT),
    "of nobody": lambda token: signing.dumps(["x", None, "rien"], salt=replies.SALT),
    "without sense": lambda token: "é ✂ %00",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_proves_nothing(referent, action, broken, method):
    token = replies.token(Link(referent.pk, action.pk, What.NOTHING_NEW))
    page = getattr(Client(), method)(reverse("desk:reply", args=[broken(token)]))
    assert page.status_code == 410
    assert "Ce lien est incomplet" in words(page)
    assert 'href="/suivi/"' in page.content.decode()
    assert rows() == [0, 0, 0]


@pytest.mark.parametrize(("days", "status"), [(59, 200), (61, 410)])
def test_a_link_is_good_for_sixty_days(referent, action, days, status):
    where = address(referent, action, What.SNOOZE)
    with time_machine.travel(date(2019, 11, 15) + timedelta(days=days)):
        assert Client().get(where).status_code == status


def _close(action):
    type(action.referent).objects.filter(pk=action.referent_id).update(is_active=False)


def _erase(action):
    erasure.erase(action.referent, by=make.UserFactory(role=Role.ADMINISTRATOR))


def _hand_over(action):
    type(action).objects.filter(pk=action.pk).update(referent=make.UserFactory())


def _change(**facts):
    return lambda action: type(action).objects.filter(pk=action.pk).update(**facts)


@pytest.mark.parametrize("what", list(What))
@pytest.mark.parametrize(
    ("event", "status", "reason"),
    [
        (_close, 410, "son compte est fermé"),
        (_erase, 410, "son compte est fermé"),
        (_change(published=False), 410, "n'est plus publiée"),
        (lambda a: type(a.strategy).objects.update(published=False), 410, "n'est plus publiée"),
        (lambda a: a.delete(), 410, "n'est plus publiée"),
        (_change(archived=True), 410, "est archivée"),
        (
            lambda a: make.ProgressReportFactory(action=a, status=Status.DELIVERED),
            410,
            "est terminée",
        ),
        (
            lambda a: make.ProgressReportFactory(action=a, status=Status.DROPPED),
            410,
            "est terminée",
        ),
        (_hand_over, 403, "n'est plus entre vos mains"),
    ],
)
def test_when_there_is_nothing_to_answer_any_more(referent, action, what, event, status, reason):
    where = address(referent, action, what)
    event(action)
    before = rows()
    for method in ("get", "post"):
        page = getattr(Client(), method)(where, LATER)
        assert page.status_code == status
        assert reason in words(page)
        assert "Ouvrir mon suivi" in words(page)
        assert "Camille" not in words(page)
    assert rows() == before


@pytest.mark.parametrize("what", list(What))
def test_somebody_else_who_is_signed_in_does_not_answer_for_them(
    referent, action, what, administrator
):
    for method in ("get", "post"):
        page = getattr(administrator, method)(address(referent, action, what), LATER)
        assert page.status_code == 403
        assert "Ce lien est celui d'un autre compte" in words(page)
        assert "Camille" not in words(page)
    assert rows() == [0, 0, 0]


def test_it_is_the_same_for_who_is_signed_in(referent, action):
    answer(referent, action, What.SNOOZE, SignedIn(referent), **LATER)
    assert ReminderReply.objects.get().user == referent


# Nothing new


def at_once(*calls):
    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "publishes", "counted"),
    [
        (What.NOTHING_NEW, True, [1, 0, 0]),
        (What.NOTHING_NEW, False, [0, 1, 0]),
        (What.SNOOZE, True, [0, 0, 1]),
        (What.NOT_MINE, True, [0, 0, 1]),
    ],
)
def test_twenty_clicks_at_once_are_one_answer(referent, action, what, publishes, counted):
    type(action.strategy).objects.update(officers_publish=publishes)
    where, said = address(referent, action, what), {**LATER, "seen": "0"}
    clicks = [lambda: Client().post(where, said).status_code for _ in range(20)]
    assert at_once(*clicks) == [302] * 20
    assert rows() == counted
