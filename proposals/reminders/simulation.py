"""The same over years of days, without writing or sending: to tune rules before they annoy anyone.

Each day is replayed as the task of its morning would have known it. What was told, and since when
something late is known to who answers for it, is what the simulation itself told. Taken as they are
today: rules, accounts, roles, referents, the rhythm of each person, publication.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from proposals.models import Kind
from proposals.reminders import days
from proposals.reminders.departures import departures
from proposals.reminders.facts import Facts, gather
from proposals.reminders.planning import Due, Fact, Key, due
from sress.clock import PARIS

MORNING = time(7, 30)


@dataclass(frozen=True, slots=True)
class SimulatedMail:
    """A mail that would have left."""

    day: date
    person: int
    lines: list[Due]


def simulate(
    first: date,
    last: date,
    *,
    runs_on: Callable[[date], bool] = lambda day: True,
    facts_of: Callable[[date], Facts] | None = None,
) -> Iterator[SimulatedMail]:
    """The mails from `first` to `last`, both included, in their order.

    `runs_on` says on which days the task ran; `facts_of` gives the facts of a day in place of the
    database's. A day on which nothing leaves changes nothing: what is due then is due, or over, on
    the next one.
    """
    known = facts_of or _of_the_morning
    told: set[Key] = set()
    announced: dict[Fact, date] = {}
    day = first - timedelta(days=1)
    while (day := day + timedelta(days=1)) <= last:
        if not (runs_on(day) and days.leaves(day)):
            continue
        facts = replace(known(day), announced=dict(announced), refused=())
        dues = [one for one in due(facts).values() if one.key not in told]
        for person, lines in departures(dues, facts).items():
            yield SimulatedMail(day, person, lines)
            for line in lines:
                told.add(line.key)
                if line.key.threshold > 0 and not line.escalated:
                    announced.setdefault(line.fact, day)


def _of_the_morning(day: date) -> Facts:
    return gather(day, datetime.combine(day, MORNING, PARIS))


def kinds(mails: list[SimulatedMail]) -> dict[Kind, int]:
    """How many lines of each kind these mails have."""
    found: dict[Kind, int] = {}
    for mail in mails:
        for line in mail.lines:
            found[line.kind] = found.get(line.kind, 0) + 1
    return found
