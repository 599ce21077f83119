"""The sheets of the exchange, in the order in which their rows are loaded."""

from proposals.exchange.tables import actions, actors, acts, axes, milestones, people
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
)
TABLES = (STRATEGY, *(one.table for one in EXCHANGED))

__all__ = ["ACTIONS", "EXCHANGED", "STRATEGY", "TABLES", "Exchanged"]
