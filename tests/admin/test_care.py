"""The first page of the administration: what needs care, and where it is mended."""

from datetime import date
from html import unescape

import pytest
import time_machine

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


def found(client):
    """What the page counts, by its words, and the number of rows that each link lists."""
    page = client.get("/admin/")
    told = {}
    for care in page.context["found"]:
        assert f"<strong>{care.count}</strong> {care.what}" in unescape(page.content.decode())
        listed = client.get(care.url)
        assert listed.status_code == 200
        # Contributors and strategies are listed all; those that are counted are among them.
        all_of_them = "contributeur" in care.url or "/strategy/" in care.url
        if "cl" in (listed.context or {}) and not all_of_them:
            assert listed.context["cl"].result_count == care.count, care
        told[care.what] = care.count
    return told


def test_each_lack_is_counted_and_leads_to_its_rows(administrator):
    strategy = make.StrategyFactory()
    fine = {"referent": make.UserFactory(last_login=make.noon(date(2019, 11, 1)))}
    fine |= {"lead": make.OrganisationFactory(), "initial_due_date": date(2020, 12, 31)}
    actions = [make.ActionFactory(strategy=strategy, **fine) for _ in range(6)]
    for action in actions:
        make.ProgressReportFactory(action=action, reported_on=date(2019, 11, 1))
    first, second, third, fourth, fifth, sixth = actions
    type(first).objects.filter(pk=first.pk).update(referent=None)
    type(first).objects.filter(pk=second.pk).update(lead=None)
    type(first).objects.filter(pk=third.pk).update(published=False)
    gone = make.UserFactory(is_active=False)
    type(first).objects.filter(pk=fourth.pk).update(referent=gone)
    make.ActionFactory(strategy=strategy, **fine | {"initial_due_date": date(2019, 11, 1)})
    partner = make.ContributorFactory(last_login=make.noon(date(2019, 11, 1)))
    make.PartnershipFactory(action=fifth, organisation=partner.organisation)
    make.ProgressReportDraftFactory(
        action=sixth, author=partner, submitted_at=make.noon(date(2019, 11, 1))
    )
    make.ContributorFactory()
    told = found(administrator)
    assert told["actions sans personne référente : nul ne sera relancé"] == 1
    assert told["actions sans porteur"] == 1
    assert told["actions non publiées"] == 1
    assert told["actions dont la personne référente n'a plus de compte ouvert"] == 1
    assert told["actions à échéance dépassée"] == 1
    assert told["actions sans nouvelle depuis 90 jours"] == 1
    assert told["brouillons à valider depuis plus d'une semaine"] == 1
    assert told["contributeurs dont l'organisme n'est partenaire d'aucune action"] == 1
    assert told["stratégies sans coordination"] == 1
    strategy = make.StrategyFactory()
    closed = make.CoordinatorFactory(is_active=False)
    strategy.coordinators.add(closed)
    assert found(administrator)["stratégies sans coordination"] == 2
    strategy.coordinators.add(make.CoordinatorFactory())
    assert found(administrator)["stratégies sans coordination"] == 1


def test_a_coordinator_is_told_of_their_strategies_alone(coordinator):
    mine, other = make.ActionFactory(lead=None), make.ActionFactory(lead=None)
    mine.strategy.coordinators.add(coordinator.user)
    assert other.lead is None
    told = found(coordinator)
    assert told["actions sans porteur"] == 1
    assert not any("comptes" in what for what in told)
