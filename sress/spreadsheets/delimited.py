"""Text tables (.csv, .txt), as Excel and LibreOffice save them in France."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import PurePath
from typing import Any

from sress.spreadsheets.workbook import LARGEST_SHEET, Sheet, UnreadableFileError

DELIMITERS = ";,\t|"
_SAMPLE = 50  # lines
TYPE = "text/csv; charset=utf-8"
# Spreadsheets would take a text that begins so for a formula; with an apostrophe, for a text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def read(name: str, content: bytes) -> list[Sheet]:
    """The one sheet of a text table, named after its file. Every value is a text or None."""
    text = decode(content)
    if "\0" in text:
        raise UnreadableFileError(
            "Ce n'est pas un tableau. Attendu : un classeur .xlsx ou .ods, ou un fichier .csv."
        )
    try:
        read_rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        rows = [[_bare(value) if value.strip() else None for value in row] for row in read_rows]
    except csv.Error as error:
        raise UnreadableFileError(
            "Une valeur du fichier n'en finit pas : un guillemet y reste sans doute ouvert."
        ) from error
    if len(rows) > LARGEST_SHEET:
        raise UnreadableFileError(f"Le fichier a plus de {LARGEST_SHEET} lignes : scindez-le.")
    return [Sheet(PurePath(name).stem, list(map(list, rows)))]


def _bare(value: str) -> str:
    """A text without the apostrophe that keeps it from being a formula."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value) else value


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A table as Excel opens it in France, line by line: semicolons, UTF-8 with its mark."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";")
    line.write("\ufeff")
    for row in chain([header], rows):
        writer.writerow([_text(value) for value in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def decode(content: bytes) -> str:
    """The text: UTF-16 with its mark (« Texte Unicode » of Excel), UTF-8 with or without, else
    Windows-1252, which is what Excel saves in France."""
    encoding = encoding_of(content)
    return content.decode(encoding, errors="strict" if encoding != "cp1252" else "replace")


def encoding_of(content: bytes) -> str:
    """The encoding of a text; a few thousand bytes of it are enough to tell."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sample may stop in the middle of a character.
        if error.start < len(content) - 3:
            return "cp1252"
    return "utf-8-sig"


def delimiter_of(text: str) -> str:
    """The delimiter that cuts the first lines into the most columns, most alike."""
    lines = text.splitlines()[:_SAMPLE]

    def quality(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        common = max(set(widths), key=widths.count, default=1)
        return (widths.count(common) * (common - 1), common)

    return max(DELIMITERS, key=quality)
