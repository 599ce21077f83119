"""Files joined to a report: checked, kept through errors, downloads only, erased with a trace."""

import io
import zipfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from proposals.models import Attachment, AttachmentContent, ProgressReport, ProgressReportDraft
from sress import uploads
from tests.factories import (
    AttachmentFactory,
    PartnershipFactory,
    ProgressReportDraftFactory,
    ProgressReportFactory,
    attached,
)
from tests.proposals.desk.conftest import ADDRESS, content, shown
from tests.proposals.test_guards import refused

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"


def sent(name="convention.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


def zipped(**parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


def test_a_file_goes_with_its_report_and_is_downloaded(lead, anonymous, action):
    lead.post(ADDRESS, content(pieces=[sent(), sent("budget.csv", b"a;b\n")]))
    report = ProgressReport.objects.get()
    assert [one.name for one in report.attachments.all()] == ["convention.pdf", "budget.csv"]
    attachment = report.attachments.first()
    assert (
        attachment.get_absolute_url() in anonymous.get(action.get_absolute_url()).content.decode()
    )
    response = anonymous.get(attachment.get_absolute_url())
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="convention.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_an_error_elsewhere_does_not_lose_the_file(lead, action):
    wrong = content(progress="100", pieces=[sent()])
    response = lead.post(ADDRESS, wrong)
    assert response.status_code == 422
    assert "convention.pdf" in response.content.decode()
    lead.post(ADDRESS, {**wrong, "progress": "50", "pieces": []})
    assert ProgressReport.objects.get().attachments.get().name == "convention.pdf"
    assert not ProgressReportDraft.objects.exists()


def test_sent_twice_it_is_joined_once(lead, action):
    said = content()
    for _ in range(2):
        lead.post(ADDRESS, {**said, "pieces": [sent()]})
    assert Attachment.objects.count() == 1
    assert ProgressReport.objects.count() == 1
    assert not ProgressReportDraft.objects.exists()


def test_a_draft_keeps_its_files_until_they_are_taken_away(lead, action):
    lead.post(ADDRESS, content(brouillon="1", pieces=[sent(), sent("b.txt", b"b")]))
    first, second = Attachment.objects.all()
    said = {**shown(lead, ADDRESS), "removed": [first.pk]}
    lead.post(ADDRESS, said)
    assert list(ProgressReport.objects.get().attachments.all()) == [second]
    assert AttachmentContent.objects.count() == 1


def test_a_correction_keeps_the_files_unless_one_says_otherwise(lead, action):
    lead.post(ADDRESS, content(pieces=[sent(), sent("b.txt", b"b")]))
    wrong = ProgressReport.objects.get()
    address = f"{ADDRESS}?corrige={wrong.pk}"
    page = lead.get(address)
    kept, dropped = wrong.attachments.all()
    assert page.context["form"].inheriting == {kept.pk, dropped.pk}
    lead.post(address, content(seen="1", text="Corrigé.", inherit=[kept.pk]))
    copied = ProgressReport.objects.get(supersedes=wrong).attachments.get()
    assert (copied.name, bytes(copied.content.data)) == ("convention.pdf", PDF)
    assert wrong.attachments.count() == 2


def test_five_files_at_most(lead, action):
    def several(count):
        return [sent(f"{n}.txt", b"%d" % n) for n in range(count)]

    assert lead.post(ADDRESS, content(pieces=several(6))).status_code == 422
    lead.post(ADDRESS, content(brouillon="1", pieces=several(4)))
    assert Attachment.objects.count() == 4
    more = [sent(f"autre-{n}.txt", b"x%d" % n) for n in range(2)]
    response = lead.post(ADDRESS, {**shown(lead, ADDRESS), "pieces": more})
    assert "5 pièces jointes au plus" in unescape(response.content.decode())
    assert not ProgressReport.objects.exists()


DOCX = zipped(word__document_xml="<x/>")
ODS = zipped(mimetype=uploads.TYPES["ods"])


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("page.html", b"<script>alert(1)</script>", "n'est pas accepté"),
        ("virus.exe", b"MZ", "n'est pas accepté"),
        ("image.svg", b"<svg onload='alert(1)'/>", "n'est pas accepté"),
        ("sans-extension", PDF, "n'est pas accepté"),
        ("faux.pdf", b"<html>", "son contenu est d'un autre type"),
        ("faux.png", PDF, "son contenu est d'un autre type"),
        ("faux.docx", ODS, "son contenu est d'un autre type"),
        ("faux.ods", DOCX, "son contenu est d'un autre type"),
        ("cassé.docx", b"PK\x03\x04rien", "son contenu est d'un autre type"),
        (
            "macros.docx",
            zipped(word__document_xml="<x/>", word__vbaProject="x"),
            "son contenu est d'un autre type",
        ),
        ("binaire.csv", b"a\0b", "son contenu est d'un autre type"),
        ("vide.pdf", b"", "est vide"),
        ("lourd.pdf", PDF + b"0" * uploads.LARGEST, "dépasse 10 Mo"),
    ],
)
def test_what_is_not_what_it_says_is_refused(lead, action, name, data, reason):
    response = lead.post(ADDRESS, content(pieces=[sent(name, data)]))
    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert reason in page
    assert not Attachment.objects.exists()
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("note.docx", DOCX),
        ("budget.ods", ODS),
        ("photo.JPG", b"\xff\xd8\xff\xe0"),
        ("C:\\Mes documents\\été.txt", "Orléans".encode("cp1252")),
    ],
)
def test_real_files_are_taken_under_their_own_name(lead, action, name, data):
    lead.post(ADDRESS, content(pieces=[sent(name, data)]))
    assert Attachment.objects.get().name == name.rpartition("\\")[2]
    assert bytes(AttachmentContent.objects.get().data) == data


