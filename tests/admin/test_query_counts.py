"""Every page of the administration costs the same few queries at any size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actors.models import (
    Epci,
    Region,
    User,
)
from proposals import models as proposals
from proposals.models import Action, Kind
from sress.models import Heartbeat
from tests import factories as make
from tests.admin.kit import FACTS, MOST, NOT_ADDED, OURS, named, url

pytestmark = pytest.mark.django_db

RECENTLY = make.noon(make.date(2019, 11, 1))


def many(rows):
    """`rows` of every model, each with relations of its own, and as many below the first action."""
    region = make.RegionFactory()
    strategy = make.StrategyFactory(region=region, service=make.ServiceFactory())
    for row in range(rows):
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
        rule = make.ReminderRuleFactory(strategy=strategy, kind=list(Kind)[row])
        campaign = make.CampaignFactory(strategy=strategy, committee=f"COPIL {row}")
        campaign.actions.add(action)
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
        programme = make.ProgrammeFactory(strategy=strategy)
        authorisation = make.AuthorisationFactory(programme=programme)
        make.MovementFactory(authorisation=authorisation, act=act, amount=9000)
        grant = make.GrantFactory(action=action, beneficiary=organisation)
        affected = {"authorisation": authorisation, "kind": "affectation", "grant": grant}
        make.MovementFactory(**affected, action=action)
        make.CreditLineFactory(programme=programme, act=act)
        make.FundingFactory(action=action, funder=organisation)
        make.HumanMeansFactory(action=action, provider=organisation)
        indicator = make.IndicatorFactory(action=action, owner=user)
        make.IndicatorTargetFactory(indicator=indicator)
        make.IndicatorValueFactory(indicator=indicator)
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
            make.AccountEventFactory()
            make.ReminderFactory(action=top, rule=rule, mail=make.MailFactory())
            make.ReminderReplyFactory(action=top)
            make.InitiativeFactory(action=top, epci=make.EpciFactory(), organisation=organisation)
            make.EditionDocumentFactory(edition__strategy=strategy, edition__author=user)
        make.StrategyFileFactory(target=strategy, author=user)
        meeting = make.MeetingFactory(strategy=strategy, date=make.date(2018, 1 + row, 5))
        for met in {meeting, proposals.Meeting.objects.order_by("pk").first()}:
            of = make.ActionFactory(strategy=met.strategy)
            make.AgendaItemFactory(meeting=met, action=of)
            make.HighlightFactory(meeting=met, report=make.ProgressReportFactory(action=of))
            make.DecisionActionFactory(
                decision__meeting=met, decision__owner=user, decision__recorded_at=RECENTLY
            )
        held = make.MeetingFactory(kind="cotech", date=make.date(2019, 1, 5))
        make.DecisionFollowUpFactory(decision=make.decided(meeting=held), author=user)
    Heartbeat.beat(Heartbeat.Process.WORKER)


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


def test_pages_cost_the_same_few_queries_at_any_size(administrator):
    def measured():
        costs = {}
        for model in OURS:
            # Neither the administrator, who cannot delete themselves, nor rules that stay.
            kept = {User: {"pk": administrator.user.pk}, proposals.ReminderRule: {"strategy": None}}
            row = model.objects.exclude(**kept.get(model, {"pk": None})).earliest("pk")
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


def test_what_nothing_holds_is_deleted_at_the_same_price(administrator):
    free = make.OrganisationFactory()
    assert len(queries(administrator, url(type(free), "delete", free.pk))) <= MOST
