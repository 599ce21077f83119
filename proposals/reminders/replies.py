"""Signed links to answer from a mail: they open a page that asks, and never act by themselves."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core import signing
from django.db.models import TextChoices

from proposals.models import Handover, ReminderReply
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
    """The address that answers so."""
    token = signing.dumps([said.user, said.action, said.what.value], salt=SALT, compress=True)
    return links.absolute("desk:reply", token=token)


def read(token: str) -> Link | None:
    """What a link says; None for one that is forged, cut or too old."""
    try:
        user, action, what = signing.loads(token, salt=SALT, max_age=VALID_FOR)
        return Link(user, action, What(what))
    except (signing.BadSignature, ValueError, TypeError):
        return None


PUT_OFF = {
    7: "Dans une semaine",
    14: "Dans deux semaines",
    30: "Dans un mois",
    60: "Dans deux mois",
}


def put_off_dates() -> dict[date, str]:
    """Until when one may put a reminder off: days on which mails leave, and how they are said."""
    today = clock.today()
    return {days.next_leaving(today + timedelta(days=n)): said for n, said in PUT_OFF.items()}


def put_off(action: Any, user: Any, until: date) -> None:
    """Remind `user` of the action again on that day, not before. Said twice, it is said once."""
    ReminderReply.objects.get_or_create(
        action=action, user=user, what=ReminderReply.What.SNOOZE, until=until
    )


def is_theirs(action: Any, user: int) -> bool:
    """Whether somebody is the referent, of the action or of its proposal."""
    return user in (action.referent_id, action.proposal.referent_id)


def disowned(action: Any, user: Any) -> ReminderReply | None:
    """What `user` answered when they said that they no longer follow the action; None when they
    did not, or were handed it again since."""
    said = (
        ReminderReply.objects.filter(action=action, user=user, what=ReminderReply.What.NOT_MINE)
        .select_related("user")
        .first()
    )
    handed = Handover.objects.filter(action=action, given_to=user).order_by("-given_at").first()
    return None if said and handed and handed.given_at > said.replied_at else said


def disown(action: Any, user: Any, word: str) -> None:
    """Tell the coordination that `user` no longer follows the action; once is enough."""
    if disowned(action, user) is None:
        ReminderReply.objects.create(
            action=action, user=user, what=ReminderReply.What.NOT_MINE, word=word
        )
