"""A draft of a partner: validated, amended, refused with a word; never lost, never doubled."""

from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import ProgressReport, ProgressReportDraft, Strategy
from tests.factories import PartnershipFactory, ProgressReportFactory
from tests.proposals.desk.conftest import ADDRESS, content, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(contributor, action):
    PartnershipFactory(action=action, organisation=contributor.user.organisation)
    return contributor


@pytest.fixture
def waiting(partner):
    response = partner.post(ADDRESS, content(text="Le chantier a commencé."))
    assert response["Location"] == "/suivi/"
    return ProgressReportDraft.objects.get()


def page(draft):
    return f"/suivi/sress/actions/12-3/validation/{draft.pk}/"


def read(client, address):
    return unescape(client.get(address).content.decode())


def test_what_a_partner_sends_waits_and_counts_nowhere(waiting, partner, lead, anonymous, action):
    assert not ProgressReport.objects.exists()
    assert "chantier" not in read(anonymous, action.get_absolute_url())
    assert "En attente de validation" in read(partner, "/suivi/")
    desk = read(lead, "/suivi/")
    assert "À valider" in desk
    assert page(waiting) in desk


def test_validated_as_it_is_it_is_published_in_its_authors_name(
    waiting, partner, lead, anonymous, action
):
    response = lead.post(page(waiting), shown(lead, page(waiting)))
    assert response.status_code == 302
    report = ProgressReport.objects.get()
    assert (report.author, report.validated_by) == (partner.user, lead.user)
    assert (report.text, report.submission) == ("Le chantier a commencé.", waiting.submission)
    assert not ProgressReportDraft.objects.exists()
    public = read(anonymous, action.get_absolute_url())
    assert "Le chantier a commencé." in public
    assert f"{partner.user.organisation}, validé par {lead.user.service}" in public


def test_amended_it_says_what_the_referent_wrote(waiting, lead):
    amended = {**shown(lead, page(waiting)), "text": "Le chantier commence.", "progress": "25"}
    lead.post(page(waiting), amended)
    report = ProgressReport.objects.get()
    assert (report.text, report.progress) == ("Le chantier commence.", 25)


def test_refused_it_goes_back_with_a_word(waiting, partner, lead):
    said = shown(lead, page(waiting))
    silent = lead.post(page(waiting), {**said, "renvoyer": "1"})
    assert silent.status_code == 422
    lead.post(page(waiting), {**said, "renvoyer": "1", "word": "Depuis quelle date ?"})
    assert not ProgressReport.objects.exists()
    assert f"Renvoyé par {lead.user} : « Depuis quelle date ? »" in read(partner, "/suivi/")
    form = read(partner, ADDRESS)
    assert "Depuis quelle date ?" in form
    assert "Le chantier a commencé." in form
    assert "À valider" not in read(lead, "/suivi/")
    partner.post(ADDRESS, {**shown(partner, ADDRESS), "text": "Depuis le 4 novembre."})
    assert "À valider" in read(lead, "/suivi/")
    assert ProgressReportDraft.objects.get().word == ""


def test_what_its_author_changed_meanwhile_is_read_again(waiting, partner, lead):
    said = shown(lead, page(waiting))
    later = waiting.updated_at.replace(microsecond=7)
    ProgressReportDraft.objects.update(updated_at=later, text="La nouvelle version.")
    refused = lead.post(page(waiting), {**said, "text": "Ma retouche."})
    assert refused.status_code == 422
    shown_again = unescape(refused.content.decode())
    assert "La nouvelle version." in shown_again
    assert "Ma retouche." in shown_again
    assert not ProgressReport.objects.exists()
    version = refused.context["form"]["version"].value()
    lead.post(page(waiting), {**said, "text": "Ma retouche.", "version": version})
    assert ProgressReport.objects.get().text == "Ma retouche."


