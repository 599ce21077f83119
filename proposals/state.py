"""State at a date: the one place where status, progress and deadline are computed.

State is a pure function of (facts, moment). Nothing here is stored, and today is just a date.

Facts. A progress report is *counted* at a moment when it was recorded by then, its embargo was
lifted for the reader, it is no retraction, and no report known then supersedes it. A superseded
report counts at no date. Counted reports speak from their effective date (`reported_on`), in the
order (reported_on, recorded_at, id).

| state of an action | rule                                                                       |
|--------------------|----------------------------------------------------------------------------|
| exists             | from `exists_from`                                                         |
| status, progress   | the last counted report; none: À venir, 0                                  |
| due date           | the last revision in effect, else the initial one; none: never overdue     |
| revision in effect | from the later of its effective date and the day it was recorded, so that  |
|                    | a passed deadline cannot be rewritten afterwards                           |
| slippage           | due date − initial due date, in days                                       |
| open               | neither Réalisée nor Non poursuivie                                        |
| overdue            | open, and the due date is past                                             |
| silent             | open, and 90 days or more since the last report, else since `exists_from`  |

Milestones: reached or not by the last counted report that speaks of them; their due date like an
action's; overdue when not reached, past, and their action open.

Proposals, axes and strategies have the state of their actions, each counted once, under its main
proposal: see `Tally`.

What is unpublished is hidden at every date: publication is access, not history, and the caller's
queryset decides it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import BooleanField, Count, DateField, F, IntegerField, Q, Sum
from django.db.models.expressions import RawSQL
from django_cte import CTE, with_cte
from django_cte.raw import raw_cte_sql

from proposals.models import Action, Milestone, ProgressReport, Status
from sress import clock
from sress.functions import ParisDay

SILENT_AFTER_DAYS = 90
CLOSED = (Status.DELIVERED, Status.DROPPED)


@dataclass(frozen=True, slots=True)
class Moment:
    """What was so at the end of `day`, as known at `known_at` (now when None).

    `embargoed` lets facts count that are not public yet: for officers' own pages.
    """

    day: date
    known_at: datetime | None = None
    embargoed: bool = False

    @classmethod
    def today(cls, *, embargoed: bool = False) -> Self:
        """The present, as known now."""
        return cls(clock.today(), embargoed=embargoed)

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    @property
    def _day(self) -> str:
        return f"DATE '{self.day.isoformat()}'"

    def _known(self, alias: str) -> str:
        """SQL: the row was recorded by then."""
        if self.known_at is None:
            return "TRUE"
        return f"{alias}.recorded_at <= TIMESTAMPTZ '{self.known_at.isoformat()}'"

    def _visible(self, report: str) -> str:
        """SQL: the report was recorded by then, and its embargo was lifted for the reader."""
        if self.embargoed:
            return self._known(report)
        read_on = self.known_at.astimezone(clock.PARIS).date() if self.known_at else clock.today()
        lifted = f"COALESCE({report}.public_from <= DATE '{read_on.isoformat()}', TRUE)"
        return f"({self._known(report)} AND {lifted})"

    def _counted(self, report: str) -> str:
        """SQL: the report is a fact at this moment, whatever its effective date."""
        return f"""(
            {self._visible(report)} AND NOT {report}.is_retraction
            AND NOT EXISTS (
                SELECT 1 FROM proposals_progressreport correction
                WHERE correction.supersedes_id = {report}.id AND {self._visible("correction")}
            )
        )"""

    def _as_known(self, column: str, sql_type: str) -> str:
        """SQL: a voted column of action `a`, before the rectifications that came later."""
        if self.known_at is None:
            return f"a.{column}"
        return f"""(
            SELECT was.value FROM (
                SELECT NULLIF(x.old_value, '')::{sql_type} AS value, x.id
                FROM proposals_rectification x
                WHERE x.action_id = a.id AND x.field = '{column.removesuffix("_id")}'
                  AND NOT {self._known("x")}
                UNION ALL SELECT a.{column}, NULL
            ) was ORDER BY was.id NULLS LAST LIMIT 1
        )"""


_ORDER_OF_FACTS = "r.reported_on DESC, r.recorded_at DESC, r.id DESC"
_CLOSED_SQL = ", ".join(f"'{status}'" for status in CLOSED)


def _revision_effective_on(report: str, revised: str) -> str:
    """SQL: when a new due date takes effect; `revised` is the row that carries it."""
    return f"GREATEST({report}.reported_on, {revised}.revision_recorded_on)"


def _last_report(moment: Moment, action: str) -> str:
    """SQL: the last report counted at `moment` on the action of that alias."""
    return f"""
        SELECT r.id, r.status, r.progress, r.reported_on
        FROM proposals_progressreport r
        WHERE r.action_id = {action}.id AND r.reported_on <= {moment._day}
          AND {moment._counted("r")}
        ORDER BY {_ORDER_OF_FACTS} LIMIT 1
    """


def _action_states(moment: Moment, chosen: str) -> str:
    """SQL: a row for each chosen action that exists, probed through the indexes of the reports.

    OFFSET 0 has the actions chosen before they are probed. Without it, and with the statistics of
    before a large import, PostgreSQL was seen to probe every pair of actions.
    """
    return f"""
    SELECT
        s.*,
        s.due_date - s.initial_due_date AS slippage,
        COALESCE(s.is_open AND s.due_date < {moment._day}, FALSE) AS is_overdue,
        s.is_open AND {moment._day} - COALESCE(s.reported_on, s.exists_from) >= {SILENT_AFTER_DAYS}
            AS is_silent
    FROM (
        SELECT
            a.id AS action_id,
            {moment._as_known("proposal_id", "bigint")} AS proposal_id,
            {moment._as_known("weight", "numeric")} AS weight,
            {moment._as_known("exists_from", "date")} AS exists_from,
            {moment._as_known("initial_due_date", "date")} AS initial_due_date,
            COALESCE(last.status, '{Status.UPCOMING}') AS status,
            COALESCE(last.progress, 0) AS progress,
            COALESCE(last.status, '') NOT IN ({_CLOSED_SQL}) AS is_open,
            last.id AS report_id,
            last.reported_on,
            COALESCE(revision.due_date, {moment._as_known("initial_due_date", "date")}) AS due_date
        FROM (
            SELECT * FROM proposals_action a
            WHERE a.id IN ({chosen}) AND {moment._known("a")}
            OFFSET 0
        ) a
        LEFT JOIN LATERAL ({_last_report(moment, "a")}) last ON TRUE
        LEFT JOIN LATERAL (
            SELECT r.revised_due_date AS due_date
            FROM proposals_progressreport r
            WHERE r.action_id = a.id AND r.revised_due_date IS NOT NULL
              AND {_revision_effective_on("r", "r")} <= {moment._day} AND {moment._counted("r")}
            ORDER BY {_revision_effective_on("r", "r")} DESC, r.recorded_at DESC, r.id DESC LIMIT 1
        ) revision ON TRUE
    ) s
    WHERE s.exists_from <= {moment._day}
    """


def _milestone_states(moment: Moment, chosen: str) -> str:
    """SQL: a row for each chosen milestone that exists."""
    return f"""
    SELECT
        s.*,
        s.due_date - s.initial_due_date AS slippage,
        NOT s.is_reached AND s.due_date < {moment._day}
            AND COALESCE(last.status, '') NOT IN ({_CLOSED_SQL}) AS is_overdue
    FROM (
        SELECT
            m.id AS milestone_id, m.action_id, m.initial_due_date,
            COALESCE(said.reached, FALSE) AS is_reached,
            CASE WHEN said.reached THEN said.reported_on END AS reached_on,
            COALESCE(revision.due_date, m.initial_due_date) AS due_date
        FROM (
            SELECT * FROM proposals_milestone m
            WHERE m.id IN ({chosen})
              AND m.exists_from <= {moment._day} AND {moment._known("m")}
            OFFSET 0
        ) m
        LEFT JOIN LATERAL (
            SELECT u.reached, r.reported_on
            FROM proposals_milestoneupdate u JOIN proposals_progressreport r ON r.id = u.report_id
            WHERE u.milestone_id = m.id AND r.reported_on <= {moment._day}
              AND {moment._counted("r")}
            ORDER BY {_ORDER_OF_FACTS} LIMIT 1
        ) said ON TRUE
        LEFT JOIN LATERAL (
            SELECT u.revised_due_date AS due_date
            FROM proposals_milestoneupdate u JOIN proposals_progressreport r ON r.id = u.report_id
            WHERE u.milestone_id = m.id AND u.revised_due_date IS NOT NULL
              AND {_revision_effective_on("r", "u")} <= {moment._day} AND {moment._counted("r")}
            ORDER BY {_revision_effective_on("r", "u")} DESC, r.recorded_at DESC, r.id DESC LIMIT 1
        ) revision ON TRUE
    ) s
    JOIN proposals_action a ON a.id = s.action_id
    LEFT JOIN LATERAL ({_last_report(moment, "a")}) last ON TRUE
    """


_ACTION_COLUMNS: dict[str, models.Field] = {
    "status": models.CharField(choices=Status.choices),
    "progress": IntegerField(),
    "report_id": models.BigIntegerField(),
    "reported_on": DateField(),
    "due_date": DateField(),
    "slippage": IntegerField(),
    "is_open": BooleanField(),
    "is_overdue": BooleanField(),
    "is_silent": BooleanField(),
}
_MILESTONE_COLUMNS: dict[str, models.Field] = {
    "is_reached": BooleanField(),
    "reached_on": DateField(),
    "due_date": DateField(),
    "slippage": IntegerField(),
    "is_overdue": BooleanField(),
}
_TALLY_COLUMNS: dict[str, models.Field] = {
    "action_id": models.BigIntegerField(),
    "proposal_id": models.BigIntegerField(),
    "weight": models.DecimalField(max_digits=6, decimal_places=2),
}


def _states(
    rows: Callable[[Moment, str], str],
    moment: Moment,
    queryset: models.QuerySet[Any],
    columns: dict[str, models.Field],
) -> CTE:
    """The states of the rows of `queryset`, computed once, to be joined to them."""
    try:
        chosen, params = queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        chosen, params = "SELECT NULL::bigint WHERE FALSE", ()
    sql = rows(moment, chosen)
    return CTE(raw_cte_sql(sql, list(params), columns), name="state", materialized=True)


def actions(moment: Moment, queryset: models.QuerySet[Action]) -> models.QuerySet[Any]:
    """The actions of `queryset` that exist at `moment`, each with its state, in one query.

    Adds status, progress, report_id and reported_on (of the last report), due_date, slippage
    (days), is_open, is_overdue and is_silent; all of them can be filtered and sorted on.
    """
    cte = _states(_action_states, moment, queryset, _TALLY_COLUMNS | _ACTION_COLUMNS)
    columns = {name: getattr(cte.col, name) for name in _ACTION_COLUMNS}
    joined = cte.join(queryset, pk=cte.col.action_id)
    return with_cte(cte, select=joined.annotate(**columns))


def milestones(moment: Moment, queryset: models.QuerySet[Milestone]) -> models.QuerySet[Any]:
    """The milestones of `queryset` that exist at `moment`, each with its state.

    Adds is_reached, reached_on, due_date, slippage (days) and is_overdue.
    """
    columns = {"milestone_id": models.BigIntegerField()} | _MILESTONE_COLUMNS
    cte = _states(_milestone_states, moment, queryset, columns)
    annotations = {name: getattr(cte.col, name) for name in _MILESTONE_COLUMNS}
    joined = cte.join(queryset, pk=cte.col.milestone_id)
    return with_cte(cte, select=joined.annotate(**annotations))


def history(moment: Moment, queryset: models.QuerySet[ProgressReport]) -> models.QuerySet[Any]:
    """The reports of `queryset` known at `moment`, corrected and retracted ones included.

    Adds `is_counted`, `recorded_on` (the day in Paris, later than the moment's for a late entry)
    and `revision_effective_on` (when its new due date took or takes effect; None without one).
    """
    report = "proposals_progressreport"
    return queryset.filter(
        RawSQL(moment._visible(report), [], output_field=BooleanField()),
        reported_on__lte=moment.day,
    ).annotate(
        is_counted=RawSQL(moment._counted(report), [], output_field=BooleanField()),
        recorded_on=ParisDay("recorded_at"),
        revision_effective_on=RawSQL(
            f"CASE WHEN {report}.revised_due_date IS NOT NULL THEN "
            f"{_revision_effective_on(report, report)} END",
            [],
            output_field=DateField(),
        ),
    )


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
    cte = _states(_action_states, moment, queryset, _TALLY_COLUMNS | _ACTION_COLUMNS)
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
