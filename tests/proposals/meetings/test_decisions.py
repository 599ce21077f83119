"""Where decisions stand, against plain Python over random follow-ups, knowledge cut included."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals.decisions import Standing, decisions
from proposals.models import Decision
from proposals.state import Moment
from tests import factories as make
from tests.factories import decided, noon

pytestmark = pytest.mark.django_db

MET = date(2019, 3, 12)
DAYS = st.dates(MET - timedelta(days=3), MET + timedelta(days=20))
AFTER = st.integers(0, 15).map(lambda n: MET + timedelta(days=n))


@st.composite
def told(draw):
    """A decision and its follow-ups, in the order in which they are recorded."""
    follow_ups = []
    for _ in range(draw(st.integers(0, 4))):
        day = draw(AFTER)
        state = draw(st.sampled_from(["faite", "reportee", "abandonnee", "rouverte"]))
        follow_ups.append(
            {
                "day": day,
                "state": state,
                "due_on": draw(AFTER) if state == "reportee" else None,
                "note": "Faute de moyens" if state == "abandonnee" else "",
                "recorded_at": noon(draw(AFTER.filter(lambda d, day=day: d >= day))),
            }
        )
    return {
        "due_on": draw(st.none() | AFTER),
        "visibility": draw(st.sampled_from(["public", "interne"])),
        "validated_on": draw(AFTER),
        "follow_ups": follow_ups,
    }


def plain(said, ids, moment):
    """(standing, closed_on, due date, overdue); None of what does not exist."""
    known = moment.known_at
    if moment.day < MET or (known and noon(said["validated_on"]) > known):
        return None
    if not moment.embargoed and said["visibility"] != "public":
        return None
    counted = [
        (one["day"], one["recorded_at"], pk, one)
        for pk, one in zip(ids, said["follow_ups"], strict=True)
        if one["day"] <= moment.day and (known is None or one["recorded_at"] <= known)
    ]
    counted.sort(key=lambda row: row[:3])
    standing, closed_on, due = Standing.OPEN, None, said["due_on"]
    for day, recorded_at, _, one in counted:
        standing = {"faite": Standing.DONE, "abandonnee": Standing.ABANDONED}.get(
            one["state"], Standing.OPEN
        )
        closed_on = day if standing != Standing.OPEN else None
        if one["state"] == "reportee" and max(day, recorded_at.date()) <= moment.day:
            due = one["due_on"]
    overdue = standing == Standing.OPEN and due is not None and due < moment.day
    return standing, closed_on, due, overdue


class TestStandings(TestCase):
    @settings(max_examples=80, deadline=None)
    @given(
        st.lists(told(), min_size=1, max_size=3),
        DAYS,
        st.none() | DAYS.map(noon),
        st.booleans(),
    )
    def test_they_are_those_of_plain_python(self, world, day, known_at, embargoed):
        moment = Moment(day, known_at, embargoed=embargoed)
        strategies = make.StrategyFactory()
        expected = {}
        for rank, said in enumerate(world):
            kind = ["copil", "cotech", "conference"][rank]
            decision = decided(
                meeting__strategy=strategies,
                meeting__kind=kind,
                meeting__date=MET,
                validated_on=said["validated_on"],
                due_on=said["due_on"],
                visibility=said["visibility"],
            )
            ids = [
                make.DecisionFollowUpFactory(decision=decision, **one).pk
                for one in said["follow_ups"]
            ]
            found = plain(said, ids, moment)
            if found:
                expected[decision.pk] = found
        rows = decisions(moment, Decision.objects.all())
        assert {
            one.pk: (one.standing, one.closed_on, one.due_date, one.is_overdue) for one in rows
        } == expected
        assert all(one.is_open == (one.standing == Standing.OPEN) for one in rows)
        # What is computed can be filtered on.
        late = {pk for pk, facts in expected.items() if facts[3]}
        assert {one.pk for one in rows.filter(is_overdue=True)} == late


def standing(decision, day, **moment):
    return decisions(Moment(day, embargoed=True, **moment), Decision.objects.filter(pk=decision.pk))


def test_a_record_that_waits_is_no_decision():
    decision = make.DecisionFactory()
    assert not standing(decision, date(2019, 11, 15))
    make.validated(decision.meeting)
    assert standing(decision, date(2019, 11, 15))


def test_a_deadline_that_passed_is_not_rewritten_afterwards():
    decision = decided(due_on=date(2019, 4, 30))
    make.DecisionFollowUpFactory(
        decision=decision,
        day=date(2019, 4, 15),
        state="reportee",
        due_on=date(2019, 9, 30),
        recorded_at=noon(date(2019, 6, 3)),
    )
    assert standing(decision, date(2019, 5, 31)).get().is_overdue
    assert not standing(decision, date(2019, 6, 3)).get().is_overdue
    assert standing(decision, date(2019, 10, 1)).get().is_overdue


def test_what_was_known_does_not_change_with_what_is_said_later():
    decision = decided(due_on=date(2019, 4, 30))
    then = {"known_at": noon(date(2019, 5, 2))}
    assert standing(decision, date(2019, 5, 1), **then).get().standing == Standing.OPEN
    make.DecisionFollowUpFactory(
        decision=decision, day=date(2019, 4, 29), recorded_at=noon(date(2019, 6, 3))
    )
    assert standing(decision, date(2019, 5, 1), **then).get().standing == Standing.OPEN
    assert standing(decision, date(2019, 5, 1)).get().standing == Standing.DONE
