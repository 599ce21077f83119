"""Who is told what, when: the planning against a plain computation, whatever happens."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.models import Kind, ReminderRule
from proposals.reminders.facts import (
    ActionFact,
    Away,
    Facts,
    Person,
    PublicationFact,
    Reply,
    StrategyFact,
)
from proposals.reminders.simulation import simulate
from sress.clock import PARIS
from tests.proposals.reminders import naive
from tests.proposals.reminders.naive import CLOSED, COORDINATOR, Followed, Report, Story

FIRST, LAST = date(2019, 10, 1), date(2020, 6, 30)
WHEN = st.dates(date(2019, 7, 1), LAST)
KINDS = {
    "echeance_action": Kind.ACTION_DUE,
    "silence": Kind.SILENCE,
    "difficulte": Kind.DIFFICULTY,
    "subvention": Kind.GRANT,
}
PEOPLE = (1, 2, 3, COORDINATOR)


@st.composite
def followed(draw, number):
    start = draw(st.dates(date(2019, 6, 1), date(2020, 1, 31)))
    days = sorted(set(draw(st.lists(st.dates(start, LAST), max_size=5))))
    choices = st.sampled_from(["en_cours", "en_cours", "difficulte", "suspendue", "realisee"])
    dates = draw(st.lists(WHEN, min_size=1, max_size=2))
    reports = [
        Report(
            number * 100 + n,
            on,
            draw(choices),
            # The same few dates, so that one moves and moves back.
            draw(st.none() | st.sampled_from(dates)),
        )
        for n, on in enumerate(days)
    ]
    return Followed(
        number, draw(st.sampled_from(PEOPLE[:3])), start, draw(st.none() | WHEN), reports
    )


@st.composite
def stories(draw):
    actions = [draw(followed(n)) for n in range(1, draw(st.integers(1, 3)) + 1)]
    away = []
    for who in (1, 2):
        if draw(st.booleans()):
            start = draw(WHEN)
            away.append(
                (
                    who,
                    draw(st.sampled_from([3, 3 - who])),
                    start,
                    start + timedelta(draw(st.integers(1, 40))),
                )
            )
    put_off = []
    for when in sorted(draw(st.lists(WHEN, max_size=3))):
        action = draw(st.sampled_from(actions))
        put_off.append(
            (action.referent, action.number, when, when + timedelta(draw(st.integers(1, 45))))
        )
    disowned = []
    if draw(st.booleans()):
        action = draw(st.sampled_from(actions))
        disowned.append((action.referent, action.number, draw(WHEN)))
    thresholds = st.lists(
        st.sampled_from([-90, -30, -7, -1, 0, 7, 21]), min_size=1, max_size=4, unique=True
    )
    after = st.none() | st.integers(0, 30)
    rules = {
        "echeance_action": (draw(thresholds), draw(st.booleans()), draw(after)),
        "silence": ([draw(st.sampled_from([30, 90]))], draw(st.booleans()), draw(after)),
        "difficulte": ([30], draw(st.booleans()), draw(after)),
        "subvention": (draw(thresholds), draw(st.booleans()), draw(after)),
    }
    grants = draw(st.lists(st.tuples(WHEN, st.none() | WHEN), max_size=3))
    daily = draw(st.sets(st.sampled_from(PEOPLE)))
    return Story(actions, daily, away, put_off, disowned, rules, grants)


def facts_of(story):
    """What the database would say of the story on a day."""
    rules = {
        (KINDS[subject], None): ReminderRule(
            pk=n, kind=KINDS[subject], thresholds=thresholds, monthly=monthly, escalates_after=after
        )
        for n, (subject, (thresholds, monthly, after)) in enumerate(story.rules.items(), start=1)
    }

    def on(day):
        actions, difficulties = {}, {}
        for one in story.actions:
            reports = one.known(day)
            if reports and reports[-1].status in CLOSED:
                continue
            due, revised_by = one.due, None
            for report in reports:
                if report.new_due:
                    due, revised_by = report.new_due, report.number
            last = reports[-1] if reports else None
            actions[one.number] = ActionFact(
                one.number,
                strategy=1,
                referent=one.referent,
                proposal_referent=None,
                due_date=due,
                revised_by=revised_by,
                report=last.number if last else None,
                silent_since=last.on if last else one.start,
                answered_on=last.on if last else None,
                status=last.status if last else "a_venir",
            )
            streak = None
            for report in reversed(reports):
                if report.status != "difficulte":
                    break
                streak = (report.number, report.on)
            if streak:
                difficulties[one.number] = streak
        noon = time(12, tzinfo=PARIS)
        replies = [
            Reply(rank, who, action, datetime.combine(when, noon), until)
            for rank, (who, action, when, until) in enumerate(story.put_off, start=1)
            if when <= day
        ] + [
            Reply(99, who, action, datetime.combine(when, noon), None)
            for who, action, when in story.disowned
            if when <= day
        ]
        return Facts(
            day=day,
            rules=rules,
            actions=actions,
            milestones=(),
            strategies={1: StrategyFact(1, date(2030, 1, 1), True, (COORDINATOR,))},
            people={pk: Person(pk, pk in story.daily, True) for pk in PEOPLE},
            administrators=(),
            difficulties=difficulties,
            replies=replies,
            publications=[PublicationFact(1, by) for by in naive.unpublished(story, day)],
            absences=[Away(*one) for one in story.away if one[2] <= day <= one[3]],
        )

    return on


def said(mails):
    """The mails of a simulation, in the words of the plain computation."""
    subject = {kind: name for name, kind in KINDS.items()}
    return sorted(
        (
            (
                mail.day,
                mail.person,
                frozenset(
                    (
                        subject[line.kind],
                        line.key.action,
                        line.key.anchor,
                        line.key.threshold,
                        line.key.recipient,
                        line.escalated,
                        None if line.key.snooze is None else line.key.snooze - 1,
                    )
                    for line in mail.lines
                ),
            )
            for mail in mails
        ),
        key=lambda one: (one[0], one[1]),
    )


@settings(max_examples=150, deadline=None)
@given(story=stories())
def test_the_same_mails_as_the_plain_computation(story):
    simulated = said(simulate(FIRST, LAST, facts_of=facts_of(story)))
    assert simulated == naive.mails(story, FIRST, LAST)


@settings(max_examples=100, deadline=None)
@given(story=stories(), missed=st.sets(st.dates(FIRST, LAST), max_size=120))
def test_the_same_mails_after_days_without_a_run(story, missed):
    def runs_on(day):
        return day not in missed

    simulated = said(simulate(FIRST, LAST, facts_of=facts_of(story), runs_on=runs_on))
    assert simulated == naive.mails(story, FIRST, LAST, runs_on)


@settings(max_examples=100, deadline=None)
@given(story=stories(), missed=st.sets(st.dates(FIRST, LAST), max_size=60))
def test_what_is_promised_of_every_mail(story, missed):
    mails = list(
        simulate(FIRST, LAST, facts_of=facts_of(story), runs_on=lambda day: day not in missed)
    )
    assert len({(mail.day, mail.person) for mail in mails}) == len(mails), "one mail a day at most"
    told = [line.key for mail in mails for line in mail.lines]
    assert len(set(told)) == len(told), "nothing is told twice"
    for mail in mails:
        assert not naive.nothing_leaves(mail.day)
        assert all(not (who == mail.person and a <= mail.day <= b) for who, _, a, b in story.away)
        # Escalated lines go to the coordination alone, after the officer heard of it.
        for line in mail.lines:
            assert not line.escalated or line.key.recipient == COORDINATOR


@pytest.mark.parametrize("year", range(2014, 2035))
def test_the_calendar_is_the_one_of_the_law(year):
    from proposals.reminders import days

    day = date(year, 1, 1)
    while day.year == year:
        assert days.is_working(day) == (not naive.is_off(day)), day
        assert days.leaves(day) == (not naive.nothing_leaves(day)), day
        assert days.last_digest(day) == naive.digest_on_or_before(day), day
        day += timedelta(days=1)
