"""Which models keep versions of their rows: the one place that says how.

`@tracked()` keeps a version of each row, and of those of its many-to-many tables, at each insert,
update and deletion, by a form, a command or plain SQL alike. django-pghistory makes the model of
versions and carries the context; triggers of ours write them, because those of django-pgtrigger can
be silenced.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pghistory
from django.db import models

from sress.audit.version import Version

ModelT = TypeVar("ModelT", bound=models.Model)

SUFFIX = "_version"
LABELS = ("insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class Tracked:
    """A model whose rows leave versions."""

    model: type[models.Model]
    version: type[Version]
    under: tuple[str, ...]
    """Lookups from its rows to the objects in whose history they show: `action`."""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The name of the field that says which row a version is of."""
        return self.model._meta.pk.name


registry: dict[type[models.Model], Tracked] = {}


def tracked(
    *, exclude: tuple[str, ...] = (), under: tuple[str, ...] = ()
) -> Callable[[type[ModelT]], type[ModelT]]:
    """Keep versions of a model's rows, without the fields of `exclude`.

    A change of these fields alone leaves no version. The versions of a many-to-many table show in
    the history of the model that declares it.
    """

    def declare(model: type[ModelT]) -> type[ModelT]:
        _track(model, exclude, under)
        for field in model._meta.local_many_to_many:
            through: Any = field.remote_field.through
            if through._meta.auto_created:
                _track(through, (), (field.m2m_field_name(),))
        return model

    return declare


def _track(model: type[models.Model], exclude: tuple[str, ...], under: tuple[str, ...]) -> None:
    # What one looks versions up by: their row, the objects it hangs on, the moment.
    key = str(model._meta.pk.name)
    looked_up = dict.fromkeys([key, *(path.split("__")[0] for path in under), "pgh_created_at"])
    version: Any = pghistory.create_event_model(
        model,
        *map(pghistory.ManualEvent, LABELS),
        exclude=list(exclude),
        base_model=Version,
        obj_field=None,  # type: ignore[arg-type]
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        abstract=False,
        meta={
            "db_table": model._meta.db_table + SUFFIX,
            "indexes": [models.Index(fields=[name]) for name in looked_up],
            "verbose_name": f"version : {model._meta.verbose_name}",
            "verbose_name_plural": f"versions : {model._meta.verbose_name_plural}",
            "default_permissions": (),
        },
    )
    registry[model] = Tracked(model, version, under)
