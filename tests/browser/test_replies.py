"""Answering a reminder from a mail, without an account at hand, at both widths and at 320 px."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from proposals.models import ProgressReport, ReminderReply
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from sress import clock
from tests.browser.test_accounts import arrived, is_accessible
from tests.factories import ActionFactory, ProgressReportFactory, StrategyFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def link(live_server):
    """What gives the address of an answer about an action that is a little late."""
    today = clock.today()
    referent = UserFactory(full_name="Camille Référente")
    strategy = StrategyFactory(
        slug="sress",
        period_start=today.year - 1,
        period_end=today.year + 1,
        adopted_on=None,
        target_date=today + timedelta(days=600),
    )
    action = ActionFactory(
        strategy=strategy,
        code="1.1",
        referent=referent,
        start_date=today - timedelta(days=300),
        initial_due_date=today - timedelta(days=10),
        exists_from=today - timedelta(days=300),
    )
    ProgressReportFactory(action=action, reported_on=today - timedelta(days=40))

    def address(what):
        token = replies.token(Link(referent.pk, action.pk, what))
        return live_server.url + reverse("desk:reply", args=[token])

    return address


def looks_right(page, where):
    """Also at 320 px, the width of a page enlarged four times."""
    is_accessible(page, where)
    usual = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    is_accessible(page, f"{where}, at 320 px")
    page.set_viewport_size(usual)


def test_nothing_new(page, link):
    page.goto(link(What.NOTHING_NEW))
    looks_right(page, "nothing new")
    page.get_by_role("button", name="Oui, rien de nouveau").dblclick()
    arrived(page, "C'est noté")
    looks_right(page, "nothing new, said")
    page.reload()
    expect(page.get_by_text("est publié")).to_be_visible()
    assert ProgressReport.objects.count() == 2


def test_later_by_keyboard(page, link):
    page.goto(link(What.SNOOZE))
    looks_right(page, "later")
    expect(page.get_by_label("Pas avant le")).to_be_hidden()
    page.get_by_label("Dans une semaine").focus()
    page.keyboard.press("ArrowUp")  # around, to the last choice
    expect(page.get_by_label("Un autre jour")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Donnez le jour.")
    looks_right(page, "later, without a day")
    chosen = clock.today() + timedelta(days=20)
    page.get_by_label("Pas avant le").fill(chosen.isoformat())
    page.keyboard.press("Enter")
    arrived(page, "C'est noté")
    page.get_by_text("Choisir un autre jour").click()
    looks_right(page, "later, said")
    assert ReminderReply.objects.get().until >= chosen


def test_no_longer_mine(page, link):
    page.goto(link(What.NOT_MINE))
    page.get_by_label("Un mot pour la coordination").fill("Passée au service emploi.")
    looks_right(page, "no longer mine")
    page.get_by_role("button", name="Prévenir la coordination").click()
    arrived(page, "C'est noté")
    looks_right(page, "no longer mine, said")
    page.get_by_role("button", name="Si, je la suis").click()
    arrived(page, "Ce n'est plus vous\u202f?")
    assert not ReminderReply.objects.exists()


def test_a_link_that_is_over(page, link):
    page.goto(link(What.SNOOZE)[:-9])
    arrived(page, "Rien à répondre")
    looks_right(page, "a link cut short")
