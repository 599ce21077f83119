"""The means of a strategy as anyone may have them, at a moment: a workbook, or its movements.

They say what the pages say: of actions that the reader may know of, without what is internal. The
file imports again without any change.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q

from proposals import money
from proposals.exchange.export import sheet_of
from proposals.exchange.listing import MOST
from proposals.exchange.tables import ledger, means
from proposals.exchange.tables.movements import MOVEMENTS, movement_rows
from proposals.models import Funding, HumanMeans, Strategy
from proposals.state import Moment
from sress.spreadsheets import delimited
from sress.spreadsheets.columns import Table
from sress.spreadsheets.writing import write

# What no page shows, and a grant to a person by its reference.
_INTERNAL = {"note", "grant"}


def fits(strategy: Strategy, moment: Moment, kind: str) -> bool:
    """Whether a workbook of that kind can hold the movements; the csv file always can."""
    return money.movements(moment, strategy).count() <= MOST[kind]


def means_workbook(strategy: Strategy, moment: Moment, kind: str) -> bytes:
    """Programmes, authorisations, movements, credits, funders and people, as `xlsx` or `ods`."""
    movements, credits = money.movements(moment, strategy), money.credit_lines(moment, strategy)
    authorisations = strategy.authorisations.filter(
        pk__in=movements.order_by().values("authorisation")
    )
    programmes = strategy.programmes.filter(
        Q(pk__in=authorisations.order_by().values("programme"))
        | Q(pk__in=credits.order_by().values("programme"))
    )
    fundings = money.declarations(Funding, moment, strategy)
    human = money.declarations(HumanMeans, moment, strategy)
    sheets = (
        (ledger.PROGRAMMES, ledger.programme_rows(programmes)),
        (ledger.AUTHORISATIONS, ledger.authorisation_rows(authorisations)),
        (MOVEMENTS, movement_rows(movements)),
        (means.CREDITS, means.credit_rows(credits)),
        (means.FUNDINGS, means.funding_rows(fundings)),
        (means.HUMAN_MEANS, means.human_rows(human)),
    )
    return write(kind, [sheet_of(_readable(table), rows, strategy) for table, rows in sheets])


def means_csv(strategy: Strategy, moment: Moment) -> Iterator[str]:
    """The movements as a csv file, line by line."""
    rows = movement_rows(money.movements(moment, strategy))
    sheet = sheet_of(_readable(MOVEMENTS), rows, strategy)
    return delimited.lines(sheet.header, sheet.rows)


def _readable(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.key not in _INTERNAL)
    return replace(table, columns=columns)
