"""Signed links to answer from a mail: they open a page that asks, and never act by themselves."""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db.models import TextChoices

from sress import links

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
