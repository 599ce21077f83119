"""Sheets as files that Excel and LibreOffice open as their own: real numbers and real dates."""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sress.spreadsheets.workbook import letters

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
DAY = "DD/MM/YYYY"
# As the program shows it in France: « 1 234,50 € ».
EUROS = '#,##0.00\\ "€"'
# Control characters, which neither format can hold.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Rows that get a drop-down list in a model that has none yet.
ROWS_WITH_CHOICES = 500


@dataclass(slots=True)
class Written:
    """A sheet to write: its header and its rows, or free rows when `header` is empty."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = ()
    choices: dict[int, Sequence[str]] = field(default_factory=dict)
    """Drop-down lists, by 0-based column."""
    euros: Collection[int] = ()
    """0-based columns of amounts of money."""
    vertical: bool = False
    """Labels are in the first column, choices are by row."""


def write(kind: str, sheets: Sequence[Written]) -> bytes:
    """The sheets as a file of that kind (`xlsx` or `ods`)."""
    writers: dict[str, Callable[[Sequence[Written]], bytes]] = {
        "xlsx": write_xlsx,
        "ods": write_ods,
    }
    return writers[kind](sheets)


def write_xlsx(sheets: Sequence[Written]) -> bytes:
    """An Excel workbook: frozen headers, column widths, drop-down lists."""
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill

    book = openpyxl.Workbook()
    book.remove(book.active)
    lists = _Lists(book)
    for told in sheets:
        sheet = book.create_sheet(told.name)
        rows = [list(told.header)] if told.header else []
        for row in [*rows, *told.rows]:
            sheet.append([_xlsx_value(value) for value in row])
        for number, row in enumerate(sheet.iter_rows(), start=1):
            for cell in row:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    cell.data_type = "s"  # a text that begins so is no formula
                if isinstance(cell.value, date):
                    cell.number_format = DAY
                if isinstance(cell.value, Decimal) and cell.column - 1 in told.euros:
                    cell.number_format = EUROS
                if (told.header and number == 1) or (told.vertical and cell.column == 1):
                    cell.font = Font(bold=True, color="FFFFFF")
                    cell.fill = PatternFill("solid", fgColor="0D5C52")
        for index, width in enumerate(told.widths):
            sheet.column_dimensions[letters(index)].width = width
        if told.header:
            sheet.freeze_panes = "A2"
        for index, choices in told.choices.items():
            cells = (
                f"B{index + 1}"
                if told.vertical
                else f"{letters(index)}2:{letters(index)}{ROWS_WITH_CHOICES}"
            )
            lists.add(sheet, cells, choices)
    lists.close()
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class _Lists:
    """The drop-down lists, kept in a hidden sheet: one written in a rule holds 255 characters."""

    name = "Listes"

    def __init__(self, book: Any) -> None:
        self.sheet = book.create_sheet(self.name)
        self.known: dict[tuple[str, ...], str] = {}

    def add(self, sheet: Any, cells: str, choices: Sequence[str]) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        key = tuple(choices)
        if key not in self.known:
            column = letters(len(self.known))
            for number, choice in enumerate(choices, start=1):
                self.sheet[f"{column}{number}"] = choice
            self.known[key] = f"{self.name}!${column}$1:${column}${len(choices)}"
        rule = DataValidation(type="list", formula1=f"={self.known[key]}", allow_blank=True)
        rule.errorTitle, rule.error = "Valeur non prévue", "Choisissez une valeur de la liste."
        rule.showErrorMessage = True
        sheet.add_data_validation(rule)
        rule.add(cells)

    def close(self) -> None:
        """Last and hidden, or gone when no list was asked for."""
        book = self.sheet.parent
        if self.known:
            book.move_sheet(self.sheet, len(book.sheetnames))
            self.sheet.sheet_state = "hidden"
        else:
            book.remove(self.sheet)


def _xlsx_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return _UNWRITABLE.sub("", value) if isinstance(value, str) else value


def write_ods(sheets: Sequence[Written]) -> bytes:
    """A LibreOffice spreadsheet: bold headers, column widths, text that wraps."""
    import odfdo

    document = odfdo.Document("spreadsheet")
    body = document.body
    body.clear()
    widths = {width for told in sheets for width in told.widths}
    for style in (*_ODS_STYLES, *map(_ods_width, sorted(widths))):
        document.insert_style(style, automatic=True)
    for told in sheets:
        table = odfdo.Table(told.name)
        for width in told.widths:
            table.append(odfdo.Column(style=f"largeur{width}"))
        if told.header:
            table.append_row(_ods_row(told, told.header, titles=True), clone=False)
        for row in told.rows:
            table.append_row(_ods_row(told, row), clone=False)
        body.append(table)
    return saved(document)


def saved(document: Any) -> bytes:
    """An OpenDocument as a file: of the same content, always the same bytes."""
    file, settled = io.BytesIO(), io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as dated, zipfile.ZipFile(settled, "w") as undated:
        for one in dated.infolist():
            part = zipfile.ZipInfo(one.filename)
            part.compress_type = one.compress_type
            undated.writestr(part, dated.read(one))
    return settled.getvalue()


def _ods_row(told: Written, row: Sequence[Any], *, titles: bool = False) -> Any:
    """A row of cells, each of its type."""
    import odfdo

    line = odfdo.Row()
    for index, value in enumerate(row):
        if isinstance(value, Decimal) and index in told.euros:
            cell = odfdo.Cell(
                Decimal(f"{value.normalize():f}"),
                text=_as_euros(value),
                cell_type="currency",
                currency="EUR",
                style="euros",
            )
        else:
            titled = titles or (told.vertical and not index)
            style = "titre" if titled else "jour" if isinstance(value, date) else "texte"
            cell = odfdo.Cell(_ods_value(value), style=style)
        line.append_cell(cell, clone=False)
    return line


def _ods_width(width: int) -> str:
    """The style of a column that is as wide as so many characters."""
    return (
        f'<style:style style:name="largeur{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.2 + 0.3:.1f}cm"/>'
        "</style:style>"
    )


_ODS_TOP = '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/>'
# What the program shows of a date, « 15/11/2019 », and of an amount, « 1 234,50 € ».
_ODS_STYLES = (
    f'<style:style style:name="texte" style:family="table-cell">{_ODS_TOP}</style:style>',
    f'<style:style style:name="titre" style:family="table-cell">{_ODS_TOP}'
    '<style:text-properties fo:font-weight="bold"/></style:style>',
    '<number:date-style style:name="jour-format"><number:day number:style="long"/>'
    '<number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/></number:date-style>',
    '<style:style style:name="jour" style:family="table-cell" '
    f'style:data-style-name="jour-format">{_ODS_TOP}</style:style>',
    '<number:currency-style style:name="euros-format" number:language="fr" number:country="FR">'
    '<number:number number:decimal-places="2" number:min-integer-digits="1" '
    'number:grouping="true"/><number:text>\u00a0</number:text>'
    '<number:currency-symbol number:language="fr" number:country="FR">€</number:currency-symbol>'
    "</number:currency-style>",
    '<style:style style:name="euros" style:family="table-cell" '
    'style:data-style-name="euros-format"/>',
)


def _as_euros(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate({ord(","): "\u202f", ord("."): ","}) + "\u00a0€"


def _ods_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    return float(value) if isinstance(value, Decimal) else value
