"""The sheets of the exchange, in the order in which their rows are loaded."""

from proposals.exchange.tables import (
    actions,
    actors,
    acts,
    axes,
    grants,
    initiatives,
    ledger,
    means,
    milestones,
    movements,
    people,
    results,
)
from proposals.exchange.tables.actions import ACTIONS
from proposals.exchange.tables.base import Exchanged
from proposals.exchange.tables.strategy import STRATEGY

# What a row names comes before it.
EXCHANGED: tuple[Exchanged, ...] = (
    *actors.EXCHANGED,
    *people.EXCHANGED,
    *acts.WORDS,
    *acts.DATED,
    *axes.EXCHANGED,
    *actions.EXCHANGED,
    *milestones.EXCHANGED,
    *acts.AROUND,
    *ledger.EXCHANGED,
    *grants.EXCHANGED,
    *movements.EXCHANGED,
    *means.EXCHANGED,
    *initiatives.EXCHANGED,
    *results.EXCHANGED,
)
# A file of these says enough by itself: of a strategy that is there.
ACTORS = {one.table.key for one in (*actors.EXCHANGED, *people.EXCHANGED)}
MEANS = {
    one.table.key
    for one in (
        *(*ledger.EXCHANGED, *grants.EXCHANGED, *movements.EXCHANGED, *means.EXCHANGED),
        *results.EXCHANGED,
    )
}
TABLES = (STRATEGY, *(one.table for one in EXCHANGED))

__all__ = ["ACTIONS", "ACTORS", "EXCHANGED", "MEANS", "STRATEGY", "TABLES", "Exchanged"]
