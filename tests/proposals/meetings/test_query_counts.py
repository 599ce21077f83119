"""Pages of meetings and decisions make the same few queries for a little data and for much."""

import pytest

from tests import factories as make
from tests.factories import date, decided
from tests.proposals.meetings.test_preparation import page_of
from tests.proposals.test_query_counts import count

pytestmark = pytest.mark.django_db

MOST = 12


def enrich(strategy, owner, meetings, rows):
    """`rows` of everything that a committee looks at."""
    proposal = make.ProposalFactory(strategy=strategy)
    first = strategy.actions.first() or make.ActionFactory(proposal=proposal, code="1.1")
    for row in range(rows):
        action = make.ActionFactory(
            proposal=proposal,
            referent=make.UserFactory(),
            initial_due_date=date(2019, 9, 30),
            start_date=date(2019, 1, 1),
        )
        report = make.ProgressReportFactory(
            action=action,
            reported_on=date(2019, 10, 1 + row),
            status="difficulte",
            difficulty_motive="financement",
        )
        milestone = make.MilestoneFactory(action=action)
        make.MilestoneUpdateFactory(report=report, milestone=milestone, reached=True)
        month = strategy.meetings.count() % 12 + 1
        year = 2010 + strategy.meetings.count() // 12
        decision = decided(
            action,
            first,
            meeting__strategy=strategy,
            meeting__date=date(year, month, 3),
            meeting__visibility="public",
            owner=owner,
            visibility="public",
            due_on=date(2019, 9, 1),
        )
        make.DecisionFollowUpFactory(
            decision=decision, day=date(2019, 6, 1), state="reportee", due_on=date(2019, 8, 1)
        )
        for meeting in meetings:
            make.AgendaItemFactory(meeting=meeting, action=action, decision=decision)
            make.HighlightFactory(meeting=meeting, report=report)
        make.DecisionActionFactory(decision__meeting=meetings[1], decision__owner=owner)


@pytest.fixture
def pages(strategy, coordination, coming, held, anonymous):
    enrich(strategy, coordination.user, (coming, held), 2)
    record = strategy.meetings.order_by("date").first()
    decision = record.decisions.get()

    def measured():
        desk = {
            page: count(coordination, page)
            for page in (
                "/suivi/",
                "/suivi/sress/reunions/",
                f"/suivi/sress/reunions/{coming.pk}/",
                page_of(coming),
                page_of(held, "seance"),
                page_of(held, "releve"),
                page_of(record, "releve"),
                "/suivi/decisions/",
                f"/suivi/decisions/{decision.pk}/",
            )
        }
        public = {
            page: count(anonymous, page)
            for page in (
                "/sress/decisions/",
                "/sress/decisions/?au=2019-07-01",
                f"/sress/decisions/{record.pk}/",
                "/sress/actions/1-1/",
            )
        }
        return desk | public

    return measured


def test_the_same_few_queries_at_any_size(pages, strategy, coordination, coming, held):
    few = pages()
    enrich(strategy, coordination.user, (coming, held), 9)
    assert pages() == few
    assert {page: queries for page, queries in few.items() if queries > MOST} == {}
