"""State at a date, computed again: loops over plain facts, without database nor SQL.

Written from the rules (docs of `proposals.state`), never from their SQL: the tests compare both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Rectification:
    """A voted value was put right; `field` names an attribute of `Action`."""

    field: str
    value: object
    recorded_at: datetime


@dataclass(frozen=True)
class Action:
    """As it was first recorded; `rectifications` in the order in which they were made."""

    id: int
    proposal: int
    weight: Fraction
    exists_from: date
    initial_due_date: date | None
    recorded_at: datetime
    rectifications: tuple[Rectification, ...] = ()

    def known(self, name: str, when: "Moment") -> object:
        """The voted value as known then."""
        value = getattr(self, name)
        for rectification in self.rectifications:
            if rectification.field == name and when.knows(rectification):
                value = rectification.value
        return value


@dataclass(frozen=True)
class Milestone:
    id: int
    action: int
    exists_from: date
    initial_due_date: date
    recorded_at: datetime


@dataclass(frozen=True)
class Said:
    """What a report says of a milestone."""

    reached: bool
    revised_due_date: date | None


@dataclass(frozen=True)
class Report:
    id: int
    action: int
    reported_on: date
    recorded_at: datetime
    status: str
    progress: int | None
    revised_due_date: date | None = None
    supersedes: int | None = None
    is_retraction: bool = False
    public_from: date | None = None
    milestones: dict[int, Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """A day, what was known (all of it when None), and who reads when."""

    day: date
    known_at: datetime | None
    officer: bool
    today: date

    def knows(self, fact: "Action | Milestone | Report | Rectification") -> bool:
        return self.known_at is None or fact.recorded_at <= self.known_at

    def shows(self, report: Report) -> bool:
        if not self.knows(report):
            return False
        if self.officer or report.public_from is None:
            return True
        reading_day = self.known_at.astimezone(PARIS).date() if self.known_at else self.today
        return report.public_from <= reading_day


@dataclass(frozen=True)
class ActionState:
    status: str
    progress: int
    report_id: int | None
    reported_on: date | None
    due_date: date | None
    slippage: int | None
    is_open: bool
    is_overdue: bool
    is_silent: bool
    proposal: int
    weight: Fraction


@dataclass(frozen=True)
class MilestoneState:
    is_reached: bool
    reached_on: date | None
    due_date: date
    slippage: int
    is_overdue: bool


@dataclass(frozen=True)
class Tally:
    status: str
    progress: int | None
    by_status: dict[str, int]
    overdue: int
    silent: int


@dataclass
class Facts:
    actions: list[Action]
    milestones: list[Milestone]
    reports: list[Report]

    def shown(self, when: Moment) -> dict[int, bool]:
        """The reports that can be read, by id: whether they count."""
        counts = {}
        for chain in self.chains(when):
            for report in chain:
                counts[report.id] = report is chain[-1] and not report.is_retraction
        return counts

    def chains(self, when: Moment) -> list[list[Report]]:
        """What can be read of each report and of its corrections, in the order of writing."""
        by_first: dict[int, list[Report]] = {}
        first: dict[int, int] = {}
        for report in self.reports:
            chain = report.id if report.supersedes is None else first[report.supersedes]
            first[report.id] = chain
            by_first.setdefault(chain, []).append(report)
        readable = ([r for r in chain if when.shows(r)] for chain in by_first.values())
        return [chain for chain in readable if chain]

    def counted(self, action: Action, when: Moment) -> list[Report]:
        """The reports of the action that count, in the order of facts, whatever their date."""
        shown = self.shown(when)
        mine = [r for r in self.reports if r.action == action.id and shown.get(r.id)]
        return sorted(mine, key=lambda r: (r.reported_on, r.recorded_at, r.id))

    def action_states(self, when: Moment) -> dict[int, ActionState]:
        states = {action.id: self._action_state(action, when) for action in self.actions}
        return {pk: state for pk, state in states.items() if state}

    def _action_state(self, action: Action, when: Moment) -> ActionState | None:
        exists_from = action.known("exists_from", when)
        if not when.knows(action) or exists_from > when.day:
            return None
        reports = self.counted(action, when)
        past = [report for report in reports if report.reported_on <= when.day]
        last = past[-1] if past else None
        status = last.status if last else "a_venir"
        initial = action.known("initial_due_date", when)
        due = self._due(initial, when, action, None)
        is_open = status not in ("realisee", "non_poursuivie")
        last_news = last.reported_on if last else exists_from
        return ActionState(
            status=status,
            progress=last.progress if last else 0,
            report_id=last.id if last else None,
            reported_on=last.reported_on if last else None,
            due_date=due,
            slippage=(due - initial).days if due and initial else None,
            is_open=is_open,
            is_overdue=is_open and due is not None and due < when.day,
            is_silent=is_open and (when.day - last_news).days >= 90,
            proposal=action.known("proposal", when),
            weight=action.known("weight", when),
        )

    def milestone_states(self, when: Moment) -> dict[int, MilestoneState]:
        states = {}
        for milestone in self.milestones:
            action = next(a for a in self.actions if a.id == milestone.action)
            exists = when.knows(action) and action.known("exists_from", when) <= when.day
            if not exists or not when.knows(milestone) or milestone.exists_from > when.day:
                continue
            reports = self.counted(action, when)
            past = [report for report in reports if report.reported_on <= when.day]
            speaking = [report for report in past if milestone.id in report.milestones]
            is_reached = bool(speaking) and speaking[-1].milestones[milestone.id].reached
            due = self._due(milestone.initial_due_date, when, action, milestone)
            closed = bool(past) and past[-1].status in ("realisee", "non_poursuivie")
            states[milestone.id] = MilestoneState(
                is_reached=is_reached,
                reached_on=speaking[-1].reported_on if is_reached else None,
                due_date=due,
                slippage=(due - milestone.initial_due_date).days,
                is_overdue=not is_reached and due < when.day and not closed,
            )
        return states

    def _due(
        self, initial: date | None, when: Moment, action: Action, milestone: Milestone | None
    ) -> date | None:
        """The last revision, in the order of facts, of those that took effect.

        A chain of corrections whose last link gives no date gives none; else it gives the date of
        the last link that took effect.
        """

        def revised(report: Report) -> date | None:
            said = report.milestones.get(milestone.id) if milestone else report
            return said.revised_due_date if said and not report.is_retraction else None

        due, newest = initial, None
        for chain in self.chains(when):
            if chain[0].action != action.id or revised(chain[-1]) is None:
                continue
            holding = None
            for report in chain:
                if revised(report) and self._effective(report, revised) <= when.day:
                    holding = report
            if holding:
                rank = (holding.reported_on, holding.recorded_at, holding.id)
                if newest is None or rank > newest:
                    due, newest = revised(holding), rank
        return due

    def _effective(self, report: Report, revised: Callable[[Report], date | None]) -> date:
        """The later of its date and of the day its new due date was first recorded: by itself, or
        by what it corrects."""
        first = report
        while first.supersedes is not None:
            corrected = next(r for r in self.reports if r.id == first.supersedes)
            if revised(corrected) is None or revised(corrected) != revised(report):
                break
            first = corrected
        return max(report.reported_on, first.recorded_at.astimezone(PARIS).date())

    def tallies(self, when: Moment, public: set[int]) -> dict[int, Tally]:
        """Of each proposal that has actions among `public`."""
        by_proposal: dict[int, list[ActionState]] = {}
        for pk, state in self.action_states(when).items():
            if pk in public:
                by_proposal.setdefault(state.proposal, []).append(state)
        return {proposal: tally(states) for proposal, states in by_proposal.items()}


def tally(states: list[ActionState]) -> Tally:
    """Several actions summed up."""
    by_status: dict[str, int] = {}
    for state in states:
        by_status[state.status] = by_status.get(state.status, 0) + 1
    live = [state for state in states if state.status != "non_poursuivie"]
    progress = None
    if live:
        total = sum(state.weight for state in live)
        mean = sum(state.weight * state.progress for state in live) / total
        progress = int(mean + Fraction(1, 2))
    return Tally(
        status=_status([state.status for state in live], dropped=len(states) - len(live)),
        progress=progress,
        by_status=by_status,
        overdue=sum(state.is_overdue for state in states),
        silent=sum(state.is_silent for state in states),
    )


def _status(live: list[str], dropped: int) -> str:
    if not live:
        return "non_poursuivie" if dropped else "a_venir"
    if all(status == "a_venir" for status in live):
        return "a_venir"
    if all(status == "realisee" for status in live):
        return "realisee"
    if all(status in ("realisee", "suspendue") for status in live):
        return "suspendue"
    if all(status in ("a_venir", "cadrage") for status in live):
        return "cadrage"
    return "en_cours"
