"""The axes and proposals of a strategy with their state: its table of contents, at a moment."""

from collections import defaultdict
from dataclasses import dataclass

from proposals.models import Action, Axis, Proposal, Strategy
from proposals.state.moment import Moment
from proposals.state.tally import Tally, tallies


@dataclass(frozen=True, slots=True)
class ProposalState:
    """A proposal and the tally of its actions."""

    proposal: Proposal
    tally: Tally


@dataclass(frozen=True, slots=True)
class AxisState:
    """An axis, its proposals and the tally of all their actions."""

    axis: Axis
    proposals: list[ProposalState]

    @property
    def tally(self) -> Tally:
        return Tally.total(item.tally for item in self.proposals)


def outline(moment: Moment, strategy: Strategy) -> list[AxisState]:
    """The axes with their proposals and the tallies of published actions, in three queries."""
    actions = Action.objects.published().filter(strategy=strategy)
    found = tallies(moment, actions)
    by_axis: dict[int, list[ProposalState]] = defaultdict(list)
    for proposal in Proposal.objects.filter(strategy=strategy).select_related("family"):
        proposal.strategy = strategy
        by_axis[proposal.axis_id].append(ProposalState(proposal, found.get(proposal.pk, Tally())))
    axes = Axis.objects.filter(strategy=strategy)
    for axis in axes:
        axis.strategy = strategy
    return [AxisState(axis, by_axis[axis.pk]) for axis in axes]
