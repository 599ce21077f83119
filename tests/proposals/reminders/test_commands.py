"""The daily task by hand."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from proposals.models import Reminder
from proposals.reminders.simulation import simulate
from sress.models import Mail
from tests import factories as make
from tests.proposals.reminders.kit import MONDAY, on, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with on(MONDAY):
        yield


@pytest.fixture
def action():
    return make.ActionFactory(
        code="12.3",
        title="Ouvrir le guichet",
        referent=make.UserFactory(full_name="Camille Référente"),
        initial_due_date=date(2019, 11, 29),
        exists_from=date(2019, 10, 1),
        start_date=None,
    )


def said(command, *arguments):
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


class TestPlan:
    def test_a_dry_run_shows_and_writes_nothing(self, action):
        table = said("plan_reminders", "--on", "2019-11-22", "--dry-run")
        row = next(line for line in table.splitlines() if "12.3 Ouvrir le guichet" in line)
        for word in ("Camille Référente", "Échéance d'une action", "J-7", "22/11/2019"):
            assert word in row
        assert not Reminder.objects.exists()
        assert not Mail.objects.exists()

    def test_it_plans_and_nothing_leaves(self, action):
        assert "1\u00a0relance planifiée" in said("plan_reminders")
        assert Reminder.objects.pending().count() == 1
        assert not Mail.objects.exists()
        assert "0\u00a0relance planifiée" in said("plan_reminders")

    def test_a_day_to_come_is_only_shown(self, action):
        with pytest.raises(CommandError, match="--dry-run"):
            said("plan_reminders", "--on", "2019-11-22")

    @pytest.mark.parametrize("day", ["demain", "2019-13-01", "20191122", "0001-01-01"])
    def test_what_is_no_date_is_refused(self, day):
        with pytest.raises(CommandError, match="n'est pas une date"):
            said("plan_reminders", "--on", day, "--dry-run")


class TestSend:
    def test_it_plans_writes_and_sends_without_a_broker(self, action):
        assert "1\u00a0courriel envoyé" in said("send_reminders")
        assert len(sent()) == 1
        assert "0\u00a0courriel envoyé" in said("send_reminders")

    def test_what_does_not_leave_fails_the_timer(self, action, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
        with pytest.raises(CommandError, match="1\u00a0courriel attend encore"):
            said("send_reminders")
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        with on(MONDAY, 10):
            assert "1\u00a0courriel envoyé" in said("send_reminders")


class TestSimulation:
    def test_it_counts_mails_by_person_and_month(self, action):
        table = said("simulate_reminders", "--from", "2019-10-01", "--to", "2019-12-31")
        mails = list(simulate(date(2019, 10, 1), date(2019, 12, 31)))
        assert len(mails) >= 3
        assert f"{len(mails)}\u00a0courriels en tout" in table
        rows = {line.split()[0]: line.split()[-1] for line in table.splitlines() if "/2019" in line}
        by_month = {f"{n}/2019": sum(m.day.month == n for m in mails) for n in (10, 11, 12)}
        assert {month: int(rows[month].replace("·", "0")) for month in by_month} == by_month

    def test_it_writes_and_sends_nothing(self, action):
        said("simulate_reminders", "--from", "2019-10-01", "--to", "2019-12-31")
        assert not Reminder.objects.exists()
        assert not Mail.objects.exists()

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        with pytest.raises(CommandError, match="finit avant de commencer"):
            said("simulate_reminders", "--from", "2019-12-01", "--to", "2019-11-01")


def test_the_demonstration_is_calm():
    """Nobody gets more than six mails in a month, by the rules that one begins with."""
    with on(date(2019, 11, 15)):
        call_command("load_demo", verbosity=0, stdout=StringIO())
        mails = list(simulate(date(2019, 9, 1), date(2020, 6, 30)))
    by_month = {}
    for mail in mails:
        key = (mail.person, mail.day.year, mail.day.month)
        by_month[key] = by_month.get(key, 0) + 1
    assert len(by_month) > 30
    assert max(by_month.values()) <= 6
