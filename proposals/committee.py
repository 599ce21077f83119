"""What a committee looks at: a strategy since the last meeting of the same kind.

*Since*: the day of that meeting; without any, the vote of the strategy. *Until*: the day of the
meeting, or today while it is to come. Both are days as known now, read by officers: what is under
embargo is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q

from proposals import money, state
from proposals.decisions import about, decisions
from proposals.models import Action, Decision, Meeting, Milestone, ProgressReport, Status
from proposals.money import Sums
from proposals.state import Moment
from sress import clock

STUCK = (Status.DIFFICULTY, Status.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Line:
    """An action as it stands, and as it stood at the last meeting."""

    action: Any
    before: Any | None
    """Its state then; None: it did not exist."""
    last: ProgressReport | None
    """Its last report, where it says something to the committee."""
    revision: ProgressReport | None
    """The report that gives its due date, when that has passed."""
    is_news: bool
    """Whether the last report came since."""
    is_owed: bool
    """Whether the committee still waits for a report."""

    @property
    def is_delivered(self) -> bool:
        delivered = self.action.status == Status.DELIVERED
        return delivered and not (self.before and self.before.status == Status.DELIVERED)

    @property
    def is_stuck(self) -> bool:
        return self.action.status in STUCK

    @property
    def has_moved(self) -> bool:
        """Whether its status, its progress or its due date changed, or it is new."""
        return self.before is None or _standing(self.before) != _standing(self.action)

    @property
    def due_date_moved(self) -> bool:
        return self.before is not None and self.before.due_date != self.action.due_date

    @property
    def answering(self) -> Any | None:
        """Who owes the report: the referent of the action, else of its proposal."""
        return self.action.referent or self.action.proposal.referent


def _standing(action: Any) -> tuple[Any, ...]:
    return (action.status, action.progress, action.due_date)


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of it, for one meeting."""

    meeting: Meeting
    previous: Meeting | None
    since: date
    until: date
    lines: list[Line]
    reached: list[Any]
    """Milestones reached since."""
    means_before: Sums
    means: Sums
    decisions: list[Any]
    """Open ones, and those closed since."""

    def _those(self, name: str) -> list[Line]:
        return [line for line in self.lines if getattr(line, name)]

    @property
    def delivered(self) -> list[Line]:
        return self._those("is_delivered")

    @property
    def overdue(self) -> list[Line]:
        """The longest overdue first."""
        late = [line for line in self.lines if line.action.is_overdue]
        return sorted(late, key=lambda line: line.action.due_date)

    @property
    def stuck(self) -> list[Line]:
        return self._those("is_stuck")

    @property
    def moved(self) -> list[Line]:
        """What moved and is not told as delivered."""
        return [line for line in self._those("has_moved") if not line.is_delivered]

    @property
    def news(self) -> list[Line]:
        """What may be told: delivered first, then what moved, then the other reports."""
        return sorted(
            self._those("is_news"), key=lambda line: (not line.is_delivered, not line.has_moved)
        )

    @property
    def owed(self) -> list[Line]:
        return self._those("is_owed")

    @property
    def expected(self) -> int:
        """How many actions the committee expects a report of."""
        return sum(_is_followed(line.action, self.until) for line in self.lines)

    @property
    def open_decisions(self) -> list[Any]:
        """Overdue ones first, then by due date."""
        return [one for one in self.decisions if one.is_open]

    @property
    def closed_decisions(self) -> list[Any]:
        return [one for one in self.decisions if not one.is_open]


def previous_of(meeting: Meeting, meetings: Iterable[Meeting]) -> Meeting | None:
    """Of the meetings of its strategy, the last one of the same kind that was held before."""
    held = (m for m in meetings if m.kind == meeting.kind and not m.cancelled and m != meeting)
    before = [one for one in held if one.date < meeting.date]
    return max(before, key=lambda one: one.date, default=None)


def since_last(meeting: Meeting, previous: Meeting | None) -> Gathered:
    """What happened since `previous` (see `previous_of`), in six queries, whatever the size."""
    strategy = meeting.strategy
    until = min(meeting.date, clock.today())
    since = previous.date if previous else strategy.adopted_on or date(strategy.period_start, 1, 1)
    since = min(since, until)
    moment = Moment(until, embargoed=True)
    followed = Action.objects.filter(strategy=strategy, published=True, archived=False)
    actions = list(
        state.actions(moment, followed)
        .select_related("proposal__axis", "proposal__referent", "referent__service")
        .order_by("proposal__number", "pk")
    )
    for action in actions:
        action.strategy = strategy
    then = Moment(since, embargoed=True)
    before = {one.pk: one for one in state.actions(then, followed).order_by()}
    reports = _reports(moment, actions, since)
    reached = state.milestones(moment, Milestone.objects.filter(action__in=followed)).filter(
        is_reached=True, reached_on__gt=since
    )
    means_before, means = money.since(moment, since, strategy)
    told = decisions(moment, Decision.objects.filter(meeting__strategy=strategy)).filter(
        Q(is_open=True) | Q(closed_on__gt=since)
    )
    return Gathered(
        *(meeting, previous, since, until),
        [_line(action, before, reports, since, until) for action in actions],
        list(reached.select_related("action__proposal__axis").order_by("reached_on", "pk")),
        *(means_before, means),
        list(
            told.annotate(about=about(moment))
            .select_related("meeting", "owner")
            .order_by("-is_overdue", "due_date", "meeting__date", "number")
        ),
    )


def _is_followed(action: Any, day: date) -> bool:
    """Whether somebody is to report on it: open, and begun."""
    return action.is_open and (action.start_date is None or action.start_date <= day)


def _line(
    action: Any,
    before: dict[int, Any],
    reports: dict[int, ProgressReport],
    since: date,
    until: date,
) -> Line:
    last = reports.get(action.report_id)
    told = action.reported_on is not None and action.reported_on >= since
    recorded = last is not None and last.recorded_at > _evening(since)
    return Line(
        action,
        before.get(action.pk),
        last,
        reports.get(action.revised_by) if action.is_overdue else None,
        is_news=last is not None and (action.reported_on > since or recorded),
        is_owed=_is_followed(action, until) and (not told or action.is_silent),
    )


def _reports(moment: Moment, actions: list[Any], since: date) -> dict[int, ProgressReport]:
    """The reports that the committee reads: what came since, and the motives of what is late."""
    last = [one.report_id for one in actions if one.report_id]
    wanted = [one.report_id for one in actions if one.is_overdue or one.status in STUCK]
    wanted += [one.revised_by for one in actions if one.is_overdue]
    came = Q(reported_on__gt=since) | Q(recorded_at__gt=_evening(since))
    rows = ProgressReport.objects.filter((Q(pk__in=last) & came) | Q(pk__in=filter(None, wanted)))
    return {report.pk: report for report in rows.select_related("author__service")}


def _evening(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=clock.PARIS)
