"""A strategy as a workbook that imports again, and the empty model that people fill in."""

from collections.abc import Iterable, Sequence
from typing import Any

from proposals.exchange.tables import EXCHANGED, STRATEGY, Exchanged
from proposals.exchange.tables.people import PEOPLE, RIGHTS
from proposals.exchange.tables.strategy import strategy_rows
from proposals.models import Strategy
from sress.spreadsheets.columns import Column, Table
from sress.spreadsheets.writing import Written, write

README = "Lisez-moi"
# In the order in which people think, which is not the one of loading.
_FIRST = ("axes", "propositions", "actions", "etapes")
SHEETS: tuple[Exchanged, ...] = tuple(
    sorted(
        (one for one in EXCHANGED if one.rows),
        key=lambda one: (*_FIRST, "").index(one.table.key) if one.table.key in _FIRST else 9,
    )
)


def export(strategy: Strategy, kind: str) -> bytes:
    """All of a strategy but its log, as `xlsx` or `ods`. The present state goes with each action.

    It holds names, addresses and internal texts: for administrators only.
    """
    sheets = [
        _about(
            f"{strategy.title}, {strategy.period}",
            "Ce classeur se réimporte tel quel. Il contient des noms, des adresses et des textes "
            "internes : ne le publiez pas. Le journal des points d'avancement n'y est pas, sauf "
            "l'état du jour de chaque action.",
            [one.table for one in SHEETS],
            strategy,
        ),
        _vertical(next(iter(strategy_rows(strategy)))),
    ]
    sheets += [sheet_of(one.table, one.rows(strategy), strategy) for one in SHEETS if one.rows]
    return write(kind, sheets)


def model_file(kind: str = "xlsx") -> bytes:
    """The empty workbook to fill in, with its drop-down lists and its explanations."""
    tables = [one.table for one in SHEETS if one.in_model]
    sheets = [
        _about(
            "Fichier modèle",
            "Remplissez les feuilles utiles, dans l'ordre qui vous va, puis importez le classeur "
            "dans l'administration. Une colonne dont vous n'avez pas l'usage peut rester vide, ou "
            "disparaître. Rien n'est écrit tant qu'il reste une erreur.",
            tables,
            None,
        ),
        _vertical({}),
    ]
    sheets += [sheet_of(table, (), None) for table in tables]
    return write(kind, sheets)


def _about(title: str, text: str, tables: Sequence[Table], strategy: Strategy | None) -> Written:
    rows: list[Sequence[Any]] = [[title], [text], []]
    for table in (STRATEGY, *tables):
        rows += [[], [f"Feuille « {table.label} »", table.about]]
        for column in table.columns:
            needed = "nécessaire" if column.required else ""
            rows.append([_heading(column, strategy), column.help, column.example, needed])
    return Written(README, (), rows, widths=(34, 90, 40, 14))


def _vertical(said: dict[str, Any]) -> Written:
    return Written(
        STRATEGY.label,
        (),
        [[column.label, said.get(column.key)] for column in STRATEGY.columns],
        widths=(38, 80),
        choices={i: c.listed for i, c in enumerate(STRATEGY.columns) if c.listed},
        vertical=True,
    )


def sheet_of(table: Table, rows: Iterable[dict[str, Any]], strategy: Strategy | None) -> Written:
    """The sheet of a table, headed in the words of `strategy`; without one, in its own."""
    columns = [
        column for column in table.columns if strategy is None or not _is_spare(table, column)
    ]
    return Written(
        table.label,
        [_heading(column, strategy) for column in columns],
        ([row.get(column.key) for column in columns] for row in rows),
        widths=[column.width for column in columns],
        choices={i: column.listed for i, column in enumerate(columns) if column.listed},
        euros=[i for i, column in enumerate(columns) if column.euros],
    )


def _is_spare(table: Table, column: Column) -> bool:
    """Titles of levels, which their own sheets give; rights, which do not come with a strategy."""
    if table is PEOPLE:
        return column.key in RIGHTS
    return column.key in ("axis_title", "proposal_title") and not (
        table.key == "axes" or (table.key == "propositions" and column.key == "proposal_title")
    )


def _heading(column: Column, strategy: Strategy | None) -> str:
    """The heading, in the strategy's own words where it names a level."""
    if strategy and column.key in ("axis", "proposal"):
        return strategy.axis_label if column.key == "axis" else strategy.proposal_label
    return column.label
