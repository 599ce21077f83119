"""The results of a strategy as anyone may have them: a workbook, or the values alone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from proposals.exchange.export import sheet_of
from proposals.exchange.tables.base import Cells
from proposals.exchange.tables.results import INDICATORS, TARGETS, VALUES, indicator_rows
from proposals.models import Strategy
from proposals.results import Result
from sress.spreadsheets import delimited
from sress.spreadsheets.columns import Table
from sress.spreadsheets.writing import write

# What no page shows, and what only the log of an indicator says.
_INTERNAL = {"owner", "published", "note", "motive", "reported_on", "decided_on"}


def results_workbook(strategy: Strategy, results: Iterable[Result], kind: str) -> bytes:
    """Indicators, targets and values, as `xlsx` or `ods`."""
    found = list(results)
    sheets = (
        (INDICATORS, indicator_rows((one.indicator for one in found), strategy)),
        (TARGETS, _targets(found)),
        (VALUES, _values(found)),
    )
    return write(kind, [sheet_of(_readable(table), rows, strategy) for table, rows in sheets])


def results_csv(strategy: Strategy, results: Iterable[Result]) -> Iterator[str]:
    """The values as a csv file, line by line."""
    sheet = sheet_of(_readable(VALUES), _values(results), strategy)
    return delimited.lines(sheet.header, sheet.rows)


def _targets(results: Iterable[Result]) -> Iterator[Cells]:
    for result in results:
        for one in result.targets:
            yield {
                "indicator": result.indicator.code,
                "year": one.day.year,
                "value": one.value,
            }


def _values(results: Iterable[Result]) -> Iterator[Cells]:
    for result in results:
        for one in result.measures:
            yield {
                "indicator": result.indicator.code,
                "title": result.indicator.title,
                "unit": result.indicator.unit,
                "measured_on": one.day,
                "value": one.value,
            }


def _readable(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.key not in _INTERNAL)
    return replace(table, columns=columns)
