"""The rows of a recognised sheet as records: bands, merged cells, repeated headers, totals."""

from collections.abc import Iterator
from typing import NamedTuple

from sress.spreadsheets.columns import Column, Reading, Record, Table, heading_of, text_of
from sress.spreadsheets.remarks import Place, Remarks
from sress.spreadsheets.values import Unreadable, refuse_broken
from sress.spreadsheets.workbook import Row, Value, is_blank
from sress.text import folded, tidy


class Cell(NamedTuple):
    """A value and where it is."""

    row: int
    column: int
    value: Value


def records(reading: Reading, remarks: Remarks) -> list[Record]:
    """The rows of a sheet. What cannot be read is said in `remarks`, cell by cell."""
    if reading.table.vertical:
        return [_vertical_record(reading, remarks)]
    return list(_rows(reading, remarks))


def _rows(reading: Reading, remarks: Remarks) -> Iterator[Record]:
    sheet, above = reading.sheet, dict[str, Cell]()
    header = sheet.rows[reading.header] if sheet.rows else []
    for number in range(reading.header + 1, len(sheet.rows)):
        row = sheet.rows[number]
        if _repeats(row, header):
            continue
        if band := _band(reading.table, number, row):
            _carry(reading.table, above, band)
            continue
        own = {
            column.key: Cell(number, index, value)
            for index, column in reading.columns.items()
            if not is_blank(value := sheet.cell(number, index))
        }
        if not own:
            continue
        if why := _aside(reading, row, own):
            remarks.note(Place(sheet.name, number), why)
            continue
        _carry(reading.table, above, own)
        yield _record(reading, number, own, above, remarks)


def _record(
    reading: Reading, number: int, own: dict[str, Cell], above: dict[str, Cell], remarks: Remarks
) -> Record:
    record = Record(reading.table, reading.sheet.name, number)
    indexes = {column.key: index for index, column in reading.columns.items()}
    for column in reading.table.columns:
        # A level may have no column of its own: bands name it.
        if column.key not in indexes and not (column.level and column.key in above):
            continue
        index = indexes.get(column.key, 0)
        cell = own.get(column.key) or Cell(number, index, None)
        if cell.value is None and column.level:
            cell = above.get(column.key, cell)
        heading = heading_of(reading.sheet, reading.header, index)
        label = heading if column.key in indexes else column.label
        place = Place(reading.sheet.name, cell.row, cell.column, label)
        read_cell(record, column, cell.value, place, remarks)
    return record


def _carry(table: Table, above: dict[str, Cell], own: dict[str, Cell]) -> None:
    """Note what the rows below may leave out; a new axis ends the proposal of the last one."""
    levels = {column.key: column.level for column in table.columns if column.level}
    for key, level in levels.items():
        if key in own and (key not in above or above[key].value != own[key].value):
            for deeper in [other for other in above if levels[other] > level]:
                del above[deeper]
    above.update({key: own[key] for key in levels if key in own})


def _band(table: Table, number: int, row: Row) -> dict[str, Cell] | None:
    """What a row of one text alone says of a level (« Axe 2 : … » above its actions)."""
    filled = [(index, value) for index, value in enumerate(row) if not is_blank(value)]
    texts = {tidy(value) for _, value in filled if isinstance(value, str)}
    if len(texts) != 1 or not all(isinstance(value, str) for _, value in filled):
        return None
    first = folded(next(iter(texts))).split()[:1]
    for column in table.columns:
        if column.level and first and first[0] in column.names:
            return {column.key: Cell(number, *filled[0])}
    return None


def _aside(reading: Reading, row: Row, own: dict[str, Cell]) -> str:
    """Why a row says nothing of its own: a total, a footnote. "" when it does."""
    needed = [column.key for column in reading.columns.values() if column.required]
    if not needed or any(key in own for key in needed):
        return ""
    first = folded(text_of(next(value for value in row if not is_blank(value))))
    if first.startswith(("total", "sous total")):
        return "Ligne de total laissée de côté."
    if sum(not is_blank(value) for value in row) == 1:
        return "Ligne laissée de côté : elle n'a qu'une cellule, hors du tableau."
    return ""


def _repeats(row: Row, header: Row) -> bool:
    """Whether the row is the header again, as at the top of a printed page."""
    pairs = [(folded(text_of(a)), folded(text_of(b))) for a, b in zip(row, header, strict=False)]
    said = [(a, b) for a, b in pairs if a]
    return len(said) > 1 and all(a == b for a, b in said)


def _vertical_record(reading: Reading, remarks: Remarks) -> Record:
    record = Record(reading.table, reading.sheet.name, None)
    for number, column in reading.columns.items():
        place = Place(reading.sheet.name, number, 1, column.label)
        read_cell(record, column, reading.sheet.cell(number, 1), place, remarks)
    return record


def read_cell(record: Record, column: Column, value: Value, place: Place, remarks: Remarks) -> None:
    """Put what a cell says into `record`; what it cannot say, or had to guess, into `remarks`."""
    record.places[column.key] = place
    if is_blank(value):
        record.values[column.key] = None
        if column.required:
            remarks.error(place, f"« {column.label} » est vide : cette valeur est nécessaire.")
            record.faulty.add(column.key)
        return
    try:
        said = column.read(refuse_broken(value), lambda guess: remarks.ask(place, f"{guess}."))
    except Unreadable as error:
        sentence = str(error)
        remarks.error(place, f"{sentence[0].upper()}{sentence[1:]}.")
        record.faulty.add(column.key)
        said = None
    record.values[column.key] = said


def above_header(reading: Reading, table: Table) -> Record:
    """What the rows above a header say of a vertical table: « Période | 2017–2021 »."""
    record = Record(table, reading.sheet.name, None)
    remarks = Remarks()
    for number in range(max(reading.header, 0)):
        filled = [
            (index, value)
            for index, value in enumerate(reading.sheet.rows[number])
            if not is_blank(value)
        ]
        if len(filled) < 2 or not (column := table.named(text_of(filled[0][1]))):
            continue
        place = Place(reading.sheet.name, number, filled[1][0], column.label)
        read_cell(record, column, filled[1][1], place, remarks)
    return record
