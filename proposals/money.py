"""Sums of money at a date: the one place where means are added up.

A movement counts from its date; of a past moment of knowledge, only what was recorded by then. Each
sum is set-based, and the parts of a breakdown always add up to the whole: what has no key of its
own (votes have no action, the public is not told of an unpublished one) is a part too, of key None.

| of an action    | is the money                                                    |
|-----------------|-----------------------------------------------------------------|
| one territory   | of this territory                                               |
| several, shares | split by the shares to the cent, largest remainder              |
| several, none   | of « plusieurs territoires »                                    |
| no territory    | « non territorialisé »                                          |
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Self

from django.db import connection
from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf, Round

from proposals.models import (
    Authorisation,
    CreditLine,
    Funding,
    Grant,
    HumanMeans,
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


# --- Beside the ledger


@dataclass(frozen=True, slots=True)
class Declared:
    """What other funders bring, as they declare it."""

    expected: Decimal = ZERO
    granted: Decimal = ZERO
    paid: Decimal = ZERO

    def __add__(self, other: "Declared") -> "Declared":
        return Declared(
            self.expected + other.expected, self.granted + other.granted, self.paid + other.paid
        )

    @classmethod
    def of(cls, levels: Iterable[Funding]) -> Self:
        """The sum of levels, each of its stage."""
        sums = dict.fromkeys(Funding.Stage.values, ZERO)
        for one in levels:
            sums[one.stage] += one.amount
        return cls(*(sums[stage] for stage in Funding.Stage.values))


def _recorded(moment: Moment) -> Q:
    known = {} if moment.known_at is None else {"recorded_at__lte": moment.known_at}
    return Q(date__lte=moment.day, **known)


def _of_readable_actions(moment: Moment, strategy: Strategy) -> Q:
    readable = {} if moment.embargoed else {"action__published": True}
    return Q(action__strategy=strategy, **readable)


def _latest(rows: QuerySet[Any], *key: str) -> QuerySet[Any]:
    """Of each level, its last line; one that says zero cancels it."""
    newest_first = (*key, "-date", "-recorded_at", "-pk")
    return rows.order_by(*newest_first).distinct(*key)


def declarations(model: type[Any], moment: Moment, strategy: Strategy) -> QuerySet[Any]:
    """All that was said by then, level after level: rows of Funding or HumanMeans, of the actions
    that the reader may know of."""
    return model._default_manager.filter(_recorded(moment), _of_readable_actions(moment, strategy))


def credit_lines(moment: Moment, strategy: Strategy) -> QuerySet[CreditLine]:
    """The lines of crédits de paiement voted by then."""
    return CreditLine.objects.filter(_recorded(moment), programme__strategy=strategy)


def declared(moment: Moment, strategy: Strategy, **narrowed: Any) -> list[Funding]:
    """The level of each (action, funder, stage) at the moment, with action and funder."""
    rows = declarations(Funding, moment, strategy).filter(**narrowed)
    latest = _latest(rows.select_related("action", "funder"), "action_id", "funder_id", "stage")
    return [one for one in latest if one.amount]


def people(moment: Moment, strategy: Strategy, **narrowed: Any) -> list[HumanMeans]:
    """The level of each (action, provider, kind, year) at the moment."""
    rows = declarations(HumanMeans, moment, strategy).filter(**narrowed)
    key = ("action_id", "provider_id", "kind", "year")
    return [one for one in _latest(rows.select_related("provider"), *key) if one.quantity]


def credits(moment: Moment, strategy: Strategy) -> dict[tuple[int, int], Decimal]:
    """Crédits de paiement opened, by (programme, exercise)."""
    lines = credit_lines(moment, strategy)
    sums = lines.order_by().values_list("programme", "exercise").annotate(Sum("amount"))
    return {(programme, exercise): amount for programme, exercise, amount in sums}


@dataclass(frozen=True, slots=True)
class Granted:
    """Grants summed up: legal persons can be listed, natural persons are only here."""

    count: int
    amount: Decimal
    persons: int
    to_persons: Decimal


# Grant.received, in SQL: PostgreSQL rounds half away from zero, as to_cent() does.
RECEIVED = Round(F("amount") * F("share"), precision=2)


def granted(grants: QuerySet[Grant]) -> Granted:
    """The sum of grants, each for its beneficiary's part, to the cent."""
    person = Q(is_person=True)
    sums = grants.annotate(received_by=RECEIVED).aggregate(
        count=Count("pk"),
        amount=Sum("received_by"),
        persons=Count("pk", filter=person),
        to_persons=Sum("received_by", filter=person),
    )
    return Granted(
        sums["count"], sums["amount"] or ZERO, sums["persons"], sums["to_persons"] or ZERO
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """What an action or a proposal has beside the ledger."""

    fundings: list[tuple[str, str, Decimal, date]]
    """Funder, stage, amount and day of each level."""
    people: list[tuple[str, str, Decimal, int]]
    """Provider, kind, quantity and year of each level."""
    grants: int = 0
    granted: Decimal = ZERO

    @property
    def brought(self) -> Decimal:
        """What other funders have granted."""
        return sum((row[2] for row in self.fundings if row[1] == Funding.Stage.GRANTED), ZERO)


def beside(moment: Moment, strategy: Strategy, **narrowed: Any) -> Beside:
    """What is beside the ledger, in one query; `narrowed` chooses an action or a proposal."""
    readable = _of_readable_actions(moment, strategy)

    def named(path: str) -> Any:
        return Coalesce(NullIf(f"{path}__short_name", Value("")), f"{path}__name")

    fundings = _latest(
        Funding.objects.filter(_recorded(moment), readable, **narrowed),
        *("action_id", "funder_id", "stage"),
    ).values_list(Value("funding"), named("funder"), "stage", "amount", Value(0), "date")
    people = _latest(
        HumanMeans.objects.filter(_recorded(moment), readable, **narrowed),
        *("action_id", "provider_id", "kind", "year"),
    ).values_list(Value("people"), named("provider"), "kind", "quantity", "year", "date")
    grants = (
        grants_at(moment, strategy)
        .filter(readable, **narrowed)
        .order_by()
        .values(what=Value("grants"))
        .annotate(sum=Sum(RECEIVED), count=Count("pk"), last=Max("signed_on"))
        .values_list("what", Value(""), Value(""), "sum", "count", "last")
    )
    found = Beside([], [])
    for what, who, of, amount, number, day in fundings.union(people, grants, all=True):
        if what == "grants":
            found = Beside(found.fundings, found.people, number, amount)
        elif amount and what == "funding":
            found.fundings.append((who, of, amount, day))
        elif amount:
            found.people.append((who, of, amount, number))
    return found


def movements(moment: Moment, strategy: Strategy) -> QuerySet[Movement]:
    """The movements that count at the moment, of actions that the reader may know of or of none."""
    rows = Movement.objects.filter(_recorded(moment), authorisation__strategy=strategy)
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


def grants_at(moment: Moment, strategy: Strategy) -> QuerySet[Grant]:
    """The grants signed by then."""
    rows = strategy.grants.filter(signed_on__lte=moment.day)
    if moment.known_at is not None:
        rows = rows.filter(recorded_at__lte=moment.known_at)
    return rows
