"""Amounts of money: decimal euros, to the cent, never floating point."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cent(amount: Decimal) -> Decimal:
    """The amount rounded to the cent, half up, as bookkeeping does."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def apportion(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """`amount` in parts of whole cents, by `shares` that sum to 1; the parts sum to the amount.

    Largest remainder: each part is rounded down, and the cents that are left go to those who lost
    the most, the first of the list among equals.
    """
    cents = int(amount / CENT)
    sign = -1 if cents < 0 else 1
    exact = [abs(cents) * share for share in shares]
    parts = [int(one) for one in exact]
    lost = sorted(range(len(shares)), key=lambda rank: parts[rank] - exact[rank])
    for rank in lost[: abs(cents) - sum(parts)]:
        parts[rank] += 1
    return [sign * part * CENT for part in parts]
