"""Reads versions back, from many tables at once, the newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from sress.audit.tracking import Tracked, registry


@dataclass(frozen=True, slots=True)
class Change:
    """One version, with the one before it."""

    tracked: Tracked
    label: str
    """insert, update or delete."""
    at: datetime
    context: dict[str, Any]
    """See `sress.audit.context`; empty for SQL written by hand."""
    said: dict[str, Any]
    """The row by column, as JSON: after an insert or update, before a deletion."""
    before: dict[str, Any] | None
    """The row in its version before; None for the first that is known."""


Branch = tuple[Tracked, Q]


def about(obj: models.Model) -> list[Branch]:
    """Where the versions of `obj` are, and those of the rows that hang on it."""
    kinds = {type(obj), *type(obj)._meta.get_parent_list()}
    found = []
    for tracked in registry.values():
        wanted = Q()
        if tracked.model in kinds:
            wanted |= Q(**{tracked.key: obj.pk})
        for path in tracked.under:
            if _end(tracked.model, path) in kinds:
                wanted |= Q(**{path: obj.pk})
        if wanted:
            found.append((tracked, wanted))
    return found


def changes(branches: Iterable[Branch], *, limit: int, offset: int = 0) -> list[Change]:
    """A page of what the branches hold, the newest first: two queries, whatever there is."""
    asked = {tracked.model._meta.label: (tracked, wanted) for tracked, wanted in branches}
    # Each table gives its newest from an index; only those of the page are then read.
    newest = [
        _named(tracked.version._default_manager.filter(wanted), name)
        .order_by("-pgh_created_at", "-pgh_id")
        .values_list("pgh_kind", "pgh_id", "pgh_created_at")[: offset + limit]
        for name, (tracked, wanted) in asked.items()
    ]
    page = list(_together(newest)[offset : offset + limit]) if newest else []
    by_kind: dict[str, list[int]] = {}
    for name, pk, _ in page:
        by_kind.setdefault(name, []).append(pk)
    whole = [_whole(asked[name][0], name, pks) for name, pks in by_kind.items()]
    read = {(row[0], row[1]): row[2:] for row in _together(whole)} if whole else {}
    return [
        Change(asked[name][0], label, at, context or {}, said, before)
        for name, pk, at in page
        for label, context, said, before in [read[name, pk]]
    ]


def _whole(tracked: Tracked, name: str, pks: list[int]) -> QuerySet[Any, Any]:
    """Versions with all their columns, and the version before of the same row."""
    table = f'"{tracked.version._meta.db_table}"'
    key = f'"{tracked.model._meta.pk.column}"'
    before = (
        f"SELECT to_jsonb(b) FROM {table} b WHERE b.{key} = {table}.{key}"
        f" AND b.pgh_id < {table}.pgh_id ORDER BY b.pgh_id DESC LIMIT 1"
    )
    return (
        _named(tracked.version._default_manager.filter(pgh_id__in=pks), name)
        .annotate(
            pgh_said=RawSQL(f"to_jsonb({table})", (), models.JSONField()),
            pgh_before=RawSQL(before, (), models.JSONField()),
        )
        .order_by()
        .values_list("pgh_kind", "pgh_id", "pgh_label", "pgh_context", "pgh_said", "pgh_before")
    )


def _named(rows: QuerySet[Any], name: str) -> QuerySet[Any]:
    return rows.annotate(pgh_kind=Value(name, models.TextField()))


def _together(queries: list[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = queries
    if not others:
        return first
    together = first.union(*others, all=True)
    if "pgh_created_at" in first.query.values_select:
        return together.order_by(F("pgh_created_at").desc(), F("pgh_id").desc())
    return together


def _end(model: type[models.Model], path: str) -> type[models.Model]:
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model
