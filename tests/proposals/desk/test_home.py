"""The desk: what needs me, in that order; nothing new in one click; handing over."""

import uuid
from datetime import date
from html import unescape

import pytest
import time_machine

from proposals.models import Handover, ProgressReport, ProgressReportDraft, Status
from tests.factories import (
    AbsenceFactory,
    ActionFactory,
    PartnershipFactory,
    ProgressReportFactory,
    UserFactory,
)
from tests.proposals.desk.conftest import content

pytestmark = pytest.mark.django_db

NEWS = "/suivi/sress/actions/12-3/rien-de-nouveau/"


def read(client, address="/suivi/"):
    return unescape(client.get(address).content.decode())


def test_what_presses_comes_first(lead):
    def action(title, due, status=None, on=date(2019, 11, 1)):
        one = ActionFactory(title=title, referent=lead.user, initial_due_date=due)
        if status:
            ProgressReportFactory(action=one, status=status, reported_on=on)
        return title

    late = action("Très en retard", date(2019, 9, 1), Status.ONGOING)
    later = action("En retard", date(2019, 11, 14), Status.ONGOING)
    soon = action("Bientôt due", date(2019, 12, 15), Status.ONGOING)
    hard = action("En peine", date(2020, 6, 30), Status.DIFFICULTY)
    silent = action("Silencieuse", date(2020, 6, 30), Status.ONGOING, date(2019, 8, 17))
    calm = action("Tranquille", date(2019, 12, 16), Status.ONGOING)
    done = action("Finie", date(2019, 1, 31), Status.DELIVERED)
    page = lead.get("/suivi/").context["page"]
    assert [one.title for one in page.object_list] == [late, later, soon, silent, hard, calm, done]
    assert [one.need for one in page.object_list] == [1, 1, 2, 3, 4, 5, 6]


def test_a_sheet_says_gently_what_it_lacks(lead):
    ActionFactory(referent=lead.user, initial_due_date=None, lead=None)
    assert "il manque son porteur, une échéance, un premier point" in read(lead)


class TestNothingNew:
    def send(self, client, seen=0, submission=None):
        said = {"submission": submission or str(uuid.uuid4()), "seen": seen}
        return client.post(NEWS, said, follow=True)

    def test_keeps_the_state_under_todays_date(self, lead, action):
        ProgressReportFactory(
            action=action, status=Status.SUSPENDED, progress=25, difficulty_motive="financement"
        )
        self.send(lead, seen=1)
        report = ProgressReport.objects.first()
        assert (report.reported_on, report.status) == (date(2019, 11, 15), Status.SUSPENDED)
        assert (report.progress, report.difficulty_motive) == (25, "financement")
        assert report.text == "Rien de nouveau."

    def test_twenty_clicks_are_one_report(self, lead, action):
        key = str(uuid.uuid4())
        for _ in range(20):
            self.send(lead, submission=key)
        assert ProgressReport.objects.count() == 1

    def test_what_is_interne_does_not_become_public(self, lead, action):
        ProgressReportFactory(
            action=action,
            status=Status.DIFFICULTY,
            difficulty_motive="partenariat",
            visibility="interne",
        )
        self.send(lead, seen=1)
        assert ProgressReport.objects.first().visibility == "interne"

    def test_an_embargo_goes_on(self, lead, anonymous, action):
        ProgressReportFactory(action=action, progress=75, public_from=date(2019, 12, 1))
        self.send(lead, seen=1)
        assert ProgressReport.objects.first().public_from == date(2019, 12, 1)
        assert "75\u202f%" not in read(anonymous, action.get_absolute_url())

    def test_a_report_that_came_in_between_is_shown_first(self, lead, action):
        ProgressReportFactory(action=action, reported_on=date(2019, 11, 14))
        response = self.send(lead, seen=0)
        assert "Un point a été publié" in unescape(response.content.decode())
        assert ProgressReport.objects.count() == 1

    def test_a_finished_action_has_nothing_more_to_say(self, lead, action):
        ProgressReportFactory(action=action, status=Status.DELIVERED)
        assert "terminée" in unescape(self.send(lead, seen=1).content.decode())
        assert ProgressReport.objects.count() == 1

    def test_a_partners_waits_for_validation(self, contributor, action):
        PartnershipFactory(action=action, organisation=contributor.user.organisation)
        self.send(contributor)
        assert not ProgressReport.objects.exists()
        draft = ProgressReportDraft.objects.get()
        assert draft.submitted_at
        assert draft.text == "Rien de nouveau."

    def test_a_partners_is_told_of_what_came_in_between(self, contributor, action):
        PartnershipFactory(action=action, organisation=contributor.user.organisation)
        ProgressReportFactory(action=action, reported_on=date(2019, 11, 14))
        response = self.send(contributor, seen=0)
        assert "Un point a été publié" in unescape(response.content.decode())
        assert not ProgressReportDraft.objects.exists()

    def test_a_draft_is_not_overwritten(self, lead, action):
        lead.post("/suivi/sress/actions/12-3/point/", content(text="En cours", brouillon="1"))
        self.send(lead)
        assert ProgressReportDraft.objects.get().text == "En cours"
        assert not ProgressReport.objects.exists()

    def test_a_forged_form_writes_nothing(self, lead, action):
        response = lead.post(NEWS, {"submission": "x", "seen": "y"})
        assert response.status_code == 302
        assert not ProgressReport.objects.exists()


