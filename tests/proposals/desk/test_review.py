"""The review grid: only rows that changed, all together or none, errors at their rows."""

from datetime import date
from html import unescape

import pytest

from proposals.models import ProgressReport, ProgressReportDraft, Status
from tests.factories import ActionFactory, PartnershipFactory, ProgressReportFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/suivi/revue/"


@pytest.fixture
def actions(lead):
    first = ActionFactory(strategy__slug="sress", code="1.1", referent=lead.user)
    others = [
        ActionFactory(proposal=first.proposal, code=f"1.{n}", referent=lead.user)
        for n in range(2, 11)
    ]
    return [first, *others]


def grid(client, address=ADDRESS):
    """What the page holds, as the browser would send it."""
    form = client.get(address).context["form"]
    data = {}
    for part in (form.common, *form.rows):
        for field in part:
            value = field.value()
            text = "" if value is None else field.field.widget.format_value(value)
            data[field.html_name] = text[0] if isinstance(text, list) else text
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = data[field.html_name]
    return data


def row(action, **said):
    return {f"a{action.pk}-{name}": value for name, value in said.items()}


def test_only_the_rows_that_changed_are_recorded(lead, actions):
    said = grid(lead) | row(actions[1], status="en_cours", progress="50", text="Lancée.")
    said |= row(actions[4], text="Rien de plus.")
    response = lead.post(ADDRESS, said, follow=True)
    assert "2\u00a0points enregistrés" in unescape(response.content.decode())
    reports = {report.action: report for report in ProgressReport.objects.all()}
    assert set(reports) == {actions[1], actions[4]}
    assert reports[actions[1]].status == Status.ONGOING
    assert (reports[actions[4]].status, reports[actions[4]].text) == ("a_venir", "Rien de plus.")


def test_nothing_changed_is_nothing_recorded(lead, actions):
    response = lead.post(ADDRESS, grid(lead), follow=True)
    assert "Rien n'avait changé" in unescape(response.content.decode())
    assert not ProgressReport.objects.exists()


def test_an_error_keeps_everything_and_records_nothing(lead, actions):
    said = grid(lead) | row(actions[0], status="en_cours", progress="50", text="Bien.")
    said |= row(actions[1], status="difficulte", progress="25", text="Mal.")
    said |= row(actions[2], revised_due_date="2020-06-30")
    said |= row(actions[3], revised_due_date="2099-01-01", revision_motive="Lointain")
    response = lead.post(ADDRESS, said)
    assert response.status_code == 422
    form = response.context["form"]
    wrong = [one.action for one in form.rows if one.is_wrong]
    assert wrong == actions[1:3]
    assert [one["text"].value() for one in form.rows[:2]] == ["Bien.", "Mal."]
    assert not ProgressReport.objects.exists()
    mended = said | row(actions[1], difficulty_motive="financement")
    mended |= row(actions[2], revision_motive="Marché infructueux")
    refused = lead.post(ADDRESS, mended)
    assert [one.action for one in refused.context["form"].rows if one.is_wrong] == [actions[3]]
    assert "vérifiez l'année" in unescape(refused.content.decode())
    assert not ProgressReport.objects.exists()
    lead.post(ADDRESS, mended | row(actions[3], revised_due_date="2021-01-01"))
    assert ProgressReport.objects.count() == 4


def test_sent_twice_it_is_recorded_once(lead, actions):
    said = grid(lead) | row(actions[0], text="Une fois.")
    for _ in range(20):
        lead.post(ADDRESS, said)
    assert ProgressReport.objects.count() == 1


def test_a_report_that_came_in_between_is_shown_at_its_row(lead, actions):
    said = grid(lead) | row(actions[0], text="Le mien.") | row(actions[1], text="Un autre.")
    ProgressReportFactory(
        action=actions[0], text="Celui d'une collègue.", reported_on=date(2019, 11, 15)
    )
    response = lead.post(ADDRESS, said)
    assert response.status_code == 422
    assert "Celui d'une collègue." in unescape(response.content.decode())
    assert ProgressReport.objects.count() == 1
    again = said | row(actions[0], seen=response.context["form"].rows[0]["seen"].value())
    lead.post(ADDRESS, again)
    assert ProgressReport.objects.count() == 3


def test_errors_and_what_came_in_between_are_told_together(lead, actions):
    said = grid(lead) | row(actions[0], text="Le mien.")
    said |= row(actions[1], status="difficulte", progress="25")
    ProgressReportFactory(action=actions[0], reported_on=date(2019, 11, 15))
    response = lead.post(ADDRESS, said)
    assert [one.action for one in response.context["form"].rows if one.is_wrong] == actions[:2]


def test_a_row_nobody_touched_keeps_what_came_in_between(lead, actions):
    said = grid(lead) | row(actions[1], text="Un autre.")
    ProgressReportFactory(action=actions[0], status=Status.ONGOING, reported_on=date(2019, 11, 15))
    lead.post(ADDRESS, said)
    assert list(actions[0].reports.values_list("status", flat=True)) == ["en_cours"]
    assert actions[1].reports.count() == 1


def test_filters_narrow_the_rows(lead, actions):
    ProgressReportFactory(action=actions[3], status=Status.SUSPENDED)
    page = lead.get(f"{ADDRESS}?statut=suspendue")
    assert [one.action.pk for one in page.context["form"].rows] == [actions[3].pk]
    # The row leaves the filter by being saved: it is recorded all the same.
    address = f"{ADDRESS}?statut=suspendue"
    lead.post(address, grid(lead, address) | row(actions[3], status="en_cours", text="Reprise."))
    assert actions[3].reports.first().status == Status.ONGOING


def test_actions_of_others_are_not_reached_by_a_forged_form(outsider, lead, actions):
    said = grid(lead) | row(actions[0], text="Forgé.")
    outsider.post(ADDRESS, said)
    assert not ProgressReport.objects.exists()


def test_texts_are_interne_when_one_says_so(lead, actions):
    said = grid(lead) | row(actions[0], text="Entre nous.") | {"visibility": "interne"}
    lead.post(ADDRESS, said)
    assert ProgressReport.objects.get().visibility == "interne"


def test_what_is_not_pursued_keeps_its_decision(lead, actions):
    dropped = ProgressReportFactory(action=actions[0], status=Status.DROPPED)
    lead.post(ADDRESS, grid(lead) | row(actions[0], text="Le bail est rendu."))
    report = actions[0].reports.get(text="Le bail est rendu.")
    assert (report.status, report.decision) == (Status.DROPPED, dropped.decision)


def test_a_forged_row_is_no_fault(lead, actions):
    said = grid(lead) | {"a99999999999999999999-seen": "0", "a²-seen": "0"}
    assert lead.post(ADDRESS, said).status_code == 302


def test_what_a_partner_fills_in_waits(contributor, actions):
    PartnershipFactory(action=actions[0], organisation=contributor.user.organisation)
    said = grid(contributor) | row(actions[0], status="en_cours", progress="25", text="À relire.")
    contributor.post(ADDRESS, said)
    draft = ProgressReportDraft.objects.get()
    assert draft.submitted_at
    assert (draft.status, draft.progress, draft.text) == ("en_cours", 25, "À relire.")
    assert draft.reported_on == date(2019, 11, 15)
    assert not ProgressReport.objects.exists()
