"""The states of many rows at once: SQL joined to any queryset of theirs."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import BooleanField, DateField, IntegerField
from django.db.models.expressions import RawSQL
from django_cte import CTE, with_cte
from django_cte.raw import raw_cte_sql

from proposals.models import Action, Milestone, ProgressReport, Status
from proposals.state.moment import CLOSED, SILENT_AFTER_DAYS, Moment
from proposals.state.revisions import OF_ACTION, OF_MILESTONE, ORDER_OF_FACTS
from sress.functions import ParisDay

CLOSED_SQL = ", ".join(f"'{status}'" for status in CLOSED)


def last_report(moment: Moment, action: str) -> str:
    """SQL: the last report counted at `moment` on the action of that alias."""
    return f"""
        SELECT r.id, r.status, r.progress, r.reported_on
        FROM proposals_progressreport r
        WHERE r.action_id = {action}.id AND r.reported_on <= {moment.sql_day}
          AND {moment.counted("r")}
        ORDER BY {ORDER_OF_FACTS} LIMIT 1
    """


def action_states(moment: Moment, chosen: str) -> str:
    """SQL: a row for each chosen action that exists, probed through the indexes of the reports.

    OFFSET 0 has the actions chosen before they are probed. Without it, and with the statistics of
    before a large import, PostgreSQL was seen to probe every pair of actions.
    """
    return f"""
    SELECT
        s.*,
        s.due_date - s.initial_due_date AS slippage,
        COALESCE(s.is_open AND s.due_date < {moment.sql_day}, FALSE) AS is_overdue,
        s.is_open AND {SILENT_AFTER_DAYS}
            <= {moment.sql_day} - COALESCE(s.reported_on, s.exists_from) AS is_silent
    FROM (
        SELECT
            a.id AS action_id,
            {moment.as_known("proposal_id", "bigint")} AS proposal_id,
            {moment.as_known("weight", "numeric")} AS weight,
            {moment.as_known("exists_from", "date")} AS exists_from,
            {moment.as_known("initial_due_date", "date")} AS initial_due_date,
            COALESCE(last.status, '{Status.UPCOMING}') AS status,
            COALESCE(last.progress, 0) AS progress,
            COALESCE(last.status, '') NOT IN ({CLOSED_SQL}) AS is_open,
            last.id AS report_id,
            last.reported_on,
            revision.report_id AS revised_by,
            COALESCE(revision.due_date, {moment.as_known("initial_due_date", "date")}) AS due_date
        FROM (
            SELECT * FROM proposals_action a
            WHERE a.id IN ({chosen}) AND {moment.known("a")}
            OFFSET 0
        ) a
        LEFT JOIN LATERAL ({last_report(moment, "a")}) last ON TRUE
        LEFT JOIN LATERAL (
            {OF_ACTION.last(moment, "r.action_id = a.id")}
        ) revision ON TRUE
    ) s
    WHERE s.exists_from <= {moment.sql_day}
    """


def milestone_states(moment: Moment, chosen: str) -> str:
    """SQL: a row for each chosen milestone that exists."""
    return f"""
    SELECT
        s.*,
        s.due_date - s.initial_due_date AS slippage,
        NOT s.is_reached AND s.due_date < {moment.sql_day}
            AND COALESCE(last.status, '') NOT IN ({CLOSED_SQL}) AS is_overdue
    FROM (
        SELECT
            m.id AS milestone_id, m.action_id, m.initial_due_date,
            COALESCE(said.reached, FALSE) AS is_reached,
            CASE WHEN said.reached THEN said.reported_on END AS reached_on,
            revision.report_id AS revised_by,
            COALESCE(revision.due_date, m.initial_due_date) AS due_date
        FROM (
            SELECT * FROM proposals_milestone m
            WHERE m.id IN ({chosen})
              AND m.exists_from <= {moment.sql_day} AND {moment.known("m")}
            OFFSET 0
        ) m
        LEFT JOIN LATERAL (
            SELECT u.reached, r.reported_on
            FROM proposals_milestoneupdate u JOIN proposals_progressreport r ON r.id = u.report_id
            WHERE u.milestone_id = m.id AND r.reported_on <= {moment.sql_day}
              AND {moment.counted("r")}
            ORDER BY {ORDER_OF_FACTS} LIMIT 1
        ) said ON TRUE
        LEFT JOIN LATERAL ({OF_MILESTONE.last(moment, "TRUE")}) revision ON TRUE
    ) s
    JOIN proposals_action a ON a.id = s.action_id AND {moment.known("a")}
        AND {moment.as_known("exists_from", "date")} <= {moment.sql_day}
    LEFT JOIN LATERAL ({last_report(moment, "a")}) last ON TRUE
    """


ACTION_COLUMNS: dict[str, models.Field] = {
    "status": models.CharField(choices=Status.choices),
    "progress": IntegerField(),
    "report_id": models.BigIntegerField(),
    "reported_on": DateField(),
    "revised_by": models.BigIntegerField(),
    "due_date": DateField(),
    "slippage": IntegerField(),
    "is_open": BooleanField(),
    "is_overdue": BooleanField(),
    "is_silent": BooleanField(),
}
MILESTONE_COLUMNS: dict[str, models.Field] = {
    "is_reached": BooleanField(),
    "reached_on": DateField(),
    "revised_by": models.BigIntegerField(),
    "due_date": DateField(),
    "slippage": IntegerField(),
    "is_overdue": BooleanField(),
}
TALLY_COLUMNS: dict[str, models.Field] = {
    "action_id": models.BigIntegerField(),
    "proposal_id": models.BigIntegerField(),
    "weight": models.DecimalField(max_digits=6, decimal_places=2),
}


def states_of(
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

    Adds status, progress, report_id and reported_on (of the last report), due_date, revised_by (the
    report that gives it; None for the initial one), slippage (days), is_open, is_overdue and
    is_silent; all of them can be filtered and sorted on.
    """
    cte = states_of(action_states, moment, queryset, TALLY_COLUMNS | ACTION_COLUMNS)
    columns = {name: getattr(cte.col, name) for name in ACTION_COLUMNS}
    joined = cte.join(queryset, pk=cte.col.action_id)
    return with_cte(cte, select=joined.annotate(**columns))


