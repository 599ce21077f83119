"""A whole file, in one transaction: rehearsed or applied, the same code writes.

A file with errors writes nothing; one that had to guess, or that changes what is there, waits until
somebody agrees. What is shown beforehand is what was written and rolled back, rules of the database
included: it cannot promise anything else than what will be done.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from actors.models import User
from proposals.exchange import levels
from proposals.exchange.loading import Change, Loading, called
from proposals.exchange.names import Names
from proposals.exchange.tables import ACTIONS, ACTORS, EXCHANGED, MEANS, STRATEGY, TABLES
from proposals.exchange.tables.people import keep_an_administrator
from proposals.exchange.tables.strategy import load_council, load_service, load_strategy
from proposals.models import Strategy
from sress import clock, refusals
from sress.spreadsheets import mapping as mapping_module
from sress.spreadsheets.columns import Reading, Record, recognise
from sress.spreadsheets.mapping import Mapping
from sress.spreadsheets.remarks import Place, Remarks
from sress.spreadsheets.rows import above_header, read_cell, records
from sress.spreadsheets.workbook import Workbook

# Sheets that speak to people only.
FOR_READERS = ("Lisez-moi", "Listes")
# One of these is needed in a file about a strategy; lists of actors and means load by themselves.
_PLAN = {"axes", "propositions", "actions"}
INVITE = (
    "Les comptes créés n'ont pas de mot de passe : envoyez leurs invitations depuis la liste des "
    "comptes."
)


def says_enough(readings: Iterable[Reading], mapping: Mapping) -> bool:
    """Whether a file of these sheets can be loaded.

    « Nom », « Type », « Service » head any table: that it is a list of people or organisations is
    taken for granted when most of its columns say so, or somebody did. Means are told by all of
    their compulsory columns.
    """

    def is_telling(reading: Reading) -> bool:
        key, said = reading.table.key, reading.sheet.name in mapping.sheets
        if key in ACTORS:
            return said or len(reading.columns) > len(reading.unread)
        return key in _PLAN or (key in MEANS and (said or not reading.lacking))

    return any(map(is_telling, readings))


def is_about_actors(tables: Iterable[str]) -> bool:
    """Whether a file with sheets of these tables speaks of people and organisations only: of a
    strategy, it needs no more than the region."""
    return ACTORS.issuperset(tables)


def stands_alone(tables: Iterable[str]) -> bool:
    """Whether a file with sheets of these tables opens no strategy: lists of actors, and means,
    which go to one that is there."""
    return (ACTORS | MEANS).issuperset(tables)


@dataclass(slots=True)
class Outcome:
    """What a file says, and whether it was written."""

    remarks: Remarks
    readings: list[Reading]
    strategy: Strategy | None = None
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Rows of the strategy that the file's sheets do not list: they stay."""
    applied: bool = False
    makes_accounts: bool = False

    @property
    def is_about_actors(self) -> bool:
        """Whether `strategy` only says of which region the file is."""
        return is_about_actors(reading.table.key for reading in self.readings)

    @property
    def additions(self) -> list[Change]:
        return [change for change in self.changes if change.is_addition]

    @property
    def modifications(self) -> list[Change]:
        return [change for change in self.changes if not change.is_addition]

    @property
    def digest(self) -> str:
        """The same for the same changes: whether what was agreed to is what would be done."""
        told = [(c.kind, c.what, [str(d) for d in c.differences]) for c in self.changes]
        questions = [str(question) for question in self.remarks.questions]
        return hashlib.sha256(repr((told, questions)).encode()).hexdigest()

    @property
    def needs_agreement(self) -> bool:
        """Whether something was guessed, or something that is there would change."""
        return bool(self.changes) and bool(self.remarks.questions or self.modifications)


def load(
    workbook: Workbook,
    *,
    author: User | None,
    mapping: Mapping | None = None,
    target: Strategy | None = None,
    publish: bool = False,
    agree: Callable[[Outcome], bool] = lambda outcome: False,
) -> Outcome:
    """Load a workbook into `target`, else into the strategy that it names, else into a new one.

    A file of people, organisations or means only is read for `target`, else for the current
    strategy.
    Nothing is written unless there is no error and `agree`, given the outcome, says yes.
    """
    mapping = mapping or Mapping()
    remarks = Remarks()
    readings = recognise(workbook, TABLES, mapping.sheets, FOR_READERS)
    outcome = Outcome(remarks, readings)
    _note_what_is_left_aside(workbook, readings, remarks)
    if not says_enough(readings, mapping):
        remarks.error(
            Place(),
            "Aucune feuille ne se lit : les colonnes « Axe », « Proposition » et « Titre de "
            "l'action » n'y sont pas, ni celles d'une liste d'organisations, de services ou de "
            "personnes, ni celles de moyens ou de subventions. Partez du fichier modèle, ou faites "
            "correspondre vos colonnes.",
        )
        return outcome
    with transaction.atomic():
        loading = Loading(author=author, remarks=remarks, publish=publish)
        if stands_alone(reading.table.key for reading in readings):
            _load_alone(loading, readings, target, outcome)
        else:
            _load(loading, workbook, readings, mapping, target, outcome)
        outcome.makes_accounts = User in loading.added
        if outcome.makes_accounts:
            remarks.note(Place(), INVITE)
        remarks.in_order()
        outcome.changes, outcome.kept = loading.changes, loading.kept
        outcome.applied = not remarks.errors and agree(outcome)
        if outcome.applied:
            _refresh_statistics(len(outcome.changes))
        else:
            transaction.set_rollback(True)
    return outcome


