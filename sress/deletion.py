"""What a deletion takes with it, or what forbids it: told before anything is deleted."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.db import models


def held_by(opts: Any, objs: Any) -> list[str]:
    """What keeps rows from being deleted, counted by kind in one query for all relations."""
    counts = [
        relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": objs})
        .order_by()
        .values(what=models.Value(str(relation.related_model._meta.verbose_name_plural)))
        .annotate(count=models.Count("pk"))
        for relation in opts.related_objects
        if relation.on_delete is models.PROTECT
    ]
    if not counts:
        return []
    held: dict[str, int] = {}
    for row in counts[0].union(*counts[1:], all=True) if counts[1:] else counts[0]:
        held[row["what"]] = held.get(row["what"], 0) + row["count"]
    return [f"{count} {what}" for what, count in held.items() if count]


class Taken(NestedObjects):
    """The rows that go with rows that `held_by` found free: it does not ask the same again."""

    def __init__(self, using: str, chosen: list[models.Model]) -> None:
        super().__init__(using=using, origin=chosen)
        self.chosen = chosen
        self.collect(chosen)

    def related_objects(
        self, related_model: Any, related_fields: Iterable[Any], objs: Any
    ) -> models.QuerySet:
        rows: models.QuerySet = super().related_objects(related_model, related_fields, objs)
        protects = all(one.remote_field.on_delete is models.PROTECT for one in related_fields)
        return rows.none() if protects and set(objs) <= set(self.chosen) else rows
