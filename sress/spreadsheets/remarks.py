"""What is to be said of a file: errors, questions and notes, each at its cell."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sress.spreadsheets.workbook import letters


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file. `row` and `column` are 0-based; None: the whole sheet, the whole row."""

    sheet: str = ""
    row: int | None = None
    column: int | None = None
    label: str = ""
    """What the column is about, as the file heads it."""

    def __str__(self) -> str:
        parts = [f"feuille « {self.sheet} »"] if self.sheet else []
        if self.row is not None:
            parts.append(f"ligne {self.row + 1}")
        if self.column is not None:
            about = f" ({self.label})" if self.label else ""
            parts.append(f"colonne {letters(self.column)}{about}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about a place in a file, or several places that it fits alike."""

    place: Place
    message: str
    others: int = 0
    """In how many more places it is true."""

    def __str__(self) -> str:
        where = f"{self.place} : " if str(self.place) else ""
        if not self.others:
            return f"{where}{self.message}"
        more = f"et {self.others} autre{'s' if self.others > 1 else ''}"
        return f"{where}{self.message.removesuffix('.')} ({more})."


@dataclass(slots=True)
class Remarks:
    """All that is to be said of a file. Errors keep it from being loaded, questions ask first."""

    errors: list[Remark] = field(default_factory=list)
    questions: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def error(self, place: Place, message: str) -> None:
        self.errors.append(Remark(place, message))

    def ask(self, place: Place, message: str) -> None:
        """Something had to be guessed: the person confirms it before anything is written."""
        self.questions.append(Remark(place, message))

    def note(self, place: Place, message: str) -> None:
        self.notes.append(Remark(place, message))

    def in_order(self) -> None:
        """Sort everything by place, and say once what is said of many cells."""
        self.errors.sort(key=_by_place)
        self.questions = list(_grouped(sorted(self.questions, key=_by_place)))
        self.notes = list(_grouped(sorted(self.notes, key=_by_place)))


def _by_place(remark: Remark) -> tuple[str, int, int]:
    place = remark.place
    # What concerns the whole file or row comes before its cells.
    return (
        place.sheet,
        -1 if place.row is None else place.row,
        -1 if place.column is None else place.column,
    )


def _grouped(remarks: list[Remark]) -> Iterator[Remark]:
    same: dict[tuple[str, int | None, str], list[Remark]] = {}
    for remark in remarks:
        same.setdefault((remark.place.sheet, remark.place.column, remark.message), []).append(
            remark
        )
    for alike in same.values():
        yield Remark(alike[0].place, alike[0].message, others=len(alike) - 1)
