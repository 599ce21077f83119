"""Which column of a table each column of a foreign sheet may be."""

from collections.abc import Iterable

from sress.spreadsheets.columns import (
    HEADER_WITHIN,
    Column,
    Table,
    essence,
    text_of,
    with_header,
)
from sress.spreadsheets.values import Unreadable, text
from sress.spreadsheets.workbook import Broken, Sheet, Value, is_blank


def suggest(sheet: Sheet, table: Table, header: int) -> dict[int, Column]:
    """Which column of `table` each column of `sheet` may be: by name, by content, by its place."""
    found = with_header(sheet, table, header, sheet.rows[header]).columns if sheet.rows else {}
    width = max(map(len, sheet.rows), default=0)
    left = [column for column in table.columns if column not in found.values()]
    for by in (_alike, _content_fits, _shape_fits):
        for index in range(width):
            if index in found:
                continue
            fit = next((column for column in left if by(sheet, header, index, column)), None)
            if fit:
                found[index] = fit
                left.remove(fit)
    return dict(sorted(found.items()))


def _alike(sheet: Sheet, header: int, index: int, column: Column) -> bool:
    """Whether the heading holds all the words of one of the column's names."""
    words = set(essence(text_of(sheet.cell(header, index))).split())
    return any(name and set(name.split()) <= words for name in column.names)


def _content_fits(sheet: Sheet, header: int, index: int, column: Column) -> bool:
    said = _sample(sheet, header, index)
    fits = column.telling and len(said) >= 2
    return fits and sum(_reads(column, value) for value in said) >= 0.9 * len(said)


def _shape_fits(sheet: Sheet, header: int, index: int, column: Column) -> bool:
    """A level is what goes on from row to row; what a row must have is another each time."""
    said = _sample(sheet, header, index)
    if len(said) < 2 or not all(isinstance(value, str) for value in said):
        return False
    goes_on = len(set(said)) < len(said) or len(said) < min(60, len(sheet.rows) - header - 1)
    # Titles of levels have names of their own.
    is_level = bool(column.level) and column.read is not text
    return (is_level and goes_on) or (column.required and not goes_on)


def _sample(sheet: Sheet, header: int, index: int) -> list[Value]:
    below = range(header + 1, min(header + 61, len(sheet.rows)))
    said = (sheet.cell(number, index) for number in below)
    return [value for value in said if not is_blank(value) and not isinstance(value, Broken)]


def _reads(column: Column, value: Value) -> bool:
    try:
        column.read(value, lambda guess: None)
    except Unreadable:
        return False
    return True


def header_of(sheet: Sheet) -> int:
    """The row that looks most like a header where no word of it is known: short texts, full."""

    def quality(number: int) -> tuple[int, int]:
        texts = [text_of(value) for value in sheet.rows[number] if isinstance(value, str)]
        return (len({t for t in texts if 0 < len(t) <= 60}), -number)

    within: Iterable[int] = range(min(HEADER_WITHIN, len(sheet.rows)))
    return max(within, key=quality, default=0)
