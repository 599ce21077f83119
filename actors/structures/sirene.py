"""The layout of the Sirene register (INSEE): one row an establishment, columns in any order."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from stdnum.fr import siret as siret_number

from actors.structures.families import family_of
from actors.structures.store import Rejected, Spotted
from sress.spreadsheets.delimited import delimiter_of, encoding_of
from sress.text import tidy

SIRET = "siret"
NAME = "denominationUniteLegale"
OTHER_NAMES = ("denominationUsuelleEtablissement", "denominationUsuelle1UniteLegale")
CATEGORY = "categorieJuridiqueUniteLegale"
IS_ESS = "economieSocialeSolidaireUniteLegale"
COMMUNE = "codeCommuneEtablissement"
# Who asked not to be shown, in whole (N) or in part (P), in the register's older and newer names.
DIFFUSION = ("statutDiffusionEtablissement", "statutDiffusionUniteLegale", "statutDiffusion")
STATE = {"etatAdministratifEtablissement": "F", "etatAdministratifUniteLegale": "C"}
NEEDED = (SIRET, NAME, CATEGORY, COMMUNE)
_SAMPLE = 64 * 1024


def is_sirene(file: Path) -> bool:
    """Whether the file has the register's columns."""
    with file.open("rb") as stream:
        sample = stream.read(_SAMPLE)
    text = sample.decode(encoding_of(sample), errors="replace")
    first = text.splitlines()[:1]
    header = next(csv.reader(first, delimiter=delimiter_of(text)), []) if first else []
    return {SIRET.lower(), CATEGORY.lower()} <= {name.strip().lower() for name in header}


def read_sirene(
    file: Path, *, advance: Callable[[int], object] = lambda size: None
) -> Iterator[Spotted | Rejected]:
    """The structures of a file of the register, row by row; `advance` is told of the bytes read.

    Raises ValueError, in French, when a column that is needed is missing.
    """
    with file.open("rb") as stream:
        sample = stream.read(_SAMPLE)
        stream.seek(0)
        encoding = encoding_of(sample)
        delimiter = delimiter_of(sample.decode(encoding, errors="replace"))
        counted = _Counted(stream, advance)
        text = io.TextIOWrapper(
            io.BufferedReader(counted), encoding=encoding, errors="replace", newline=""
        )
        rows = csv.reader(text, delimiter=delimiter)
        header = {name.strip().lower(): index for index, name in enumerate(next(rows, []))}
        if missing := [name for name in NEEDED if name.lower() not in header]:
            raise ValueError(f"Il manque la colonne {', '.join(missing)}.")
        read = _Reader(header)
        for row in rows:
            if row:
                yield read(rows.line_num, row)


class _Counted(io.RawIOBase):
    """A stream that tells how many bytes were read of it."""

    def __init__(self, stream: BinaryIO, advance: Callable[[int], object]) -> None:
        self.stream, self.advance = stream, advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        size = self.stream.readinto(buffer)  # type: ignore[attr-defined]
        self.advance(size)
        return int(size)


class _Reader:
    """Turns a row into a structure, or says why it is none."""

    def __init__(self, header: dict[str, int]) -> None:
        self.header = header
        self.seen: dict[str, int] = {}

    def __call__(self, line: int, row: list[str]) -> Spotted | Rejected:
        def cell(name: str) -> str:
            index = self.header.get(name.lower(), len(row))
            return row[index].replace("\0", "").strip() if index < len(row) else ""

        number = "".join(cell(SIRET).split())
        if reason := self._left_out(cell):
            return Rejected(line, number, reason)
        if len(row) < len(self.header):
            return Rejected(line, number, "ligne incomplète")
        if not (number.isascii() and number.isdecimal() and siret_number.is_valid(number)):
            return Rejected(line, number, "SIRET faux : quatorze chiffres, dont une clé")
        if first := self.seen.get(number):
            return Rejected(line, number, f"SIRET déjà donné à la ligne {first}")
        self.seen[number] = line
        names = (tidy(cell(name)) for name in (NAME, *OTHER_NAMES))
        name = next((one for one in names if one and one != "[ND]"), "")
        if not name:
            return Rejected(line, number, "sans dénomination")
        family = family_of(cell(CATEGORY), marked=cell(IS_ESS) == "O")
        if cell(IS_ESS) == "N" or not family:
            return Rejected(line, number, f"hors de l'ESS (catégorie {cell(CATEGORY) or 'vide'})")
        return Spotted(
            line=line,
            name=name[:250],
            siret=number,
            legal_family=family,
            legal_category=cell(CATEGORY),
            commune=cell(COMMUNE),
        )

    def _left_out(self, cell: Callable[[str], str]) -> str:
        """Whose row says nothing here, not even its name: people, and those who do not want it."""
        if cell(CATEGORY).startswith("1"):
            return "entrepreneur individuel : laissé de côté"
        if any(cell(name) not in ("", "O") for name in DIFFUSION):
            return "non diffusible : laissé de côté"
        if any(cell(name) == closed for name, closed in STATE.items()):
            return "fermé ou cessé : laissé de côté"
        return ""
