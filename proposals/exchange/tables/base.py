"""What a table of the exchange is: a sheet, how its rows are loaded, and how they are written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from actors.models import Service, User
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.models import Strategy
from sress.spreadsheets.columns import Record, Table

Cells = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A sheet of the exchange, both ways."""

    table: Table
    load: Callable[[Loading, Names, Sequence[Record]], None]
    """Writes the rows of a sheet; see `each`."""
    rows: Callable[[Strategy], Iterable[Cells]] | None = None
    """What the sheet says of a strategy, by key of column; None for one that only comes in."""
    own: Callable[[Strategy], models.QuerySet[Any]] | None = None
    """The rows of the strategy that the sheet is expected to list: others are told as missing."""
    in_model: bool = False
    """Whether the empty model has this sheet."""


def each(
    load: Callable[[Loading, Names, Record], object],
) -> Callable[[Loading, Names, Sequence[Record]], None]:
    """The rows of a sheet one after the other."""

    def load_all(loading: Loading, names: Names, records: Sequence[Record]) -> None:
        for record in records:
            load(loading, names, record)

    return load_all


def simple(
    model: type[models.Model],
    table: Table,
    *,
    key: tuple[str, ...],
    of_strategy: bool = True,
    own: Callable[[Strategy], models.QuerySet[Any]],
    missing_matters: bool = False,
) -> Exchanged:
    """A sheet whose columns are the fields of `model`, its rows known by `key`."""

    def load(loading: Loading, names: Names, record: Record) -> Any:
        if record.faulty & set(key):
            return None
        scope = {"strategy": loading.strategy} if of_strategy else {}
        identity = {**scope, **{name: record.get(name) for name in key}}
        values = {name: value for name, value in record.values.items() if name not in key}
        return loading.put(model, identity, record, values)

    def rows(strategy: Strategy) -> Iterator[Cells]:
        for row in own(strategy):
            yield {column.key: getattr(row, column.key) for column in table.columns}

    return Exchanged(table=table, load=each(load), rows=rows, own=own if missing_matters else None)


def label(choices: type[models.TextChoices], value: str) -> str:
    """The label of a stored choice; "" for none."""
    return str(choices(value).label) if value else ""


def service_cell(service: Service | None, strategy: Strategy | None) -> str:
    """« Service », with its organisation unless it is that of the strategy's Region."""
    if service is None:
        return ""
    if strategy and service.organisation_id == strategy.region.organisation_id:
        return service.name
    return f"{service.name} ({service.organisation.name})"


def person_cell(user: User | None) -> str:
    """« Name <address> », which makes the account again in an empty site."""
    return f"{user.full_name} <{user.email}>" if user else ""


def split_parenthesis(item: str) -> tuple[str, str]:
    """« Name (more) » as its two parts; the second is "" without a last parenthesis."""
    if not item.endswith(")") or " (" not in item:
        return item, ""
    name, _, inner = item[:-1].rpartition(" (")
    return name.strip(), inner.strip()
