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

from proposals.money.ledger import (
    By,
    Elsewhere,
    Sums,
    breakdown,
    by_territory,
    movements,
    of,
    rate,
    regrouped,
    since,
    total,
    with_sums,
)
from proposals.money.others import (
    RECEIVED,
    Beside,
    Declared,
    Granted,
    beside,
    credit_lines,
    credits,
    declarations,
    declared,
    granted,
    grants_at,
    people,
)

__all__ = [
    "RECEIVED",
    "Beside",
    "By",
    "Declared",
    "Elsewhere",
    "Granted",
    "Sums",
    "beside",
    "breakdown",
    "by_territory",
    "credit_lines",
    "credits",
    "declarations",
    "declared",
    "granted",
    "grants_at",
    "movements",
    "of",
    "people",
    "rate",
    "regrouped",
    "since",
    "total",
    "with_sums",
]
