"""Expired log-ins, forms sent twice or by two, pages that save themselves: counted facts."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from proposals.models import ProgressReport, ProgressReportDraft
from tests.conftest import SignedIn
from tests.factories import ActionFactory, ProgressReportFactory, UserFactory, date
from tests.proposals.desk.conftest import ADDRESS, content, shown

pytestmark = pytest.mark.django_db


def again(client, address):
    """The data of the form as the page shows it now, and the page."""
    page = client.get(address)
    form = page.context["form"]
    return {field.html_name: field.value() for field in form if field.value()}, page


class TestExpiredLogIn:
    def expire(self, client):
        client.logout()

    def sign_in(self, client):
        client.force_login(client.user)

    @pytest.mark.parametrize(
        ("address", "said", "typed"),
        [
            (ADDRESS, content(text="Deux heures de rédaction."), "Deux heures de rédaction."),
            ("/suivi/absences/", {"starts_on": "2019-12-24"}, "2019-12-24"),
            ("/suivi/passation/", {"word": "Appeler Orléans."}, "Appeler Orléans."),
        ],
    )
    def test_what_was_typed_is_there_after_signing_in(self, lead, action, address, said, typed):
        self.expire(lead)
        response = lead.post(address, said)
        assert response["Location"].startswith("/compte/connexion/")
        assert not ProgressReport.objects.exists()
        self.sign_in(lead)
        page = unescape(lead.get(address).content.decode())
        assert typed in page
        assert "Rien n'est encore enregistré" in page
        # Shown once: the next time, the page is as usual.
        assert typed not in unescape(lead.get(address).content.decode())

    def test_sent_again_it_is_published_once(self, lead, action):
        self.expire(lead)
        lead.post(ADDRESS, content(text="Deux heures."))
        self.sign_in(lead)
        said, _ = again(lead, ADDRESS)
        lead.post(ADDRESS, said)
        assert ProgressReport.objects.get().text == "Deux heures."

    def test_the_files_that_went_with_it_are_named(self, lead, action):
        self.expire(lead)
        file = SimpleUploadedFile("convention.pdf", b"%PDF-1.7")
        lead.post(ADDRESS, content(text="Deux heures.", pieces=[file]))
        self.sign_in(lead)
        page = unescape(lead.get(ADDRESS).content.decode())
        assert "Joignez de nouveau\u00a0: convention.pdf." in page

    def test_a_whole_grid_is_kept(self, lead, action):
        from tests.proposals.desk.test_review import grid, row

        said = grid(lead, "/suivi/revue/") | row(action, text="Avant le comité.")
        self.expire(lead)
        lead.post("/suivi/revue/", said)
        self.sign_in(lead)
        page = lead.get("/suivi/revue/")
        assert "Avant le comité." in page.content.decode()
        assert not ProgressReport.objects.exists()

    def test_what_one_person_typed_is_not_shown_to_the_next(self, lead, outsider, action):
        action.referent = None
        action.save()
        self.expire(lead)
        lead.post(ADDRESS, content(text="Secret de bureau."))
        self.sign_in(lead)
        lead.logout()
        lead.force_login(outsider.user)
        assert "Secret de bureau." not in lead.get("/suivi/").content.decode()

    def test_a_stale_token_from_our_own_page_keeps_what_was_typed(self, lead, action):
        strict = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
        strict.force_login(lead.user)
        response = strict.post(ADDRESS, content(text="D'un autre onglet."))
        assert response["Location"] == ADDRESS
        assert "D'un autre onglet." in unescape(strict.get(ADDRESS).content.decode())
        assert not ProgressReport.objects.exists()

    @pytest.mark.parametrize("origin", ["https://ailleurs.example.org", None])
    def test_a_form_from_elsewhere_is_refused_and_leaves_nothing(self, lead, action, origin):
        headers = {"Origin": origin} if origin else {}
        strict = Client(enforce_csrf_checks=True, headers=headers)
        strict.force_login(lead.user)
        assert strict.post(ADDRESS, content(text="Forgé.")).status_code == 403
        assert "Forgé." not in strict.get(ADDRESS).content.decode()

    def test_a_password_is_never_kept(self):
        strict = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
        said = {"login": "a@example.org", "password": "une phrase de passe"}
        strict.post("/compte/connexion/", said)
        assert "une phrase" not in str(dict(strict.session))


class TestBack:
    """The browser's « back » makes a new form, filled in with the old words."""

    def test_the_same_words_again_are_the_same_report(self, lead, action):
        lead.post(ADDRESS, content(text="Une fois."))
        again = lead.post(ADDRESS, content(text="Une fois.", seen="1"))
        assert again.status_code == 302
        assert ProgressReport.objects.count() == 1

    def test_a_whole_grid_sent_again_adds_nothing(self, lead, action):
        from tests.proposals.desk.test_review import grid, row

        for _ in range(2):
            said = grid(lead, "/suivi/revue/") | row(action, text="Avant le comité.")
            lead.post("/suivi/revue/", said)
        assert ProgressReport.objects.count() == 1

    def test_what_was_withdrawn_may_be_said_again(self, lead, action):
        lead.post(ADDRESS, content(text="Une fois."))
        report = ProgressReport.objects.get()
        withdrawal = {"submission": str(uuid.uuid4()), "text": "Trop tôt."}
        lead.post(f"{ADDRESS}{report.pk}/retrait/", withdrawal)
        lead.post(ADDRESS, content(text="Une fois.", seen="2"))
        assert ProgressReport.objects.filter(text="Une fois.").count() == 2

    def test_what_changed_back_is_news(self, lead, action):
        for seen, progress in enumerate(("50", "75", "50")):
            lead.post(ADDRESS, content(text="", progress=progress, seen=str(seen)))
        assert ProgressReport.objects.count() == 3
        assert ProgressReport.objects.order_by("-pk").first().progress == 50

    def test_a_new_file_is_not_lost_with_the_same_words(self, lead, action):
        lead.post(ADDRESS, content(text="Une fois."))
        file = SimpleUploadedFile("convention.pdf", b"%PDF-1.7")
        lead.post(ADDRESS, content(text="Une fois.", seen="1", pieces=[file]))
        assert ProgressReport.objects.order_by("-pk").first().attachments.count() == 1

    def test_a_file_added_to_a_form_already_sent_is_kept(self, lead, action):
        said = content(text="Une fois.")
        lead.post(ADDRESS, said)
        other = SimpleUploadedFile("convention.pdf", b"%PDF-1.7")
        asked = lead.post(ADDRESS, {**said, "text": "Autrement.", "pieces": [other]})
        assert "déjà été publié" in unescape(asked.content.decode())
        again = {**said, "text": "Autrement.", "seen": "1"}
        again["submission"] = asked.context["form"]["submission"].value()
        lead.post(ADDRESS, again)
        report = ProgressReport.objects.get(text="Autrement.")
        assert report.attachments.get().name == "convention.pdf"

    def test_other_words_are_another_report(self, lead, action):
        lead.post(ADDRESS, content(text="Une fois."))
        lead.post(ADDRESS, content(text="Et une autre.", seen="1"))
        assert ProgressReport.objects.count() == 2

    def test_later_the_same_words_are_news_again(self, lead, action):
        with time_machine.travel("2019-11-15T08:00:00Z", tick=False):
            lead.post(ADDRESS, content(text="Rien de neuf."))
        lead.post(ADDRESS, content(text="Rien de neuf.", seen="1"))
        assert ProgressReport.objects.count() == 2


