"""What is due on a day, as a pure function of facts; and writing down what is planned.

A threshold (in days from the date that arms it) is passed from its day on. What is due is the
latest one passed, of which

- one before the date holds until that date; one after it, for two months, unless the rule goes on
  with a line at the beginning of each month;
- J-1 is the working day before; a draft's days are working days;
- a report recorded in the fortnight before its day, or since, has answered it;
- who put it off hears of it on the day that they chose.

So days without a run lose nothing and repeat nothing: the latest threshold goes, once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from proposals.models import Kind, Reminder, ReminderRule
from proposals.reminders import days
from proposals.reminders.arming import Armed, Arming
from proposals.reminders.facts import Facts
from sress.clock import PARIS

ANSWERS = timedelta(days=14)
"""« A report within 14 days silences what it answers. »"""
LAPSES = timedelta(days=60)
"""A threshold passed for so long is no news: longer than the quiet weeks and a long breakdown."""
MONTHLY_AFTER = timedelta(days=14)
"""Between the last threshold and the first monthly line."""
AT_ONCE = range(-7, 1)
"""J-7 and nearer do not wait for the digest."""
PRESSING = frozenset(
    {
        *(Kind.ACTION_DUE, Kind.MILESTONE_DUE, Kind.CAMPAIGN, Kind.TARGET, Kind.CONVENTION),
        *(Kind.GRANT, Kind.ANSWER, Kind.REFUSED, Kind.DECISION),
    }
)
SNOOZABLE = frozenset(
    {Kind.ACTION_DUE, Kind.MILESTONE_DUE, Kind.SILENCE, Kind.DIFFICULTY, Kind.CAMPAIGN}
)


Fact = tuple[int, int | None, int | None, str]
"""Rule, action, milestone and anchor: the keys of `Facts.announced`."""
Snoozes = dict[tuple[int, int | None], list[tuple[int, date]]]
"""By person and action: what they put off, and until when, in the order in which they did."""


class Key(NamedTuple):
    """What one is told of once: the columns of the unique constraint `reminder_once`."""

    rule: int
    strategy: int | None
    action: int | None
    milestone: int | None
    convention: int | None
    campaign: int | None
    anchor: str
    snooze: int | None
    threshold: int
    recipient: int


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody is to be told of something."""

    key: Key
    kind: Kind
    origin: date
    """What the threshold is counted from."""
    passed_on: date
    """Since when it can be told."""
    escalated: bool = False
    escalates_on: date | None = None
    """When the coordination will read of it, if it lasts."""
    about: int | None = None

    @property
    def at_once(self) -> bool:
        """Whether it goes before the digest."""
        return is_at_once(self.kind, self.key.threshold, self.escalated)

    @property
    def fact(self) -> Fact:
        """What it is about, whoever is told."""
        key = self.key
        return (key.rule, key.action, key.milestone, key.anchor)


def is_at_once(kind: str, threshold: int, escalated: bool = False) -> bool:
    """Whether such a line goes before the digest."""
    return kind in PRESSING and threshold in AT_ONCE and not escalated


def due(facts: Facts) -> dict[Key, Due]:
    """What is due on the day of `facts`, told already or not."""
    snoozes = _snoozes(facts)
    found: dict[Key, Due] = {}
    for armed in Arming(facts).everything():
        passed = latest_passed(armed.rule, armed.origin, facts.day)
        if passed is None or _is_answered(armed, passed[1]):
            continue
        for one in (*_told(armed, passed, facts, snoozes), *_escalated(armed, passed, facts)):
            found.setdefault(one.key, one)
    return found


def threshold_day(kind: str, day: date, threshold: int) -> date:
    """The day on which a threshold is passed."""
    if kind == Kind.VALIDATION or threshold == -1:
        return days.add_working(day, threshold)
    return day + timedelta(days=threshold)


def latest_passed(rule: ReminderRule, origin: date, day: date) -> tuple[int, date] | None:
    """The latest threshold of `rule` passed on `day`, in days from `origin`, and its day.

    The line of a month is a threshold too: the first of that month. None: nothing is to be said.
    """
    dated = [(threshold_day(rule.kind, origin, one), one) for one in rule.thresholds]
    passed = [one for one in dated if one[0] <= day]
    if not passed:
        return None
    month = day.replace(day=1)
    if rule.monthly and month >= max(dated)[0] + MONTHLY_AFTER:
        return (month - origin).days, month
    on, threshold = max(passed)
    holds_until = origin if threshold < 0 else on + LAPSES
    return (threshold, on) if day <= holds_until or (rule.monthly and threshold >= 0) else None


