"""What a person said of a file whose headings are not known: it can be saved and used again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sress.spreadsheets.columns import SheetMapping, Table, heading_of, recognise
from sress.spreadsheets.suggesting import header_of, suggest
from sress.spreadsheets.workbook import Sheet, Workbook

NO_MAPPING = "Ce fichier n'est pas une correspondance de colonnes."


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which sheet is which table, which column is what, and what the file does not say."""

    sheets: dict[str, SheetMapping] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    """Cells of a vertical table that the file lacks, by key of its columns."""

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises ValueError, in French, when the text is no mapping."""
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise ValueError(NO_MAPPING) from error

    @classmethod
    def from_dict(cls, told: Any) -> Self:
        """The inverse of `as_dict`. Raises ValueError, in French."""
        try:
            sheets = {
                name: SheetMapping(one["table"], one.get("header", 1) - 1, one.get("columns", {}))
                for name, one in told.get("sheets", {}).items()
            }
            return cls(sheets, {key: str(value) for key, value in told.get("facts", {}).items()})
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(NO_MAPPING) from error

    def to_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, rows counted from 1 as people do."""
        sheets = {
            name: {"table": one.table, "header": one.header + 1, "columns": dict(one.columns)}
            for name, one in self.sheets.items()
        }
        return {"sheets": sheets, "facts": self.facts}


def propose(
    workbook: Workbook, tables: Sequence[Table], default: Table, aside: Sequence[str] = ()
) -> Mapping:
    """A mapping of every visible sheet, by headings and by content, to be looked at and changed.

    A sheet that no table fits is taken for the `default` one.
    """
    known = {reading.sheet.name: reading for reading in recognise(workbook, tables, aside=aside)}
    sheets = {}
    for sheet in workbook.sheets:
        if sheet.hidden or not sheet.rows or sheet.name in aside:
            continue
        reading = known.get(sheet.name)
        table, header = (reading.table, reading.header) if reading else (default, header_of(sheet))
        sheets[sheet.name] = propose_sheet(sheet, table, max(header, 0))
    return Mapping(sheets)


def propose_sheet(sheet: Sheet, table: Table, header: int) -> SheetMapping:
    """What each column of a sheet may be, if it holds that table under that header."""
    if table.vertical:
        return SheetMapping(table.key)
    found = suggest(sheet, table, header)
    columns: dict[str, str] = {}
    for index in range(max(map(len, sheet.rows), default=0)):
        key = found[index].key if index in found else ""
        columns.setdefault(heading_of(sheet, header, index), key)
    return SheetMapping(table.key, header, columns)
