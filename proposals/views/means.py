"""The means of one action or one proposal, as their pages show them."""

from dataclasses import dataclass
from typing import Any

from proposals import money
from proposals.models import Action, Funding, HumanMeans, Proposal
from proposals.money import Beside, By, Sums
from proposals.state import Moment


@dataclass(frozen=True, slots=True)
class Means:
    """What an action or a proposal has, had and used at a moment."""

    by_exercise: dict[int, Sums]
    beside: Beside
    query: dict[str, Any]
    """What narrows the lists of movements and grants to it."""

    def __bool__(self) -> bool:
        beside = self.beside
        return bool(self.by_exercise or beside.fundings or beside.people or beside.grants)

    @property
    def whole(self) -> Sums:
        return Sums.total(self.by_exercise.values())

    @property
    def fundings(self) -> list[dict[str, Any]]:
        """What each funder brings, in words."""
        return [
            {"funder": who, "stage": Funding.Stage(stage).label, "amount": amount, "date": day}
            for who, stage, amount, day in self.beside.fundings
        ]

    @property
    def people(self) -> list[dict[str, Any]]:
        """People's time, in words."""
        return [
            {"provider": who, "kind": HumanMeans.Kind(kind).label, "quantity": much, "year": year}
            for who, kind, much, year in self.beside.people
        ]


def means_of(moment: Moment, subject: Action | Proposal) -> Means:
    """The means of an action or of a proposal (its own actions), in two queries."""
    query: dict[str, Any]
    if isinstance(subject, Action):
        by, path, query = By.ACTION, "action", {"action": subject.code}
    else:
        by, path, query = By.PROPOSAL, "action__proposal", {"proposition": subject.number}
    exercises = money.breakdown(moment, subject.strategy, By.EXERCISE, only={by: subject.pk})
    beside = money.beside(moment, subject.strategy, **{path: subject})
    return Means(dict(sorted(exercises.items())), beside, query)
