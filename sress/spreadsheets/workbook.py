"""A spreadsheet file as sheets of plain values, whatever program saved it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import PurePath

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


def read_workbook(name: str, content: bytes) -> Workbook:
    """The workbook in `content`; its kind is told from the bytes, not from its name.

    Raises UnreadableFileError, with what to do, for anything else.
    """
    if not content.strip():
        raise UnreadableFileError("Le fichier est vide.")
    if len(content) > LARGEST_FILE:
        raise UnreadableFileError(
            f"Le fichier dépasse {LARGEST_FILE // 1024**2} Mo : gardez-n'y que les feuilles utiles."
        )
    sheets = [_trimmed(sheet) for sheet in _reader(content)(name, content)]
    return Workbook(PurePath(name).name, sheets)


def _reader(content: bytes) -> Callable[[str, bytes], list[Sheet]]:
    # Each format's library is loaded when a file needs it.
    if content.startswith(b"PK"):
        from sress.spreadsheets import archives

        return archives.reader(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            "C'est un ancien classeur Excel (.xls) ou un classeur protégé par un mot de passe : "
            "ouvrez-le et enregistrez-le au format .xlsx, sans mot de passe."
        )
    if content.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8")):
        raise UnreadableFileError(
            "Ce n'est pas un tableau. Attendu : un classeur .xlsx ou .ods, ou un fichier .csv."
        )
    from sress.spreadsheets import delimited

    return delimited.read


def _trimmed(sheet: Sheet) -> Sheet:
    """Without the empty cells and rows at the ends, which programs save by thousands."""
    rows = sheet.rows
    for row in rows:
        while row and is_blank(row[-1]):
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return sheet


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
