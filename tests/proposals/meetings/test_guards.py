"""What the database refuses of meetings and decisions, to the owner and to the site alike."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from proposals.models import Edition, Meeting
from tests import factories as make
from tests.factories import PARIS, decided, noon
from tests.proposals.test_guards import refused, sql

pytestmark = pytest.mark.django_db

MET = date(2019, 3, 12)
DAY = timedelta(days=1)


@pytest.fixture
def validated():
    meeting = make.MeetingFactory(date=MET)
    make.AgendaItemFactory(meeting=meeting)
    make.HighlightFactory(meeting=meeting)
    make.DecisionActionFactory(decision__meeting=meeting)
    return make.validated(meeting)


FROZEN = [
    "UPDATE proposals_meeting SET participants = 'Autres'",
    "UPDATE proposals_meeting SET date = date - 1",
    "UPDATE proposals_meeting SET validated_at = NULL, validated_by_id = NULL",
    "DELETE FROM proposals_meeting",
    "UPDATE proposals_agendaitem SET subject = 'Autre'",
    "DELETE FROM proposals_agendaitem",
    "UPDATE proposals_highlight SET text = 'Autre'",
    "DELETE FROM proposals_highlight",
    "UPDATE proposals_decision SET text = 'Autre'",
    "DELETE FROM proposals_decision",
    "UPDATE proposals_decisionaction SET action_id = action_id",
    "DELETE FROM proposals_decisionaction",
]


@pytest.mark.parametrize("role", ["owner", "site"])
@pytest.mark.parametrize("statement", FROZEN)
def test_a_validated_record_does_not_change(validated, statement, role):
    if role == "site":
        sql("SET LOCAL ROLE sress_app")
    with refused("meeting_record_frozen", "Dites la suite de ses décisions"):
        sql(statement)


@pytest.mark.parametrize(
    "factory", [make.AgendaItemFactory, make.HighlightFactory, make.DecisionFactory]
)
def test_nothing_is_added_to_a_validated_record(validated, factory):
    with refused("meeting_record_frozen"):
        factory(meeting=validated)


def test_no_action_is_added_to_a_validated_decision(validated):
    with refused("meeting_record_frozen"):
        make.DecisionActionFactory(decision=validated.decisions.get())


def test_a_record_that_waits_changes_freely():
    link = make.DecisionActionFactory()
    meeting = link.decision.meeting
    make.AgendaItemFactory(meeting=meeting).delete()
    link.decision.text = "Autrement dit"
    link.decision.save()
    link.decision.delete()
    meeting.delete()
    assert not Meeting.objects.exists()


def test_the_public_trace_of_a_validated_meeting_may_still_be_named(validated):
    validated.event = make.EventFactory(strategy=validated.strategy)
    validated.save()
    with refused("meeting_event_same_strategy"):
        Meeting.objects.update(event=make.EventFactory())


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda m: make.AgendaItemFactory(meeting=m, action=make.ActionFactory()),
        lambda m: make.AgendaItemFactory(meeting=m, decision=make.DecisionFactory()),
        lambda m: make.HighlightFactory(meeting=m, report=make.ProgressReportFactory()),
    ],
)
def test_a_meeting_is_about_its_strategy(elsewhere):
    with refused("meeting_content_same_strategy"):
        elsewhere(make.MeetingFactory())


def test_a_decision_is_about_actions_of_its_strategy():
    with refused("decision_action_same_strategy"):
        make.DecisionActionFactory(action=make.ActionFactory())


def test_a_meeting_stays_in_its_strategy():
    meeting = make.MeetingFactory()
    with refused("meeting_stays_in_its_strategy"):
        Meeting.objects.filter(pk=meeting.pk).update(strategy=make.StrategyFactory())


def test_a_decision_is_written_once_the_meeting_was_held():
    meeting = make.MeetingFactory(date=MET)
    with refused("decision_not_before_its_meeting", "une fois la réunion tenue"):
        make.DecisionFactory(meeting=meeting, recorded_at=noon(MET - DAY))
    with refused("decision_due_after_its_meeting"):
        make.DecisionFactory(meeting=meeting, due_on=MET - DAY)


def test_what_became_of_a_decision_is_said_of_a_validated_record():
    waiting = make.DecisionFactory()
    with refused("follow_up_of_validated_record", "pas encore validé"):
        make.DecisionFollowUpFactory(decision=waiting)
    decision = decided(meeting__date=MET)
    with refused("follow_up_not_before_meeting", "12/03/2019"):
        make.DecisionFollowUpFactory(decision=decision, day=MET - DAY)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals_decisionfollowup SET note = 'Autre'",
        "DELETE FROM proposals_decisionfollowup",
    ],
)
def test_follow_ups_are_append_only(statement):
    make.DecisionFollowUpFactory()
    with refused("follow_up_append_only"):
        sql(statement)


def test_what_is_recorded_after_an_edition_is_dated_after_it():
    decision = make.DecisionFactory(meeting__date=MET)
    frozen = datetime(2019, 11, 20, 12, tzinfo=PARIS)
    make.EditionFactory(known_at=frozen, day=MET)
    make.validated(decision.meeting)
    decision.meeting.refresh_from_db()
    assert decision.meeting.validated_at > frozen
    follow_up = make.DecisionFollowUpFactory(decision=decision, day=MET)
    follow_up.refresh_from_db()
    assert follow_up.recorded_at > frozen
    assert Edition.objects.count() == 1
    connection.check_constraints()
