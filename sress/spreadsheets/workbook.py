"""A spreadsheet file as sheets of plain values, whatever program saved it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

Row = list["Value"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell whose value is not there: an error of a formula, or a formula never computed."""

    reason: str
    """In French, with what to do."""

    def __str__(self) -> str:
        return self.reason


Value = str | int | float | Decimal | bool | date | datetime | time | Broken | None


class UnreadableFileError(Exception):
    """The file is no spreadsheet that can be read; the message, in French, says what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `rows[0]` is its row 1; merged cells repeat their value downwards."""

    name: str
    rows: list[Row]
    hidden: bool = False

    def cell(self, row: int, column: int) -> Value:
        """The value at 0-based `row` and `column`; None beyond the edges."""
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return None


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file: its name, for messages, and its sheets in their order."""

    name: str
    sheets: list[Sheet] = field(default_factory=list)


LARGEST_FILE = 20 * 1024 * 1024
# A small archive may unpack to more than the machine has.
LARGEST_CONTENT = 300 * 1024 * 1024
LARGEST_SHEET = 200_000  # rows


def is_blank(value: Value) -> bool:
    """Whether a reader sees nothing in the cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def letters(column: int) -> str:
    """The name of a 0-based column: A … Z, AA…"""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """« H12 », as spreadsheets name the cell at 0-based `row` and `column`."""
    return f"{letters(column)}{row + 1}"
