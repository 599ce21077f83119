"""The daily task on a real database: plans once, cancels what is over, writes one mail a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from proposals.models import Kind, Reminder, ReminderRule, Status
from proposals.reminders.run import plan, resend, run
from proposals.reminders.simulation import simulate
from sress.models import Mail
from tests import factories as make
from tests.factories import noon
from tests.proposals.reminders.kit import FRIDAY, MONDAY, days, live, on, sent, told, words

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def followed(due=date(2019, 11, 29)):
    """Due in a fortnight, unless told otherwise: J-30 is passed, J-7 comes on the 22nd."""
    return make.ActionFactory(
        strategy__slug="sress",
        code="12.3",
        title="Ouvrir le guichet",
        referent=make.UserFactory(full_name="Camille Référente"),
        initial_due_date=due,
        exists_from=date(2019, 10, 1),
        start_date=None,
    )


@pytest.fixture
def action():
    return followed()


def test_the_task_tells_what_the_simulation_foresees():
    with on(FRIDAY):
        call_command("load_demo", verbosity=0)
    first, last = FRIDAY, date(2020, 1, 10)
    for day in days(first, last):
        live(day)
    really = {}
    for one in Reminder.objects.exclude(mail=None).select_related("mail"):
        day = one.mail.sent_at.date()
        about = (one.rule_id, one.action_id, one.milestone_id, one.strategy_id, one.convention_id)
        key = (*about, one.anchor, one.threshold, one.recipient_id, one.escalated)
        really.setdefault((day, one.mail.recipient_id), set()).add(key)
    foreseen = {
        (mail.day, mail.person): {
            (
                *(line.key.rule, line.key.action, line.key.milestone, line.key.strategy),
                *(line.key.convention, line.key.anchor, line.key.threshold),
                *(line.key.recipient, line.escalated),
            )
            for line in mail.lines
        }
        for mail in simulate(first, last)
    }
    assert len(foreseen) > 20
    assert really == foreseen


def test_a_second_run_writes_nothing(action):
    live(MONDAY)
    rows = Reminder.objects.count()
    assert rows == 1
    again = live(MONDAY)
    assert (again.planned, again.cancelled, again.mails) == (0, 0, 0)
    assert Reminder.objects.count() == rows
    assert len(sent()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_are_one(action):
    def one_run():
        try:
            return run()
        finally:
            connection.close()

    with on(MONDAY), ThreadPoolExecutor(8) as pool:
        outcomes = [future.result() for future in [pool.submit(one_run) for _ in range(8)]]
    assert sum(one.planned for one in outcomes) == 1
    assert sum(one.mails for one in outcomes) == 1
    assert Mail.objects.count() == Reminder.objects.count() == 1


def test_nothing_is_written_on_a_day_off_and_the_rest_goes_on_the_next_one(action):
    live(date(2019, 11, 23))  # a Saturday: J-7 was the day before
    assert not Mail.objects.exists()
    assert Reminder.objects.count() == 1
    live(date(2019, 11, 25))
    assert told() == [(Kind.ACTION_DUE, -7)], "the latest threshold, once"


def test_a_line_waits_for_monday_and_what_presses_does_not(action):
    live(date(2019, 10, 30))  # J-30, a Wednesday
    assert told() == []
    live(date(2019, 11, 4))
    assert told() == [(Kind.ACTION_DUE, -30)]
    live(date(2019, 11, 22))  # J-7, a Friday
    assert told() == [(Kind.ACTION_DUE, -30), (Kind.ACTION_DUE, -7)]


def test_who_chose_each_day_does_not_wait(action):
    action.referent.pace = "quotidien"
    action.referent.save()
    live(date(2019, 10, 30))
    assert told() == [(Kind.ACTION_DUE, -30)]


@pytest.mark.parametrize(
    "end",
    [
        lambda action: make.ProgressReportFactory(
            action=action, reported_on=FRIDAY, status=Status.DELIVERED
        ),
        lambda action: make.ProgressReportFactory(
            action=action, reported_on=FRIDAY, status=Status.DROPPED
        ),
        lambda action: type(action).objects.filter(pk=action.pk).update(published=False),
        lambda action: type(action).objects.filter(pk=action.pk).update(archived=True),
        lambda action: ReminderRule.objects.filter(kind=Kind.ACTION_DUE).update(active=False),
        lambda action: type(action.strategy).objects.update(published=False),
    ],
)
def test_what_is_over_is_cancelled(action, end):
    with on(FRIDAY):
        plan(FRIDAY)
    assert Reminder.objects.pending().count() == 1
    end(action)
    outcome = live(MONDAY)
    assert outcome.cancelled == 1
    assert not Reminder.objects.pending().exists()
    assert not Mail.objects.exists()


def test_what_was_cancelled_comes_back_when_it_is_due_again(action):
    with on(FRIDAY):
        plan(FRIDAY)
        type(action).objects.update(archived=True)
        plan(FRIDAY)
        assert not Reminder.objects.pending().exists()
        type(action).objects.update(archived=False)
        plan(FRIDAY)
    assert Reminder.objects.get().cancelled_at is None
    live(MONDAY)
    assert told() == [(Kind.ACTION_DUE, -30)]


def test_a_date_moved_and_moved_back_is_told_again(action):
    live(date(2019, 11, 4))
    for n, due in enumerate((date(2020, 6, 30), date(2019, 11, 29))):
        make.ProgressReportFactory(
            action=action,
            reported_on=date(2019, 11, 5) + n * DAY,
            revised_due_date=due,
            status=Status.ONGOING,
        )
    live(date(2019, 11, 22))
    assert told() == [(Kind.ACTION_DUE, -30), (Kind.ACTION_DUE, -7)]
    anchors = set(Reminder.objects.exclude(mail=None).values_list("anchor", flat=True))
    assert anchors == {"initiale", f"point {action.reports.latest('pk').pk}"}


def test_a_report_within_a_fortnight_silences(action):
    make.ProgressReportFactory(action=action, reported_on=date(2019, 11, 8))
    live(date(2019, 11, 22))
    assert told() == []
    live(date(2019, 12, 9))  # J+7 was the 6th: 28 days later
    assert told() == [(Kind.ACTION_DUE, 7)]


def test_the_eve_is_the_working_day_before():
    ReminderRule.objects.filter(kind=Kind.ACTION_DUE).update(thresholds=[-1])
    action = followed(due=date(2020, 4, 14))  # after Easter Monday
    make.ProgressReportFactory(action=action, reported_on=date(2020, 2, 28))
    live(date(2020, 4, 9))
    assert told() == []
    live(date(2020, 4, 10))
    assert told() == [(Kind.ACTION_DUE, -1)]


class TestSynthesis:
    @pytest.fixture
    def coordinator(self, action):
        user = make.CoordinatorFactory(full_name="Andréa Coordination")
        action.strategy.coordinators.add(user)
        return user

    def test_the_officer_is_told_first_then_the_synthesis(self, action, coordinator):
        late = date(2019, 12, 9)  # J+7 passed on the 6th
        live(late)
        assert told(recipient=action.referent) == [(Kind.ACTION_DUE, 7)]
        assert told(recipient=coordinator) == []
        assert "figurera dans la synthèse" in words(Mail.objects.get())
        live(late + 13 * DAY)
        assert told(recipient=coordinator) == []
        live(date(2019, 12, 23))  # a fortnight later
        assert told(recipient=coordinator, escalated=True) == [(Kind.ACTION_DUE, 7)]
        synthesis = Mail.objects.get(recipient=coordinator)
        assert synthesis.subject.startswith("Synthèse de la coordination")
        assert "Camille" not in words(synthesis), "of actions, not of people"

    def test_nobody_reads_of_what_the_officer_was_not_told(self, action, coordinator):
        make.AbsenceFactory(
            user=action.referent,
            deputy=(other := make.UserFactory()),
            starts_on=date(2019, 12, 1),
            ends_on=date(2020, 1, 31),
        )
        make.AbsenceFactory(
            user=other,
            deputy=make.UserFactory(),
            starts_on=date(2019, 12, 1),
            ends_on=date(2020, 1, 31),
        )
        for day in days(date(2019, 12, 9), date(2020, 1, 20)):
            live(day)
        assert told() == []


def test_a_deputy_gets_what_the_absent_would(action):
    deputy = make.UserFactory(full_name="Alix Suppléante")
    make.AbsenceFactory(
        user=action.referent, deputy=deputy, starts_on=FRIDAY, ends_on=date(2019, 11, 29)
    )
    live(date(2019, 11, 22))
    mail = Mail.objects.get()
    assert mail.recipient == deputy
    assert "EN L'ABSENCE DE CAMILLE RÉFÉRENTE" in words(mail)
    live(date(2019, 12, 2))
    assert Mail.objects.count() == 1, "told to the deputy is told"


class TestOtherFacts:
    def test_a_draft_waits_five_working_days(self, action):
        partner = make.ContributorFactory()
        make.PartnershipFactory(action=action, organisation=partner.organisation)
        make.ProgressReportFactory(action=action, reported_on=date(2019, 11, 8))
        make.ProgressReportDraftFactory(
            action=action, author=partner, submitted_at=noon(date(2019, 11, 7))
        )
        # The 11th is a public holiday: the fifth working day is the 15th, and Monday comes after.
        live(date(2019, 11, 12))
        assert told() == []
        live(MONDAY)
        assert told(recipient=action.referent) == [(Kind.VALIDATION, 5)]
        assert "à valider" in Mail.objects.get().subject

    def test_the_author_is_told_of_the_answer(self, action):
        partner = make.ContributorFactory()
        draft = make.ProgressReportDraftFactory(
            action=action, author=partner, submitted_at=noon(FRIDAY), updated_at=noon(FRIDAY)
        )
        with on(FRIDAY, 14):
            assert draft.give_back(action.referent, "Donnez le nombre de structures.")
        live(MONDAY)
        assert told(recipient=partner) == [(Kind.ANSWER, 0)]
        mail = Mail.objects.get(recipient=partner)
        assert "Donnez le nombre de structures." in words(mail)

    def test_the_coordination_is_told_of_the_target_date(self, action):
        coordinator = make.CoordinatorFactory()
        action.strategy.coordinators.add(coordinator)
        action.strategy.target_date = MONDAY + 90 * DAY
        action.strategy.save()
        live(MONDAY)
        assert told(recipient=coordinator) == [(Kind.TARGET, -90)]
        mail = Mail.objects.get(recipient=coordinator)
        assert "12.3 Ouvrir le guichet" in words(mail)
        assert "Axe" in words(mail)

    def test_of_a_convention_the_last_term_counts(self, action):
        coordinator = make.CoordinatorFactory()
        action.strategy.coordinators.add(coordinator)
        convention = make.ConventionFactory(
            strategy=action.strategy, signed_on=date(2019, 1, 1), ends_on=MONDAY + 30 * DAY
        )
        make.ProgressReportFactory(action=action, reported_on=FRIDAY, status=Status.DELIVERED)
        live(MONDAY)
        assert told(recipient=coordinator) == [(Kind.CONVENTION, -30)]
        make.AmendmentFactory(
            convention=convention, signed_on=MONDAY, ends_on=MONDAY + 200 * DAY, number=1
        )
        live(MONDAY + 77 * DAY)
        assert told(recipient=coordinator) == [(Kind.CONVENTION, -30)]
        live(date(2020, 3, 9))  # 90 days before is the 7th
        assert told(recipient=coordinator) == [(Kind.CONVENTION, -30), (Kind.CONVENTION, -90)]

    def test_a_collection_ends_with_a_report(self, action):
        ReminderRule.objects.exclude(kind=Kind.CAMPAIGN).update(active=False)
        other = make.ActionFactory(
            strategy=action.strategy, referent=action.referent, exists_from=date(2019, 10, 1)
        )
        make.CampaignFactory(
            strategy=action.strategy,
            committee="COPIL",
            opens_on=date(2019, 11, 12),
            committee_on=date(2019, 11, 29),
        )
        make.ProgressReportFactory(action=action, reported_on=date(2019, 10, 25))
        live(MONDAY)
        assert told() == [(Kind.CAMPAIGN, -14)] * 2
        assert Mail.objects.get().subject == (
            "2\u00a0actions à actualiser avant le COPIL du 29\u00a0novembre\u00a02019"
        )
        make.ProgressReportFactory(action=other, reported_on=MONDAY)
        live(date(2019, 11, 26))
        assert told() == [(Kind.CAMPAIGN, -14)] * 2 + [(Kind.CAMPAIGN, -3)]

    def test_administrators_are_told_of_a_refused_mail(self):
        administrator = make.UserFactory(role="administration")
        concerned = make.UserFactory(role="administration")
        make.MailFactory(
            recipient=concerned, state="refuse", error="550 No such user", created_at=noon(FRIDAY)
        )
        live(MONDAY)
        assert told() == [(Kind.REFUSED, 0)]
        mail = Mail.objects.get(recipient=administrator)
        assert "550 No such user" in words(mail)

    def test_difficulty_is_told_after_thirty_days(self):
        action = followed(due=None)
        for day in (date(2019, 10, 1), date(2019, 10, 15)):
            make.ProgressReportFactory(action=action, reported_on=day, status=Status.DIFFICULTY)
        live(MONDAY)
        assert told() == [(Kind.DIFFICULTY, 30)], "counted from the first report to say so"

    def test_silence_is_told_after_ninety_days(self):
        followed(due=None)
        live(date(2019, 12, 30))  # in the quiet weeks
        assert told() == []
        live(date(2020, 1, 6))
        assert told() == [(Kind.SILENCE, 90)]


def test_a_strategy_has_its_own_rule(action):
    make.ReminderRuleFactory(strategy=action.strategy, kind=Kind.ACTION_DUE, thresholds=[-14])
    live(date(2019, 11, 4))
    assert told() == []
    live(MONDAY)
    assert told() == [(Kind.ACTION_DUE, -14)]


class TestUndelivered:
    def test_a_mail_that_did_not_leave_is_written_anew(self, action, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
        live(date(2019, 11, 22))
        old = Mail.objects.get()
        assert old.state == Mail.State.WAITING
        assert "dans 7\u00a0jours" in words(old)
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        live(date(2019, 11, 25))
        old.refresh_from_db()
        assert old.state == Mail.State.RECALLED
        new = Mail.objects.exclude(pk=old.pk).get()
        assert "dans 4\u00a0jours" in words(new)
        assert told() == [(Kind.ACTION_DUE, -7)]
        assert len(sent()) == 1

    def test_a_mail_that_may_have_left_stays_as_it_is(self, action):
        with on(date(2019, 11, 22)):
            run()
        Mail.objects.update(in_doubt=True)
        live(date(2019, 11, 25))
        assert "dans 7\u00a0jours" in words(Mail.objects.get())

    def test_what_a_refused_mail_told_is_told_anew_to_the_new_address(self, action):
        with on(date(2019, 11, 22)):
            run()
            mail = Mail.objects.get()
            Mail.objects.update(state="refuse", error="550")
            type(action.referent).objects.update(email="nouvelle@example.org")
            mail.refresh_from_db()
            assert resend(mail)
            assert not resend(Mail.objects.get(pk=mail.pk))
        live(date(2019, 11, 22))
        assert Mail.objects.latest("pk").to == "nouvelle@example.org"
        assert Mail.objects.latest("pk").state == Mail.State.SENT

    def test_a_sent_mail_goes_again_with_the_same_bytes(self, action):
        live(date(2019, 11, 22))
        with on(date(2019, 11, 22)):
            assert resend(Mail.objects.get())
        live(date(2019, 11, 22))
        first, second = (one.message().as_bytes() for one in sent())
        assert first == second
