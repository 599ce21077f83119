"""State at a date, held against `tests.naive` over random histories and moments.

Days are few, so that ties, backdated entries and the edges of rules come up often.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from proposals import state
from proposals.models import (
    Action,
    Milestone,
    MilestoneUpdate,
    ProgressReport,
    Rectification,
)
from tests import naive
from tests.factories import (
    ActionFactory,
    MilestoneFactory,
    ProgressReportFactory,
    ProposalFactory,
    StrategyFactory,
    UserFactory,
)
from tests.naive import PARIS

pytestmark = pytest.mark.django_db

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
MOMENTS = 8
FIRST_DAY = date(2018, 10, 20)  # The clocks go back eight days later.
# The first and last hours are another day in universal time, or nearly.
HOURS = [time(0, 30), time(9), time(23, 45)]
SAID = [
    ("a_venir", 0),
    ("cadrage", 25),
    ("en_cours", 50),
    ("en_cours", 75),
    ("difficulte", 50),
    ("suspendue", 25),
    ("realisee", 100),
    ("realisee", 100),
    ("non_poursuivie", 25),
]
PROPOSALS = 2


@dataclass(frozen=True)
class Story:
    facts: naive.Facts
    published: frozenset[int]
    moments: list[naive.Moment]


def day(rank: int) -> date:
    return FIRST_DAY + timedelta(rank)


def moment(first: date, lag: int, hour: time) -> datetime:
    return datetime.combine(first + timedelta(lag), hour, tzinfo=PARIS)


# Ingredients: plain values, drawn at once (fast, and they shrink well). `tell` makes facts of them;
# `ANY` chooses among the facts there are.
ANY = st.integers(0, 11)
# Facts gather on the first action and on the first milestone.
RANK = st.sampled_from([0, 0, 0, 1, 2])
YES = st.booleans()
DAYS = st.integers(0, 8).map(day)
SOME_DAY = st.none() | DAYS
HOUR = st.sampled_from(HOURS)
LAG = st.sampled_from([0, 0, 0, 1, 3])
PROPOSAL = st.integers(0, PROPOSALS - 1)
WEIGHT = st.sampled_from([Fraction(1), Fraction(2), Fraction(9), Fraction(1, 2)])
START = st.integers(0, 2).map(day)
VOTED = {
    "proposal": PROPOSAL,
    "weight": WEIGHT,
    "exists_from": START,
    "initial_due_date": SOME_DAY | DAYS,
}
CHANGE = st.one_of(st.tuples(st.just(name), value) for name, value in VOTED.items())
RECTIFICATIONS = st.lists(st.tuples(CHANGE, st.integers(0, 5), HOUR), max_size=4)
ACTION = st.tuples(st.fixed_dictionaries(VOTED), LAG, HOUR, RECTIFICATIONS, ANY)
MILESTONE = st.tuples(RANK, START, DAYS, LAG, HOUR)
SPEECH = st.tuples(RANK, YES, YES, SOME_DAY)
REPORT = st.fixed_dictionaries(
    {
        "action": RANK,
        "corrects": st.none() | ANY,
        "retracts": st.sampled_from([False, False, False, True]),
        "same_day": YES,
        "days_after": st.integers(0, 4),
        "lag": LAG,
        "hour": HOUR,
        "says": st.sampled_from(SAID),
        "repeats": YES,
        "revised": SOME_DAY,
        "embargo": st.sampled_from([None, None, None, None, 0, 1, 2, 4]),
        "milestones": st.tuples(SPEECH, SPEECH),
    }
)
MOMENT = st.tuples(
    DAYS, st.sampled_from([0, 0, 0, 0, 89, 90, 91]), st.none() | st.integers(0, 40), YES, YES
)


def tell(actions, milestones, reports, today, moments) -> Story:
    facts = naive.Facts([], [], [])
    published = set()
    for pk, (voted, lag, hour, changes, luck) in enumerate(actions):
        entries = sorted(moment(FIRST_DAY, later, when) for _, later, when in changes)
        made = [
            naive.Rectification(*change, entry)
            for (change, *_), entry in zip(changes, entries, strict=True)
        ]
        recorded_at = moment(voted["exists_from"], lag, hour)
        facts.actions.append(
            naive.Action(id=pk, recorded_at=recorded_at, rectifications=tuple(made), **voted)
        )
        if luck:
            published.add(pk)
    for pk, (choice, exists_from, due, lag, hour) in enumerate(milestones):
        action = facts.actions[choice % len(facts.actions)].id
        recorded_at = moment(FIRST_DAY, lag, hour)
        facts.milestones.append(naive.Milestone(pk, action, exists_from, due, recorded_at))
    for pk, said in enumerate(reports):
        facts.reports.append(report_of(pk, said, facts))

    recorded = [
        fact.recorded_at for fact in (*facts.actions, *facts.milestones, *facts.reports)
    ] + [change.recorded_at for action in facts.actions for change in action.rectifications]
    seen = []
    for around, shift, cut, just_before, officer in moments:
        known_at = None if cut is None else recorded[cut % len(recorded)]
        if known_at and just_before:
            known_at -= timedelta(microseconds=1)
        seen.append(naive.Moment(around + timedelta(shift), known_at, officer, today))
    return Story(facts, frozenset(published), seen)


def report_of(pk: int, said: dict, facts: naive.Facts) -> naive.Report:
    """A report on one of the actions; it may correct or retract one that nothing corrected yet."""
    action = facts.actions[said["action"] % len(facts.actions)]
    corrected = {report.supersedes for report in facts.reports}
    open_ones = [r for r in facts.reports if r.action == action.id and r.id not in corrected]
    target = None
    if said["corrects"] is not None and open_ones:
        target = open_ones[said["corrects"] % len(open_ones)]
    retracts = target is not None and said["retracts"]
    reported_on = last_value(action, "exists_from") + timedelta(said["days_after"])
    if target and said["same_day"]:
        reported_on = target.reported_on
    revised = said["revised"]
    if target and target.revised_due_date and said["repeats"]:
        revised = target.revised_due_date
    status, progress = ("", None) if retracts else said["says"]

    milestones = {}
    for milestone, (silent, reached, repeats, due) in zip(
        facts.milestones, said["milestones"], strict=False
    ):
        before = target.milestones.get(milestone.id) if target else None
        if milestone.action == action.id and silent < 2:
            if before and before.revised_due_date and repeats:
                due = before.revised_due_date
            milestones[milestone.id] = naive.Said(reached, due)
    recorded_at = moment(reported_on, said["lag"], said["hour"])
    return naive.Report(
        id=pk,
        action=action.id,
        reported_on=reported_on,
        # A correction comes after what it corrects.
        recorded_at=max(recorded_at, target.recorded_at) if target else recorded_at,
        status=status,
        progress=progress,
        revised_due_date=None if retracts else revised,
        supersedes=target.id if target else None,
        is_retraction=retracts,
        public_from=(None if said["embargo"] is None else reported_on + timedelta(said["embargo"])),
        milestones=milestones,
    )


def last_value(action: naive.Action, name: str):
    return action.known(name, naive.Moment(date.max, None, True, date.max))


STORIES = st.builds(
    tell,
    actions=st.lists(ACTION, min_size=2, max_size=3),
    milestones=st.lists(MILESTONE, min_size=1, max_size=2),
    reports=st.lists(REPORT, min_size=2, max_size=12),
    today=DAYS,
    moments=st.lists(MOMENT, min_size=MOMENTS, max_size=MOMENTS),
)


@contextmanager
def recorded(story: Story, proposals: list, author):
    """The story in the database, under the same ids, and the clock at its present."""
    facts = story.facts
    with transaction.atomic():
        Action.objects.bulk_create(
            ActionFactory.build(
                id=action.id,
                strategy=proposals[0].strategy,
                proposal=proposals[action.proposal],
                weight=Decimal(float(action.weight)),
                start_date=None,
                exists_from=action.exists_from,
                initial_due_date=action.initial_due_date,
                recorded_at=action.recorded_at,
                published=action.id in story.published,
            )
            for action in facts.actions
        )
        for action in facts.actions:
            rectify(action, proposals, author)
        Milestone.objects.bulk_create(
            MilestoneFactory.build(
                id=milestone.id,
                action=None,
                action_id=milestone.action,
                exists_from=milestone.exists_from,
                initial_due_date=milestone.initial_due_date,
                recorded_at=milestone.recorded_at,
            )
            for milestone in facts.milestones
        )
        ProgressReport.objects.bulk_create(
            ProgressReportFactory.build(
                id=report.id,
                action=None,
                action_id=report.action,
                author=author,
                supersedes=None,
                supersedes_id=report.supersedes,
                **{
                    name: getattr(report, name)
                    for name in (
                        *("reported_on", "recorded_at", "status", "progress"),
                        *("revised_due_date", "is_retraction", "public_from"),
                    )
                },
            )
            for report in facts.reports
        )
        MilestoneUpdate.objects.bulk_create(
            MilestoneUpdate(
                report_id=report.id,
                milestone_id=milestone,
                reached=said.reached,
                revised_due_date=said.revised_due_date,
            )
            for report in facts.reports
            for milestone, said in report.milestones.items()
        )
        present = datetime.combine(story.moments[0].today, time(12), tzinfo=PARIS)
        with time_machine.travel(present, tick=False):
            yield
        transaction.set_rollback(True)


def rectify(action: naive.Action, proposals: list, author) -> None:
    row = Action(pk=action.id)
    for change in action.rectifications:
        value = change.value
        if change.field == "proposal":
            value = proposals[value]
        elif change.field == "weight":
            value = Decimal(float(value))
        with time_machine.travel(change.recorded_at, tick=False):
            Rectification.objects.apply(row, change.field, value, author=author, motive="Erreur")


@pytest.fixture
def proposals():
    strategy = StrategyFactory()
    return [ProposalFactory(strategy=strategy) for _ in range(PROPOSALS)]


@pytest.fixture
def author():
    return UserFactory()


def each_moment(story: Story):
    for when in story.moments:
        note(f"At {when}")
        yield when, state.Moment(when.day, when.known_at, embargoed=when.officer)


@SETTINGS
@given(story=STORIES)
def test_actions_and_tallies_are_what_the_rules_say(story, proposals, author):
    names = ("status", "progress", "report_id", "reported_on", "due_date", "slippage")
    names += ("is_open", "is_overdue", "is_silent")
    rank = {proposal.pk: n for n, proposal in enumerate(proposals)}
    with recorded(story, proposals, author):
        public = Action.objects.published().order_by()
        for when, asked in each_moment(story):
            expected = story.facts.action_states(when)
            expected = {pk: s for pk, s in expected.items() if pk in story.published}
            found = {
                row.pop("pk"): row for row in state.actions(asked, public).values("pk", *names)
            }
            assert found == {
                pk: {name: getattr(s, name) for name in names} for pk, s in expected.items()
            }

            tallies = state.tallies(asked, public)
            assert {rank[pk]: summed_up(tally) for pk, tally in tallies.items()} == (
                story.facts.tallies(when, story.published)
            )
            whole = state.Tally.total(tallies.values())
            assert summed_up(whole) == naive.tally(list(expected.values()))


def summed_up(tally: state.Tally) -> naive.Tally:
    by_status = {str(status): count for status, count in tally.by_status.items() if count}
    return naive.Tally(str(tally.status), tally.progress, by_status, tally.overdue, tally.silent)


@SETTINGS
@given(story=STORIES)
def test_milestones_and_reports_are_what_the_rules_say(story, proposals, author):
    names = ("is_reached", "reached_on", "due_date", "slippage", "is_overdue")
    facts = story.facts
    with recorded(story, proposals, author):
        for when, asked in each_moment(story):
            milestones = state.milestones(asked, Milestone.objects.order_by())
            found = {row.pop("pk"): row for row in milestones.values("pk", *names)}
            assert found == {
                pk: {name: getattr(s, name) for name in names}
                for pk, s in facts.milestone_states(when).items()
            }

            history = state.history(asked, ProgressReport.objects.order_by())
            assert {report.pk: report.is_counted for report in history} == {
                pk: counts
                for pk, counts in facts.shown(when).items()
                if facts.reports[pk].reported_on <= when.day
            }
