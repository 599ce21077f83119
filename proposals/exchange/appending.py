"""Rows that are written once: a file adds some, and may say again what is there, never otherwise.

They come by thousands: they are compared with what is there in one query, and written together.
When the database refuses, halves are tried until the rows that it refuses are found.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from proposals.exchange.loading import Loading, check_values, difference, same
from proposals.models import Act, Action, Authorisation, Grant, Programme
from sress.spreadsheets.columns import Record

Key = tuple[Any, ...]


@dataclass(slots=True)
class Line:
    """A row of a sheet that is to be written, and what it is known by."""

    record: Record
    row: Any
    key: Key


@dataclass(frozen=True, slots=True)
class Index:
    """What cells call rows of the strategy, and their ids."""

    loading: Loading
    model: type[models.Model]
    ids: Mapping[str, int]
    unknown: str
    """What to say of another, with « {} » for what the cell says."""

    def find(self, record: Record, column: str) -> int | None:
        """The row that a cell names; None for an empty one, and for one that is faulty, which was
        said."""
        said = record.get(column)
        if said is None:
            return None
        found = self.ids.get(said)
        if found is None:
            record.faulty.add(column)
            if not self.loading.is_lost(self.model, self.loading.strategy, said):
                self.loading.remarks.error(record.place(column), self.unknown.format(said))
        return found


def programmes(loading: Loading) -> Index:
    """By code."""
    ids = loading.strategy.programmes.values_list("code", "pk")
    unknown = "Aucun programme n'a le code « {} » : ajoutez-le dans la feuille « Programmes »."
    return Index(loading, Programme, dict(ids), unknown)


def authorisations(loading: Loading) -> Index:
    """By reference."""
    ids = loading.strategy.authorisations.values_list("reference", "pk")
    unknown = (
        "Aucune autorisation ne porte la référence « {} » : ajoutez-la dans la feuille "
        "« Autorisations »."
    )
    return Index(loading, Authorisation, dict(ids), unknown)


def actions(loading: Loading) -> Index:
    """By code."""
    ids = loading.strategy.actions.values_list("code", "pk")
    unknown = "Aucune action ne porte le code « {} » : vérifiez-le dans la feuille « Actions »."
    return Index(loading, Action, dict(ids), unknown)


def acts(loading: Loading) -> Index:
    """By reference, else by title."""
    rows = list(loading.strategy.acts.values_list("reference", "title", "pk"))
    ids = {title: pk for _, title, pk in rows} | {said: pk for said, _, pk in rows if said}
    unknown = "« {} » n'est pas un acte de la stratégie : ajoutez-le dans la feuille « Actes »."
    return Index(loading, Act, ids, unknown)


def grants(loading: Loading) -> Index:
    """By reference."""
    ids = loading.strategy.grants.exclude(reference="").values_list("reference", "pk")
    unknown = (
        "Aucune subvention ne porte la référence « {} » : ajoutez-la dans la feuille "
        "« Subventions »."
    )
    return Index(loading, Grant, dict(ids), unknown)


def are_there(
    loading: Loading, line: Line, present: Any, compared: Iterable[str], advice: str
) -> bool:
    """Whether what is present says what the line does, empty cells aside. If not, that is said."""
    for name in compared:
        if line.record.get(name) is None:
            continue
        attname = line.row._meta.get_field(name).attname
        if not same(getattr(present, attname), getattr(line.row, attname)):
            told = difference(present, name, getattr(line.row, name))
            loading.remarks.error(
                line.record.place(name), f"Déjà enregistré autrement ({told}). {advice}"
            )
            return False
    return True


def new_lines(
    loading: Loading,
    lines: Iterable[Line],
    present: Mapping[Key, Any],
    compared: Sequence[str],
    advice: str,
) -> list[Line]:
    """Those that are not there yet. One that is there must say the same, and one key comes once."""
    found: dict[Key, Line] = {}
    seen: dict[Key, Record] = {}
    for line in lines:
        if line.key in seen:
            loading.remarks.error(
                line.record.place(),
                f"Déjà donné {seen[line.key].place()} : gardez une seule des deux lignes, ou "
                "changez-la.",
            )
            continue
        seen[line.key] = line.record
        if line.key in present:
            are_there(loading, line, present[line.key], compared, advice)
        else:
            found[line.key] = line
    return list(found.values())


def write(
    loading: Loading, lines: Sequence[Line], save: Callable[[list[Any]], object]
) -> list[Line]:
    """Write lines by `save`, given their rows; those that were written. The others are told of."""
    sound = []
    for line in lines:
        try:
            check_values(line.row)
        except ValidationError as error:
            loading.refused(line.row, line.record, error)
        else:
            sound.append(line)
    return _written(loading, sound, save)


def _written(
    loading: Loading, lines: Sequence[Line], save: Callable[[list[Any]], object]
) -> list[Line]:
    if not lines:
        return []
    try:
        with transaction.atomic():
            save([line.row for line in lines])
        return list(lines)
    except IntegrityError as error:
        for line in lines:
            # What was given in a batch before the one that failed is gone.
            line.row.pk, line.row._state.adding = None, True
        if len(lines) == 1:
            loading.refused_by_database(lines[0].row, lines[0].record, error)
            return []
    half = len(lines) // 2
    return [*_written(loading, lines[:half], save), *_written(loading, lines[half:], save)]


def note(loading: Loading, lines: Iterable[Line]) -> None:
    """Note the lines that were written."""
    for line in lines:
        loading.note_addition(line.row, line.record)
