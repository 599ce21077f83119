"""A row of every model."""

import pytest

from sress.models import Heartbeat
from tests import factories as make


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
    make.AccountEventFactory()
    make.RectificationFactory(action=action)
    make.StrategyFileFactory(target=strategy)
    make.CampaignFactory(strategy=strategy).actions.add(action)
    rule = make.ReminderRuleFactory(strategy=strategy)
    make.ReminderFactory(action=action, rule=rule, mail=make.MailFactory())
    make.ReminderReplyFactory(action=action)
    movement = make.MovementFactory(strategy=strategy)
    make.CreditLineFactory(programme=movement.authorisation.programme)
    make.FundingFactory(action=action)
    make.HumanMeansFactory(action=action)
    make.GrantFactory(action=action)
    make.InitiativeFactory(strategy=strategy, epci=epci)
    indicator = make.IndicatorFactory(action=action)
    make.IndicatorTargetFactory(indicator=indicator)
    make.IndicatorValueFactory(indicator=indicator)
    make.EditionDocumentFactory(edition__strategy=strategy)
    decision = make.decided(action, meeting__strategy=strategy)
    make.DecisionFollowUpFactory(decision=decision)
    meeting = make.MeetingFactory(strategy=strategy, date=make.date(2019, 10, 8))
    make.AgendaItemFactory(meeting=meeting, action=action, decision=decision)
    make.HighlightFactory(meeting=meeting, report=report)
    Heartbeat.beat(Heartbeat.Process.WORKER)
