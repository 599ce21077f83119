"""The daily task: plan, cancel what is over, put the mails of the day in the outbox.

Run as often as one likes: what is planned is planned once, and a person has one mail a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection, transaction

from proposals.models import Reminder
from proposals.reminders.departures import departures
from proposals.reminders.facts import Facts, gather
from proposals.reminders.mails import Letters
from proposals.reminders.planning import COLUMNS, Due, Key, cancel_all_but, due, write
from sress import clock
from sress.outbox.models import Mail

# Held by the run that is at work, whichever process it is in.
LOCK = 0x5E55
# How the keys of its mails begin.
OURS = "relances/"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did."""

    planned: int = 0
    cancelled: int = 0
    mails: int = 0
    busy: bool = False
    """Another run was at work: this one did nothing."""


@transaction.atomic
def plan(day: date) -> Outcome:
    """Plan what is due on `day`, today or before; nothing leaves."""
    if not _mine():
        return Outcome(busy=True)
    planned, cancelled, _ = _plan(gather(day))
    return Outcome(planned, cancelled)


@transaction.atomic
def run() -> Outcome:
    """Plan what is due today, and put the mails that leave today in the outbox."""
    if not _mine():
        return Outcome(busy=True)
    old = Mail.objects.filter(key__startswith=OURS, created_at__lt=_midnight(clock.today()))
    release(old.undelivered().recall())
    facts = gather(clock.today())
    planned, cancelled, dues = _plan(facts)
    leaving = departures(_pending(dues), facts)
    Mail.objects.forget_old()
    return Outcome(planned, cancelled, _put(leaving, facts))


@transaction.atomic
def resend(mail: Mail) -> bool:
    """On an administrator's word; whether the mail goes again.

    The same bytes, when they may have been read. What nobody can have read, since the server
    refused it, is told anew instead: in the next mail of the person, to the address that they have
    by then.
    """
    refused = Mail.objects.filter(pk=mail.pk, state=Mail.State.REFUSED)
    if recalled := refused.recall():
        release(recalled)
        return True
    return mail.send_again()


def release(mails: Sequence[int]) -> None:
    """What these mails told was not told: it goes in the next one, in the words of its day."""
    Reminder.objects.filter(mail__in=mails).update(mail=None)


def _mine() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _plan(facts: Facts) -> tuple[int, int, dict[Key, Due]]:
    dues = due(facts)
    return write(dues.values(), facts.day), cancel_all_but(dues), dues


def _pending(dues: dict[Key, Due]) -> list[Due]:
    rows = Reminder.objects.pending().order_by().values_list(*COLUMNS)
    return [dues[Key(*row)] for row in rows.iterator()]


def _put(leaving: dict[int, list[Due]], facts: Facts) -> int:
    """The mails of the day; who has theirs already gets the rest another day."""
    letters, count = Letters(leaving, facts), 0
    for person, lines in leaving.items():
        letter = letters.letter(person)
        mail = Mail.objects.put(
            key=f"{OURS}{person}/{facts.day}",
            recipient=letter.person,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            list_id="relances",
        )
        if mail:
            _tell(lines, mail)
            count += 1
    return count


def _tell(lines: list[Due], mail: Mail) -> None:
    told = {line.key for line in lines}
    recipients = {key.recipient for key in told}
    rows = Reminder.objects.pending().filter(recipient__in=recipients).order_by()
    pks = [pk for *key, pk in rows.values_list(*COLUMNS, "pk") if Key(*key) in told]
    Reminder.objects.filter(pk__in=pks).update(mail=mail)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.PARIS)
