"""Actions summed up: the state of a proposal, an axis or a strategy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.db.models import Count, F, Q, Sum
from django_cte import with_cte

from proposals.models import Action, Status
from proposals.state.moment import Moment
from proposals.state.queries import ACTION_COLUMNS, TALLY_COLUMNS, action_states, states_of


@dataclass(frozen=True, slots=True)
class Tally:
    """The actions of a proposal, an axis or a strategy, summed up at a moment.

    Tallies add up: an axis is the sum of its proposals. *Live* actions are all but Non poursuivie.

    | the first that fits                             | status         |
    |-------------------------------------------------|----------------|
    | no action                                       | À venir        |
    | no live action                                  | Non poursuivie |
    | every live action À venir                       | À venir        |
    | every live action Réalisée                      | Réalisée       |
    | every live action Réalisée or Suspendue         | Suspendue      |
    | every live action À venir or En cadrage         | En cadrage     |
    | else                                            | En cours       |
    """

    by_status: Mapping[str, int] = field(default_factory=dict)
    overdue: int = 0
    silent: int = 0
    live_weight: Decimal = Decimal(0)
    weighted_progress: Decimal = Decimal(0)

    def __add__(self, other: "Tally") -> "Tally":
        statuses = {*self.by_status, *other.by_status}
        return Tally(
            {s: self.by_status.get(s, 0) + other.by_status.get(s, 0) for s in statuses},
            self.overdue + other.overdue,
            self.silent + other.silent,
            self.live_weight + other.live_weight,
            self.weighted_progress + other.weighted_progress,
        )

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        """Their sum; of none, an empty tally."""
        return sum(tallies, cls())

    @property
    def actions(self) -> int:
        """How many actions exist."""
        return sum(self.by_status.values())

    @property
    def delivered(self) -> int:
        return self.by_status.get(Status.DELIVERED, 0)

    @property
    def in_difficulty(self) -> int:
        return self.by_status.get(Status.DIFFICULTY, 0)

    @property
    def progress(self) -> int | None:
        """Mean progress of the live actions by weight, whole percent, half up; None without any."""
        if not self.live_weight:
            return None
        mean = self.weighted_progress / self.live_weight
        return int(mean.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def status(self) -> Status:
        present = {Status(status) for status, count in self.by_status.items() if count}
        live = present - {Status.DROPPED}
        if not live:
            return Status.DROPPED if present else Status.UPCOMING
        if live == {Status.UPCOMING}:
            return Status.UPCOMING
        if live == {Status.DELIVERED}:
            return Status.DELIVERED
        if live <= {Status.DELIVERED, Status.SUSPENDED}:
            return Status.SUSPENDED
        if live <= {Status.UPCOMING, Status.SCOPING}:
            return Status.SCOPING
        return Status.ONGOING


def tallies(moment: Moment, queryset: models.QuerySet[Action]) -> dict[int, Tally]:
    """The tally of each main proposal that has actions in `queryset`, by its id, in one query."""
    cte = states_of(action_states, moment, queryset, TALLY_COLUMNS | ACTION_COLUMNS)
    joined = cte.join(queryset.order_by(), pk=cte.col.action_id).annotate(
        main=cte.col.proposal_id,
        status=cte.col.status,
        live_weight=cte.col.weight,
        progress=cte.col.progress,
        is_overdue=cte.col.is_overdue,
        is_silent=cte.col.is_silent,
    )
    rows = with_cte(cte, select=joined).values("main", "status")
    found: dict[int, Tally] = {}
    for row in rows.annotate(
        count=Count("pk"),
        overdue=Count("pk", filter=Q(is_overdue=True)),
        silent=Count("pk", filter=Q(is_silent=True)),
        weights=Sum("live_weight"),
        weighted=Sum(F("live_weight") * F("progress"), output_field=models.DecimalField()),
    ):
        live = row["status"] != Status.DROPPED
        found[row["main"]] = found.get(row["main"], Tally()) + Tally(
            {row["status"]: row["count"]},
            row["overdue"],
            row["silent"],
            row["weights"] if live else Decimal(0),
            row["weighted"] if live else Decimal(0),
        )
    return found
