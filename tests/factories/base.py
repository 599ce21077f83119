"""What factories share: numbers with their keys, parents that agree."""

from datetime import date, datetime, time
from typing import Any

from factory import SubFactory
from factory.django import DjangoModelFactory

from sress.clock import PARIS


def noon(day: date) -> datetime:
    """When what was done that day is recorded, unless a test says otherwise."""
    return datetime.combine(day, time(12), tzinfo=PARIS)


def luhn(number: str) -> str:
    """The number followed by its key: SIREN and SIRET check theirs so."""
    total = 0
    for rank, figure in enumerate(reversed(number)):
        value = int(figure) * (2 if rank % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


class Agreed(SubFactory):
    """The strategy (or action) of a parent that is given, else a new one.

    A parent that is not given is made with it in its turn, so that all of them agree.
    """

    def __init__(self, made_by: Any, *parents: str) -> None:
        super().__init__(made_by)
        self.parents = [parent.split(".") for parent in parents]

    def evaluate(self, instance: Any, step: Any, extra: dict[str, Any]) -> Any:
        arguments = step.builder.extras
        for parent, attribute in self.parents:
            if arguments.get(parent):
                return getattr(arguments[parent], attribute)
            if arguments.get(f"{parent}__{attribute}"):
                return arguments[f"{parent}__{attribute}"]
        return super().evaluate(instance, step, extra)


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True
