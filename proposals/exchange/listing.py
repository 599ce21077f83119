"""A list of the administration as the sheet that imports again: the rows that are given, no other.

The rows say the same as in the export of a whole strategy: the same functions write them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from actors.models import Organisation, User
from proposals.exchange.export import sheet_of
from proposals.exchange.tables.actions import ACTIONS, action_rows
from proposals.exchange.tables.actors import ORGANISATIONS, organisation_rows
from proposals.exchange.tables.base import Cells
from proposals.exchange.tables.people import PEOPLE, person_rows
from proposals.models import Action, Strategy
from sress.spreadsheets import delimited
from sress.spreadsheets.columns import Table
from sress.spreadsheets.writing import Written, write

# Rows that a workbook may have: it is made in memory, in ten seconds or so (1 ms and 4 ms a row).
# A csv file is written as it is read.
MOST = {"xlsx": 10_000, "ods": 2_000}
# Rows fetched at a time.
AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that goes out as a sheet."""

    table: Table
    model: type[models.Model]
    rows: Callable[[models.QuerySet[Any], Strategy | None], Iterator[Cells]]
    of_strategy: bool = False
    """Whether its rows are named within a strategy, so that two cannot share a sheet."""
    for_administrators: bool = False

    def export(self, kind: str, rows: models.QuerySet[Any], strategy: Strategy | None) -> bytes:
        """The rows as a workbook (`xlsx` or `ods`) of that one sheet."""
        return write(kind, [self._sheet(rows, strategy)])

    def csv(self, rows: models.QuerySet[Any], strategy: Strategy | None) -> Iterator[str]:
        """The rows as a csv file, line by line."""
        sheet = self._sheet(rows, strategy)
        return delimited.lines(sheet.header, sheet.rows)

    def _sheet(self, rows: models.QuerySet[Any], strategy: Strategy | None) -> Written:
        return sheet_of(self.table, self.rows(rows, strategy), strategy)


def _organisations(
    rows: models.QuerySet[Organisation], strategy: Strategy | None
) -> Iterator[Cells]:
    return organisation_rows(rows.select_related("carrier", "epci").iterator(AT_A_TIME))


def _people(rows: models.QuerySet[User], strategy: Strategy | None) -> Iterator[Cells]:
    # Services are named with their organisation: the list is of no region.
    related = rows.select_related("service__organisation", "organisation")
    return person_rows(related.iterator(AT_A_TIME), None)


def _actions(rows: models.QuerySet[Action], strategy: Strategy | None) -> Iterator[Cells]:
    return action_rows(rows, strategy) if strategy else iter(())


LISTINGS = {
    one.table.key: one
    for one in (
        Listing(table=ORGANISATIONS, model=Organisation, rows=_organisations),
        Listing(table=PEOPLE, model=User, rows=_people, for_administrators=True),
        Listing(table=ACTIONS, model=Action, rows=_actions, of_strategy=True),
    )
}
