"""The rules of `proposals.state` about milestones, in examples."""

from datetime import date, timedelta

import pytest

from proposals.models import Milestone, Status
from tests.factories import (
    ActionFactory,
    MilestoneFactory,
    MilestoneUpdateFactory,
)
from tests.proposals.test_state_examples import correct, milestone_at, report

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (date(2019, month, 1) for month in range(1, 5))
JUNE, JULY, SEPTEMBER, DECEMBER = (date(2019, month, 1) for month in (6, 7, 9, 12))
DAY = timedelta(days=1)


@pytest.fixture
def action():
    """It exists from 1 January 2019 and is due on 30 June."""
    return ActionFactory(exists_from=JANUARY, initial_due_date=JULY - DAY)


def test_a_milestone_is_reached_and_may_be_so_no_more(action):
    milestone = MilestoneFactory(action=action)
    for day, reached in ((MARCH, True), (JUNE, False)):
        MilestoneUpdateFactory(milestone=milestone, report=report(action, day), reached=reached)
    report(action, APRIL)  # It does not speak of the milestone.
    assert not milestone_at(milestone, MARCH - DAY).is_reached
    reached = milestone_at(milestone, APRIL)
    assert (reached.is_reached, reached.reached_on) == (True, MARCH)
    assert not milestone_at(milestone, JUNE).is_reached


def test_a_milestone_is_overdue_while_its_action_is_open(action):
    milestone = MilestoneFactory(action=action, initial_due_date=MARCH)
    reached = MilestoneFactory(action=action, initial_due_date=MARCH)
    MilestoneUpdateFactory(milestone=reached, report=report(action, FEBRUARY))
    assert not milestone_at(milestone, MARCH).is_overdue
    assert milestone_at(milestone, MARCH + DAY).is_overdue
    assert not milestone_at(reached, MARCH + DAY).is_overdue
    report(action, APRIL, Status.DROPPED)
    assert not milestone_at(milestone, APRIL).is_overdue


def test_a_milestone_is_put_off_from_the_day_that_is_recorded(action):
    milestone = MilestoneFactory(action=action, initial_due_date=MARCH)
    late = report(action, FEBRUARY, recorded=APRIL)
    MilestoneUpdateFactory(milestone=milestone, report=late, reached=False, revised_due_date=JULY)
    assert milestone_at(milestone, APRIL - DAY).is_overdue
    put_off = milestone_at(milestone, APRIL)
    assert (put_off.due_date, put_off.slippage) == (JULY, (JULY - MARCH).days)
    assert not put_off.is_overdue


@pytest.mark.parametrize("repeated", [JULY, SEPTEMBER])
def test_a_corrected_milestone_keeps_its_first_date_until_another_takes_effect(action, repeated):
    milestone = MilestoneFactory(action=action, initial_due_date=JUNE)
    first = report(action, MARCH)
    for said, due in ((first, JULY), (correct(first, recorded=APRIL), repeated)):
        MilestoneUpdateFactory(milestone=milestone, report=said, revised_due_date=due)
    assert milestone_at(milestone, MARCH - DAY).due_date == JUNE
    assert milestone_at(milestone, MARCH).due_date == JULY
    assert milestone_at(milestone, APRIL).due_date == repeated


def test_a_milestone_exists_from_its_first_day_on_with_its_action(action):
    early = MilestoneFactory(action=action, exists_from=JANUARY - 9 * DAY)
    with pytest.raises(Milestone.DoesNotExist):
        milestone_at(early, JANUARY - DAY)
    assert milestone_at(early, JANUARY)
    milestone = MilestoneFactory(action=action, exists_from=MARCH)
    assert milestone_at(milestone, MARCH)
    with pytest.raises(Milestone.DoesNotExist):
        milestone_at(milestone, MARCH - DAY)
