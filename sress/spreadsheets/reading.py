"""A file of any of the formats, as a workbook."""

from collections.abc import Callable
from pathlib import PurePath

from sress.spreadsheets import archives, delimited
from sress.spreadsheets.workbook import (
    LARGEST_FILE,
    Sheet,
    UnreadableFileError,
    Workbook,
    is_blank,
)


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
    if content.startswith(b"PK"):
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