def milestones(moment: Moment, queryset: models.QuerySet[Milestone]) -> models.QuerySet[Any]:
    """The milestones of `queryset` that exist at `moment`, each with its state.

    Adds is_reached, reached_on, due_date, revised_by, slippage (days) and is_overdue.
    """
    columns = {"milestone_id": models.BigIntegerField()} | MILESTONE_COLUMNS
    cte = states_of(milestone_states, moment, queryset, columns)
    annotations = {name: getattr(cte.col, name) for name in MILESTONE_COLUMNS}
    joined = cte.join(queryset, pk=cte.col.milestone_id)
    return with_cte(cte, select=joined.annotate(**annotations))


def history(moment: Moment, queryset: models.QuerySet[ProgressReport]) -> models.QuerySet[Any]:
    """The reports of `queryset` known at `moment`, corrected and retracted ones included.

    Adds `is_counted`, `recorded_on` (the day in Paris, later than the moment's for a late entry)
    `revision_effective_on` (when its new due date took or takes effect; None without one) and
    `revision_holds` (that date is one of those by which the action was put off).
    """
    report = "proposals_progressreport"
    return queryset.filter(
        RawSQL(moment.visible(report), [], output_field=BooleanField()),
        reported_on__lte=moment.day,
    ).annotate(
        is_counted=RawSQL(moment.counted(report), [], output_field=BooleanField()),
        recorded_on=ParisDay("recorded_at"),
        revision_effective_on=RawSQL(
            f"CASE WHEN {report}.revised_due_date IS NOT NULL THEN "
            f"{OF_ACTION.effective_on(report)} END",
            [],
            output_field=DateField(),
        ),
        revision_holds=RawSQL(OF_ACTION.holds(moment, report), [], output_field=BooleanField()),
    )
