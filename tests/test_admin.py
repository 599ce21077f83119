"""The administration: every page opens, costs a constant number of queries, and says refusals."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actors.admin import ServiceAdmin
from actors.models import (
    Commune,
    Contour,
    Epci,
    Membership,
    Organisation,
    Region,
    Role,
    Service,
    User,
)
from proposals import models as proposals
from proposals.admin.action import ActionAdmin
from proposals.models import Action, MilestoneUpdate, ProgressReport, Rectification, Territory
from proposals.models.action import FROZEN
from sress.audit.version import Version
from sress.models import Heartbeat
from tests import factories as make
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

# The bytes of attachments have no page.
OURS = [
    model
    for app in ("sress", "actors", "proposals")
    for model in apps.get_app_config(app).get_models()
    # Versions are read in the history of their object, and in the journal.
    if model is not proposals.AttachmentContent and not issubclass(model, Version)
]
# Added on the site by officers, by background processes, or in the form of their parent.
NOT_ADDED = {
    Contour,
    Heartbeat,
    MilestoneUpdate,
    ProgressReport,
    proposals.Amendment,
    proposals.Attachment,
    proposals.Handover,
    proposals.Milestone,
    proposals.Partnership,
    proposals.ProgressReportDraft,
    proposals.ProposalScheme,
    proposals.StrategyFile,
    Territory,
}
FACTS = [
    Contour,
    Heartbeat,
    MilestoneUpdate,
    ProgressReport,
    proposals.Attachment,
    proposals.Handover,
    proposals.ProgressReportDraft,
    Rectification,
    proposals.StrategyFile,
]
MOST = 30
OTHERS = ["anonymous", "outsider", "lead"]


def named(model):
    return model._meta.label_lower


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fields_of(form):
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        widget = bound.field.widget
        name = bound.html_name
        if hasattr(value, "all") or isinstance(value, list):
            data[name] = [getattr(item, "pk", item) for item in value]
        else:
            data[name] = "on" if value is True else (widget.format_value(value) or "")
            if isinstance(data[name], list):
                data[name] = data[name][0]
    return data


def filled(client, address):
    """The data that the browser would send for the page at `address`, unchanged."""
    context = client.get(address).context
    data = fields_of(context["adminform"].form)
    for rows in context["inline_admin_formsets"]:
        data.update(fields_of(rows.formset.management_form))
        for form in rows.formset.forms:
            data.update(fields_of(form))
    return data


def errors(response):
    """What the page reproaches the form with."""
    assert response.status_code == 200, response
    return [str(message) for found in response.context["errors"] for message in listed(found)]


def listed(found):
    return [found] if isinstance(found, str) else found


def said(response):
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def one_of_each(db):
    """A row of every model."""
    epci = make.EpciFactory()
    make.MembershipFactory(epci=epci)
    make.ContourFactory(epci=epci)
    action = make.ActionFactory(referent=make.UserFactory(), lead=make.OrganisationFactory())
    strategy = action.strategy
    contribution = make.ContributionFactory(strategy=strategy)
    action.proposal.contributions.add(contribution)
    action.proposal.tags.add(make.TagFactory())
    action.contributes_to.add(make.ProposalFactory(strategy=strategy))
    action.act = make.ActFactory(strategy=strategy)
    action.series = make.SeriesFactory(strategy=strategy)
    action.save()
    make.ProposalSchemeFactory(proposal=action.proposal)
    make.EventFactory(strategy=strategy)
    make.AmendmentFactory(convention__strategy=strategy, convention__partner=epci)
    milestone = make.MilestoneFactory(action=action)
    make.PartnershipFactory(action=action)
    make.TerritoryFactory(action=action, epci=epci)
    report = make.ProgressReportFactory(action=action)
    make.MilestoneUpdateFactory(report=report, milestone=milestone)
    make.attached(report)
    make.ProgressReportFactory(supersedes=report)
    make.ProgressReportDraftFactory(action=action)
    make.HandoverFactory(action=action)
    make.AbsenceFactory()
    make.RectificationFactory(action=action)
    make.StrategyFileFactory(target=strategy)
    Heartbeat.beat(Heartbeat.Process.WORKER)


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


def many(rows):
    """`rows` of every model, each with relations of its own, and as many below the first action."""
    region = make.RegionFactory()
    strategy = make.StrategyFactory(region=region, service=make.ServiceFactory())
    for _ in range(rows):
        code = f"{Region.objects.count():03}"
        Region.objects.create(
            code=code,
            name=f"Région {code}",
            departements=["01"],
            organisation=make.RegionalCouncilFactory(),
        )
        organisation = make.OrganisationFactory(
            epci=make.EpciFactory(), carrier=make.OrganisationFactory()
        )
        first_epci = Epci.objects.order_by("pk").first()
        make.MembershipFactory(epci=first_epci)
        make.ContourFactory()
        first_epci.successors.add(make.EpciFactory())
        first_epci.predecessors.add(make.EpciFactory())
        family = make.FamilyFactory(strategy=strategy)
        contribution = make.ContributionFactory(
            strategy=strategy, organisation=organisation, family=family
        )
        axis = make.AxisFactory(strategy=strategy)
        user = make.UserFactory()
        proposal = make.ProposalFactory(
            strategy=strategy, axis=axis, family=family, referent=user, lead=organisation
        )
        act = make.ActFactory(strategy=strategy, organisation=organisation)
        make.EventFactory(strategy=strategy)
        action = make.ActionFactory(
            strategy=strategy,
            proposal=proposal,
            referent=user,
            service=user.service,
            lead=organisation,
            act=act,
            series=make.SeriesFactory(strategy=strategy),
        )
        convention = make.ConventionFactory(strategy=strategy, partner=organisation)
        tag = make.TagFactory()
        for top in (proposals.Proposal.objects.order_by("pk").first(), proposal):
            top.contributions.add(contribution)
            top.tags.add(tag)
            make.ProposalSchemeFactory(proposal=top)
        first_convention = proposals.Convention.objects.order_by("pk").first()
        first_convention.acts.add(act)
        make.AmendmentFactory(convention=first_convention)
        make.AmendmentFactory(convention=convention)
        first = Action.objects.order_by("pk").first()
        first.contributes_to.add(proposal)
        first.tags.add(tag)
        for top in (first, action):
            make.PartnershipFactory(action=top)
            make.TerritoryFactory(action=top)
            milestone = make.MilestoneFactory(action=top)
            report = make.ProgressReportFactory(action=top, author=user)
            make.ProgressReportFactory(supersedes=report)
            make.MilestoneUpdateFactory(report=report, milestone=milestone)
            first_report = first.reports.order_by("pk").first()
            if top == first and report != first_report:
                make.MilestoneUpdateFactory(report=first_report, milestone=milestone)
            make.RectificationFactory(action=top)
            make.ProgressReportDraftFactory(action=top)
            make.HandoverFactory(action=top)
            make.attached(report)
            make.AbsenceFactory()
        make.StrategyFileFactory(target=strategy, author=user)
    Heartbeat.beat(Heartbeat.Process.WORKER)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


def test_pages_cost_the_same_few_queries_at_any_size(administrator):
    def measured():
        costs = {}
        for model in OURS:
            # Not the administrator, who cannot delete themselves.
            row = model.objects.exclude(
                pk__in=[administrator.user.pk] if model is User else []
            ).earliest("pk")
            pages = [("changelist",), ("change", row.pk)]
            if model not in NOT_ADDED:
                pages.append(("add",))
            if model not in FACTS:
                pages.append(("delete", row.pk))
            for page, *args in pages:
                costs[named(model), page] = queries(administrator, url(model, page, *args))
            searched = url(model, "changelist") + "?q=a"
            costs[named(model), "search"] = queries(administrator, searched)
        costs["index", ""] = queries(administrator, "/admin/")
        return costs

    many(2)
    measured()  # fills the caches of content types
    small = measured()
    many(4)
    large = measured()
    counts = {page: (len(small[page]), len(large[page])) for page in small}
    grown = {page: count for page, count in counts.items() if count[1] > count[0]}
    assert not grown, "\n".join(large[next(iter(grown))])
    heavy = {page: count for page, count in counts.items() if count[1] > MOST}
    assert not heavy


class TestRefusals:
    """What the database refuses comes back on the form, and nothing is written."""

    def test_shares_that_do_not_sum_to_one_are_said_beside_the_table(self, administrator):
        action = make.ActionFactory()
        data = self.with_territories(administrator, action, "0,5", "0,4")
        response = administrator.post(url(Action, "change", action.pk), data)
        assert any("leur somme fasse 1" in error for error in errors(response))
        assert "Somme actuelle : 0,9" in response.content.decode()
        assert not Territory.objects.exists()

    def test_shares_are_written_when_they_sum_to_one(self, administrator):
        action = make.ActionFactory()
        data = self.with_territories(administrator, action, "0,5", "0.5")
        assert administrator.post(url(Action, "change", action.pk), data).status_code == 302
        assert Territory.objects.count() == 2

    def test_the_rule_checked_at_commit_is_said_too(self, administrator):
        """The form of one territory does not know the others: the database does."""
        action = make.ActionFactory()
        make.TerritoryFactory(action=action, share="0.5")
        other = make.TerritoryFactory(action=action, share="0.5")
        page = url(Territory, "change", other.pk)
        response = administrator.post(page, {**filled(administrator, page), "share": "0,3"})
        assert errors(response) == [
            "Les parts des territoires d'une action sont toutes données et leur somme est 1."
        ]
        assert not said(response)
        other.refresh_from_db()
        assert other.share == Decimal("0.5")
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("bulk", [False, True])
    def test_a_refused_deletion_is_explained(self, bulk, administrator):
        action = make.ActionFactory()
        kept = make.TerritoryFactory(action=action, share="0.5")
        make.TerritoryFactory(action=action, share="0.5")
        if bulk:
            page = url(Territory, "changelist")
            data = {"action": "delete_selected", "_selected_action": [kept.pk], "post": "yes"}
        else:
            page, data = url(Territory, "delete", kept.pk), {"post": "yes"}
        response = administrator.post(page, data, follow=True)
        assert said(response) == [
            "Les parts des territoires d'une action sont toutes données et leur somme est 1."
        ]
        assert Territory.objects.count() == 2
        assert not LogEntry.objects.exists()

    def test_a_frozen_field(self, administrator, monkeypatch):
        """Someone publishes between the opening of the form and its sending."""
        action = make.ActionFactory(published=False)
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "code": "99.9"}
        save = ActionAdmin.save_model

        def published_meanwhile(*args):
            Action.objects.filter(pk=action.pk).update(published=True)
            save(*args)

        monkeypatch.setattr(ActionAdmin, "save_model", published_meanwhile)
        response = administrator.post(page, data)
        assert "ne changent que par une rectification motivée" in errors(response)[0]
        assert Action.objects.get(pk=action.pk).code == action.code

    def test_a_code_already_taken(self, administrator):
        action, other = make.ActionFactory(published=False), make.ActionFactory()
        taken = make.ActionFactory(strategy=action.strategy)
        page = url(Action, "change", action.pk)
        response = administrator.post(page, {**filled(administrator, page), "code": taken.code})
        assert "Ce code est déjà pris dans la stratégie." in errors(response)
        assert other.code

    def test_existence_after_a_report(self, administrator):
        action = make.ActionFactory(published=False)
        make.ProgressReportFactory(action=action, reported_on=date(2019, 3, 1))
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "exists_from": "01/06/2019"}
        response = administrator.post(page, data)
        assert errors(response) == ["Un point d'avancement est antérieur à cette date."]
        action.refresh_from_db()
        assert action.exists_from == date(2019, 1, 1)

    def test_two_memberships_at_a_time(self, administrator):
        member = make.MembershipFactory()
        epci = make.EpciFactory()
        data = {"commune": member.commune.pk, "epci": epci.pk}
        response = administrator.post(url(Membership, "add"), data)
        assert errors(response) == ["Cette commune appartient déjà à un EPCI à cette période."]

    def test_a_row_that_disappears_meanwhile(self, administrator, monkeypatch):
        service = make.ServiceFactory()
        organisation = make.OrganisationFactory()
        save = ServiceAdmin.save_model

        def deleted_meanwhile(self, request, obj, *args):
            obj.organisation_id = 0
            save(self, request, obj, *args)

        monkeypatch.setattr(ServiceAdmin, "save_model", deleted_meanwhile)
        page = url(Service, "change", service.pk)
        data = {**filled(administrator, page), "organisation": organisation.pk}
        assert "recommencez" in errors(administrator.post(page, data))[0]

    def with_territories(self, client, action, *shares):
        data = filled(client, url(Action, "change", action.pk))
        data["territories-TOTAL_FORMS"] = len(shares)
        for row, share in enumerate(shares):
            data[f"territories-{row}-epci"] = make.EpciFactory().pk
            data[f"territories-{row}-share"] = share
        return data


class TestActions:
    def test_the_form_saves_what_it_shows(self, administrator, one_of_each):
        """Sent back untouched, it changes nothing: tables, lookups and dates included."""
        action = Action.objects.first()
        make.TerritoryFactory(action=action)
        before = Action.objects.values().get(pk=action.pk)
        page = url(Action, "change", action.pk)
        assert administrator.post(page, filled(administrator, page)).status_code == 302
        assert Action.objects.values().get(pk=action.pk) == before
        assert LogEntry.objects.get().change_message == "[]"

    def test_a_published_action_shows_its_voted_fields_and_where_to_rectify(self, administrator):
        action = make.ActionFactory()
        response = administrator.get(url(Action, "change", action.pk))
        shown = response.context["adminform"].form.fields
        assert not {*FROZEN, "strategy"} & set(shown)
        assert f"{url(Rectification, 'add')}?action={action.pk}" in response.content.decode()

    def test_an_unpublished_one_offers_them(self, administrator):
        action = make.ActionFactory(published=False)
        shown = administrator.get(url(Action, "change", action.pk)).context["adminform"].form.fields
        assert set(FROZEN) <= set(shown)
        assert "strategy" not in shown

    def test_what_was_published_once_stays_frozen(self, administrator):
        action = make.ActionFactory()
        page = url(Action, "change", action.pk)
        data = filled(administrator, page)
        del data["published"]
        assert administrator.post(page, data).status_code == 302
        response = administrator.get(page)
        assert not Action.objects.get().published
        assert not set(FROZEN) & set(response.context["adminform"].form.fields)
        data = {"action": action.pk, "field": "weight", "new_value": "2", "motive": "Erreur"}
        response = administrator.post(url(Rectification, "add"), data)
        assert response.status_code == 302, errors(response)
        assert Action.objects.get().weight == 2

    @pytest.mark.parametrize("published", [True, False])
    def test_an_error_keeps_the_form_as_it_was(self, published, administrator):
        """Ticking « publiée » freezes nothing, unticking it frees nothing."""
        action = make.ActionFactory(published=published)
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "title": "", "weight": "7"}
        data["published"] = "" if published else "on"
        response = administrator.post(page, data)
        assert errors(response) == ["Ce champ est obligatoire."]
        assert ('name="weight" value="7"' in response.content.decode()) is not published

    def test_a_new_action_exists_from_its_vote(self, administrator):
        act = make.ActFactory(date=date(2018, 6, 28))
        proposal = make.ProposalFactory(strategy=act.strategy)
        page = url(Action, "add")
        data = {
            **filled(administrator, page),
            "proposal": proposal.pk,
            "code": "1.1",
            "title": "Ouvrir un guichet",
            "year": 2019,
            "start_date": "01/01/2019",
            "act": act.pk,
        }
        assert administrator.post(page, data).status_code == 302
        assert Action.objects.get().exists_from == date(2018, 6, 28)

    def test_without_any_date_says_which_is_missing(self, administrator):
        proposal = make.ProposalFactory()
        page = url(Action, "add")
        data = {**filled(administrator, page), "proposal": proposal.pk, "code": "1.1"}
        data |= {"title": "Ouvrir un guichet", "year": 2019}
        assert errors(administrator.post(page, data)) == [
            "Indiquez depuis quand l'action existe, ou sa date de début."
        ]

    def test_a_new_row_chooses_its_strategy_first(self, administrator):
        current = make.StrategyFactory(adopted_on=date(2018, 6, 28))
        other = make.StrategyFactory(adopted_on=date(2012, 6, 28), short_title="SRESS 2012")
        make.ProposalFactory(strategy=other, number=7, title="Ailleurs")
        page = administrator.get(url(Action, "add"))
        field = page.context["adminform"].form["strategy"]
        assert [value for value, _ in field.field.choices] == [current.pk]
        assert f'<a href="?strategy={other.pk}">SRESS 2012</a>' in page.content.decode()
        page = administrator.get(url(Action, "add"), {"strategy": other.pk})
        field = page.context["adminform"].form["strategy"]
        assert [value for value, _ in field.field.choices] == [other.pk]
        assert f'data-ajax--url="/admin/autocomplete/?strategy={other.pk}"' in page.content.decode()

    def test_relations_stay_inside_the_strategy(self, administrator):
        action = make.ActionFactory(published=False)
        elsewhere = make.ActFactory()
        page = url(Action, "change", action.pk)
        response = administrator.post(page, {**filled(administrator, page), "act": elsewhere.pk})
        assert errors(response) == ["Ce choix n'existe pas dans la stratégie."]
        found = administrator.get(
            "/admin/autocomplete/",
            {
                "app_label": "proposals",
                "model_name": "action",
                "field_name": "act",
                "term": "",
                "strategy": action.strategy_id,
            },
        )
        assert found.json()["results"] == []

    def test_publish_and_unpublish_together(self, administrator):
        hidden = make.ActionFactory(published=False, strategy__published=False)
        shown = make.ActionFactory(strategy=hidden.strategy)
        both = {"_selected_action": [hidden.pk, shown.pk]}
        asked = administrator.post(url(Action, "changelist"), {"action": "publish", **both})
        assert "sont visibles de tous" in asked.content.decode()
        assert str(hidden) in unescape(asked.content.decode())
        assert not Action.objects.get(pk=hidden.pk).published
        both["confirmed"] = "1"
        response = administrator.post(
            url(Action, "changelist"), {"action": "publish", **both}, follow=True
        )
        assert said(response)[0].startswith("1 action(s) publiée(s)")
        assert "n'est pas publiée" in said(response)[1]
        assert LogEntry.objects.get().object_id == str(hidden.pk)
        response = administrator.post(
            url(Action, "changelist"), {"action": "unpublish", **both}, follow=True
        )
        assert said(response)[0].startswith("2 action(s) dépubliée(s)")
        assert not Action.objects.filter(published=True).exists()

    def test_many_change_hands_at_once(self, administrator):
        actions = [make.ActionFactory(referent=make.UserFactory()) for _ in range(25)]
        colleague = make.UserFactory()
        chosen = {"action": "change_referent", "_selected_action": [one.pk for one in actions]}
        page = administrator.post(url(Action, "changelist"), chosen).content.decode()
        assert "… et 5 de plus" in page
        chosen |= {"confirmed": "1"}
        refused = administrator.post(url(Action, "changelist"), chosen)
        assert "obligatoire" in refused.content.decode()
        answer = {"to": colleague.pk, "word": "Nouvelle organisation"}
        administrator.post(url(Action, "changelist"), chosen | answer)
        assert set(Action.objects.values_list("referent", flat=True)) == {colleague.pk}
        assert colleague.handovers.filter(word="Nouvelle organisation").count() == 25

    def test_archived_and_taken_out_again(self, administrator):
        action = make.ActionFactory()
        chosen = {"_selected_action": [action.pk], "confirmed": "1"}
        administrator.post(url(Action, "changelist"), {"action": "archive", **chosen})
        assert Action.objects.get().archived
        administrator.post(url(Action, "changelist"), {"action": "take_out", **chosen})
        assert not Action.objects.get().archived

    @pytest.mark.parametrize("made_up", ["x", "0", "-1", "99999999999999999999", "1'"])
    def test_made_up_addresses_are_no_fault(self, made_up, administrator):
        make.StrategyFactory()
        for model in (Action, Rectification, proposals.Proposal, Membership):
            asked = dict.fromkeys(("strategy", "action", "proposal", "epci", "commune"), made_up)
            assert administrator.get(url(model, "add"), asked).status_code == 200

    def test_forged_keys_are_no_fault(self, administrator):
        make.CommuneFactory()
        for page in ("change", "delete", "history"):
            response = administrator.get(f"/admin/actors/commune/%00/{page}/")
            assert response.status_code in (302, 404)
        data = {"commune": "\0", "epci": "x"}
        assert len(errors(administrator.post(url(Membership, "add"), data))) == 2
        for chosen in ("x", "\0"):
            data = {"action": "publish", "_selected_action": [chosen]}
            assert administrator.post(url(Action, "changelist"), data).status_code == 302

    def test_what_a_deletion_takes_is_counted(self, administrator):
        strategy = make.StrategyFactory()
        for _ in range(3):
            make.ProposalFactory(strategy=strategy)
        make.ActFactory(strategy=strategy)
        page = administrator.get(url(proposals.Strategy, "delete", strategy.pk)).content.decode()
        assert "1 actes" in page
        administrator.post(url(proposals.Strategy, "delete", strategy.pk), {"post": "yes"})
        assert proposals.Strategy.objects.exists()


class TestRectification:
    @pytest.mark.parametrize(
        ("field", "typed", "old", "new"),
        [
            ("code", "9.9", "1.1", "9.9"),
            ("weight", "2,5", "1.00", "2.50"),
            ("initial_due_date", "30/09/2019", "2019-12-31", "2019-09-30"),
            ("start_date", "", "2019-01-01", ""),
            ("exists_from", "01/01/2018", "2019-01-01", "2018-01-01"),
        ],
    )
    def test_changes_the_field_and_keeps_the_old_value(self, field, typed, old, new, administrator):
        action = make.ActionFactory(code="1.1")
        assert self.rectify(administrator, action, field, typed).status_code == 302
        kept = Rectification.objects.get()
        assert (kept.old_value, kept.new_value, kept.author) == (old, new, administrator.user)
        action.refresh_from_db()
        changed = getattr(action, field)
        assert (str(changed) if changed else "") == new
        for address in (url(Rectification, "changelist"), url(Rectification, "change", kept.pk)):
            page = administrator.get(address).content.decode()
            assert f"{kept.readable(new)}, au lieu de {kept.readable(old)}" in page
            assert "Erreur de saisie" in page

    def test_moves_the_action_to_the_proposal_of_that_number(self, administrator):
        action = make.ActionFactory()
        proposal = make.ProposalFactory(strategy=action.strategy, number=77)
        assert self.rectify(administrator, action, "proposal", " 77 ").status_code == 302
        action.refresh_from_db()
        assert action.proposal == proposal

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "9.10", "Ce code est déjà pris dans la stratégie."),
            ("code", "neuf!", "Un code s'écrit comme"),
            ("code", "", "Ce champ est obligatoire."),
            ("code", "1.1", "C'est déjà la valeur enregistrée."),
            ("weight", "0", "Le poids doit être supérieur à zéro."),
            ("weight", "beaucoup", "Saisissez un nombre."),
            ("weight", "123456,78", "chiffres"),
            ("initial_due_date", "31/02/2019", "Saisissez une date valide."),
            ("initial_due_date", "01/01/2018", "L'échéance précède le début."),
            ("exists_from", "", "Ce champ est obligatoire."),
            ("exists_from", "01/09/2019", "Un point d'avancement est antérieur à cette date."),
            ("proposal", "999", "Aucune proposition de la stratégie ne porte ce numéro."),
            ("proposal", "99999999999999999999", "Aucune proposition"),
            ("proposal", "douze", "Aucune proposition"),
            ("titre", "x", "Sélectionnez un choix valide."),
        ],
    )
    def test_says_what_is_wrong(self, field, typed, message, administrator):
        action = make.ActionFactory(code="1.1")
        make.ActionFactory(strategy=action.strategy, code="9.10")
        make.ProgressReportFactory(action=action)
        before = Action.objects.values().get(pk=action.pk)
        response = self.rectify(administrator, action, field, typed)
        assert message in " ".join(errors(response))
        assert not said(response)
        assert not Rectification.objects.exists()
        assert Action.objects.values().get(pk=action.pk) == before

    def test_gives_a_motive(self, administrator):
        response = self.rectify(administrator, make.ActionFactory(), "weight", "2", motive=" ")
        assert errors(response) == ["Ce champ est obligatoire."]

    def test_is_for_published_actions(self, administrator):
        action = make.ActionFactory(published=False)
        response = self.rectify(administrator, action, "weight", "2")
        assert "modifiez directement sa fiche" in errors(response)[0]
        found = administrator.get(
            "/admin/autocomplete/",
            {"app_label": "proposals", "model_name": "rectification", "field_name": "action"},
        )
        assert found.json()["results"] == []

    def test_shows_what_the_action_says_now(self, administrator):
        action = make.ActionFactory(code="12.3")
        response = administrator.get(url(Rectification, "add"), {"action": action.pk})
        page = response.content.decode()
        assert "<strong>12.3</strong>" in page
        assert "31 décembre 2019" in page
        assert f'<option value="{action.pk}" selected' in page

    def test_is_for_administrators(self):
        action = make.ActionFactory()
        coordinator = make.UserFactory(role=Role.COORDINATOR)
        action.strategy.coordinators.add(coordinator)
        client = SignedIn(coordinator)
        assert client.get(url(Rectification, "changelist")).status_code == 200
        assert self.rectify(client, action, "weight", "2").status_code == 403

    def rectify(self, client, action, field, typed, motive="Erreur de saisie"):
        data = {"action": action.pk, "field": field, "new_value": typed, "motive": motive}
        return client.post(url(Rectification, "add"), data)


def test_search_ignores_accents(administrator):
    make.OrganisationFactory(name="Épicerie solidaire d'Orléans")
    make.OrganisationFactory(name="Autre")
    page = administrator.get(url(Organisation, "changelist"), {"q": "epicerie orleans"})
    assert [str(found) for found in page.context["cl"].result_list] == [
        "Épicerie solidaire d'Orléans"
    ]


def test_a_code_does_not_change(administrator):
    commune = make.CommuneFactory()
    page = url(Commune, "change", commune.pk)
    data = {**filled(administrator, page), "code": "99999", "name": "Saint-Ay"}
    assert administrator.post(page, data).status_code == 302
    assert Commune.objects.get().name == "Saint-Ay"
    assert Commune.objects.get().pk == commune.pk


def test_an_epci_keeps_its_shape_and_kind(administrator):
    epci = make.ContourFactory().epci
    make.MembershipFactory(epci=epci)
    page = url(Epci, "change", epci.pk)
    data = {**filled(administrator, page), "departements": "45, 18", "population": "30000"}
    assert administrator.post(page, data).status_code == 302
    epci.refresh_from_db()
    assert (epci.departements, epci.population) == (["45", "18"], 30_000)
    assert epci.contours.get().geometry["type"] == "Point"
    data = {**data, "name": "Cœur de Beauce", "siren": "200070159"}
    assert administrator.post(url(Epci, "add"), data).status_code == 302
    assert Epci.objects.get(name="Cœur de Beauce").kind == Organisation.Kind.EPCI


def test_only_pages_that_the_public_reads_are_linked(administrator):
    action = make.ActionFactory()
    page = administrator.get(url(Action, "change", action.pk)).content.decode()
    assert f'href="{action.get_absolute_url()}"' in page
    Action.objects.update(published=False)
    page = administrator.get(url(Action, "change", action.pk)).content.decode()
    assert f'href="{action.get_absolute_url()}"' not in page
