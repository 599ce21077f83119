"""Workbooks of Excel (.xlsx) and LibreOffice (.ods): zip archives of XML."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from sress.spreadsheets.workbook import (
    LARGEST_CONTENT,
    LARGEST_SHEET,
    Broken,
    Row,
    Sheet,
    UnreadableFileError,
    Value,
)

DAMAGED = (
    "Le classeur est endommagé ou protégé : ouvrez-le dans votre tableur, enregistrez-le de "
    "nouveau, puis recommencez."
)
NOT_COMPUTED = (
    "cette formule n'a pas de résultat enregistré : ouvrez le classeur dans votre tableur et "
    "enregistrez-le, ou remplacez la formule par sa valeur"
)
TOO_LONG = "La feuille « {} » a plus de {} lignes : supprimez les lignes vides, ou scindez-la."


def reader(content: bytes) -> Callable[[str, bytes], list[Sheet]]:
    """The function that reads this archive. Raises UnreadableFileError for another kind."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST_CONTENT:
                raise UnreadableFileError("Le classeur est trop gros une fois décompressé.")
            names = set(archive.namelist())
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise UnreadableFileError(DAMAGED) from error
    if "xl/workbook.xml" in names:
        return read_xlsx
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return read_ods
    raise UnreadableFileError(
        "Ce n'est pas un tableau. Attendu : un classeur .xlsx ou .ods, ou un fichier .csv."
    )


def read_xlsx(name: str, content: bytes) -> list[Sheet]:
    """The worksheets of an Excel workbook, formulas by their last computed value."""
    import openpyxl

    try:
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except Exception as error:
        # openpyxl raises whatever the damaged part makes it stumble on.
        raise UnreadableFileError(DAMAGED) from error
    sheets = []
    for sheet in values.worksheets:
        if sheet.max_row > LARGEST_SHEET:
            raise UnreadableFileError(TOO_LONG.format(sheet.title, LARGEST_SHEET))
        rows = [[_xlsx_value(cell) for cell in row] for row in sheet.iter_rows()]
        _mark_uncomputed(rows, formulas[sheet.title])
        for area in sheet.merged_cells.ranges:
            _repeat_down(rows, area.min_row - 1, area.min_col - 1, area.max_row - area.min_row)
        sheets.append(Sheet(sheet.title, rows, hidden=sheet.sheet_state != "visible"))
    return sheets


def _xlsx_value(cell: Any) -> Value:
    value: Value = cell.value
    if cell.data_type == "e":
        return _formula_error(value)
    if isinstance(value, float) and value.is_integer() and "%" not in str(cell.number_format):
        return int(value)
    return _plain(value)


def _mark_uncomputed(rows: list[Row], formulas: Any) -> None:
    """A formula without a value reads as an empty cell: that must not pass unnoticed."""
    for number, row in enumerate(formulas.iter_rows()):
        for cell in row:
            if cell.data_type == "f" and number < len(rows):
                column = cell.column - 1
                if column < len(rows[number]) and rows[number][column] is None:
                    rows[number][column] = Broken(NOT_COMPUTED)


def read_ods(name: str, content: bytes) -> list[Sheet]:
    """The tables of a LibreOffice spreadsheet, formulas by their last computed value."""
    import odfdo

    try:
        document = odfdo.Document(io.BytesIO(content))
        hidden = _hidden_styles(document)
        tables = document.body.tables
    except Exception as error:
        # As with openpyxl: the library has no error of its own for a damaged part.
        raise UnreadableFileError(DAMAGED) from error
    sheets = []
    for table in tables:
        table.rstrip(aggressive=True)  # LibreOffice repeats an empty row to the end of the sheet
        if table.height > LARGEST_SHEET:
            raise UnreadableFileError(TOO_LONG.format(table.name, LARGEST_SHEET))
        rows: list[Row] = []
        merged = []
        for number, row in enumerate(table.traverse()):
            cells = list(row.traverse())
            rows.append([_ods_value(cell) for cell in cells])
            for column, cell in enumerate(cells):
                if spanned := cell.get_attribute("table:number-rows-spanned"):
                    merged.append((number, column, int(spanned) - 1))
        for place in merged:
            _repeat_down(rows, *place)
        is_hidden = table.get_attribute("table:style-name") in hidden
        sheets.append(Sheet(table.name or "", rows, hidden=is_hidden))
    return sheets


def _hidden_styles(document: Any) -> set[str]:
    return {
        style.name
        for style in document.get_styles("table")
        if (style.get_properties("table") or {}).get("table:display") == "false"
    }


def _ods_value(cell: Any) -> Value:
    value: Value = cell.value
    formula = cell.get_attribute("table:formula")
    if formula and cell.get_attribute("calcext:value-type") == "error":
        return _formula_error(value)
    if formula and value is None and not cell.text_recursive:
        return Broken(NOT_COMPUTED)
    return _plain(value)


def _plain(value: Value) -> Value:
    """Midnight is how a day is saved; a text that looks like an error of a formula is one."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, str) and value in {"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!"}:
        return _formula_error(value)
    return value


def _formula_error(value: Value) -> Broken:
    return Broken(f"la formule donne l'erreur {value} : corrigez-la, ou écrivez la valeur")


def _repeat_down(rows: list[Row], top: int, left: int, more: int) -> None:
    """Give the rows under the first one of a merged area its value."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    for row in rows[top + 1 : top + 1 + more]:
        row.extend([None] * (left + 1 - len(row)))
        row[left] = rows[top][left]