class TestWhoDownloads:
    def status(self, client, attachment):
        return client.get(attachment.get_absolute_url()).status_code

    def test_interne_ones_are_for_the_region(self, anonymous, outsider, contributor, lead, action):
        PartnershipFactory(action=action, organisation=contributor.user.organisation)
        report = ProgressReportFactory(action=action, visibility="interne", author=lead.user)
        attachment = attached(report)
        assert self.status(anonymous, attachment) == 404
        assert self.status(contributor, attachment) == 404
        assert self.status(outsider, attachment) == 200

    def test_embargoed_ones_wait(self, anonymous, lead, action):
        report = ProgressReportFactory(action=action, author=lead.user, public_from="2019-12-01")
        attachment = attached(report)
        assert self.status(anonymous, attachment) == 404
        assert self.status(lead, attachment) == 200

    def test_those_of_unpublished_actions_are_hidden(self, anonymous, action, lead):
        attachment = attached(ProgressReportFactory(action=action, author=lead.user))
        action.published = False
        action.save()
        assert self.status(anonymous, attachment) == 404
        assert self.status(lead, attachment) == 200

    def test_those_of_a_draft_are_its_authors(self, anonymous, outsider, lead, action):
        draft = ProgressReportDraftFactory(action=action, author=lead.user)
        attachment = AttachmentFactory(draft=draft)
        assert self.status(lead, attachment) == 200
        assert self.status(outsider, attachment) == 404
        assert self.status(anonymous, attachment) == 404

    def test_those_that_wait_are_read_by_who_validates(self, contributor, lead, outsider, action):
        PartnershipFactory(action=action, organisation=contributor.user.organisation)
        contributor.post(ADDRESS, content(pieces=[sent()]))
        attachment = Attachment.objects.get()
        assert self.status(lead, attachment) == 200
        assert self.status(outsider, attachment) == 404
        draft = ProgressReportDraft.objects.get()
        page = f"/suivi/sress/actions/12-3/validation/{draft.pk}/"
        lead.post(page, shown(lead, page))
        assert ProgressReport.objects.get().attachments.get() == attachment


class TestFacts:
    """What is published stays, until it is erased with a motive."""

    @pytest.fixture
    def attachment(self, action):
        with transaction.atomic():
            return attached(ProgressReportFactory(action=action))

    def test_erased_it_leaves_its_name_and_the_reason(
        self, attachment, administrator, anonymous, action
    ):
        page = "/admin/proposals/attachment/"
        said = {"action": "erase", "_selected_action": [attachment.pk]}
        assert "disparaît pour toujours" in administrator.post(page, said).content.decode()
        assert AttachmentContent.objects.exists()
        administrator.post(page, {**said, "confirmed": "1", "because": "Données personnelles"})
        assert not AttachmentContent.objects.exists()
        public = unescape(anonymous.get(action.get_absolute_url()).content.decode())
        assert "convention.pdf, effacée le" in public
        assert "Données personnelles" in public
        assert anonymous.get(attachment.get_absolute_url()).status_code == 404

    def test_it_cannot_be_changed_or_deleted(self, attachment):
        with refused("attachment_append_only"):
            Attachment.objects.update(name="autre.pdf")
        with refused("attachment_append_only"):
            Attachment.objects.filter(pk=attachment.pk)._raw_delete("default")
        with refused("attachment_content_append_only"):
            AttachmentContent.objects.update(data=b"autre")
        with refused("attachment_erased_first"):
            AttachmentContent.objects.all().delete()

    def test_its_erasure_is_not_taken_back(self, attachment, administrator):
        attachment.erase(by=administrator.user, because="Erreur")
        with refused("attachment_append_only"):
            Attachment.objects.update(erased_at=None, erased_because="", erased_by=None)

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_added_to_a_report_afterwards(self):
        report = ProgressReportFactory()
        with refused("attachment_with_its_report"):
            attached(report)
        draft = ProgressReportDraftFactory(action=report.action)
        attachment = AttachmentFactory(draft=draft)
        with refused("attachment_with_its_report"):
            Attachment.objects.filter(pk=attachment.pk).update(report=report, draft=None)
        connection.check_constraints()
