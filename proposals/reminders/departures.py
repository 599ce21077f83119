"""Of what is planned, what leaves on a day, and to whom: one mail per person and day at most."""

from collections.abc import Iterable

from proposals.models import Kind
from proposals.reminders import days
from proposals.reminders.facts import Facts
from proposals.reminders.planning import Due

ORDER = {kind: rank for rank, kind in enumerate(Kind)}


def departures(dues: Iterable[Due], facts: Facts) -> dict[int, list[Due]]:
    """What leaves on the day of `facts`, by whom it goes to, the most urgent first.

    Nothing leaves on a day off. Who is away does not hear of it: their deputy does; a deputy who is
    away too, nobody, until one of them is back. A mail leaves when something presses, when the day
    of the digest has come for a line, or for who chose a mail a day; all that the person is to be
    told goes with it.
    """
    if not days.leaves(facts.day):
        return {}
    by_person: dict[int, list[Due]] = {}
    for one in dues:
        if (person := reader(one, facts)) is not None:
            by_person.setdefault(person, []).append(one)
    digest = days.last_digest(facts.day)
    return {
        person: sorted(lines, key=urgency)
        for person, lines in by_person.items()
        if facts.people[person].daily
        or any(one.at_once or (digest and one.passed_on <= digest) for one in lines)
    }


def reader(line: Due, facts: Facts) -> int | None:
    """To whom a line goes: whose it is, or their deputy; None while both are away."""
    deputies = {one.user: one.deputy for one in facts.absences}
    person = deputies.get(line.key.recipient, line.key.recipient)
    return person if person in facts.people and person not in deputies else None


def urgency(line: Due) -> tuple[object, ...]:
    """The order of the lines of a mail: what is someone else's to answer for comes last."""
    key = line.key
    about = (key.action or 0, key.milestone or 0, key.anchor)
    return (line.escalated, not line.at_once, ORDER[line.kind], line.origin, about)
