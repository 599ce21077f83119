"""What changed in a strategy between two moments: the state at one, the state at the other.

Nothing is logged for it: both states are computed, and compared action by action. Moments may be
days, or éditions, whose knowledge was that of their instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from proposals import money, state
from proposals.models import Action, ProgressReport, Status, Strategy
from proposals.models.progress import Visibility
from proposals.money import By, Sums
from proposals.state import Moment


@dataclass(frozen=True, slots=True)
class Change:
    """An action at both moments, each with its state; `before` is None when it did not exist."""

    before: Any
    after: Any
    report: ProgressReport | None
    """The last report at the end, when the public reads it."""
    revision: ProgressReport | None
    """The report that gives the due date at the end, when the public reads it."""

    @property
    def is_new(self) -> bool:
        return self.before is None

    def became(self, status: Status) -> bool:
        """Whether it has this status at the end and had another one, or did not exist."""
        return self.after.status == status and (self.is_new or self.before.status != status)

    @property
    def slipped(self) -> int:
        """By how many days the due date moved, onwards (> 0) or backwards; 0 without two dates."""
        former = self.after.initial_due_date if self.is_new else self.before.due_date
        if former is None or self.after.due_date is None:
            return 0
        return int((self.after.due_date - former).days)

    @property
    def former_due_date(self) -> Any:
        return self.after.initial_due_date if self.is_new else self.before.due_date

    @property
    def is_overdue_since(self) -> bool:
        """Whether its due date passed in between."""
        return self.after.is_overdue and (self.is_new or not self.before.is_overdue)

    @property
    def progressed(self) -> int:
        """By how many points its progress moved."""
        return int(self.after.progress - (0 if self.is_new else self.before.progress))

    @property
    def moved(self) -> bool:
        """Whether its status or its progress is another."""
        return bool(self.progressed) or (
            not self.is_new and self.before.status != self.after.status
        )


@dataclass(frozen=True, slots=True)
class Evolution:
    """A strategy between two moments."""

    start: Moment
    end: Moment
    changes: list[Change]
    means_before: dict[int | None, Sums]
    means_after: dict[int | None, Sums]
    """Sums by axis (its id); None for what is of no published action."""

    def _those(self, status: Status) -> list[Change]:
        return [change for change in self.changes if change.became(status)]

    @property
    def delivered(self) -> list[Change]:
        return self._those(Status.DELIVERED)

    @property
    def dropped(self) -> list[Change]:
        return self._those(Status.DROPPED)

    @property
    def suspended(self) -> list[Change]:
        return self._those(Status.SUSPENDED)

    @property
    def in_difficulty(self) -> list[Change]:
        """Those that are in difficulty at the end, whether they were before or not."""
        return [one for one in self.changes if one.after.status == Status.DIFFICULTY]

    @property
    def slipped(self) -> list[Change]:
        """Those whose due date moved, the most put off first."""
        moved = [change for change in self.changes if change.slipped]
        return sorted(moved, key=lambda change: -change.slipped)

    @property
    def overdue_since(self) -> list[Change]:
        return [change for change in self.changes if change.is_overdue_since]

    @property
    def new(self) -> list[Change]:
        return [change for change in self.changes if change.is_new]

    @property
    def advanced(self) -> list[Change]:
        """Those that moved and are told nowhere else."""
        told = (Status.DELIVERED, Status.DROPPED, Status.SUSPENDED, Status.DIFFICULTY)
        return [
            change
            for change in self.changes
            if change.moved and not change.is_new and change.after.status not in told
        ]

    @property
    def means(self) -> tuple[Sums, Sums]:
        """All the means at the start and at the end."""
        return Sums.total(self.means_before.values()), Sums.total(self.means_after.values())


def between(start: Moment, end: Moment, strategy: Strategy, actions: QuerySet[Action]) -> Evolution:
    """What changed in `actions` of a strategy, in five queries."""
    rows = actions.select_related("strategy", "proposal__axis")
    before = {one.pk: one for one in state.actions(start, actions)}
    after = list(state.actions(end, rows))
    reports = _public(pk for one in after for pk in (one.report_id, one.revised_by))
    changes = [
        Change(before.get(one.pk), one, reports.get(one.report_id), reports.get(one.revised_by))
        for one in after
    ]
    return Evolution(
        start,
        end,
        changes,
        money.breakdown(start, strategy, By.AXIS),
        money.breakdown(end, strategy, By.AXIS),
    )


def _public(keys: Iterable[int | None]) -> dict[int | None, ProgressReport]:
    """The reports of those ids whose texts and motives the public reads."""
    found = ProgressReport.objects.filter(visibility=Visibility.PUBLIC)
    return {one.pk: one for one in found.filter(pk__in={key for key in keys if key})}
