"""Every page of the administration opens, to whom it should, and explains itself."""

import pytest
from django.contrib import admin

from proposals import models as proposals
from proposals.models import ProgressReport
from tests import factories as make
from tests.admin.kit import FACTS, NOT_ADDED, OTHERS, OURS, named, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", OURS, ids=named)
class TestEveryModel:
    def test_is_registered_with_search(self, model):
        assert admin.site.is_registered(model)
        assert admin.site.get_model_admin(model).search_fields

    def test_has_a_list_a_search_and_a_form(self, model, administrator, one_of_each):
        row = model.objects.first()
        for address in (url(model, "changelist"), url(model, "change", row.pk)):
            response = administrator.get(address)
            assert response.status_code == 200
        found = administrator.get(url(model, "changelist"), {"q": "é\0 1"})
        assert found.status_code == 200
        added = administrator.get(url(model, "add"))
        assert added.status_code == (403 if model in NOT_ADDED else 200)

    def test_has_a_history(self, model, administrator, one_of_each):
        row = model.objects.first()
        assert administrator.get(url(model, "history", row.pk)).status_code == 200

    @pytest.mark.parametrize("who", OTHERS)
    def test_is_closed_to_others(self, who, model, one_of_each, request):
        client = request.getfixturevalue(who)
        row = model.objects.first()
        pages = [url(model, page) for page in ("changelist", "add")]
        for address in [*pages, url(model, "change", row.pk), url(model, "delete", row.pk)]:
            for method in (client.get, client.post):
                response = method(address)
                assert response.status_code == 302
                page = "/compte/connexion/" if who == "anonymous" else "/admin/login/"
                assert response["Location"].startswith(page)

    def test_never_offers_a_long_list_of_choices(self, model, administrator, one_of_each):
        """A relation is looked up by typing; only a strategy, already chosen, is a list of one."""
        row = model.objects.first()
        for address in (url(model, "add"), url(model, "change", row.pk)):
            response = administrator.get(address)
            if response.status_code == 403:
                continue
            forms = [response.context["adminform"].form]
            forms += [rows.formset.empty_form for rows in response.context["inline_admin_formsets"]]
            for form in forms:
                for name, field in form.fields.items():
                    if hasattr(field, "queryset") and name != "id":
                        widget = getattr(field.widget, "widget", field.widget)
                        assert hasattr(widget, "known") or field.queryset.count() <= 1, name

    def test_explains_filters_made_up_by_hand(self, model, administrator, one_of_each):
        for made_up in ("?inconnu=1", "?pk__exact=x", "?o=99", "?p=-4", "?e=1", "?q=%00"):
            response = administrator.get(url(model, "changelist") + made_up, follow=True)
            assert response.status_code == 200


@pytest.mark.parametrize("model", FACTS, ids=named)
class TestFacts:
    def test_cannot_be_changed_or_deleted(self, model, administrator, one_of_each):
        row = model.objects.first()
        before = model.objects.values().get(pk=row.pk)
        page = administrator.get(url(model, "change", row.pk))
        assert not page.context["adminform"].form.fields
        text = {"text": "Réécrit", "motive": "Réécrit", "new_value": "9", "reached": ""}
        assert administrator.post(url(model, "change", row.pk), text).status_code == 403
        assert administrator.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        several = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        administrator.post(url(model, "changelist"), several)
        assert model.objects.values().get(pk=row.pk) == before

    def test_is_read_in_plain_text(self, model, administrator, one_of_each):
        assert "delete_selected" not in administrator.get(url(model, "changelist")).content.decode()


def test_a_report_leads_to_its_correction_and_back(administrator, one_of_each):
    first, second = ProgressReport.objects.order_by("pk")
    page = administrator.get(url(ProgressReport, "change", first.pk)).content.decode()
    assert url(ProgressReport, "change", second.pk) in page
    page = administrator.get(url(ProgressReport, "change", second.pk)).content.decode()
    assert url(ProgressReport, "change", first.pk) in page


def test_a_draft_keeps_its_words_for_its_author(administrator):
    draft = make.ProgressReportDraftFactory(text="Propos encore privés")
    for address in ("changelist", "change"):
        args = [draft.pk] if address == "change" else []
        page = administrator.get(url(proposals.ProgressReportDraft, address, *args))
        assert "Propos encore" not in page.content.decode()


def test_the_index_speaks_french(administrator):
    page = administrator.get("/admin/").content.decode()
    assert "Administration — Stratégies ESS" in page
    for app in ("Acteurs", "Stratégies", "Site"):
        assert app in page
