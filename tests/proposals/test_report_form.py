"""The officer logs progress: the public page shows it, drafts wait, mistakes lose nothing."""

import uuid
from datetime import date
from html import unescape

import pytest
import time_machine

from proposals.models import ProgressReport, ProgressReportDraft, Status
from tests.factories import ActionFactory, MilestoneFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def action(lead):
    return ActionFactory(
        strategy__slug="sress", code="12.3", referent=lead.user, initial_due_date=date(2019, 10, 1)
    )


ADDRESS = "/suivi/sress/actions/12-3/point/"


def content(**changes):
    return {
        "submission": str(uuid.uuid4()),
        "reported_on": "2019-11-15",
        "status": Status.ONGOING,
        "progress": "50",
        "text": "Bail signé.",
        "visibility": "public",
        **changes,
    }


def test_a_report_is_on_the_public_page_at_once(lead, anonymous, action):
    response = lead.post(ADDRESS, content())
    assert response.status_code == 302
    page = anonymous.get(action.get_absolute_url()).content.decode()
    assert "Bail signé." in page
    assert "En cours" in page
    earlier = anonymous.get(f"{action.get_absolute_url()}?au=2019-11-14").content.decode()
    assert "Bail signé." not in earlier
    assert "Échéance dépassée" in page


def test_a_form_sent_again_with_another_milestone_is_not_lost_silently(lead, action):
    milestone = MilestoneFactory(action=action)
    sent = content()
    assert lead.post(ADDRESS, sent).status_code == 302
    again = lead.post(ADDRESS, {**sent, f"etape_{milestone.pk}_atteinte": "on"})
    assert "déjà été publié" in unescape(again.content.decode())
    assert not milestone.updates.exists()


def test_an_action_leaves_its_difficulty_behind(lead, action):
    """The motive that the form was filled in with goes with the state that it was about."""
    ProgressReportFactory(action=action, status=Status.DIFFICULTY, progress=50)
    form = lead.get(ADDRESS).context["form"]
    content_sent = content(difficulty_motive=form["difficulty_motive"].value())
    assert content_sent["difficulty_motive"]
    assert lead.post(ADDRESS, content_sent).status_code == 302
    assert ProgressReport.objects.first().difficulty_motive == ""


def test_all_mistakes_are_told_at_once_with_links_to_their_fields(lead, action):
    wrong = content(reported_on="2019-11-16", progress="100", revised_due_date="2020-06-30")
    page = lead.post(ADDRESS, wrong).content.decode()
    for field in ("reported_on", "progress", "revision_motive"):
        assert f'href="#id_{field}_error"' in page
        assert f'id="id_{field}_error"' in page


def test_the_form_starts_from_the_present_state(lead, action):
    ProgressReportFactory(action=action, status=Status.DIFFICULTY, progress=75)
    form = lead.get(ADDRESS).context["form"]
    assert form["status"].value() == Status.DIFFICULTY
    assert form["progress"].value() == 75
    assert form["difficulty_motive"].value() == "financement"
    assert form["reported_on"].value() == date(2019, 11, 15)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reported_on": "2019-11-16"}, "datez-le d'aujourd'hui au plus tard"),
        ({"reported_on": "2018-12-31"}, "existe que depuis le 01/01/2019"),
        ({"reported_on": "31/31/2019"}, "Saisissez une date valide"),
        ({"status": ""}, "Ce champ est obligatoire"),
        ({"progress": "100"}, "vont ensemble"),
        ({"status": Status.DELIVERED}, "vont ensemble"),
        ({"status": Status.DIFFICULTY}, "demande la nature de la difficulté"),
        ({"status": Status.DROPPED}, "demande une décision"),
        ({"revised_due_date": "2020-06-30"}, "Une nouvelle échéance et son motif vont ensemble"),
        ({"revised_due_date": "9999-12-31", "revision_motive": "x"}, "vérifiez l'année"),
        ({"revised_due_date": "2001-06-30", "revision_motive": "x"}, "vérifiez l'année"),
        ({"public_from": "9999-12-31"}, "un an au plus"),
        ({"progress": "33"}, "Sélectionnez un choix valide"),
        ({"text": "Du texte\0piégé"}, "caractère nul"),
    ],
)
def test_a_mistake_is_told_in_french_and_loses_nothing(lead, action, changes, said):
    response = lead.post(ADDRESS, content(**{"text": "Une longue explication.", **changes}))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page.replace("&#x27;", "'")
    assert changes.get("text", "Une longue explication.") in page
    assert not ProgressReport.objects.exists()


def test_the_same_form_sent_twice_counts_once(lead, action):
    sent = content()
    first, second = lead.post(ADDRESS, sent), lead.post(ADDRESS, sent)
    assert first.status_code == second.status_code == 302
    assert ProgressReport.objects.count() == 1


def test_an_old_form_with_new_words_is_not_lost(lead, action):
    sent = content()
    lead.post(ADDRESS, sent)
    again = lead.post(ADDRESS, {**sent, "text": "Et le local est ouvert."})
    assert again.status_code == 422
    assert "déjà été publié" in again.content.decode()
    resent = {**sent, "text": "Et le local est ouvert."}
    resent["submission"] = again.context["form"].data["submission"]
    assert lead.post(ADDRESS, resent).status_code == 302
    assert ProgressReport.objects.count() == 2


def test_a_draft_keeps_what_is_typed_and_counts_nowhere(lead, anonymous, action):
    milestone = MilestoneFactory(action=action)
    lead.post(
        ADDRESS,
        content(
            brouillon="1",
            status=Status.DELIVERED,
            progress="",
            text="À compléter",
            **{f"etape_{milestone.pk}_atteinte": "on"},
        ),
    )
    assert "À compléter" not in anonymous.get(action.get_absolute_url()).content.decode()
    form = lead.get(ADDRESS).context["form"]
    assert form["text"].value() == "À compléter"
    assert form["status"].value() == Status.DELIVERED
    assert form[f"etape_{milestone.pk}_atteinte"].value() is True
    assert "Mes brouillons" in lead.get("/suivi/").content.decode()
    lead.post(ADDRESS, content())
    assert not ProgressReportDraft.objects.exists()