class TestHandover:
    ADDRESS = "/suivi/passation/"

    def test_actions_change_hands_and_the_colleague_reads_why(self, lead, outsider, action):
        said = {"actions": [action.pk], "to": outsider.user.pk, "word": "Comité le 12."}
        lead.post(self.ADDRESS, said)
        action.refresh_from_db()
        assert action.referent == outsider.user
        desk = read(outsider)
        assert "On vous a confié" in desk
        assert "« Comité le 12. »" in desk
        assert Handover.objects.get().given_by == lead.user
        assert lead.get("/suivi/sress/actions/12-3/point/").status_code == 403

    def test_those_of_others_stay_where_they_are(self, outsider, lead, action):
        said = {"actions": [action.pk], "to": outsider.user.pk}
        assert outsider.post(self.ADDRESS, said).status_code == 422
        action.refresh_from_db()
        assert action.referent == lead.user

    def test_a_deputy_does_not_give_away_what_they_look_after(self, outsider, action):
        AbsenceFactory(user=action.referent, deputy=outsider.user)
        said = {"actions": [action.pk], "to": outsider.user.pk}
        assert outsider.post(self.ADDRESS, said).status_code == 422
        assert not Handover.objects.exists()

    def test_nothing_goes_to_who_cannot_answer_for_it(self, lead, contributor, action):
        closed = UserFactory(is_active=False)
        for to in (contributor.user, closed):
            said = {"actions": [action.pk], "to": to.pk}
            assert lead.post(self.ADDRESS, said).status_code == 422

    def test_an_action_without_referent_is_given_one(self, administrator, outsider):
        action = ActionFactory(referent=None)
        administrator.post(self.ADDRESS, {"actions": [action.pk], "to": outsider.user.pk})
        action.refresh_from_db()
        assert action.referent == outsider.user


class TestAbsences:
    ADDRESS = "/suivi/absences/"

    def test_one_declares_takes_back_and_is_told_what_is_wrong(self, lead, outsider):
        days = {"starts_on": "2019-12-20", "ends_on": "2020-01-05", "deputy": outsider.user.pk}
        assert lead.post(self.ADDRESS, days).status_code == 302
        again = lead.post(self.ADDRESS, days)
        assert again.status_code == 422
        assert "déjà déclarée" in unescape(again.content.decode())
        wrong = lead.post(self.ADDRESS, {**days, "ends_on": "2019-12-01"})
        assert "précède" in unescape(wrong.content.decode())
        absence = lead.user.absences.get()
        assert outsider.post(f"{self.ADDRESS}{absence.pk}/suppression/").status_code == 404
        lead.post(f"{self.ADDRESS}{absence.pk}/suppression/")
        assert not lead.user.absences.exists()

    def test_a_deputy_sees_who_they_stand_in_for(self, outsider, action):
        AbsenceFactory(user=action.referent, deputy=outsider.user)
        desk = read(outsider)
        assert f"Vous suppléez {action.referent}" in desk
        assert action.title in desk


def test_what_is_under_embargo_is_for_the_region(contributor, lead, anonymous, action):
    PartnershipFactory(action=action, organisation=contributor.user.organisation)
    ProgressReportFactory(
        action=action,
        author=lead.user,
        status=Status.DIFFICULTY,
        text="À annoncer en décembre.",
        public_from=date(2019, 12, 1),
    )
    for page in ("/suivi/", "/suivi/sress/actions/12-3/", "/suivi/sress/actions/12-3/point/"):
        said = read(contributor, page)
        assert "À annoncer en décembre." not in said
        assert "status-difficulte" not in said
    assert "retenu jusqu'au" in read(lead, "/suivi/sress/actions/12-3/")


def test_withdrawing_what_the_public_never_saw_is_not_told_either(lead, anonymous, action):
    report = ProgressReportFactory(action=action, author=lead.user, public_from=date(2019, 12, 1))
    address = f"/suivi/sress/actions/12-3/point/{report.pk}/retrait/"
    lead.post(address, {"submission": str(uuid.uuid4()), "text": "Fuite évitée."})
    assert ProgressReport.objects.filter(is_retraction=True).exists()
    assert "Fuite évitée." not in read(anonymous, action.get_absolute_url())
    with time_machine.travel("2019-12-02T09:00:00Z", tick=False):
        assert "À venir" in read(anonymous, action.get_absolute_url())


class TestTheForm:
    ADDRESS = "/suivi/sress/actions/12-3/point/"

    def test_what_is_delivered_is_done(self, lead, action):
        ProgressReportFactory(action=action, progress=75)
        lead.post(self.ADDRESS, content(seen="1", status=Status.DELIVERED, progress="75"))
        assert ProgressReport.objects.first().progress == 100

    @pytest.mark.parametrize(
        ("said", "reason"),
        [
            ({"public_from": "2019-11-15"}, "Cette date est passée"),
            (
                {"revised_due_date": "2019-11-14", "revision_motive": "x"},
                "précède la date des faits",
            ),
        ],
    )
    def test_dates_that_are_past_are_told(self, lead, action, said, reason):
        response = lead.post(self.ADDRESS, content(**said))
        assert reason in unescape(response.content.decode())
        assert not ProgressReport.objects.exists()

    def test_colleagues_are_told_whom_to_ask(self, outsider, contributor, action):
        assert f"suivie par {action.referent}" in read(outsider, self.ADDRESS)
        assert str(action.referent) not in read(contributor, self.ADDRESS)
