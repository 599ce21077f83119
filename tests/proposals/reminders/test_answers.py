"""What each answer to a mail does: nothing new, later, no longer mine."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from proposals.models import ProgressReport, ProgressReportDraft, ReminderReply, Status
from proposals.reminders.replies import What
from tests import factories as make
from tests.proposals.reminders.answering import (
    FRIDAY,
    LATER,
    NEXT_WEEK,
    address,
    answer,
    followed,
    rows,
    words,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def referent():
    return make.UserFactory(full_name="Camille Référente")


@pytest.fixture
def action(referent):
    return followed(referent)


class TestNothingNew:
    def test_it_is_the_report_of_the_desk(self, referent, action):
        make.ProgressReportFactory(
            action=action,
            status=Status.DIFFICULTY,
            difficulty_motive="partenariat",
            visibility="interne",
        )
        page = answer(referent, action, What.NOTHING_NEW)
        report = ProgressReport.objects.first()
        assert (report.author, report.text) == (referent, "Rien de nouveau.")
        assert (report.reported_on, report.status) == (date(2019, 11, 15), Status.DIFFICULTY)
        assert (report.difficulty_motive, report.visibility) == ("partenariat", "interne")
        assert page.status_code == 200
        assert "Votre point du 15 novembre 2019 à 10 h 00 est publié" in words(page)
        assert not ProgressReportDraft.objects.exists()

    def test_used_again_it_says_so_and_adds_nothing(self, referent, action):
        where = address(referent, action, What.NOTHING_NEW)
        Client().post(where, {"seen": "0"})
        with time_machine.travel("2019-12-20T09:00:00Z"):
            for _ in range(2):
                page = Client().post(where, {"seen": "1"}, follow=True)
                assert "Votre point du 15 novembre 2019 à 10 h 00 est publié" in words(page)
                assert "Oui, rien de nouveau" not in words(page)
        assert ProgressReport.objects.count() == 1

    def test_the_link_of_the_next_mail_makes_a_report_of_its_own(self, referent, action):
        answer(referent, action, What.NOTHING_NEW)
        with time_machine.travel("2019-12-20T09:00:00Z"):
            answer(referent, action, What.NOTHING_NEW)
        assert ProgressReport.objects.count() == 2

    def test_who_reported_today_has_nothing_to_add(self, referent, action):
        make.ProgressReportFactory(
            action=action, author=referent, reported_on=date(2019, 11, 15), recorded_at=FRIDAY
        )
        page = Client().get(address(referent, action, What.NOTHING_NEW))
        assert "Votre point du 15 novembre 2019" in words(page)
        answer(referent, action, What.NOTHING_NEW)
        assert ProgressReport.objects.count() == 1

    def test_what_came_in_between_is_shown_first(self, referent, action):
        where = address(referent, action, What.NOTHING_NEW)
        make.ProgressReportFactory(
            action=action, status=Status.SUSPENDED, reported_on=date(2019, 11, 14)
        )
        page = Client().post(where, {"seen": "0"})
        assert page.status_code == 422
        assert "Un point a été publié" in words(page)
        assert "Suspendue" in words(page)
        assert ProgressReport.objects.count() == 1
        answer(referent, action, What.NOTHING_NEW)
        assert ProgressReport.objects.first().status == Status.SUSPENDED

    def test_where_a_validation_is_asked_for_it_waits(self, referent, action):
        type(action.strategy).objects.update(officers_publish=False)
        page = Client().get(address(referent, action, What.NOTHING_NEW))
        assert "sera envoyé à la personne qui le valide" in words(page)
        for _ in range(2):
            page = answer(referent, action, What.NOTHING_NEW)
            assert "attend d'être validé" in words(page)
        draft = ProgressReportDraft.objects.get()
        assert (draft.author, draft.text) == (referent, "Rien de nouveau.")
        assert draft.submitted_at
        assert not ProgressReport.objects.exists()

    def test_a_deputy_says_it_in_their_own_name_while_they_stand_in(self, referent, action):
        deputy = make.UserFactory(full_name="Alix Suppléante")
        make.AbsenceFactory(user=referent, deputy=deputy, ends_on=date(2019, 11, 20))
        where = address(deputy, action, What.NOTHING_NEW)
        answer(deputy, action, What.NOTHING_NEW)
        assert ProgressReport.objects.get().author == deputy
        with time_machine.travel("2019-11-21T09:00:00Z"):
            assert Client().get(where).status_code == 403

    def test_a_draft_of_theirs_is_not_overwritten(self, referent, action):
        make.ProgressReportDraftFactory(action=action, author=referent, text="En cours")
        where = address(referent, action, What.NOTHING_NEW)
        assert "Vous avez un brouillon sur cette action" in words(Client().get(where))
        page = Client().post(where, {"seen": "0"})
        assert page.status_code == 422
        assert "Vous avez un brouillon sur cette action" in words(page)
        assert "Faire un point complet" in words(page)
        assert ProgressReportDraft.objects.get().text == "En cours"
        assert not ProgressReport.objects.exists()

    @pytest.mark.parametrize("seen", ["x", "-1"])
    def test_a_forged_form_writes_nothing(self, referent, action, seen):
        page = Client().post(address(referent, action, What.NOTHING_NEW), {"seen": seen})
        assert page.status_code == 422
        assert rows() == [0, 0, 0]


# Later


class TestLater:
    def test_who_has_one_mail_a_week_hears_of_it_on_a_monday(self, referent, action):
        page = answer(referent, action, What.SNOOZE, **LATER)
        assert ReminderReply.objects.get().until == NEXT_WEEK
        assert "la relance revient le lundi 25 novembre 2019" in words(page)
        assert "L'échéance ne bouge pas" in words(page)

    def test_who_has_one_a_day_hears_of_it_on_a_working_day(self, referent, action):
        referent.pace = "quotidien"
        referent.save()
        answer(referent, action, What.SNOOZE, **LATER)
        assert ReminderReply.objects.get().until == date(2019, 11, 22)

    def test_the_day_is_in_no_quiet_week(self, referent):
        action = followed(referent, initial_due_date=date(2020, 6, 30))
        with time_machine.travel("2019-12-18T09:00:00Z"):
            page = Client().get(address(referent, action, What.SNOOZE))
            assert "Dans une semaine, le vendredi 3 janvier 2020" in words(page)

    @pytest.mark.parametrize(
        ("day", "until"),
        [
            ("2019-11-19", date(2019, 11, 25)),
            ("2019-12-25", date(2020, 1, 3)),  # the digest after the quiet weeks
            ("2020-01-07", date(2020, 1, 13)),  # a week after the date
            ("2020-01-08", None),
            ("2019-11-15", None),
            ("2019-02-01", None),
            ("9999-12-31", None),
            ("31/12", None),
            ("", None),
        ],
    )
    def test_any_day_until_a_week_after_the_date(self, referent, action, day, until):
        page = answer(referent, action, What.SNOOZE, when="autre", day=day)
        assert [one.until for one in ReminderReply.objects.all()] == ([until] if until else [])
        assert page.status_code == (200 if until else 422)
        assert ("id_day_error" in page.content.decode()) == (until is None)

    @pytest.mark.parametrize("due", [None, date(2019, 6, 30), date(2021, 6, 30)])
    def test_three_months_at_most(self, referent, due):
        action = followed(referent, initial_due_date=due)
        page = answer(referent, action, What.SNOOZE, when="autre", day="2020-02-14")
        assert "Choisissez un jour entre demain et le 13 février 2020" in words(page)
        answer(referent, action, What.SNOOZE, when="autre", day="2020-02-13")
        assert ReminderReply.objects.get().until == date(2020, 2, 17)

    @pytest.mark.parametrize("due", [date(2019, 11, 15), date(2019, 11, 16)])
    def test_a_date_that_is_near_leaves_a_week(self, referent, due):
        page = Client().get(
            address(referent, followed(referent, initial_due_date=due), What.SNOOZE)
        )
        assert list(page.context["form"].offered) == ["Dans une semaine"]

    @pytest.mark.parametrize("said", [{}, {"when": "jamais"}])
    def test_an_answer_without_a_day_is_asked_again(self, referent, action, said):
        page = answer(referent, action, What.SNOOZE, **said)
        assert page.status_code == 422
        assert not ReminderReply.objects.exists()

    def test_the_last_word_holds_in_one_row(self, referent, action):
        for n, said in enumerate(("Dans un mois", "Dans une semaine", "Dans une semaine")):
            with time_machine.travel(f"2019-11-15T1{n}:00:00Z", tick=False):
                answer(referent, action, What.SNOOZE, when=said)
        assert ReminderReply.objects.get().until == NEXT_WEEK

    def test_what_came_back_is_put_off_anew(self, referent, action):
        answer(referent, action, What.SNOOZE, **LATER)
        with time_machine.travel("2019-11-25T09:00:00Z"):
            assert "C'est noté" not in words(Client().get(address(referent, action, What.SNOOZE)))
            answer(referent, action, What.SNOOZE, **LATER)
        assert ReminderReply.objects.count() == 2


# No longer mine


class TestNotMine:
    def test_the_coordination_is_told_with_a_word(self, referent, action):
        page = answer(referent, action, What.NOT_MINE, word="Passée au service emploi.")
        row = ReminderReply.objects.get()
        assert (row.user, row.what) == (referent, ReminderReply.What.NOT_MINE)
        assert (row.word, row.until) == ("Passée au service emploi.", None)
        assert "Depuis le 15 novembre 2019, la coordination sait" in words(page)

    def test_a_word_is_optional_and_short(self, referent, action):
        page = answer(referent, action, What.NOT_MINE, word="x" * 251)
        assert page.status_code == 422
        assert not ReminderReply.objects.exists()
        assert "x" * 251 in words(page), "nothing typed is lost"
        answer(referent, action, What.NOT_MINE)
        assert ReminderReply.objects.get().word == ""

    def test_said_again_it_stays_as_it_was(self, referent, action):
        answer(referent, action, What.NOT_MINE, word="Un mot.")
        page = Client().post(
            address(referent, action, What.NOT_MINE), {"word": "Un autre."}, follow=True
        )
        assert "C'est noté" in words(page)
        assert ReminderReply.objects.get().word == "Un mot."

    def test_it_can_be_taken_back(self, referent, action):
        answer(referent, action, What.NOT_MINE)
        page = answer(referent, action, What.NOT_MINE, reprendre="1")
        assert "Prévenir la coordination" in words(page)
        assert not ReminderReply.objects.exists()

    def test_the_referent_of_the_proposal_says_it_too(self, referent):
        action = followed(None, proposal__referent=referent)
        answer(referent, action, What.NOT_MINE)
        assert ReminderReply.objects.get().user == referent

    @pytest.mark.parametrize("role", ["deputy", "coordinator", "administrator"])
    def test_who_is_no_referent_is_told_so(self, referent, action, role):
        person = make.UserFactory(role="administration" if role == "administrator" else "agent")
        if role == "deputy":
            make.AbsenceFactory(user=referent, deputy=person)
        if role == "coordinator":
            person = make.CoordinatorFactory()
            action.strategy.coordinators.add(person)
        where = address(person, action, What.NOT_MINE)
        assert "Vous n'en êtes pas référent·e" in words(Client().get(where))
        page = Client().post(where, {"word": ""})
        assert page.status_code == 422
        assert not ReminderReply.objects.exists()
        hands = f'/suivi/passation/?action={action.pk}"'
        assert (hands in page.content.decode()) == (role != "deputy")


# Twenty clicks
