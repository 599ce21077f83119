"""Days of the site's life, and what people got."""

import email
from datetime import date, datetime, timedelta
from email import policy
from email.message import EmailMessage

import time_machine
from django.core import mail as django_mail

from proposals.models import Reminder
from proposals.reminders.run import Outcome, run
from sress.clock import PARIS
from sress.models import Mail
from sress.outbox.sending import send_waiting

MORNING = 8


def on(day, hour=MORNING):
    """That morning, in Paris, for a test to live in."""
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)
    return time_machine.travel(moment, tick=False)


def live(day) -> Outcome:
    """The task of that morning, and its mails sent."""
    with on(day):
        outcome = run()
        send_waiting(30)
    return outcome


def days(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def told(**of):
    """(kind, threshold, recipient's name) of what was told, in order."""
    rows = Reminder.objects.exclude(mail=None).filter(**of).order_by("pk")
    return [(one.rule.kind, one.threshold) for one in rows.select_related("rule")]


def letter(mail: Mail) -> EmailMessage:
    """A mail as its reader's program opens it."""
    return email.message_from_bytes(bytes(mail.content), policy=policy.default)


def words(mail: Mail) -> str:
    return mail.readable()


def html(mail: Mail) -> str:
    return letter(mail).get_body(("html",)).get_content()


def sent():
    """What really left."""
    return django_mail.outbox


FRIDAY = date(2019, 11, 15)
MONDAY = date(2019, 11, 18)
