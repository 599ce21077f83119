"""Signed links to answer from a mail: they open a page that asks, and never act by themselves."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.db.models import TextChoices

from actors.models import Absence, Pace, User
from proposals.models import ReminderReply
from proposals.reminders import days
from sress import clock, links

SALT = "proposals.reminders.replies"
VALID_FOR = timedelta(days=60)


class What(TextChoices):
    """What one may answer to a line of a mail."""

    NOTHING_NEW = "rien", "Rien de nouveau"
    SNOOZE = "plus-tard", "Plus tard"
    NOT_MINE = "plus-moi", "Ce n'est plus moi"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: whose answer about which action."""

    user: int
    action: int
    what: What


def link(said: Link) -> str:
    """The address that answers so, for a mail."""
    return links.absolute("desk:reply", token=token(said))


def token(said: Link) -> str:
    """What proves whose answer it is: whoever holds it answers in their name."""
    return signing.dumps([said.user, said.action, said.what.value], salt=SALT, compress=True)


def read(token: str) -> Link | None:
    """What a link says; None for one that is forged, cut or too old."""
    try:
        user, action, what = signing.loads(token, salt=SALT, max_age=VALID_FOR)
        return Link(int(user), int(action), What(what))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def submission(token: str) -> str:
    """What names the report that a link makes: it makes one, however often it is used."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, token))


PUT_OFF = {7: "Dans une semaine", 14: "Dans deux semaines", 30: "Dans un mois"}
FURTHEST = timedelta(days=90)
LATE = timedelta(days=7)
"""Nobody puts a deadline off to later than that after it."""


def put_off_dates(action: Any, person: User) -> dict[str, date]:
    """Until when one may put a reminder off, by how it is said: days when mails reach `person`."""
    today, last = clock.today(), furthest(action)
    asked = {said: today + timedelta(days=n) for n, said in PUT_OFF.items()}
    return {said: comes_back(day, person) for said, day in asked.items() if day <= last}


def comes_back(day: date, person: User) -> date:
    """The first day from `day` on when a mail reaches `person`."""
    return days.next_leaving(day, digest=person.pace != Pace.DAILY)


def furthest(action: Any) -> date:
    """The last day to which an action (with its state) may be put off."""
    most = clock.today() + FURTHEST
    ahead = action.due_date and action.due_date >= clock.today()
    return min(most, action.due_date + LATE) if ahead else most


def running(action: Any, user: int) -> ReminderReply | None:
    """What keeps reminders about the action from `user` for now."""
    return ReminderReply.objects.running().filter(action=action, user=user).first()


def put_off(action: Any, person: User, until: date) -> None:
    """Remind `person` of the action again on that day, not before; the last word holds.

    Said by a deputy, it is said for who is away too: their reminders are those that the deputy
    gets.
    """
    referents = (action.referent_id, action.proposal.referent_id)
    absent = Absence.objects.today().filter(deputy=person, user__in=referents)
    for user in (person.pk, *absent.values_list("user", flat=True)):
        said = running(action, user)
        if said is None:
            ReminderReply.objects.create(
                action=action, user_id=user, what=ReminderReply.What.SNOOZE, until=until
            )
        elif said.until != until:
            said.until, said.replied_at = until, clock.now()
            said.save(update_fields=["until", "replied_at"])


def is_theirs(action: Any, user: int) -> bool:
    """Whether somebody is the referent, of the action or of its proposal."""
    return user in (action.referent_id, action.proposal.referent_id)


def disowned(action: Any, person: User) -> ReminderReply | None:
    """What `person` answered when they said that they no longer follow the action; None when they
    did not, took it back, or were handed it again since."""
    return ReminderReply.objects.standing().filter(action=action, user=person).first()


def disown(action: Any, person: User, word: str) -> None:
    """Tell the coordination that `person` no longer follows the action; once is enough."""
    if disowned(action, person) is None:
        ReminderReply.objects.create(
            action=action, user=person, what=ReminderReply.What.NOT_MINE, word=word
        )


def take_back(action: Any, person: User) -> None:
    """They follow it after all."""
    ReminderReply.objects.standing().filter(action=action, user=person).delete()