def _load(
    loading: Loading,
    workbook: Workbook,
    readings: list[Reading],
    mapping: Mapping,
    target: Strategy | None,
    outcome: Outcome,
) -> None:
    about = _about_strategy(workbook, readings, mapping, loading.remarks, target)
    strategy = load_strategy(loading, about, target)
    if strategy is None:
        # What remains cannot be placed, but its cells can be read: all errors come at once.
        for reading in readings:
            if reading.table is not STRATEGY:
                records(reading, loading.remarks)
        return
    names = _begin(loading, strategy, outcome)
    load_council(loading, names, about)
    _load_rows(loading, names, readings)
    load_service(loading, names, about)
    outcome.missing = list(_missing(loading, readings))
    _check(loading)


def _load_alone(
    loading: Loading, readings: list[Reading], target: Strategy | None, outcome: Outcome
) -> None:
    strategy = target or Strategy.objects.at_hand(clock.today())
    if strategy is None:
        loading.remarks.error(
            Place(),
            "Il n'y a encore aucune stratégie : ouvrez-en une d'abord. Sa région dit quels sont "
            "les EPCI et les services que le fichier nomme.",
        )
        for reading in readings:
            records(reading, loading.remarks)
        return
    if target is None and not outcome.is_about_actors:
        loading.remarks.ask(
            Place(),
            "Le fichier ne dit pas de quelle stratégie sont ces moyens : celle en cours, "
            f"« {strategy} ».",
        )
    _load_rows(loading, _begin(loading, strategy, outcome), readings)
    _check(loading)


def _begin(loading: Loading, strategy: Strategy, outcome: Outcome) -> Names:
    # Two imports of one strategy come one after the other.
    outcome.strategy = Strategy.objects.select_for_update(of=("self",)).get(pk=strategy.pk)
    loading.strategy = outcome.strategy
    return Names(loading)


def _load_rows(loading: Loading, names: Names, readings: list[Reading]) -> None:
    for one in EXCHANGED:
        for reading in readings:
            if reading.table is not one.table:
                continue
            read = records(reading, loading.remarks)
            for column in reading.lacking:
                loading.remarks.error(
                    Place(reading.sheet.name), f"Il manque la colonne « {column.label} »."
                )
            if read and not reading.lacking:
                one.load(loading, names, read)
    keep_an_administrator(loading)


def _check(loading: Loading) -> None:
    try:
        with transaction.atomic():
            connection.check_constraints()
    except IntegrityError as error:
        loading.remarks.error(Place(), refusals.message(error))


def _about_strategy(
    workbook: Workbook,
    readings: list[Reading],
    mapping: Mapping,
    remarks: Remarks,
    target: Strategy | None,
) -> Record:
    """What the file says of the strategy: a sheet, the lines above a header, the mapping, the
    words of its headings; at last its name."""
    sheet = next((reading for reading in readings if reading.table is STRATEGY), None)
    if sheet:
        about = records(sheet, remarks)[0]
    else:
        about = Record(STRATEGY, readings[0].sheet.name, None)
        for reading in readings:
            above = above_header(reading, STRATEGY)
            about.values |= above.values
            about.places |= above.places
    for key, said in mapping.facts.items():
        column = next((column for column in STRATEGY.columns if column.key == key), None)
        if column:
            read_cell(about, column, said, Place(label=column.label), remarks)
    for reading in readings:
        _words_of_levels(reading, about, target)
    if target is None and not about.get("title") and not about.get("slug") and not sheet:
        stem = workbook.name.rpartition(".")[0] or workbook.name
        about.values["title"] = stem.replace("_", " ").strip()
        remarks.ask(
            Place(),
            f"Le fichier ne dit pas comment s'appelle la stratégie : « {about.values['title']} », "
            "d'après son nom.",
        )
    return about


def _words_of_levels(reading: Reading, about: Record, target: Strategy | None) -> None:
    """« Enjeu » and « Objectif » as headings make them the words of a strategy that is new."""
    if target is not None:
        return
    for key, words in (("axis", levels.AXIS_WORDS), ("proposal", levels.PROPOSAL_WORDS)):
        word = levels.word_in(reading.heading(key), words)
        if word and not about.get(f"{key}_word"):
            about.values[f"{key}_word"] = word
            about.values.setdefault(f"{key}_word_plural", words[word])


def _missing(loading: Loading, readings: list[Reading]) -> Iterator[str]:
    for one in EXCHANGED:
        listed = any(reading.table is one.table for reading in readings)
        if one.own is None or not listed:
            continue
        own: models.QuerySet[Any] = one.own(loading.strategy)
        for row in own:
            if row not in loading.mentioned:
                yield called(row)


def _note_what_is_left_aside(workbook: Workbook, readings: list[Reading], remarks: Remarks) -> None:
    read = {reading.sheet.name for reading in readings}
    for sheet in workbook.sheets:
        if sheet.name in read or sheet.name in FOR_READERS or not sheet.rows:
            continue
        why = "masquée, elle n'est pas lue" if sheet.hidden else "elle n'est pas lue"
        remarks.note(Place(sheet.name), f"Feuille laissée de côté : {why}.")
    for reading in readings:
        for index, heading in reading.unread.items():
            remarks.note(
                Place(reading.sheet.name, reading.header, index, heading),
                "Colonne laissée de côté : son intitulé n'est pas connu, ou il est en double.",
            )


def _refresh_statistics(rows: int) -> None:
    # A few rows do not change what the planner should know.
    if rows > 500:
        with connection.cursor() as cursor:
            cursor.execute("SELECT proposals_refresh_statistics()")


def propose(workbook: Workbook) -> Mapping:
    """A mapping of every visible sheet, to be looked at and changed."""
    return mapping_module.propose(workbook, TABLES, ACTIONS, FOR_READERS)