def test_a_milestone_is_reached_or_moved_by_a_report(lead, anonymous, action):
    reached = MilestoneFactory(action=action, title="Comité de lancement")
    moved = MilestoneFactory(action=action, title="Ouverture du lieu")
    lead.post(
        ADDRESS,
        content(
            **{
                f"etape_{reached.pk}_atteinte": "on",
                f"etape_{moved.pk}_echeance": "2020-03-31",
            }
        ),
    )
    page = anonymous.get(action.get_absolute_url()).content.decode()
    assert "Atteinte le" in page
    assert "31\u00a0mars\u00a02020" in page


def test_a_correction_replaces_one_report(lead, anonymous, action):
    wrong = ProgressReportFactory(action=action, status=Status.DELIVERED)
    form = lead.get(f"{ADDRESS}?corrige={wrong.pk}").context["form"]
    assert form["status"].value() == Status.DELIVERED
    sent = content(reported_on="2019-03-01")
    assert lead.post(f"{ADDRESS}?corrige={wrong.pk}", sent).status_code == 302
    wrong.refresh_from_db()
    assert wrong.superseded_by.status == Status.ONGOING
    second = lead.post(f"{ADDRESS}?corrige={wrong.pk}", content())
    assert "déjà été corrigé ou retiré" in second.content.decode()


def test_a_report_is_retracted_with_its_reason(lead, anonymous, action):
    wrong = ProgressReportFactory(action=action, status=Status.DELIVERED)
    address = f"/suivi/sress/actions/12-3/point/{wrong.pk}/retrait/"
    assert lead.post(address, {"submission": str(uuid.uuid4()), "text": ""}).status_code == 422
    sent = {"submission": str(uuid.uuid4()), "text": "Saisi sur la mauvaise action"}
    assert lead.post(address, sent).status_code == 302
    assert lead.post(address, sent).status_code == 302
    page = anonymous.get(action.get_absolute_url()).content.decode()
    assert "Saisi sur la mauvaise action" in page
    assert "À venir" in page
    assert ProgressReport.objects.count() == 2


@pytest.mark.parametrize("asked", ["0", "999999", "abc", "-1", "٣"])
def test_correcting_what_does_not_exist_is_a_404(lead, action, asked):
    assert lead.get(f"{ADDRESS}?corrige={asked}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reported_on": "2019-11-16"}, "reported_on"),
        ({"reported_on": "2018-12-31"}, "reported_on"),
        ({"progress": "100"}, "progress"),
        ({"status": Status.DIFFICULTY}, "difficulty_motive"),
        ({"status": Status.DROPPED}, "decision"),
        ({"revised_due_date": "2020-06-30"}, "revision_motive"),
    ],
)
def test_a_mistake_is_told_at_its_field(lead, action, changes, field):
    response = lead.post(ADDRESS, content(**changes))
    form = response.context["form"]
    assert list(form.errors) == [field]
    page = response.content.decode()
    assert "<title>Erreur" in page
    assert f'aria-describedby="id_{field}' in page


def test_a_correction_leaves_my_draft_alone(lead, action):
    wrong = ProgressReportFactory(action=action)
    lead.post(ADDRESS, content(brouillon="1", text="À garder"))
    lead.post(f"{ADDRESS}?corrige={wrong.pk}", content())
    assert lead.get(ADDRESS).context["form"]["text"].value() == "À garder"


def test_a_draft_with_an_unreadable_date_is_shown_again(lead, action):
    sent = content(brouillon="1", revised_due_date="32/1/2020", text="Longue explication")
    response = lead.post(ADDRESS, sent)
    assert response.status_code == 422
    assert "32/1/2020" in response.content.decode()
    assert "Longue explication" in response.content.decode()


def test_a_draft_may_break_the_rules_of_a_report(lead, action):
    lead.post(ADDRESS, content(brouillon="1", reported_on="2019-12-24", status=Status.DROPPED))
    form = lead.get(ADDRESS).context["form"]
    assert form["reported_on"].value() == date(2019, 12, 24)
    assert form["status"].value() == Status.DROPPED


def test_a_draft_is_abandoned(lead, action):
    lead.post(ADDRESS, content(brouillon="1"))
    assert "Vous reprenez votre brouillon" in lead.get(ADDRESS).content.decode()
    lead.post(ADDRESS, content(abandonner="1"))
    assert not ProgressReportDraft.objects.exists()
    assert not ProgressReport.objects.exists()


def test_a_withheld_report_stays_on_the_desk_of_its_author(lead, anonymous, action):
    response = lead.post(ADDRESS, content(public_from="2019-12-24"), follow=True)
    assert "retenu jusqu&#x27;au 24\u00a0décembre\u00a02019" in response.content.decode()
    report = ProgressReport.objects.get()
    assert f"?corrige={report.pk}" in response.content.decode()
    assert "Bail signé." not in anonymous.get(action.get_absolute_url()).content.decode()


def test_what_is_already_corrected_is_said_before_typing(lead, action):
    wrong = ProgressReportFactory(action=action)
    ProgressReportFactory(action=action, supersedes=wrong)
    for address in (f"{ADDRESS}?corrige={wrong.pk}", f"{ADDRESS}{wrong.pk}/retrait/"):
        page = lead.get(address, follow=True).content.decode()
        assert "Ce point a déjà été corrigé ou retiré." in page
