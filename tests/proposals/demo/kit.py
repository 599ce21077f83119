"""States of the demonstration on a day."""

from datetime import date
from typing import Any

from proposals import state
from proposals.models import (
    Status,
    Strategy,
)
from proposals.state import Moment, Tally

TODAY = date(2019, 11, 15)
INVENTED = r"^(Structure exemple \d+|Région Exemple)$"
TROUBLED = (Status.DIFFICULTY, Status.SUSPENDED, Status.DROPPED)


def tally(strategy: Strategy, day: date) -> Tally:
    return Tally.total(state.tallies(Moment(day), strategy.actions.all()).values())


def action(strategy: Strategy, code: str, day: date = TODAY, **options: Any) -> Any:
    return state.actions(Moment(day, **options), strategy.actions.all()).get(code=code)
