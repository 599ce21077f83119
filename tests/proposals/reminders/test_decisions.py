"""Decisions to carry out: who is told, when, and until when; once each."""

from datetime import date, timedelta

import pytest

from proposals.models import Kind, Reminder
from proposals.reminders.run import run
from sress.models import Mail
from tests import factories as make
from tests.factories import noon
from tests.proposals.reminders.kit import html, live, on, told, words

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# A Friday.
DUE = date(2019, 10, 18)


@pytest.fixture
def decision(lead):
    return make.decided(owner=lead.user, text="Chercher un cofinanceur", due_on=DUE)


def lines(person):
    return [threshold for kind, threshold in told(recipient=person) if kind == Kind.DECISION]


def test_the_owner_is_told_before_and_when_overdue(decision, lead):
    live(date(2019, 10, 7))  # the Monday after J-14
    assert lines(lead.user) == [-14]
    live(DUE - 3 * DAY)
    assert lines(lead.user) == [-14, -3]
    live(DUE + 7 * DAY)
    live(DUE + 10 * DAY)
    assert lines(lead.user) == [-14, -3, 7]


def test_the_mail_says_what_and_leads_to_the_answer(decision, lead):
    live(DUE - 3 * DAY)
    mail = Mail.objects.get(recipient=lead.user)
    said = words(mail).replace("\xa0", " ")
    assert "Chercher un cofinanceur" in said
    assert "du COPIL du 12 mars 2019" in said
    assert f"/suivi/decisions/{decision.pk}/" in html(mail)
    assert "Décision à mettre en œuvre, dans 3 jours" in mail.subject.replace("\xa0", " ")


def test_a_second_run_writes_nothing(decision, lead):
    live(DUE - 3 * DAY)
    with on(DUE - 3 * DAY, 10):
        again = run()
    assert (again.planned, again.cancelled, again.mails) == (0, 0, 0)
    assert Reminder.objects.filter(rule__kind=Kind.DECISION).count() == 1


@pytest.mark.parametrize("state", ["faite", "abandonnee"])
def test_it_stops_when_it_is_over(decision, lead, state):
    make.DecisionFollowUpFactory(
        decision=decision, day=date(2019, 10, 1), state=state, note="Faute de moyens"
    )
    live(DUE - 3 * DAY)
    assert lines(lead.user) == []


def test_a_deferral_counts_from_the_new_date(decision, lead):
    live(DUE - 3 * DAY)
    later = date(2019, 11, 29)
    make.DecisionFollowUpFactory(
        decision=decision, day=DUE, state="reportee", due_on=later, recorded_at=noon(DUE)
    )
    live(DUE + 7 * DAY)
    assert lines(lead.user) == [-3]
    live(later - 3 * DAY)
    assert lines(lead.user) == [-3, -3]


def test_two_decisions_of_a_day_are_two_lines_of_one_mail(decision, lead):
    make.decided(
        owner=lead.user,
        text="Écrire aux maires",
        due_on=DUE,
        meeting__strategy=decision.meeting.strategy,
        meeting__kind="cotech",
    )
    live(DUE - 3 * DAY)
    said = words(Mail.objects.get(recipient=lead.user))
    assert "Chercher un cofinanceur" in said
    assert "Écrire aux maires" in said


def test_without_an_owner_the_coordination_is_told(coordinator):
    decision = make.decided(due_on=DUE)
    decision.meeting.strategy.coordinators.add(coordinator.user)
    live(DUE - 3 * DAY)
    assert lines(coordinator.user) == [-3]


def test_a_record_that_waits_reminds_nobody(lead):
    make.DecisionFactory(owner=lead.user, due_on=DUE)
    live(DUE - 3 * DAY)
    assert lines(lead.user) == []
