"""Says changes in French: who did what to which row, when, and from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.text import Truncator

from sress.audit import journal
from sress.audit.journal import Change
from sress.templatetags.french import NARROW_NBSP, NBSP, day, moment_of

VERBS = {"insert": "a ajouté", "update": "a modifié", "delete": "a supprimé"}
LINK_VERBS = {"insert": "a ajouté", "update": "a modifié", "delete": "a retiré"}
# Characters of a text that a line shows.
SHOWN = 300
NOTHING = "—"
EMPTY: tuple[Any, ...] = (None, "", [], {})


class Detail(NamedTuple):
    """A field, and what it said before and after; `before` is None where it does not apply."""

    field: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as readers are told it."""

    at: datetime
    who: str
    verb: str
    kind: str
    name: str
    upon: str
    """What the row hangs on, or ""."""
    where: str
    path: str
    details: list[Detail]
    is_whole: bool
    """Whether `details` are all that the row says, not what changed in it."""

    @property
    def sentence(self) -> str:
        """« 3 mars 2019 à 10 h 12 · Camille Exemple a modifié : action « 12.3 … » (…) · page… »."""
        upon = f" (de{NBSP}: {self.upon})" if self.upon else ""
        what = f"{self.who} {self.verb}{NBSP}: {self.kind} {quoted(self.name)}{upon}".strip()
        told = f"{NARROW_NBSP}; ".join(
            f"{one.field}{NBSP}: {one.after}"
            if one.before is None
            else f"{one.field}{NBSP}: {one.before} → {one.after}"
            for one in self.details
        )
        return " · ".join(part for part in (moment_of(self.at), what, told, self.where) if part)


def quoted(name: str) -> str:
    """A name between French quotation marks."""
    return f"«{NARROW_NBSP}{name}{NARROW_NBSP}»"


def history(obj: models.Model, *, limit: int = 50, offset: int = 0) -> list[Entry]:
    """What happened to an object and to the rows that hang on it, the newest first.

    Names people and quotes interne texts: for those who may read them.
    """
    return tell(journal.changes(journal.about(obj), limit=limit, offset=offset))


def tell(changes: Iterable[Change]) -> list[Entry]:
    """Each change in French. The number of queries depends on kinds of rows, never on theirs."""
    changes = list(changes)
    known = Known(changes)
    return [_entry(change, known) for change in changes]


class Known:
    """The rows that versions refer to, fetched once for all."""

    def __init__(self, changes: list[Change]) -> None:
        wanted: dict[Any, set[Any]] = {get_user_model(): set()}
        for change in changes:
            wanted[get_user_model()].add(change.context.get("user"))
            for row in filter(None, (change.said, change.before)):
                for field in _relations(change.tracked.model):
                    wanted.setdefault(field.related_model, set()).add(row.get(field.attname))
        self._rows = {model: self._fetch(model, keys - {None}) for model, keys in wanted.items()}

    def get(self, model: Any, key: Any) -> models.Model | None:
        return self._rows.get(model, {}).get(key)

    def label(self, model: Any, key: Any) -> str:
        """What a row is called today, or its number when it is gone."""
        found = self.get(model, key)
        return str(found) if found else f"n° {key}, supprimé depuis"

    @staticmethod
    def _fetch(model: Any, keys: set[Any]) -> dict[Any, models.Model]:
        if not keys:
            return {}
        heavy = [
            field.name
            for field in model._meta.fields
            if isinstance(field, models.BinaryField | models.JSONField)
        ]
        # What names are made of: a report is named after its action.
        named_after = [field.name for field in _relations(model) if not field.null]
        rows = model._base_manager.filter(pk__in=keys).select_related(*named_after).defer(*heavy)
        return {row.pk: row for row in rows}


def _relations(model: Any) -> list[Any]:
    return [field for field in model._meta.local_fields if field.is_relation]