class TestSavedByItself:
    def save(self, client, **said):
        return client.post(ADDRESS, content(automatique="1", **said))

    def test_a_half_written_report_is_kept_for_its_author(self, lead, outsider, action):
        said = self.save(lead, status="", progress="", text="Je commen")
        assert said.json()["said"].startswith("Brouillon enregistré à")
        assert ProgressReportDraft.objects.get().text == "Je commen"
        assert "Je commen" in lead.get(ADDRESS).content.decode()

    def test_what_cannot_be_read_is_said_and_the_rest_kept(self, lead, action):
        said = self.save(lead, reported_on="32/1/2020", text="Je commence")
        assert "ne peut pas se lire" in said.json()["said"]
        assert ProgressReportDraft.objects.get().text == "Je commence"

    def test_signed_out_it_says_so_and_writes_nothing(self, anonymous, action):
        assert self.save(anonymous).status_code == 401
        assert not ProgressReportDraft.objects.exists()

    def test_with_a_stale_token_it_says_so(self, lead, action):
        strict = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
        strict.force_login(lead.user)
        assert self.save(strict).status_code == 401
        assert not ProgressReportDraft.objects.exists()

    def test_it_does_not_bring_back_what_was_just_published(self, lead, action):
        said = content(text="Publié.")
        lead.post(ADDRESS, said)
        lead.post(ADDRESS, {**said, "automatique": "1"})
        assert not ProgressReportDraft.objects.exists()

    def test_a_draft_sent_for_validation_changes_by_hand_only(self, contributor, action):
        from tests.factories import PartnershipFactory

        PartnershipFactory(action=action, organisation=contributor.user.organisation)
        contributor.post(ADDRESS, content(text="À relire."))
        self.save(contributor, text="Changé en douce")
        draft = ProgressReportDraft.objects.get()
        assert (draft.text, bool(draft.submitted_at)) == ("À relire.", True)


