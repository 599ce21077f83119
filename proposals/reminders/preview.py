"""Who would be told what, and when: for the pages and commands that show it before it leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from actors.models import User
from proposals.models import Kind, Reminder, ReminderRule
from proposals.reminders import days, wording
from proposals.reminders.departures import departures, reader, urgency
from proposals.reminders.facts import Facts, gather
from proposals.reminders.names import Names
from proposals.reminders.planning import COLUMNS, Due, due


@dataclass(frozen=True, slots=True)
class Line:
    """Something that somebody is to be told."""

    due: Due
    person: User
    """To whom it goes."""
    instead_of: User | None
    """Whose deputy that is; None when it is theirs."""
    subject: str
    reason: str
    leaves_on: date
    """At the latest: sooner with a mail that presses."""

    @property
    def kind(self) -> str:
        """What it is about, in words."""
        return Kind(self.due.kind).label

    @property
    def threshold(self) -> str:
        """« J-7 »."""
        return wording.threshold(self.due.key.threshold)


@dataclass(frozen=True, slots=True)
class Preview:
    """What leaves on a day, and what is due then and leaves later; by person."""

    day: date
    leaving: list[Line]
    waiting: list[Line]


def preview(day: date, rules: Mapping[Any, ReminderRule] | None = None) -> Preview:
    """What would leave on `day`, with the facts that are known now and, instead of the rules in
    force, `rules`. What was told already is left out."""
    facts = gather(day)
    if rules is not None:
        facts = replace(facts, rules=rules)
    dues = untold(due(facts).values())
    leaving = {one.key for lines in departures(dues, facts).values() for one in lines}
    lines = named(dues, facts)
    return Preview(
        day,
        leaving=[replace(one, leaves_on=day) for one in lines if one.due.key in leaving],
        waiting=[one for one in lines if one.due.key not in leaving],
    )


def untold(dues: Iterable[Due]) -> list[Due]:
    """Those that nobody was told of yet."""
    told = set(Reminder.objects.exclude(mail=None).order_by().values_list(*COLUMNS))
    return [one for one in dues if tuple(one.key) not in told]


def named(dues: Iterable[Due], facts: Facts) -> list[Line]:
    """Each of these in words, by person, the most urgent first."""
    listed = [one for one in dues if one.key.recipient in facts.people]
    names = Names(listed, facts.day)
    readers = {one.key: reader(one, facts) or one.key.recipient for one in listed}
    people = User.objects.in_bulk({*readers.values(), *(one.key.recipient for one in listed)})
    lines = [_line(one, people, readers[one.key], facts, names) for one in listed]
    return sorted(lines, key=lambda line: (str(line.person), line.person.pk, urgency(line.due)))


def _line(one: Due, people: Mapping[int, User], person: int, facts: Facts, names: Names) -> Line:
    owner = one.key.recipient
    digest = not (one.at_once or facts.people[person].daily)
    return Line(
        one,
        people[person],
        people[owner] if owner != person else None,
        wording.subject(one, names),
        wording.reason(one, names, facts.day),
        days.next_leaving(max(facts.day, one.passed_on), digest=digest),
    )
