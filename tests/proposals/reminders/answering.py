"""Answers to a mail, as a browser gives them."""

import re
from datetime import date
from html import unescape

from django.test import Client
from django.urls import reverse

from proposals.models import ProgressReport, ProgressReportDraft, ReminderReply
from proposals.reminders import replies
from proposals.reminders.replies import Link
from tests import factories as make

FRIDAY = "2019-11-15T09:00:00Z"
LATER, NEXT_WEEK = {"when": "Dans une semaine"}, date(2019, 11, 25)


def followed(referent, **facts):
    facts = {"initial_due_date": date(2019, 12, 31), **facts}
    return make.ActionFactory(strategy__slug="sress", code="12.3", referent=referent, **facts)


def address(person, action, what):
    return reverse("desk:reply", args=[replies.token(Link(person.pk, action.pk, what))])


def answer(person, action, what, client=None, **said):
    """Open the page, send its form as a browser would; the page that comes after."""
    where, client = address(person, action, what), client or Client()
    page = client.get(where)
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return client.post(where, {**dict(fields), **said}, follow=True)


def words(page):
    said = unescape(page.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")
    return " ".join(re.sub(r"<[^>]+>", "", said).split())


def rows():
    kinds = (ProgressReport, ProgressReportDraft, ReminderReply)
    return [kind.objects.count() for kind in kinds]
