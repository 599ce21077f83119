"""The forms of an import: the file, then which column is what."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from proposals import exchange
from proposals.exchange.levels import Named
from proposals.models import Strategy
from sress.spreadsheets.columns import SheetMapping, Table, heading_of, recognise
from sress.spreadsheets.mapping import propose_sheet
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.remarks import Remarks
from sress.spreadsheets.rows import records
from sress.spreadsheets.workbook import (
    Sheet,
    UnreadableFileError,
    Value,
    Workbook,
    is_blank,
    letters,
)

# Rows shown as they are in the file, and as they would load.
SAMPLE = 3
# What « Stratégie » says and a foreign file rarely does.
FACTS = (
    *("title", "short_title", "region", "council", "period", "adopted_on", "target_date"),
    *("axis_word", "axis_word_plural", "proposal_word", "proposal_word_plural"),
)


class UploadForm(forms.Form):
    """A file, and the strategy that it is about."""

    file = forms.FileField(
        label="Fichier",
        help_text=".xlsx, .ods ou .csv, 20 Mo au plus.",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.ods,.csv,.txt"}),
    )
    target = forms.ModelChoiceField(
        label="Stratégie",
        queryset=Strategy.objects.all(),
        required=False,
        empty_label="Celle que dit le fichier, ou une nouvelle",
        help_text="Pour un fichier de moyens ou de subventions seulement, celle à qui ils sont ; "
        "pour un fichier d'organisations, de services ou de personnes, elle dit de quelle région "
        "sont les EPCI et les services. Sans choix : la stratégie en cours.",
    )
    publish = forms.BooleanField(
        label="Publier ce qui est importé",
        required=False,
        help_text="Publié, ce qui a été voté se fige : code, proposition, dates initiales, poids.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if sent := cleaned.get("file"):
            self.content = sent.read()
            try:
                cleaned["workbook"] = read_workbook(sent.name, self.content)
            except UnreadableFileError as error:
                raise ValidationError({"file": str(error)}) from error
        return cleaned


@dataclass(slots=True)
class ColumnShown:
    """A column of the file: its heading, a few of its values, what it is taken for."""

    name: str
    letters: str
    heading: str
    sample: list[str]
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(slots=True)
class SheetShown:
    """A sheet of the file, what it is taken for, and its first rows as they would load."""

    rank: int
    sheet: Sheet
    table: str
    header: int
    columns: list[ColumnShown]
    preview: list[list[tuple[str, str]]]
    """Row by row, label and value."""
    errors: list[str]


class ColumnsForm:
    """Which sheet and which column is what. Its fields are the file's own columns."""

    errors: None = None

    def __init__(
        self,
        workbook: Workbook,
        mapping: exchange.Mapping | None,
        *,
        is_new: bool,
        data: Any = None,
    ) -> None:
        self.workbook = workbook
        proposed = exchange.propose(workbook)
        base = mapping or proposed
        self.mapping = self._sent(base, proposed, data) if data else base
        said = {one.table for one in self.mapping.sheets.values() if one.table}
        self.is_new = is_new and not (said and exchange.stands_alone(said))
        self.tables = [("", "— ne pas lire —"), *((t.key, t.label) for t in exchange.TABLES)]
        self.sheets = [
            self._shown(rank, sheet)
            for rank, sheet in enumerate(workbook.sheets)
            if not sheet.hidden and sheet.rows and sheet.name not in exchange.FOR_READERS
        ]
        about = next(table for table in exchange.TABLES if table.vertical)
        self.facts = [
            (f"fait-{key}", about.column(key), self.mapping.facts.get(key, "")) for key in FACTS
        ]

    def _sent(
        self, base: exchange.Mapping, proposed: exchange.Mapping, data: Any
    ) -> exchange.Mapping:
        sheets = dict(base.sheets)
        for rank, sheet in enumerate(self.workbook.sheets):
            if f"feuille-{rank}" not in data:
                continue
            table, header = data[f"feuille-{rank}"], data.get(f"entete-{rank}", "1")
            row = max(0, int(header) - 1) if header.isdecimal() and len(header) < 6 else 0
            row = min(row, max(0, len(sheet.rows) - 1))
            before = base.sheets.get(sheet.name) or proposed.sheets.get(sheet.name)
            if before is None or (before.table, before.header) != (table, row):
                # Another table or header: its columns are proposed anew.
                sheets[sheet.name] = _proposed(sheet, table, row)
                continue
            columns = {
                heading: data.get(f"colonne-{rank}-{index}", "")
                for index, heading in _headings(sheet, row)
            }
            sheets[sheet.name] = SheetMapping(table, row, columns)
        said = {key: data.get(f"fait-{key}", "").strip() for key in FACTS}
        return exchange.Mapping(sheets, {key: value for key, value in said.items() if value})

    def _shown(self, rank: int, sheet: Sheet) -> SheetShown:
        said = self.mapping.sheets.get(sheet.name) or SheetMapping("")
        table = next((table for table in exchange.TABLES if table.key == said.table), None)
        shown = SheetShown(rank, sheet, said.table, said.header + 1, [], [], [])
        if table is None or table.vertical:
            return shown
        choices = [("", "— laisser de côté —"), *((c.key, c.label) for c in table.columns)]
        for index, heading in _headings(sheet, said.header):
            shown.columns.append(
                ColumnShown(
                    f"colonne-{rank}-{index}",
                    letters(index),
                    heading,
                    _sample(sheet, said.header, index),
                    choices,
                    said.columns.get(heading, ""),
                )
            )
        self._preview(shown, table)
        return shown

    def _preview(self, shown: SheetShown, table: Table) -> None:
        one = Workbook(self.workbook.name, [shown.sheet])
        readings = recognise(one, exchange.TABLES, self.mapping.sheets)
        remarks = Remarks()
        found = records(readings[0], remarks) if readings else []
        for record in found[:SAMPLE]:
            columns = {key: table.column(key) for key in record.values}
            told = [
                (column.label, column.labels.get(str(record.get(key))) or _told(record.get(key)))
                for key, column in columns.items()
            ]
            shown.preview.append([(label, value) for label, value in told if value])
        shown.errors = [str(error) for error in remarks.errors[:SAMPLE]]


def _headings(sheet: Sheet, header: int) -> list[tuple[int, str]]:
    """The columns that hold something, with the name that a mapping gives them."""
    width = max(map(len, sheet.rows), default=0)
    filled = [
        index
        for index in range(width)
        if any(not is_blank(sheet.cell(row, index)) for row in range(header, len(sheet.rows)))
    ]
    return [(index, heading_of(sheet, header, index)) for index in filled]


def _proposed(sheet: Sheet, key: str, header: int) -> SheetMapping:
    table = next((table for table in exchange.TABLES if table.key == key), None)
    return propose_sheet(sheet, table, header) if table else SheetMapping(key, header)


def _sample(sheet: Sheet, header: int, index: int) -> list[str]:
    said = (sheet.cell(row, index) for row in range(header + 1, len(sheet.rows)))
    found = [_told(value) for value in said if not is_blank(value)]
    return [text if len(text) <= 60 else f"{text[:59]}…" for text in found[:SAMPLE]]


def _told(value: Value | Named | list[str]) -> str:
    """A cell or what was read of it, in a few words."""
    if value is None or value == "":
        return ""
    if isinstance(value, Named):
        return ". ".join(part for part in (value.mark, value.title) if part)
    if isinstance(value, list):
        return " ; ".join(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, bool):
        return "oui" if value else "non"
    return str(value)
