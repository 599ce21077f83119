"""What indicators say at a moment: the one place where values, targets and gaps are read.

Lines count from the day they were told (`reported_on`, `decided_on`); of a past moment of
knowledge, only those recorded by then. Of one day, the value that was recorded last; of one year,
the target that was decided last. A value that is not there is missing: it is never zero.

| of an indicator | is                                                                            |
|-----------------|-------------------------------------------------------------------------------|
| measures        | its baseline, then its values                                                 |
| path            | straight from the baseline through the targets, each on 31 December; level    |
|                 | after the last; nothing before the first point                                |
| aim             | the target of the year, else the next one, else the last                      |
| rate            | the part of the way from the baseline (else from zero) to the aim; none when  |
|                 | there is no way to go                                                         |
| missing         | ends of periods, from the baseline (else the vote) to the strategy's end,     |
|                 | that are past and of which no value is: the baseline answers for none         |
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Any

from django.db.models import JSONField, Q, QuerySet
from django.db.models.expressions import RawSQL

from proposals.models import Indicator
from proposals.state import Moment
from sress import clock


class Standing(Enum):
    """How an indicator stands, in a word and an icon."""

    MISSING = "Valeur manquante", "circle-dashed"
    NO_TARGET = "Sans cible", "minus"
    REACHED = "Cible atteinte", "circle-check"
    ON_PATH = "Dans la trajectoire", "trending-up"
    BEHIND = "En deçà de la trajectoire", "triangle-alert"
    TO_COME = "Trajectoire à venir", "hourglass"

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def icon(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Dated:
    """A figure, and the day it is of."""

    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """A day of an indicator, in figures."""

    day: date
    value: Decimal | None
    aimed: Decimal | None
    is_target: bool
    is_missing: bool


@dataclass(frozen=True, slots=True)
class Result:
    """An indicator on a day, with all that was known of it."""

    indicator: Indicator
    day: date
    values: Sequence[Dated]
    """Without the baseline, the oldest first."""
    targets: Sequence[Dated]
    """By year, each on 31 December."""

    @property
    def baseline(self) -> Dated | None:
        one = self.indicator
        if one.baseline is None or one.baseline_on is None or one.baseline_on > self.day:
            return None
        return Dated(one.baseline_on, one.baseline)

    @property
    def measures(self) -> list[Dated]:
        start = self.baseline
        again = start and any(one.day == start.day for one in self.values)
        found = [*([start] if start and not again else []), *self.values]
        return sorted(found, key=lambda one: one.day)

    @property
    def latest(self) -> Dated | None:
        return self.measures[-1] if self.measures else None

    @property
    def path(self) -> list[Dated]:
        start = self.baseline
        ahead = [one for one in self.targets if start is None or one.day > start.day]
        return [start, *ahead] if start and ahead else ahead

    @property
    def aim(self) -> Dated | None:
        ahead = [one for one in self.targets if one.day >= self.day]
        return ahead[0] if ahead else self.targets[-1] if self.targets else None

    def aimed(self, day: date) -> Decimal | None:
        """Where the path is on a day."""
        path = self.path
        if not path or day < path[0].day:
            return None
        for before, after in pairwise(path):
            if day <= after.day:
                part = Decimal((day - before.day).days) / (after.day - before.day).days
                return before.value + (after.value - before.value) * part
        return path[-1].value

    @property
    def due(self) -> Decimal | None:
        """Where the path is on the day that is read."""
        return self.aimed(self.day)

    @property
    def rate(self) -> Decimal | None:
        """The part of the way to the aim that is made, 1 for all of it; beyond, or below 0, too."""
        aim, latest, start = self.aim, self.latest, self.baseline
        if aim is None or latest is None:
            return None
        if start is None and self.indicator.better == Indicator.Better.LESS:
            return None
        origin = start.value if start else Decimal(0)
        way = aim.value - origin
        return (latest.value - origin) / way if way else None

    @property
    def missing(self) -> list[date]:
        """The days of which a value was due and is not known, the oldest first."""
        found, measured = [], [one.day for one in self.values]
        for start, end in periods(self.indicator, self.day):
            if not any(start < day <= end for day in measured):
                found.append(end)
        return found

    @property
    def standing(self) -> Standing:
        latest, aim = self.latest, self.aim
        if latest is None:
            return Standing.MISSING
        if aim is None:
            return Standing.NO_TARGET
        if self._is_met(latest.value, aim.value):
            return Standing.REACHED
        aimed = self.aimed(latest.day)
        if aimed is None:
            return Standing.TO_COME
        return Standing.ON_PATH if self._is_met(latest.value, aimed) else Standing.BEHIND

    @property
    def rows(self) -> list["Row"]:
        """The drawing as a table: every day that has a measure, a target, or lacks a value."""
        measured = {one.day: one.value for one in self.measures}
        aims = {one.day for one in self.targets}
        lacking = set(self.missing)
        return [
            Row(
                day,
                measured.get(day),
                self.aimed(day),
                is_target=day in aims,
                is_missing=day in lacking and day not in measured,
            )
            for day in sorted({*measured, *aims, *lacking})
        ]

    def _is_met(self, value: Decimal, aimed: Decimal) -> bool:
        return value >= aimed if self.indicator.better == Indicator.Better.MORE else value <= aimed


def periods(indicator: Indicator, day: date) -> Iterator[tuple[date, date]]:
    """The periods of which a value is due on `day`: the day before their first, and their last."""
    months, strategy = indicator.period, indicator.strategy
    if not months:
        return
    recorded = indicator.recorded_at.astimezone(clock.PARIS).date()
    since = indicator.baseline_on or strategy.adopted_on or recorded
    until = min(day, date(strategy.target_date.year, 12, 31))
    start = date(since.year - 1, 12, 31)
    for year in range(since.year, until.year + 1):
        for month in range(months, 13, months):
            end = date(year, month, monthrange(year, month)[1])
            if end >= day or end > until:
                return
            if end > since:
                yield start, end
            start = end


# Of each indicator, its values and its targets, as [[day, value], …].
VALUES = """
COALESCE((
    SELECT jsonb_agg(jsonb_build_array(v.day, v.value::text) ORDER BY v.day) FROM (
        SELECT DISTINCT ON (v.measured_on) v.measured_on AS day, v.value
        FROM proposals_indicatorvalue v
        WHERE v.indicator_id = proposals_indicator.id AND v.reported_on <= {day} AND {known}
        ORDER BY v.measured_on, v.recorded_at DESC, v.id DESC
    ) v WHERE v.value IS NOT NULL
), '[]'::jsonb)
"""
TARGETS = """
COALESCE((
    SELECT jsonb_agg(jsonb_build_array(make_date(t.year, 12, 31), t.value::text) ORDER BY t.year)
    FROM (
        SELECT DISTINCT ON (t.year) t.year, t.value
        FROM proposals_indicatortarget t
        WHERE t.indicator_id = proposals_indicator.id AND t.decided_on <= {day} AND {known}
        ORDER BY t.year, t.decided_on DESC, t.recorded_at DESC, t.id DESC
    ) t
), '[]'::jsonb)
"""
ABOUT = ("strategy", "axis", "proposal__axis", "action__proposal__axis")


def at(moment: Moment, indicators: QuerySet[Indicator]) -> list[Result]:
    """Each indicator that was declared by then, as it stood, in one query."""
    known = Q() if moment.known_at is None else Q(recorded_at__lte=moment.known_at)
    told: Any = indicators.filter(known).select_related(*ABOUT)
    told = told.annotate(values_=_lines(VALUES, moment, "v"), targets_=_lines(TARGETS, moment, "t"))
    return [Result(one, moment.day, _dated(one.values_), _dated(one.targets_)) for one in told]


def _lines(sql: str, moment: Moment, alias: str) -> RawSQL:
    said = sql.format(day=moment.sql_day, known=moment.known(alias))
    return RawSQL(said, [], output_field=JSONField())


def _dated(lines: list[tuple[str, str]]) -> list[Dated]:
    return [Dated(date.fromisoformat(day), Decimal(value)) for day, value in lines]


def awaited(moment: Moment, indicators: QuerySet[Indicator]) -> list[Result]:
    """Those of which a value is missing, the one that misses for longest first."""
    late = [one for one in at(moment, indicators.filter(period__isnull=False)) if one.missing]
    return sorted(late, key=lambda one: (one.missing[0], one.indicator.code, one.indicator.pk))
