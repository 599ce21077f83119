"""The mail of a person and a day."""

from dataclasses import dataclass

from actors.models import User
from proposals.reminders.facts import Facts
from proposals.reminders.planning import Due


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told on a day."""

    person: User
    subject: str
    text: str
    html: str


class Letters:
    """Writes the mails of a day."""

    def __init__(self, leaving: dict[int, list[Due]], facts: Facts) -> None:
        self.leaving = leaving
        self.people = User.objects.in_bulk(leaving)

    def letter(self, person: int) -> Letter:
        """The mail to `person`."""
        lines = [f"- {one.kind.label} {one.key.anchor}" for one in self.leaving[person]]
        text = "\n".join(lines)
        return Letter(self.people[person], f"{len(lines)} relances", text, f"<p>{text}</p>")