def test_a_file_of_who_validates_leaves_the_words_to_their_author(waiting, lead, action):
    said = shown(lead, page(waiting))
    ProgressReportFactory(action=action, author=lead.user, reported_on=date(2019, 11, 15))
    for wrong in ({"progress": "100"}, {}):
        file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7")
        amended = {**said, "text": "Retouché.", "pieces": [file], **wrong}
        assert lead.post(page(waiting), amended).status_code == 422
        draft = ProgressReportDraft.objects.get()
        assert (draft.text, bool(draft.submitted_at)) == ("Le chantier a commencé.", True)
        assert draft.attachments.get().name == "plan.pdf"
    lead.post(page(waiting), {**said, "text": "Retouché.", "seen": "1"})
    published = ProgressReport.objects.get(text="Retouché.")
    assert published.attachments.get().name == "plan.pdf"


def test_two_validations_are_one_report(waiting, lead, administrator):
    said = shown(lead, page(waiting))
    lead.post(page(waiting), said)
    second = administrator.post(page(waiting), said, follow=True)
    assert "n'attend plus" in unescape(second.content.decode())
    assert ProgressReport.objects.count() == 1


def test_the_second_of_two_clicks_says_what_the_first_one_did(waiting, lead):
    said = shown(lead, page(waiting))
    for _ in range(2):
        response = lead.post(page(waiting), said, follow=True)
        assert "Point validé et publié." in unescape(response.content.decode())
    assert ProgressReport.objects.count() == 1


def test_taken_back_to_be_finished_it_waits_no_more(waiting, partner, lead):
    partner.post(ADDRESS, {**shown(partner, ADDRESS), "brouillon": "1"})
    assert "À valider" not in read(lead, "/suivi/")


def test_a_draft_that_breaks_a_rule_is_not_sent(partner):
    response = partner.post(ADDRESS, content(revised_due_date="2091-01-01", revision_motive="x"))
    assert response.status_code == 422
    assert "vérifiez l'année" in unescape(response.content.decode())
    assert not ProgressReportDraft.objects.filter(submitted_at__isnull=False).exists()
    assert not ProgressReport.objects.exists()


def test_who_publishes_at_once_is_set_by_role(partner, lead, coordinator, action):
    Strategy.objects.update(officers_publish=False, contributors_publish=True)
    action.strategy.coordinators.add(coordinator.user)
    partner.post(ADDRESS, content())
    assert ProgressReport.objects.get().author == partner.user
    lead.post(ADDRESS, content(seen="1", text="De l'agent."))
    draft = ProgressReportDraft.objects.get()
    assert draft.author == lead.user
    assert lead.get(page(draft)).status_code == 403
    coordinator.post(page(draft), shown(coordinator, page(draft)))
    assert ProgressReport.objects.filter(author=lead.user, validated_by=coordinator.user).exists()


def test_nobody_validates_their_own_draft(coordinator, action):
    action.strategy.coordinators.add(coordinator.user)
    coordinator.post(ADDRESS, content(brouillon="1"))
    draft = ProgressReportDraft.objects.get()
    ProgressReportDraft.objects.update(submitted_at=draft.updated_at)
    response = coordinator.get(page(draft), follow=True)
    assert "n'attend plus" in unescape(response.content.decode())


def test_a_partner_corrects_their_own_reports_alone(partner, lead, action):
    other = ProgressReportFactory(action=action, author=lead.user)
    own = ProgressReportFactory(action=action, author=partner.user)
    assert partner.get(f"{ADDRESS}?corrige={other.pk}").status_code == 403
    said = content(seen="2", text="Corrigé.")
    partner.post(f"{ADDRESS}?corrige={own.pk}", said)
    draft = ProgressReportDraft.objects.get()
    assert draft.supersedes == own
    lead.post(page(draft), shown(lead, page(draft)))
    assert ProgressReport.objects.get(supersedes=own).text == "Corrigé."


def test_interne_texts_are_not_for_partners(partner, lead, action):
    ProgressReportFactory(action=action, author=lead.user, text="Entre nous", visibility="interne")
    assert "Entre nous" not in read(partner, "/suivi/sress/actions/12-3/")
    assert "Entre nous" in read(lead, "/suivi/sress/actions/12-3/")


def test_an_officer_reads_the_interne_texts_of_all_actions(outsider, lead, action):
    ProgressReportFactory(action=action, author=lead.user, text="Entre nous", visibility="interne")
    assert "Entre nous" in read(outsider, "/suivi/sress/actions/12-3/")
    assert "Entre nous" in read(outsider, action.get_absolute_url())
