"""Which grants the law asks to publish, and by when.

Law 2000-321 (article 10) and décret 2017-779, of grants to legal persons:

- a grant is under the duty when its yearly amount exceeds 23 000 €: the beneficiary's part divided
  by the calendar years that its payment period covers (one year, where the period is no period);
- all those of one authority to one beneficiary signed in a calendar year are, when their yearly
  amounts together exceed it, in one strategy;
- each is to be published within three months of its signature or, where it came under the duty by
  accumulation, of the later signature that crossed the threshold.

A beneficiary is known by the first nine digits of its SIRET, else by its RNA: the database has one.
"""

from datetime import date
from typing import Any

from django.db.models import BigIntegerField, DateField, Q, QuerySet
from django.urls import reverse
from django_cte import with_cte

from proposals.models import Grant, Strategy
from proposals.models.grant import MONTHS_TO_PUBLISH, THRESHOLD
from proposals.state import Moment
from proposals.state.queries import states_of
from sress.templatetags.french import NBSP, counted
from sress.templatetags.french import day as french_day

# PostgreSQL ends months where they end: three after 30 November is 28 February.
DUTIES = """
WITH signed AS (
    SELECT g.id, g.signed_on, ROUND(ROUND(g.amount * g.share, 2) / period.years, 2) AS yearly,
        g.strategy_id, DATE_TRUNC('year', g.signed_on) AS year,
        LEFT(g.granting_siret, 9) COLLATE "C" AS authority,
        COALESCE(NULLIF(LEFT(g.beneficiary_siret, 9), ''), g.beneficiary_rna)
            COLLATE "C" AS beneficiary
    FROM proposals_grant g
    CROSS JOIN LATERAL (
        SELECT CASE WHEN pg_input_is_valid(LEFT(g.payment_period, 10), 'date')
                AND pg_input_is_valid(RIGHT(g.payment_period, 10), 'date')
            THEN GREATEST(
                LEFT(RIGHT(g.payment_period, 10), 4)::int - LEFT(g.payment_period, 4)::int + 1, 1
            ) ELSE 1 END AS years
    ) period
    WHERE NOT g.is_person AND g.strategy_id IN ({strategies})
        AND g.signed_on <= {day} AND {known}
),
summed AS (
    SELECT *, SUM(yearly) OVER together AS total,
        SUM(yearly) OVER (together ORDER BY signed_on) AS so_far
    FROM signed WINDOW together AS (PARTITION BY beneficiary, year, authority, strategy_id)
),
crossed AS (
    SELECT *, MIN(signed_on) FILTER (WHERE so_far > {threshold})
        OVER (PARTITION BY beneficiary, year, authority, strategy_id) AS crossed_on
    FROM summed
),
counted AS (
    SELECT id, CASE WHEN yearly > {threshold} THEN signed_on
        WHEN total > {threshold} THEN GREATEST(signed_on, crossed_on) END AS since
    FROM crossed
)
SELECT id AS grant_id, (since + INTERVAL '{months} months')::date AS publish_by
FROM counted WHERE since IS NOT NULL
"""
# What narrows the list of the administration to what waits.
TO_PUBLISH = "a_publier"
COLUMNS: dict[str, Any] = {"grant_id": BigIntegerField(), "publish_by": DateField()}


def under_duty(moment: Moment, strategies: QuerySet[Strategy]) -> QuerySet[Any]:
    """The grants of `strategies` that the law asks to publish, in one query.

    Adds `publish_by`, the last day to do so.
    """
    duties = states_of(_duties, moment, strategies, COLUMNS)
    grants = duties.join(Grant.objects.all(), pk=duties.col.grant_id)
    return with_cte(duties, select=grants.annotate(publish_by=duties.col.publish_by))


def _duties(moment: Moment, strategies: str) -> str:
    return DUTIES.format(
        strategies=strategies,
        day=moment.sql_day,
        known=moment.known("g"),
        threshold=THRESHOLD,
        months=MONTHS_TO_PUBLISH,
    )


def waiting(moment: Moment, strategies: QuerySet[Strategy]) -> QuerySet[Any]:
    """Those that were not published yet at the moment, the most pressing first."""
    unpublished = Q(published_on=None) | Q(published_on__gt=moment.day)
    return under_duty(moment, strategies).filter(unpublished).order_by("publish_by", "pk")


def waiting_list() -> str:
    """The path of what waits, in the administration."""
    return f"{reverse('admin:proposals_grant_changelist')}?{TO_PUBLISH}=1"


def countdown(publish_by: date, day: date) -> str:
    """« à publier avant le 5 juillet 2019 : il reste 12 jours »."""
    left = (publish_by - day).days
    said = f"il reste {counted(left, 'jour,jours')}"
    if left < 0:
        said = f"en retard de {counted(-left, 'jour,jours')}"
    elif left == 0:
        said = "c'est le dernier jour"
    return f"à publier avant le {french_day(publish_by)}{NBSP}: {said}"