class TestSomebodyElseWroteMeanwhile:
    def test_one_sees_it_and_decides(self, lead, administrator, action):
        mine, theirs = shown(lead, ADDRESS), shown(administrator, ADDRESS)
        administrator.post(
            ADDRESS,
            {**theirs, "status": "en_cours", "progress": "25", "text": "Vu de la direction."},
        )
        response = lead.post(ADDRESS, {**mine, "text": "Vu du terrain."})
        page = unescape(response.content.decode())
        assert response.status_code == 422
        assert "Vu de la direction." in page
        assert "Vu du terrain." in page
        assert ProgressReport.objects.count() == 1
        form = response.context["form"]
        lead.post(ADDRESS, {**mine, "text": "Vu du terrain.", "seen": form["seen"].value()})
        assert ProgressReport.objects.count() == 2

    def test_a_late_commit_with_an_early_number_is_seen_too(self, lead, action):
        """Numbers are given before transactions end: reports are counted, not compared."""
        said = shown(lead, ADDRESS)
        ProgressReportFactory(action=action, pk=1, reported_on=date(2019, 11, 14))
        assert lead.post(ADDRESS, {**said, "text": "x"}).status_code == 422


def at_once(*calls):
    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    @pytest.fixture
    def action(self):
        return ActionFactory(strategy__slug="sress", code="12.3", referent=UserFactory())

    def test_twenty_clicks_are_one_report(self, action):
        clients = [SignedIn(action.referent) for _ in range(20)]
        said = content(text="Vingt fois.")
        answers = at_once(*[lambda c=c: c.post(ADDRESS, said).status_code for c in clients])
        assert answers == [302] * 20
        assert ProgressReport.objects.count() == 1
        assert not ProgressReportDraft.objects.exists()

    def test_of_two_officers_the_second_is_asked(self, action):
        other = UserFactory(role="administration")
        clients = [SignedIn(action.referent), SignedIn(other)]
        answers = at_once(
            *[
                lambda c=c, n=n: c.post(ADDRESS, content(text=f"Point {n}")).status_code
                for n, c in enumerate(clients)
            ]
        )
        assert sorted(answers) == [302, 422]
        assert ProgressReport.objects.count() == 1

    def test_autosaves_and_the_last_click_leave_one_report(self, action):
        said = content(text="Publié.")
        writer = SignedIn(action.referent)
        autosave = {**said, "automatique": "1", "text": "Publi"}
        clients = [SignedIn(action.referent) for _ in range(6)]
        at_once(
            lambda: writer.post(ADDRESS, said).status_code,
            *[lambda c=c: c.post(ADDRESS, autosave).status_code for c in clients],
        )
        assert ProgressReport.objects.get().text == "Publié."

    def test_grids_of_two_officers_wait_for_each_other(self, action):
        from tests.proposals.desk.test_review import grid, row

        others = [
            ActionFactory(proposal=action.proposal, referent=action.referent) for _ in range(5)
        ]
        clients = [SignedIn(action.referent) for _ in range(3)]
        grids = [grid(client) for client in clients]
        for n, said in enumerate(grids):
            for one in (action, *others):
                said |= row(one, text=f"Officier {n}", submission=str(uuid.uuid4()))
        answers = at_once(
            *[
                lambda c=c, s=s: c.post("/suivi/revue/", s).status_code
                for c, s in zip(clients, grids, strict=True)
            ]
        )
        assert sorted(answers) == [302, 422, 422]
        assert ProgressReport.objects.count() == 6
