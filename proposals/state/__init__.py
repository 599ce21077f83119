"""State at a date: the one place where status, progress and deadline are computed.

State is a pure function of (facts, moment). Nothing here is stored, and today is just a date.

Facts. A progress report, its correction, the correction of that and so on are a chain. Of the links
that were recorded by then and whose embargo was lifted for the reader, the last is *counted*,
unless it is a retraction; the others count at no date. Counted reports speak from their effective
date (`reported_on`), in the order (reported_on, recorded_at, id).

| state of an action | rule                                                                       |
|--------------------|----------------------------------------------------------------------------|
| exists             | from `exists_from`                                                         |
| status, progress   | the last counted report; none: À venir, 0                                  |
| due date           | the last revision in effect, else the initial one; none: never overdue     |
| revision in effect | from the later of its effective date and the day it was recorded, so that  |
|                    | a passed deadline cannot be rewritten afterwards; a corrected revision     |
|                    | holds until the date that replaces it takes effect                         |
| slippage           | due date − initial due date, in days                                       |
| open               | neither Réalisée nor Non poursuivie                                        |
| overdue            | open, and the due date is past                                             |
| silent             | open, and 90 days or more since the last report, else since `exists_from`  |

Milestones exist with their action. Reached or not by the last counted report that speaks of them;
their due date like an action's; overdue when not reached, past, and their action open.

Proposals, axes and strategies have the state of their actions, each counted once, under its main
proposal: see `Tally`.

What is unpublished is hidden at every date: publication is access, not history, and the caller's
queryset decides it.
"""

from proposals.state.moment import CLOSED, SILENT_AFTER_DAYS, Moment
from proposals.state.outline import AxisState, ProposalState, outline
from proposals.state.queries import actions, history, milestones
from proposals.state.tally import Tally, tallies

__all__ = [
    "CLOSED",
    "SILENT_AFTER_DAYS",
    "AxisState",
    "Moment",
    "ProposalState",
    "Tally",
    "actions",
    "history",
    "milestones",
    "outline",
    "tallies",
]
