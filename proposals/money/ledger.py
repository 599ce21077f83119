"""The ledger added up: breakdowns by keys, by territory, and the movements themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import Case, F, OuterRef, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from proposals.models import (
    Authorisation,
    Movement,
    Stage,
    Strategy,
    Territory,
)
from proposals.models.ledger import Exact
from proposals.state import Moment
from sress.money import ZERO, apportion


@dataclass(frozen=True, slots=True)
class Sums:
    """Euros by stage, corrections taken off."""

    voted: Decimal = ZERO
    affected: Decimal = ZERO
    committed: Decimal = ZERO
    paid: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Sums)))

    def __bool__(self) -> bool:
        return any(getattr(self, f.name) for f in fields(Sums))

    @classmethod
    def total(cls, parts: Iterable["Sums"]) -> "Sums":
        """Their sum; of none, zero."""
        return sum(parts, cls())

    @property
    def commitment_rate(self) -> Decimal | None:
        """Which part of what is affected is committed; None of nothing."""
        return rate(self.committed, self.affected)

    @property
    def payment_rate(self) -> Decimal | None:
        """Which part of what is committed is paid; None of nothing."""
        return rate(self.paid, self.committed)

    @property
    def uncommitted(self) -> Decimal:
        """What is affected and not committed."""
        return self.affected - self.committed

    @property
    def unpaid(self) -> Decimal:
        """What is committed and not paid; zero when more was paid than remains committed."""
        return max(self.committed - self.paid, ZERO)

    @property
    def overpaid(self) -> Decimal:
        """What is paid beyond what remains committed, after a later décommitment; else zero."""
        return max(self.paid - self.committed, ZERO)


def rate(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole`, between 0 and 1 or beyond; None of nothing."""
    return part / whole if whole else None


class By(Enum):
    """What sums are broken down by, and the SQL of its key."""

    ACTION = "CASE WHEN {shown} THEN a.id END"
    PROPOSAL = "CASE WHEN {shown} THEN {proposal} END"
    AXIS = (
        "(SELECT axis.axis_id FROM proposals_proposal axis WHERE {shown} AND axis.id = {proposal})"
    )
    AUTHORISATION = "h.id"
    PROGRAMME = "h.programme_id"
    VINTAGE = "h.vintage"
    EXERCISE = "m.exercise"
    NATURE = "h.nature"

    def sql(self, moment: Moment) -> str:
        shown = "a.id IS NOT NULL" if moment.embargoed else "a.published"
        return self.value.format(shown=shown, proposal=moment.as_known("proposal_id", "bigint"))