def _entry(change: Change, known: Known) -> Entry:
    model: Any = change.tracked.model
    link = _link(model)
    path = change.context.get("path", "")
    above = [name for name in change.tracked.under if "__" not in name][:1]
    upon = next((_upon(model, name, change, known) for name in above), "")
    if link:
        far = model._meta.get_field(link.m2m_reverse_field_name())
        name = known.label(far.related_model, change.said.get(far.attname))
        kind, verbs, details = link.verbose_name, LINK_VERBS, []
    else:
        name, kind, verbs = _name(model, change.said, known), model._meta.verbose_name, VERBS
        details = _details(change, known, hidden={model._meta.pk.name, *above})
    return Entry(
        at=change.at,
        who=_who(change.context, known),
        verb=verbs[change.label],
        kind=str(kind),
        name=name,
        upon=upon,
        where=_where(change.context),
        path=path,
        details=details,
        is_whole=all(one.before is None for one in details),
    )


def _who(context: dict[str, Any], known: Known) -> str:
    if "user" in context:
        return known.label(get_user_model(), context["user"])
    return "Une personne non connectée" if "path" in context else "Le système"


def _where(context: dict[str, Any]) -> str:
    if "command" in context:
        return f"commande {context['command']}"
    if "task" in context:
        return f"tâche de fond {context['task']}"
    if "mail" in context:
        return "par courriel"
    if "path" not in context:
        return "en base de données"
    return {"admin": "page de l'administration", "suivi": "page de suivi"}.get(
        context["path"].split("/")[1], "page du site"
    )


def _link(model: Any) -> Any:
    """The many-to-many field of a table that only links rows."""
    owner = model._meta.auto_created
    fields = owner._meta.local_many_to_many if owner else ()
    return next((field for field in fields if field.remote_field.through is model), None)


def _upon(model: Any, name: str, change: Change, known: Known) -> str:
    field = model._meta.get_field(name)
    key = change.said.get(field.attname)
    if key is None:
        return ""
    kind = field.related_model._meta.verbose_name
    return f"{kind} {quoted(known.label(field.related_model, key))}"


def _name(model: Any, said: dict[str, Any], known: Known) -> str:
    """What a row is called, by what the version says: the row may be gone, or renamed."""
    values, related = {}, {}
    for field in model._meta.local_fields:
        if field.attname not in said or said[field.attname] is None:
            continue
        values[field.attname] = field.to_python(said[field.attname])
        if field.is_relation:
            if field.remote_field.parent_link:
                return known.label(field.related_model, said[field.attname])
            related[field.name] = known.get(field.related_model, said[field.attname])
    if None in related.values():
        return f"n° {said[model._meta.pk.attname]}"
    row = model(**values)
    for name, target in related.items():
        setattr(row, name, target)
    return str(row)


def _details(change: Change, known: Known, hidden: set[str]) -> list[Detail]:
    compared = change.before if change.label == "update" else None
    found = []
    for field in change.tracked.model._meta.local_fields:
        if field.name in hidden or field.attname not in change.said or _is_technical(field):
            continue
        value = change.said[field.attname]
        if compared is not None:
            if compared.get(field.attname) != value:
                before = _shown(field, compared.get(field.attname), known)
                found.append(Detail(_label(field), before, _shown(field, value, known)))
        elif field.editable and value not in EMPTY and value is not False:
            found.append(Detail(_label(field), None, _shown(field, value, known)))
    return found


def _is_technical(field: Any) -> bool:
    return isinstance(field, models.UUIDField)


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _shown(field: Any, value: Any, known: Known) -> str:
    if value in EMPTY:
        return NOTHING
    if field.is_relation:
        return known.label(field.related_model, value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(field, models.DateTimeField):
        moment = field.to_python(value)
        return moment_of(moment) if moment else NOTHING
    if isinstance(field, models.DateField):
        return day(field.to_python(value))
    if isinstance(field, models.DecimalField):
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return Truncator(str(value)).chars(SHOWN)
