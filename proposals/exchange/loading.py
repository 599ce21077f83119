"""Writes the rows of a file, keeping track of what is added, changed, kept or refused.

The database has the last word on every rule: each row is written in a savepoint of its own, so that
all refusals come at once. Whether any of it stays is decided at the end, by `loader`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, connection, models, transaction

from actors.models import User
from proposals.models import Axis, ProgressReport, Proposal, Strategy, Tag
from proposals.models.action import FROZEN
from sress import refusals
from sress.spreadsheets.columns import Record
from sress.spreadsheets.remarks import Place, Remarks
from sress.templatetags.french import day

ModelT = TypeVar("ModelT", bound=models.Model)

# Where a rule of the database that its model cannot check points to.
COLUMN_OF_RULE = {
    "action_exists_before_reports": "exists_from",
    "report_not_before_action": "reported_on",
    "report_revision_plausible": "revised_due_date",
    "territory_shares_sum_to_one": "territories",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that changes, in words."""

    label: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.label} : {self.old or '—'} → {self.new or '—'}"


@dataclass(slots=True)
class Change:
    """A row that the file adds (without differences) or changes."""

    kind: str
    what: str
    place: Place
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_addition(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class Loading:
    """One file being loaded into one strategy."""

    author: User | None
    remarks: Remarks
    publish: bool = False
    strategy: Strategy = field(init=False)
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    """What the file says otherwise and that it may not change: voted facts, the log."""
    seen: dict[tuple[Any, ...], Place] = field(default_factory=dict)
    failed: set[tuple[Any, ...]] = field(default_factory=set)
    """Rows that were refused: what hangs on them needs no word more."""
    mentioned: set[models.Model] = field(default_factory=set)
    first_reports: dict[int, ProgressReport] = field(default_factory=dict)
    """Those that this file gives, by the id of their action."""
    tags: dict[str, Tag] = field(default_factory=dict)
    added: set[type[models.Model]] = field(default_factory=set)
    """The models of the rows that the file adds."""
    demotions: list[Place] = field(default_factory=list)
    """Where it takes somebody's rights of administration away."""
    marks: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """The numbers of the axes and proposals that the file counts in its own way."""

    def put(
        self,
        model: type[ModelT],
        key: Mapping[str, Any],
        record: Record,
        values: Mapping[str, Any],
        *,
        first: Mapping[str, Any] | None = None,
        sets: Mapping[str, Iterable[Any]] | None = None,
        found: ModelT | None = None,
        in_passing: bool = False,
    ) -> ModelT | None:
        """The row that `key` (or `found`) names, with these values; None when it is refused.

        `values` are the fields that the file has; `first` what a new row starts with besides.
        `sets` are many-to-many relations, by name. A row named `in_passing`, by a cell of another,
        may still have its own line.
        """
        identity = (model, *key.values())
        row = found or model._default_manager.filter(**key).first()
        same = [identity, *([(model, row.pk)] if row else [])]
        if where := next((self.seen[one] for one in same if one in self.seen), None):
            self.remarks.error(
                record.place(self._key_column(key, record)),
                f"Déjà donné {where} : gardez une seule des deux lignes, ou changez-la.",
            )
            return None
        if not in_passing:
            self.seen |= dict.fromkeys(same, record.place())
        fields = {name: self._storable(model, name, value) for name, value in values.items()}
        if row is None:
            starting = {**key, **(first or {}), **fields}
            row = model(**starting)
            saved = self._write(row, record, sets or {}, is_new=True)
        else:
            fields = {**{n: v for n, v in key.items() if found}, **fields}
            saved = self._update(row, record, fields, sets or {})
        if not saved:
            self.failed.add(identity)
            return None
        if not in_passing:
            self.seen[model, row.pk] = record.place()
        self.mention(row)
        return row

    def is_lost(self, model: type[models.Model], *key: Any) -> bool:
        """Whether that row was refused, and why was said: what hangs on it needs no word more."""
        return (model, *key) in self.failed

    def mention(self, row: models.Model) -> None:
        """The file speaks of `row`: it is not missing from it."""
        self.mentioned.add(row)

    def _update(
        self,
        row: Any,
        record: Record,
        fields: Mapping[str, Any],
        sets: Mapping[str, Iterable[Any]],
    ) -> bool:
        differences, frozen = [], []
        for name, value in fields.items():
            if same(getattr(row, name), value):
                continue
            told = difference(row, name, value)
            if name in FROZEN and getattr(row, "was_published", False):
                frozen.append(told)
            else:
                setattr(row, name, value)
                differences.append(told)
        if frozen:
            self.kept.append(Change("figé", called(row), record.place(), frozen))
        changed_sets = {}
        for name, wanted in sets.items():
            present = set(getattr(row, name).all())
            if present != set(wanted):
                changed_sets[name] = wanted
                differences.append(Difference(_label(row, name), _said(present), _said(wanted)))
        if not differences:
            return True
        return self._write(row, record, changed_sets, differences=differences)

    def _write(
        self,
        row: Any,
        record: Record,
        sets: Mapping[str, Iterable[Any]],
        *,
        is_new: bool = False,
        differences: list[Difference] | None = None,
    ) -> bool:
        """Validate and save; say what is refused, at the cell that it is about."""
        try:
            with transaction.atomic():
                check_values(row)
                row.save()
                for name, wanted in sets.items():
                    getattr(row, name).set(wanted)
        except ValidationError as error:
            self.refused(row, record, error)
            return False
        except IntegrityError as error:
            self.refused_by_database(row, record, error)
            return False
        if is_new:
            self.note_addition(row, record)
        else:
            told = Change("modification", called(row), record.place(), differences or [])
            self.changes.append(told)
        return True

    def note_addition(self, row: models.Model, record: Record) -> None:
        """Note a row that was written."""
        self.added.add(type(row))
        self.changes.append(Change("ajout", called(row), record.place()))

    def refused(self, row: models.Model, record: Record, error: ValidationError) -> None:
        """Say what its model says is wrong with a row, at the cells that it is about."""
        for name, errors in error.error_dict.items():
            if name in record.faulty:
                continue
            for one in errors:
                column = name
                if name == NON_FIELD_ERRORS:
                    column = _column_of(row, str(one.message), record)
                self.remarks.error(record.place(column), " ".join(one.messages))

    def refused_by_database(self, row: models.Model, record: Record, error: IntegrityError) -> None:
        """All that is wrong with the row where its model can tell, else what the database says."""
        try:
            row.full_clean()
        except ValidationError as reasons:
            self.refused(row, record, reasons)
            return
        column = COLUMN_OF_RULE.get(refusals.rule(error), "")
        self.remarks.error(record.place(column), refusals.message(error))

    def attempt(
        self, record: Record, column: str, write: Callable[[], object], *, deferred: bool = False
    ) -> bool:
        """Call `write` in a savepoint; False when it is refused, by `deferred` rules too."""
        try:
            with transaction.atomic():
                write()
                if deferred:
                    connection.check_constraints()
        except IntegrityError as error:
            where = COLUMN_OF_RULE.get(refusals.rule(error), column)
            self.remarks.error(record.place(where), refusals.message(error))
            return False
        return True

    def changed(self, row: models.Model, record: Record, difference: Difference) -> None:
        """Note a change of something that hangs on `row`, beside those of its own fields."""
        what = called(row)
        last = self.changes[-1] if self.changes else None
        for change in reversed(self.changes):
            if change.place != record.place() and change is not last:
                break  # what a row changes stands together
            if change.what == what and change.place == record.place():
                if change.differences:
                    change.differences.append(difference)
                return
        self.changes.append(Change("modification", what, record.place(), [difference]))

    @staticmethod
    def _key_column(key: Mapping[str, Any], record: Record) -> str:
        return next((name for name in reversed(list(key)) if name in record.places), "")

    @staticmethod
    def _storable(model: type[models.Model], name: str, value: Any) -> Any:
        """An empty cell as its column stores it: "" for texts, the default where there is one."""
        column: Any = model._meta.get_field(name)
        if value is not None or column.null:
            return value
        if column.has_default():
            return column.get_default()
        return "" if column.empty_strings_allowed else None


def check_values(row: models.Model) -> None:
    """Raises ValidationError for what only the model knows of its values. The rest is asked once,
    of the database, on writing: asking it first for each relation and each rule would triple the
    time of an import."""
    relations = {
        field.name
        for field in row._meta.fields
        if field.is_relation and getattr(row, field.attname) is not None
    }
    row.clean_fields(exclude=relations)
    row.clean()


def _column_of(row: models.Model, message: str, record: Record) -> str:
    """The cell that a constraint of several fields is best shown at: the last that it speaks of."""
    for constraint in row._meta.constraints:
        if str(constraint.violation_error_message) != message:
            continue
        names = list(getattr(constraint, "fields", ()))
        condition = getattr(constraint, "condition", None)
        if condition is not None and not names:
            names = sorted(condition.referenced_base_fields)
        cells = [record.places[name] for name in names if name in record.places]
        filled = [name for name in names if record.get(name) is not None]
        if cells and filled:
            return max(filled, key=lambda name: record.place(name).column or 0)
    return ""


def called(row: models.Model) -> str:
    """A row in words: « action « 1.1 … » »."""
    name = row._meta.verbose_name
    if isinstance(row, Axis | Proposal):  # in the strategy's own words
        strategy = row.strategy
        name = strategy.axis_word if isinstance(row, Axis) else strategy.proposal_word
    return f"{name} « {row} »"


def difference(row: models.Model, name: str, new: Any) -> Difference:
    """What would change in a field of `row`, in words."""
    return Difference(
        _label(row, name),
        _said(_in_words(row, name, getattr(row, name))),
        _said(_in_words(row, name, new)),
    )


def _label(row: models.Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def _in_words(row: models.Model, name: str, value: Any) -> Any:
    """The label of a stored choice; any other value as it is."""
    column: Any = row._meta.get_field(name)
    return dict(column.flatchoices).get(value, value) if column.choices else value


def same(old: Any, new: Any) -> bool:
    """Whether two values of a field say the same."""
    if isinstance(old, str) and isinstance(new, str):
        # Browsers send other line ends than spreadsheets.
        return old.replace("\r\n", "\n").strip() == new.replace("\r\n", "\n").strip()
    return bool(old == new)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime | date):
        return day(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    if isinstance(value, str):
        return value if len(value) <= 120 else f"{value[:119]}…"
    if isinstance(value, Iterable):
        return ", ".join(sorted(str(item) for item in value))
    return "" if value is None else str(value)
