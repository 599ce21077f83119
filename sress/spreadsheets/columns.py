"""Which column of which sheet is what: tables are declared, sheets are recognised.

A `Table` declares the columns that it knows, with the words that people use for each. A sheet
becomes a `Reading` of the table whose columns its header names best, or as a `Mapping` says; its
rows become `Record`s.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sress.spreadsheets.remarks import Place
from sress.spreadsheets.values import Reader
from sress.spreadsheets.workbook import Broken, Row, Sheet, Value, Workbook, is_blank, letters
from sress.text import folded, tidy

# A header is looked for in the first rows.
HEADER_WITHIN = 30
_SMALL_WORDS = {"de", "d", "du", "des", "la", "le", "l", "les", "ou", "et", "en"}


@cache
def essence(heading: str) -> str:
    """What counts in a heading: « Direction / service pilote », « Direction ou service pilote »."""
    words = folded(heading).split()
    return " ".join(word for word in words if word not in _SMALL_WORDS) or " ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table, as officers name it."""

    key: str
    label: str
    read: Reader
    also: tuple[str, ...] = ()
    """Other words for it in people's files."""
    help: str = ""
    example: str = ""
    required: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """What stored values are called, where the column is a choice of them."""
    choices: tuple[str, ...] = ()
    """For a drop-down list; those of `labels` unless others are given."""
    level: int = 0
    """Above 0: left blank, it says the same as the row above (merged cells, grouped lists), until
    a column of a smaller level changes."""
    telling: bool = False
    """Its reader accepts little else: a column can be known by its content."""
    euros: bool = False
    """Amounts of money, written as such."""
    width: int = 18

    @property
    def listed(self) -> tuple[str, ...]:
        """What a drop-down list offers; empty without one."""
        return self.choices or tuple(self.labels.values())

    @property
    def names(self) -> set[str]:
        """All its names, as they compare."""
        return {essence(name) for name in (self.label, *self.also)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A kind of sheet. A `vertical` one has its labels in the first column, one record in all."""

    key: str
    label: str
    about: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()
    vertical: bool = False
    whole: bool = False
    """Its words head many other tables: a sheet that has not its name is taken for it only when all
    the compulsory columns are there."""

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def named(self, header: str) -> Column | None:
        """The column of that name; hints in parentheses, stars and colons are left aside."""
        bare = re.sub(r"\([^)]{4,}\)|\*|:", " ", header)
        for name in (essence(header), essence(bare)):
            for column in self.columns:
                if name and name in column.names:
                    return column
        return None


@dataclass(slots=True)
class Reading:
    """A sheet taken for a table: where its header is, and which column is what."""

    sheet: Sheet
    table: Table
    header: int
    """0-based row; −1 for a vertical table."""
    columns: dict[int, Column]
    unread: dict[int, str] = field(default_factory=dict)
    """Headings of the columns left aside."""

    @property
    def lacking(self) -> list[Column]:
        """Compulsory columns that the sheet does not have. Levels may be told by bands instead."""
        present = set(map(id, self.columns.values()))
        return [
            column
            for column in self.table.columns
            if column.required and not column.level and id(column) not in present
        ]

    def heading(self, key: str) -> str:
        """What the file calls the column of that key; "" when it has none."""
        for index, column in self.columns.items():
            if column.key == key:
                return _heading(self.sheet, self.header, index)
        return ""


@dataclass(slots=True)
class Record:
    """A row of a table: what its cells say. A column that the sheet lacks is not in `values`."""

    table: Table
    sheet: str
    row: int | None
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)
    """Keys of the cells that could not be read, and of which it was said."""

    def place(self, key: str = "") -> Place:
        """The cell of that key, else the row."""
        return self.places.get(key) or Place(self.sheet, self.row)

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self.values


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """What a person said of a sheet: its table, its header, and what its columns are."""

    table: str
    """Key of a table; "" when the sheet is not to be read."""
    header: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    """Key of a column by heading (by letters where there is none); "" is left aside."""


def recognise(
    workbook: Workbook,
    tables: Sequence[Table],
    mapping: Mapping[str, SheetMapping] | None = None,
    aside: Sequence[str] = (),
) -> list[Reading]:
    """The sheets that can be read, in their order; hidden ones, and those `aside`, are not."""
    readings = []
    for sheet in workbook.sheets:
        said = (mapping or {}).get(sheet.name)
        if said is not None:
            table = next((table for table in tables if table.key == said.table), None)
            if table:
                readings.append(_as_said(sheet, table, said))
        elif (
            not sheet.hidden
            and sheet.name not in aside
            and (found := recognise_sheet(sheet, tables))
        ):
            readings.append(found)
    return readings


def recognise_sheet(sheet: Sheet, tables: Sequence[Table]) -> Reading | None:
    """The sheet as the table that its name or its header tells; None when neither does."""
    title = folded(sheet.name)
    named = [t for t in tables if title in {folded(n) for n in (t.label, *t.also)}]
    best: Reading | None = None
    for table in named or tables:
        found = _vertical(sheet, table) if table.vertical else _horizontal(sheet, table)
        known = len(found.columns) if found else 0
        # One known word is chance, unless the sheet has the name too.
        enough = known >= (1 if named else 2) and known > (len(best.columns) if best else 0)
        if found and enough and (named or not table.whole or not found.lacking):
            best = found
    return best


def _horizontal(sheet: Sheet, table: Table) -> Reading | None:
    best: Reading | None = None
    for number, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        found = with_header(sheet, table, number, row)
        if len(found.columns) > (len(best.columns) if best else 0):
            best = found
    return best


def with_header(sheet: Sheet, table: Table, number: int, row: Row) -> Reading:
    """The sheet as that table, if `row`, its `number`-th, is its header."""
    found = Reading(sheet, table, number, {})
    for index in range(max(len(row), len(sheet.rows[number - 1]) if number else 0)):
        heading = _heading(sheet, number, index)
        column = table.named(heading) if heading else None
        if column and column not in found.columns.values():
            found.columns[index] = column
        elif heading:
            found.unread[index] = heading
    return found


def _vertical(sheet: Sheet, table: Table) -> Reading | None:
    known = {number: table.named(text_of(row[0])) for number, row in enumerate(sheet.rows) if row}
    columns: dict[int, Column] = {}
    for number, column in known.items():
        if column and column not in columns.values():
            columns[number] = column
    # Words of a text may be those of a label; a sheet of labels has little else.
    return Reading(sheet, table, -1, columns) if 2 * len(columns) >= len(known) else None


def _as_said(sheet: Sheet, table: Table, said: SheetMapping) -> Reading:
    if table.vertical:
        return _vertical(sheet, table) or Reading(sheet, table, -1, {})
    found = Reading(sheet, table, said.header, {})
    width = max(map(len, sheet.rows), default=0)
    for index in range(width):
        heading = heading_of(sheet, said.header, index)
        key = said.columns.get(heading, "")
        column = next((column for column in table.columns if column.key == key), None)
        if column and column not in found.columns.values():
            found.columns[index] = column
        else:
            found.unread[index] = heading
    return found


def heading_of(sheet: Sheet, header: int, index: int) -> str:
    """What a mapping calls a column: its heading, else « colonne D »."""
    return _heading(sheet, header, index) or f"colonne {letters(index)}"


def _heading(sheet: Sheet, header: int, index: int) -> str:
    """The heading of a column; of a header of two rows, the lower one that says something."""
    said = text_of(sheet.cell(header, index))
    if said or header < 1:
        return said
    higher = [value for value in sheet.rows[header - 1] if not is_blank(value)]
    return text_of(sheet.cell(header - 1, index)) if len(higher) > 2 else ""


def text_of(value: Value) -> str:
    """A cell as one line of text; "" for none."""
    return "" if value is None or isinstance(value, Broken) else tidy(str(value))