def breakdown(
    moment: Moment, strategy: Strategy, *by: By, only: Mapping[By, Any] | None = None
) -> dict[Any, Sums]:
    """The sums of a strategy by one or several keys, in one query; `only` narrows to some values.

    The keys of the answer are values, or tuples of them when `by` has several; without `by`, the
    one key is None.
    """
    keys = [one.sql(moment) for one in by]
    chosen = "".join(f" AND {one.sql(moment)} = %s" for one in only or {})
    columns = ", ".join(f"{sql} AS k{rank}" for rank, sql in enumerate(keys))
    stages = ", ".join(
        f"COALESCE(sum(e.sign * m.amount) FILTER (WHERE e.stage = {stage}), 0)"
        for stage in range(1, 5)
    )
    grouped = f"GROUP BY {', '.join(f'k{rank}' for rank in range(len(keys)))}" if keys else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {columns or "NULL"}, {stages}
            FROM proposals_movement m
            JOIN proposals_authorisation h ON h.id = m.authorisation_id
            CROSS JOIN LATERAL proposals_movement_effect(m.kind) e
            LEFT JOIN proposals_action a ON a.id = m.action_id
            WHERE h.strategy_id = %s AND m.date <= {moment.sql_day} AND {moment.known("m")}{chosen}
            {grouped}
            """,
            [strategy.pk, *(only or {}).values()],
        )
        rows = cursor.fetchall()
    width = max(len(keys), 1)
    return {
        row[0] if width == 1 else tuple(row[:width]): Sums(*(+value for value in row[width:]))
        for row in rows
    }


def total(moment: Moment, strategy: Strategy, only: Mapping[By, Any] | None = None) -> Sums:
    """The sums of a whole strategy, or of what `only` narrows it to."""
    return Sums.total(breakdown(moment, strategy, only=only).values())


def regrouped(parts: Mapping[Any, Sums], rank: int) -> dict[Any, Sums]:
    """A breakdown by several keys, added up by the key of that rank alone."""
    found: dict[Any, Sums] = defaultdict(Sums)
    for key, sums in parts.items():
        found[key[rank]] += sums
    return dict(found)


class Elsewhere(Enum):
    """Parts of a territorial breakdown that are of no EPCI."""

    SEVERAL = "Plusieurs territoires"
    NOWHERE = "Non territorialisé"


def by_territory(
    by_action: Mapping[int | None, Sums], strategy: Strategy
) -> dict[int | Elsewhere, Sums]:
    """Sums of the actions of a strategy, by EPCI served (its id), and what is of several or none.

    What is of no action that the reader may know, votes included, is « non territorialisé ».
    """
    served: dict[int, list[tuple[int, Decimal | None]]] = defaultdict(list)
    rows = Territory.objects.filter(action__strategy=strategy).order_by("epci__name", "pk")
    for of, epci, share in rows.values_list("action_id", "epci_id", "share"):
        served[of].append((epci, share))
    found: dict[int | Elsewhere, Sums] = defaultdict(Sums)
    for action, sums in by_action.items():
        for place, part in _shared_out(sums, served.get(action or 0, [])):
            found[place] += part
    return dict(found)


def _shared_out(
    sums: Sums, served: list[tuple[int, Decimal | None]]
) -> Iterable[tuple[int | Elsewhere, Sums]]:
    if not served:
        return [(Elsewhere.NOWHERE, sums)]
    if len(served) == 1:
        return [(served[0][0], sums)]
    shares = [share for _, share in served if share is not None]
    if len(shares) < len(served):
        return [(Elsewhere.SEVERAL, sums)]
    stages = [apportion(getattr(sums, f.name), shares) for f in fields(Sums)]
    return [
        (epci, Sums(*part))
        for (epci, _), part in zip(served, zip(*stages, strict=True), strict=True)
    ]


def recorded(moment: Moment) -> Q:
    """What counts at the moment: dated, and recorded, by then."""
    known = {} if moment.known_at is None else {"recorded_at__lte": moment.known_at}
    return Q(date__lte=moment.day, **known)


def movements(moment: Moment, strategy: Strategy) -> QuerySet[Movement]:
    """The movements that count at the moment, of actions that the reader may know of or of none."""
    rows = Movement.objects.filter(recorded(moment), authorisation__strategy=strategy)
    if not moment.embargoed:
        rows = rows.filter(Q(action=None) | Q(action__published=True))
    return rows.select_related("authorisation__programme", "action__strategy", "act", "corrects")


def of(rows: QuerySet[Movement]) -> Sums:
    """The sums of some movements, whatever they are chosen by."""
    return _by_stage(dict(rows.order_by().values_list("kind").annotate(Sum("amount"))))


def since(moment: Moment, day: date, strategy: Strategy) -> tuple[Sums, Sums]:
    """The sums of a strategy on an earlier day, then at the moment, in one query."""
    rows = movements(moment, strategy).order_by().values_list("kind")
    earlier = Coalesce(Sum("amount", filter=Q(date__lte=day)), ZERO)
    by_kind = list(rows.annotate(earlier=earlier, now=Sum("amount")))
    return (
        _by_stage({kind: before for kind, before, _ in by_kind}),
        _by_stage({kind: now for kind, _, now in by_kind}),
    )


def _by_stage(by_kind: Mapping[str, Decimal]) -> Sums:
    found = dict.fromkeys(Stage, ZERO)
    for kind, amount in by_kind.items():
        stage, sign = Movement.EFFECTS[kind]
        found[stage] += sign * amount
    return Sums(*found.values())


def with_sums(authorisations: QuerySet[Authorisation]) -> QuerySet[Any]:
    """Authorisations with what is recorded on each: voted, affected, committed and paid."""
    taken = When(kind__in=Movement.TAKEN_BACK, then=-F("amount"))
    signed = Case(taken, default=F("amount"), output_field=Exact())
    moved = Movement.objects.filter(authorisation=OuterRef("pk")).order_by()

    def at(stage: Stage) -> Coalesce:
        kinds = [kind for kind, (of, _) in Movement.EFFECTS.items() if of is stage]
        rows = moved.filter(kind__in=kinds).values("authorisation").annotate(sum=Sum(signed))
        return Coalesce(rows.values("sum"), ZERO, output_field=Exact())

    return authorisations.annotate(**{stage.name.lower(): at(stage) for stage in Stage})
