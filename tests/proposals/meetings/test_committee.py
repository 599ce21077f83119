"""What a committee looks at, on a small story whose every figure is known."""

from decimal import Decimal

import pytest

from proposals.committee import previous_of, since_last
from proposals.models import Meeting
from tests import factories as make
from tests.factories import date, decided, noon

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal(strategy):
    return make.ProposalFactory(strategy=strategy, number=1, referent=make.UserFactory())


def action(proposal, code, *reports, **said):
    """An action with (day, status, progress, more…) reports."""
    said = {"exists_from": date(2018, 9, 1), "start_date": date(2018, 9, 1), **said}
    made = make.ActionFactory(proposal=proposal, code=code, **said)
    for day, status, progress, *more in reports:
        extra = more[0] if more else {}
        make.ProgressReportFactory(
            action=made, reported_on=day, status=status, progress=progress, **extra
        )
    return made


def codes(lines):
    return [line.action.code for line in lines]


def gathered(meeting):
    return since_last(meeting, previous_of(meeting, Meeting.objects.all()))


BEFORE, AFTER, LATELY = date(2019, 2, 1), date(2019, 5, 6), date(2019, 11, 4)


class TestActions:
    def test_delivered_since_and_not_before(self, proposal, last, coming):
        action(proposal, "1.1", (BEFORE, "realisee", 100))
        action(proposal, "1.2", (BEFORE, "en_cours", 50), (AFTER, "realisee", 100))
        found = gathered(coming)
        assert codes(found.delivered) == ["1.2"]
        assert codes(found.moved) == []

    def test_moved_by_status_progress_or_due_date(self, proposal, last, coming):
        later = {"revised_due_date": date(2020, 3, 1), "revision_motive": "Marché relancé"}
        due = {"initial_due_date": date(2019, 12, 20)}
        action(proposal, "1.1", (BEFORE, "en_cours", 50), (AFTER, "en_cours", 50), **due)
        action(proposal, "1.2", (BEFORE, "en_cours", 50), (AFTER, "en_cours", 75), **due)
        action(proposal, "1.3", (BEFORE, "en_cours", 50), (AFTER, "suspendue", 50), **due)
        action(proposal, "1.4", (BEFORE, "en_cours", 50), (AFTER, "en_cours", 50, later), **due)
        action(proposal, "1.5", exists_from=date(2019, 4, 12))
        found = gathered(coming)
        assert codes(found.moved) == ["1.2", "1.3", "1.4", "1.5"]
        assert [line.due_date_moved for line in found.moved] == [False, False, True, False]

    def test_overdue_with_its_motives_and_slippage(self, proposal, last, coming):
        later = {"revised_due_date": date(2019, 10, 31), "revision_motive": "Marché infructueux"}
        late = action(
            proposal,
            "1.1",
            (AFTER, "en_cours", 50, later),
            (date(2019, 7, 1), "difficulte", 50, {"difficulty_motive": "financement"}),
            initial_due_date=date(2019, 6, 30),
        )
        action(proposal, "1.2", initial_due_date=date(2020, 1, 31))
        (line,) = gathered(coming).overdue
        assert line.action == late
        assert line.revision.revision_motive == "Marché infructueux"
        assert line.last.difficulty_motive == "financement"
        assert line.action.slippage == 123

    def test_who_still_owes_a_report(self, proposal, last, coming):
        action(proposal, "1.1", (BEFORE, "en_cours", 50))
        action(proposal, "1.2", (LATELY, "en_cours", 50))
        action(proposal, "1.3", (AFTER, "en_cours", 50))  # silent since
        action(proposal, "1.4", (BEFORE, "realisee", 100))
        action(proposal, "1.5", start_date=date(2020, 2, 1), initial_due_date=None)
        action(proposal, "1.6", archived=True)
        action(proposal, "1.7", published=False)
        action(proposal, "1.8")
        found = gathered(coming)
        assert codes(found.owed) == ["1.1", "1.3", "1.8"]
        assert found.expected == 4
        assert found.owed[0].answering == proposal.referent

    def test_what_was_said_late_of_before_is_news(self, proposal, last, coming):
        action(proposal, "1.1", (BEFORE, "en_cours", 50, {"recorded_at": noon(AFTER)}))
        action(proposal, "1.2", (BEFORE, "en_cours", 50))
        assert codes(gathered(coming).news) == ["1.1"]

    def test_what_is_under_embargo_is_for_the_committee(self, proposal, last, coming):
        withheld = {"public_from": date(2020, 1, 10)}
        action(proposal, "1.1", (LATELY, "suspendue", 50, withheld))
        assert codes(gathered(coming).stuck) == ["1.1"]

    def test_milestones_reached_since(self, proposal, last, coming):
        one = action(proposal, "1.1")
        for day in (BEFORE, AFTER):
            report = make.ProgressReportFactory(action=one, reported_on=day)
            make.MilestoneUpdateFactory(
                report=report,
                milestone=make.MilestoneFactory(action=one, title=f"Étape {day}"),
                reached=True,
            )
        assert [step.title for step in gathered(coming).reached] == [f"Étape {AFTER}"]


class TestDates:
    def test_a_past_meeting_is_as_it_was_on_its_day(self, proposal, last, strategy):
        held = make.MeetingFactory(strategy=strategy, date=date(2019, 6, 3))
        action(proposal, "1.1", (AFTER, "en_cours", 75), (LATELY, "realisee", 100))
        found = gathered(held)
        assert (found.since, found.until) == (date(2019, 3, 12), date(2019, 6, 3))
        assert codes(found.moved) == ["1.1"]
        assert codes(found.delivered) == []

    def test_the_first_meeting_looks_back_to_the_vote(self, coming, strategy):
        assert gathered(coming).since == date(2018, 6, 28)

    def test_only_meetings_of_the_same_kind_that_were_held_count(self, last, coming, strategy):
        make.MeetingFactory(strategy=strategy, kind="cotech", date=date(2019, 10, 1))
        make.MeetingFactory(strategy=strategy, date=date(2019, 9, 3), cancelled=True)
        assert gathered(coming).previous == last


def test_means_at_both_dates(proposal, last, coming, strategy):
    authorisation = make.AuthorisationFactory(strategy=strategy)
    make.MovementFactory(authorisation=authorisation, amount=1000, date=date(2018, 10, 12))
    one = action(proposal, "1.1")
    for day, amount in ((BEFORE, 300), (AFTER, 200)):
        make.MovementFactory(
            authorisation=authorisation, action=one, kind="affectation", amount=amount, date=day
        )
    found = gathered(coming)
    assert (found.means_before.voted, found.means_before.affected) == (1000, 300)
    assert (found.means.voted, found.means.affected) == (1000, Decimal(500))


def test_decisions_awaited_and_done_since(coming, strategy):
    def of(day, kind="copil", **said):
        return decided(meeting__strategy=strategy, meeting__kind=kind, meeting__date=day, **said)

    early = of(date(2018, 9, 3), "cotech", text="Close avant")
    make.DecisionFollowUpFactory(decision=early, day=date(2018, 12, 3))
    last = of(date(2019, 3, 12), text="En attente", due_on=date(2020, 1, 31))
    late = of(date(2019, 6, 3), "cotech", text="Dépassée", due_on=date(2019, 9, 30))
    done = of(date(2019, 5, 3), "cotech", text="Faite")
    make.DecisionFollowUpFactory(decision=done, day=date(2019, 7, 3))
    found = gathered(coming)
    assert found.open_decisions == [late, last]
    assert found.closed_decisions == [done]