def _is_answered(armed: Armed, passed_on: date) -> bool:
    return armed.answered_on is not None and armed.answered_on >= passed_on - ANSWERS


def _told(armed: Armed, passed: tuple[int, date], facts: Facts, snoozes: Snoozes) -> Iterator[Due]:
    threshold, on = passed
    for recipient in armed.recipients:
        put_off = snoozes.get((recipient, armed.action), [])
        if armed.rule.kind not in SNOOZABLE:
            put_off = []
        # The last word counts, also one that brings a reminder forward.
        snooze, until = put_off[-1] if put_off else (None, on)
        if snooze and until > facts.day:
            continue
        handed = facts.handed.get((armed.action or 0, recipient))
        yield Due(
            _key(armed, snooze, threshold, recipient),
            *(Kind(armed.rule.kind), armed.origin),
            max(on, until, handed.astimezone(PARIS).date() if handed else on),
            escalates_on=_escalates_on(armed, threshold, facts),
            about=armed.about,
        )


def _escalated(armed: Armed, passed: tuple[int, date], facts: Facts) -> Iterator[Due]:
    """For the synthesis: what was announced to who answers for it, and lasts."""
    threshold, on = passed
    since = _escalates_on(armed, threshold, facts)
    if since is None or since > facts.day or _fact(armed) not in facts.announced:
        return
    for recipient in armed.reviewers:
        if recipient not in armed.recipients:
            yield Due(
                _key(armed, None, threshold, recipient),
                *(Kind(armed.rule.kind), armed.origin, max(on, since)),
                escalated=True,
                about=armed.about,
            )


def _escalates_on(armed: Armed, threshold: int, facts: Facts) -> date | None:
    """When the coordination reads of what is late: so many days after it was announced."""
    after = armed.rule.escalates_after
    if threshold <= 0 or after is None or not set(armed.reviewers) - set(armed.recipients):
        return None
    return facts.announced.get(_fact(armed), facts.day) + timedelta(days=after)


def _fact(armed: Armed) -> Fact:
    return (armed.rule.pk, armed.action, armed.milestone, armed.anchor)


def _key(armed: Armed, snooze: int | None, threshold: int, recipient: int) -> Key:
    return Key(
        armed.rule.pk,
        *(armed.strategy, armed.action, armed.milestone, armed.convention, armed.campaign),
        *(armed.anchor, snooze, threshold, recipient),
    )


def _snoozes(facts: Facts) -> Snoozes:
    found: Snoozes = {}
    for one in facts.replies:
        if one.until is not None:
            found.setdefault((one.user, one.action), []).append((one.pk, one.until))
    return found


INSERT = """
INSERT INTO proposals_reminder (
    rule_id, strategy_id, action_id, milestone_id, convention_id, campaign_id,
    anchor, snooze_id, threshold, recipient_id, escalated, planned_on
)
SELECT * FROM unnest(
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::text[], %s::bigint[], %s::smallint[], %s::bigint[], %s::boolean[], %s::date[]
)
ON CONFLICT (
    rule_id, strategy_id, action_id, milestone_id, convention_id, campaign_id,
    anchor, snooze_id, threshold, recipient_id
) DO UPDATE SET cancelled_at = NULL, planned_on = EXCLUDED.planned_on
    WHERE proposals_reminder.cancelled_at IS NOT NULL
"""


def write(dues: Iterable[Due], day: date) -> int:
    """Plan what is due, in one statement; how many are new. What was planned stays as it is, and
    what was cancelled comes back."""
    rows = [(*one.key, one.escalated, day) for one in dues]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def cancel_all_but(dues: dict[Key, Due]) -> int:
    """Cancel what is planned, not told yet, and no longer due; how many."""
    pending = Reminder.objects.pending().values_list(*COLUMNS, "pk").order_by()
    gone = [pk for *key, pk in pending.iterator() if Key(*key) not in dues]
    return Reminder.objects.pending().filter(pk__in=gone).update(cancelled_at=timezone.now())


COLUMNS = (
    *("rule_id", "strategy_id", "action_id", "milestone_id", "convention_id", "campaign_id"),
    *("anchor", "snooze_id", "threshold", "recipient_id"),
)
