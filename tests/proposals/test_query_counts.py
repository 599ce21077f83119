"""Every page makes the same few queries for a little data and for much."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Action, Strategy
from tests.factories import (
    AbsenceFactory,
    ActionFactory,
    AxisFactory,
    ContributorFactory,
    FamilyFactory,
    GrantFactory,
    HandoverFactory,
    MilestoneFactory,
    PartnershipFactory,
    ProgressReportDraftFactory,
    ProgressReportFactory,
    ProposalFactory,
    StrategyFactory,
    TagFactory,
    TerritoryFactory,
    UserFactory,
    attached,
    noon,
)

pytestmark = pytest.mark.django_db

PUBLIC = [
    "/sress/",
    "/sress/?au=2019-06-01",
    "/sress/axes/1/",
    "/sress/propositions/",
    "/sress/propositions/1/",
    "/sress/actions/",
    "/sress/actions/?statut=en_cours&axe=1&q=guichet&depassee=on",
    "/sress/actions/1-1/",
    "/sress/actions/1-1/?au=2019-06-01",
]
SIGNED_IN = [
    "/suivi/",
    "/suivi/revue/",
    "/suivi/revue/?statut=en_cours&q=guichet",
    "/suivi/passation/",
    "/suivi/absences/",
    "/suivi/sress/actions/1-1/",
    "/suivi/sress/actions/1-1/point/",
    "/sress/actions/1-1/",
]
MOST = 12


def enrich(strategy, officer, rows):
    """Add `rows` of everything that pages list, below the same strategy."""
    family = FamilyFactory(strategy=strategy)
    for row in range(rows):
        number = strategy.proposals.count() + 1
        axis = AxisFactory(strategy=strategy, number=number)
        proposal = ProposalFactory(strategy=strategy, number=number, axis=axis, family=family)
        first = ActionFactory(proposal=proposal, code=f"{number}.1", referent=officer)
        first.tags.add(TagFactory())
        for _ in range(rows):
            ProgressReportFactory(action=strategy.actions.get(code="1.1"), author=UserFactory())
        MilestoneFactory(action=strategy.actions.get(code="1.1"))
        PartnershipFactory(action=strategy.actions.get(code="1.1"))
        TerritoryFactory(action=strategy.actions.get(code="1.1"))
        report = ProgressReportFactory(action=first, reported_on=date(2019, 2, 1 + row))
        attached(report)
        mine = strategy.actions.get(code="1.1")
        partner = ContributorFactory()
        ProgressReportDraftFactory(action=mine, author=partner, submitted_at=noon(date(2019, 3, 1)))
        ProgressReportDraftFactory(action=first, author=officer)
        GrantFactory(action=first)
        HandoverFactory(action=first, given_to=officer)
        AbsenceFactory(user=UserFactory(), deputy=officer)
        days = {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 1, 1)}
        officer.absences.filter(starts_on=days["starts_on"]).delete()
        AbsenceFactory(user=officer, **days)


@pytest.fixture
def measured(lead, anonymous):
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        strategy = StrategyFactory(slug="sress")
        enrich(strategy, lead.user, 2)
        yield lambda: enrich(strategy, lead.user, 8)


def count(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages(measured, anonymous, address):
    few = count(anonymous, address)
    measured()
    assert count(anonymous, address) == few <= MOST


@pytest.mark.parametrize("address", SIGNED_IN)
def test_pages_of_officers(measured, lead, address):
    few = count(lead, address)
    measured()
    assert count(lead, address) == few <= MOST


def test_the_desk_of_who_coordinates(measured, coordinator):
    Strategy.objects.get(slug="sress").coordinators.add(coordinator.user)
    few = count(coordinator, "/suivi/")
    measured()
    assert count(coordinator, "/suivi/") == few <= MOST


def test_a_history_asks_once_for_each_kind_of_row(measured, lead):
    """Names are fetched by kind: their number is that of the models, whatever the changes."""
    address = "/suivi/sress/actions/1-1/historique/"
    measured()
    few = count(lead, address)
    measured()
    assert count(lead, address) == few <= 18


def test_sixty_and_ten_thousand_actions(measured, anonymous, lead):
    strategy = Strategy.objects.get(slug="sress")
    lists = ["/sress/", "/sress/axes/1/", "/sress/propositions/", "/sress/propositions/1/"]
    lists += ["/sress/actions/", "/sress/actions/?depassee=on&page=2"]

    def counts():
        return [count(anonymous, address) for address in lists] + [count(lead, "/suivi/")]

    def add(total):
        proposals = list(strategy.proposals.all())
        Action.objects.bulk_create(
            Action(
                strategy=strategy,
                proposal=proposals[n % len(proposals)],
                code=f"{total}.{n}",
                year=2019,
                title="Une action",
                exists_from=date(2019, 1, 1),
                initial_due_date=date(2019, 6, 1),
                referent=lead.user,
                published=True,
            )
            for n in range(total)
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT proposals_refresh_statistics()")

    add(60)
    few = counts()
    add(10_000)
    assert counts() == few
    assert max(few) <= MOST
