"""The rules of `proposals.state` in examples, one for each line of its tables."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from proposals import state
from proposals.models import Action, Milestone, Rectification, Status
from proposals.state import Moment
from tests.factories import (
    PARIS,
    ActionFactory,
    MilestoneFactory,
    MilestoneUpdateFactory,
    ProgressReportFactory,
    ProposalFactory,
    UserFactory,
    noon,
)

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH, APRIL = (date(2019, month, 1) for month in range(1, 5))
JUNE, JULY, SEPTEMBER, DECEMBER = (date(2019, month, 1) for month in (6, 7, 9, 12))
DAY = timedelta(days=1)


@pytest.fixture
def action():
    """It exists from 1 January 2019 and is due on 30 June."""
    return ActionFactory(exists_from=JANUARY, initial_due_date=JULY - DAY)


def at(action, day, known_at=None, *, officer=False):
    moment = Moment(day, known_at and noon(known_at), embargoed=officer)
    return state.actions(moment, Action.objects.published()).get(pk=action.pk)


def milestone_at(milestone, day):
    return state.milestones(Moment(day), Milestone.objects.all()).get(pk=milestone.pk)


def report(action, day, status=Status.ONGOING, *, recorded=None, **said):
    recorded_at = noon(recorded or day)
    return ProgressReportFactory(
        action=action, reported_on=day, recorded_at=recorded_at, status=status, **said
    )


def correct(report, *, recorded, **said):
    said = {"reported_on": report.reported_on, **said}
    return ProgressReportFactory(supersedes=report, recorded_at=noon(recorded), **said)


# Existence


def test_an_action_exists_from_its_first_day_on(action):
    assert at(action, JANUARY)
    with pytest.raises(Action.DoesNotExist):
        at(action, JANUARY - DAY)


def test_what_is_unpublished_is_hidden_at_every_date(action):
    draft = ActionFactory(strategy=action.strategy, published=False)
    elsewhere = ActionFactory(strategy__published=False)
    shown = state.actions(Moment(DECEMBER), Action.objects.published())
    assert list(shown) == [action]
    assert set(state.actions(Moment(DECEMBER), Action.objects.all())) == {action, draft, elsewhere}


# Status and progress


def test_without_a_report_an_action_is_upcoming(action):
    now = at(action, DECEMBER)
    assert (now.status, now.progress, now.reported_on) == (Status.UPCOMING, 0, None)


def test_the_last_report_speaks_from_its_date_on(action):
    report(action, FEBRUARY, Status.SCOPING)
    report(action, APRIL, Status.ONGOING, progress=75)
    assert (at(action, APRIL - DAY).status, at(action, APRIL - DAY).progress) == ("cadrage", 25)
    assert (at(action, APRIL).status, at(action, APRIL).progress) == ("en_cours", 75)


def test_a_report_entered_late_takes_its_place_by_date(action):
    report(action, APRIL, Status.ONGOING)
    report(action, FEBRUARY, Status.SCOPING, recorded=JUNE)
    assert at(action, MARCH).status == Status.SCOPING
    assert at(action, JUNE).status == Status.ONGOING


def test_of_one_day_the_report_recorded_last_speaks(action):
    report(action, FEBRUARY, Status.SUSPENDED, recorded=FEBRUARY + 2 * DAY)
    report(action, FEBRUARY, Status.ONGOING, recorded=FEBRUARY + DAY)
    assert at(action, FEBRUARY).status == Status.SUSPENDED


def test_of_one_instant_the_report_written_last_speaks(action):
    report(action, FEBRUARY, Status.SCOPING)
    report(action, FEBRUARY, Status.ONGOING)
    assert at(action, FEBRUARY).status == Status.ONGOING


# Deadline


def test_overdue_the_day_after_its_deadline_not_on_the_day(action):
    assert not at(action, JULY - DAY).is_overdue
    assert at(action, JULY).is_overdue


def test_without_a_deadline_an_action_is_never_overdue():
    action = ActionFactory(initial_due_date=None)
    late = at(action, date(2030, 1, 1))
    assert (late.due_date, late.slippage, late.is_overdue) == (None, None, False)


@pytest.mark.parametrize(
    ("status", "is_open"),
    [(s, s not in (Status.DELIVERED, Status.DROPPED)) for s in Status],
)
def test_only_what_is_open_is_overdue_or_silent(action, status, is_open):
    report(action, FEBRUARY, status)
    later = at(action, DECEMBER)
    assert (later.is_open, later.is_overdue, later.is_silent) == (is_open,) * 3


def test_a_revised_deadline_slips_by_so_many_days(action):
    report(action, MARCH, revised_due_date=JULY + 9 * DAY)
    assert (at(action, FEBRUARY).due_date, at(action, FEBRUARY).slippage) == (JULY - DAY, 0)
    assert (at(action, MARCH).due_date, at(action, MARCH).slippage) == (JULY + 9 * DAY, 10)
    assert not at(action, JULY).is_overdue


def test_a_backdated_revision_does_not_rewrite_the_past(action):
    report(action, JUNE, Status.SCOPING, recorded=SEPTEMBER, revised_due_date=DECEMBER)
    assert at(action, JULY).status == Status.SCOPING
    assert at(action, SEPTEMBER - DAY).is_overdue
    assert (at(action, SEPTEMBER).due_date, at(action, SEPTEMBER).is_overdue) == (DECEMBER, False)


def test_an_older_revision_entered_late_does_not_beat_a_newer_one(action):
    report(action, APRIL, revised_due_date=DECEMBER)
    report(action, MARCH, recorded=JUNE, revised_due_date=SEPTEMBER)
    assert at(action, APRIL).due_date == at(action, JUNE).due_date == DECEMBER


def test_of_two_revisions_of_one_day_the_one_recorded_last_holds(action):
    report(action, MARCH, recorded=JUNE, revised_due_date=SEPTEMBER)
    report(action, MARCH, recorded=APRIL, revised_due_date=DECEMBER)  # written after it
    assert at(action, APRIL).due_date == DECEMBER
    assert at(action, JUNE).due_date == SEPTEMBER


def test_the_day_of_recording_is_the_one_in_paris(action):
    half_past_midnight = datetime(2019, 4, 1, 0, 30, tzinfo=PARIS)
    said = {"reported_on": MARCH, "recorded_at": half_past_midnight}
    late = ProgressReportFactory(action=action, **said, revised_due_date=DECEMBER)
    milestone = MilestoneFactory(action=action)
    MilestoneUpdateFactory(report=late, milestone=milestone, revised_due_date=DECEMBER)
    assert at(action, APRIL - DAY).slippage == milestone_at(milestone, APRIL - DAY).slippage == 0
    assert at(action, APRIL).due_date == milestone_at(milestone, APRIL).due_date == DECEMBER


def test_mending_the_text_of_a_revision_keeps_the_day_it_took_effect(action):
    revision = report(action, MARCH, revised_due_date=DECEMBER)
    mended = correct(revision, recorded=SEPTEMBER, revised_due_date=DECEMBER, text="Sans faute.")
    correct(mended, recorded=DECEMBER, revised_due_date=DECEMBER, text="Sans fautes.")
    assert at(action, MARCH).due_date == DECEMBER
    assert not at(action, JULY).is_overdue


def test_changing_a_revised_date_takes_effect_when_it_is_recorded(action):
    revision = report(action, MARCH, revised_due_date=SEPTEMBER)
    correct(revision, recorded=APRIL, revised_due_date=DECEMBER)
    assert at(action, APRIL - DAY).due_date == SEPTEMBER
    assert at(action, APRIL).due_date == DECEMBER


def test_correcting_an_old_revision_leaves_the_newer_one(action):
    old = report(action, MARCH, revised_due_date=SEPTEMBER)
    report(action, APRIL, revised_due_date=DECEMBER)
    correct(old, recorded=JUNE, revised_due_date=SEPTEMBER + DAY)
    assert at(action, APRIL - DAY).due_date == SEPTEMBER
    assert at(action, JUNE).due_date == at(action, DECEMBER).due_date == DECEMBER


def test_a_date_changed_and_changed_back_was_never_the_initial_one(action):
    first = report(action, MARCH, revised_due_date=SEPTEMBER)
    second = correct(first, recorded=APRIL, revised_due_date=DECEMBER)
    correct(second, recorded=JUNE, revised_due_date=SEPTEMBER)
    days = (MARCH, APRIL, JUNE - DAY, JUNE)
    dues = [at(action, day).due_date for day in days]
    assert dues == [SEPTEMBER, DECEMBER, DECEMBER, SEPTEMBER]


def test_a_correction_that_takes_the_new_date_away_takes_it_at_every_date(action):
    revision = report(action, MARCH, revised_due_date=SEPTEMBER)
    correct(revision, recorded=APRIL)
    assert at(action, MARCH).due_date == at(action, JUNE).due_date == JULY - DAY


# Silence


def test_silent_on_the_90th_day_after_the_last_report_exactly(action):
    report(action, FEBRUARY)
    assert not at(action, FEBRUARY + 89 * DAY).is_silent
    assert at(action, FEBRUARY + 90 * DAY).is_silent


def test_without_a_report_silence_starts_with_the_action(action):
    assert not at(action, JANUARY + 89 * DAY).is_silent
    assert at(action, JANUARY + 90 * DAY).is_silent


# Corrections and retractions


def test_a_corrected_report_counts_at_no_date(action):
    wrong = report(action, FEBRUARY, Status.DELIVERED)
    correct(wrong, recorded=APRIL, reported_on=MARCH, status=Status.SCOPING)
    assert at(action, FEBRUARY).status == Status.UPCOMING
    assert at(action, MARCH).status == Status.SCOPING


def test_a_retraction_leaves_the_report_before(action):
    report(action, FEBRUARY, Status.SCOPING)
    wrong = report(action, MARCH, Status.DELIVERED, revised_due_date=DECEMBER)
    correct(wrong, recorded=APRIL, is_retraction=True)
    now = at(action, JUNE)
    assert (now.status, now.reported_on, now.due_date) == (Status.SCOPING, FEBRUARY, JULY - DAY)


def test_retracting_a_correction_does_not_revive_what_it_corrected(action):
    wrong = report(action, FEBRUARY, Status.DELIVERED)
    correction = correct(wrong, recorded=MARCH, status=Status.SCOPING)
    correct(correction, recorded=APRIL, is_retraction=True)
    assert at(action, JUNE).status == Status.UPCOMING


# Embargo


def test_an_embargoed_report_counts_for_officers_and_then_for_all(action):
    report(action, FEBRUARY, Status.DELIVERED, public_from=APRIL)
    with time_machine.travel(noon(APRIL - DAY)):
        assert at(action, MARCH).status == Status.UPCOMING
        assert at(action, MARCH, officer=True).status == Status.DELIVERED
    with time_machine.travel(noon(APRIL)):
        assert at(action, MARCH).status == Status.DELIVERED


def test_an_embargoed_correction_leaves_the_public_what_it_corrects(action):
    wrong = report(action, FEBRUARY, Status.ONGOING)
    correct(wrong, recorded=MARCH, status=Status.DROPPED, public_from=JUNE)
    with time_machine.travel(noon(APRIL)):
        assert at(action, APRIL).status == Status.ONGOING
        assert at(action, APRIL, officer=True).status == Status.DROPPED


def test_a_public_correction_of_an_embargoed_one_leaves_nothing_of_the_first(action):
    wrong = report(action, FEBRUARY, Status.DELIVERED, revised_due_date=DECEMBER)
    hidden = correct(wrong, recorded=MARCH, status=Status.SUSPENDED, public_from=DECEMBER)
    right = correct(hidden, recorded=MARCH, status=Status.ONGOING)
    with time_machine.travel(noon(APRIL)):
        for officer in (False, True):
            now = at(action, APRIL, officer=officer)
            assert (now.status, now.due_date) == (Status.ONGOING, JULY - DAY)
    correct(right, recorded=MARCH, is_retraction=True)
    with time_machine.travel(noon(APRIL)):
        assert at(action, APRIL).status == Status.UPCOMING


# As known then


def test_what_was_recorded_since_does_not_count(action):
    wrong = report(action, FEBRUARY, Status.SCOPING)
    correct(wrong, recorded=APRIL, status=Status.SUSPENDED)
    assert at(action, FEBRUARY, known_at=MARCH).status == Status.SCOPING
    assert at(action, FEBRUARY, known_at=APRIL).status == Status.SUSPENDED


def test_an_embargo_lifted_since_still_holds(action):
    report(action, FEBRUARY, Status.DELIVERED, public_from=APRIL)
    assert at(action, FEBRUARY, known_at=MARCH).status == Status.UPCOMING
    assert at(action, FEBRUARY, known_at=APRIL).status == Status.DELIVERED


def test_an_action_recorded_since_is_not_there():
    action = ActionFactory(exists_from=JANUARY, recorded_at=noon(MARCH))
    assert at(action, FEBRUARY)
    with pytest.raises(Action.DoesNotExist):
        at(action, FEBRUARY, known_at=FEBRUARY)


def test_rectified_values_are_what_they_were(action):
    elsewhere = ProposalFactory(strategy=action.strategy)
    first = action.proposal_id
    changes = {"initial_due_date": DECEMBER, "exists_from": date(2018, 12, 1), "weight": Decimal(5)}
    for field, value in ({"proposal": elsewhere} | changes).items():
        with time_machine.travel(noon(JUNE)):
            Rectification.objects.apply(action, field, value, author=UserFactory(), motive="Erreur")

    assert at(action, JULY, known_at=APRIL).is_overdue
    assert at(action, JULY, known_at=JULY).due_date == DECEMBER
    with pytest.raises(Action.DoesNotExist):
        at(action, JANUARY - DAY, known_at=APRIL)
    assert at(action, JANUARY - DAY, known_at=JULY)
    for known_at, proposal, weight in ((APRIL, first, 1), (JULY, elsewhere.pk, 5)):
        tallies = state.tallies(Moment(JULY, noon(known_at)), Action.objects.all())
        assert {pk: tally.live_weight for pk, tally in tallies.items()} == {proposal: weight}


def test_the_history_tells_what_counts_and_what_was_entered_late(action):
    wrong = report(action, FEBRUARY, recorded=MARCH, revised_due_date=DECEMBER)
    right = correct(wrong, recorded=APRIL)
    report(action, JULY)
    found = {r.pk: r for r in state.history(Moment(JUNE), action.reports.all())}
    assert {pk: r.is_counted for pk, r in found.items()} == {wrong.pk: False, right.pk: True}
    assert (found[wrong.pk].recorded_on, found[wrong.pk].revision_effective_on) == (MARCH, MARCH)
    assert found[right.pk].revision_effective_on is None


# Lists


def test_a_list_with_its_states_is_one_query(action, django_assert_num_queries):
    for _ in range(3):
        report(ActionFactory(strategy=action.strategy), FEBRUARY)
    with django_assert_num_queries(1):
        found = state.actions(Moment(DECEMBER), Action.objects.published())
        assert sorted(a.status for a in found) == ["a_venir", *["en_cours"] * 3]


def test_states_can_be_filtered_sorted_and_counted(action):
    delivered = ActionFactory(strategy=action.strategy, initial_due_date=JUNE)
    report(delivered, MARCH, Status.DELIVERED)
    listed = state.actions(Moment(DECEMBER), Action.objects.published())
    assert listed.filter(is_overdue=True).count() == 1
    assert list(listed.filter(status=Status.DELIVERED)) == [delivered]
    assert list(listed.order_by("-progress", "due_date")) == [delivered, action]
