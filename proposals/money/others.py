"""What is beside the ledger: credits, other funders, people, grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf, Round

from proposals.models import (
    CreditLine,
    Funding,
    Grant,
    HumanMeans,
    Strategy,
)
from proposals.money.ledger import recorded
from proposals.state import Moment
from sress.money import ZERO


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
    return model._default_manager.filter(recorded(moment), _of_readable_actions(moment, strategy))


def credit_lines(moment: Moment, strategy: Strategy) -> QuerySet[CreditLine]:
    """The lines of crédits de paiement voted by then."""
    return CreditLine.objects.filter(recorded(moment), programme__strategy=strategy)


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
        Funding.objects.filter(recorded(moment), readable, **narrowed),
        *("action_id", "funder_id", "stage"),
    ).values_list(Value("funding"), named("funder"), "stage", "amount", Value(0), "date")
    people = _latest(
        HumanMeans.objects.filter(recorded(moment), readable, **narrowed),
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


def grants_at(moment: Moment, strategy: Strategy) -> QuerySet[Grant]:
    """The grants signed by then."""
    rows = strategy.grants.filter(signed_on__lte=moment.day)
    if moment.known_at is not None:
        rows = rows.filter(recorded_at__lte=moment.known_at)
    return rows
