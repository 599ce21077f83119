"""The sheet of a territory: what is there at a date, and what it does not know."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Movement
from tests import factories as make
from tests.proposals.test_pages import text

pytestmark = pytest.mark.django_db
K = Movement.Kind
NBSP, NARROW = "\u00a0", "\u202f"


@pytest.fixture
def epci():
    return make.EpciFactory(name="Val d'Essai", population=25_340)


def address(epci):
    return f"/territoires/{epci.siren}/fiche/"


def sheet(client, epci, query=""):
    return unescape(text(client, address(epci) + query))


def paid_for(action, held, amount):
    """An affectation on an action."""
    make.MovementFactory(
        authorisation=held,
        action=action,
        kind=K.AFFECTATION,
        amount=amount,
        date=date(2019, 1, 15),
    )


def test_it_says_what_the_territory_is(anonymous, strategy, epci):
    make.MembershipFactory(epci=epci)
    make.MembershipFactory(epci=epci, valid_from=date(2019, 1, 1))
    make.MembershipFactory(epci=epci, valid_until=date(2018, 12, 31))
    page = sheet(anonymous, epci)
    assert "Val d'Essai" in page
    assert f"de 2{NBSP}communes, 25{NARROW}340{NBSP}habitants" in page
    assert f"de 2{NBSP}communes" in sheet(anonymous, epci, "?au=2018-12-31")


def test_actions_serve_it_or_take_it_in(anonymous, strategy, epci):
    serving = make.ActionFactory(strategy=strategy, title="Une pépinière")
    make.TerritoryFactory(action=serving, epci=epci)
    make.PartnershipFactory(action=serving, organisation__name="Coopérative amie")
    joining = make.ActionFactory(strategy=strategy, title="Un réseau")
    make.PartnershipFactory(action=joining, organisation=epci, since=date(2019, 3, 1))
    make.ActionFactory(strategy=strategy, title="AILLEURS")
    hidden = make.ActionFactory(strategy=strategy, title="SECRÈTE", published=False)
    make.TerritoryFactory(action=hidden, epci=epci)
    page = sheet(anonymous, epci)
    assert "Une pépinière" in page
    assert "Un réseau" in page
    assert "Coopérative amie" in page
    assert "AILLEURS" not in page
    assert "SECRÈTE" not in page
    assert "Un réseau" not in sheet(anonymous, epci, "?au=2019-02-28")
    action_page = text(anonymous, serving.get_absolute_url())
    assert f"{address(epci)}?strategie=sress" in action_page


def test_money_is_its_own_or_said_to_be_shared(anonymous, strategy, epci):
    held = make.AuthorisationFactory(strategy=strategy)
    make.MovementFactory(authorisation=held, amount=100_000, date=date(2019, 1, 2))
    alone, cut, whole, other = make.ActionFactory.create_batch(4, strategy=strategy)
    make.TerritoryFactory(action=alone, epci=epci)
    make.TerritoryFactory(action=cut, epci=epci, share=Decimal("0.25"))
    make.TerritoryFactory(action=cut, share=Decimal("0.75"))
    make.TerritoryFactory(action=whole, epci=epci)
    make.TerritoryFactory(action=whole)
    make.TerritoryFactory(action=other)
    for action, amount in ((alone, 1000), (cut, 4000), (whole, 700), (other, 50_000)):
        paid_for(action, held, amount)
    page = sheet(anonymous, epci)
    assert f"<dd>2{NARROW}000{NBSP}€</dd>" in page
    assert f"S'y ajoutent 700{NBSP}€ affectés" in page
    before = sheet(anonymous, epci, "?au=2019-01-14")
    assert "S'y ajoutent" not in before


def test_grants_to_who_is_seated_there(anonymous, strategy, epci):
    seated = make.OrganisationFactory(epci=epci)
    action = make.ActionFactory(strategy=strategy)
    make.TerritoryFactory(action=action, epci=epci)
    common = {"strategy": strategy, "signed_on": date(2019, 3, 1)}
    make.GrantFactory(
        **common, action=None, beneficiary=seated, beneficiary_name="Ici", amount=5000
    )
    make.GrantFactory(**common, action=None, beneficiary_name="AILLEURS", amount=900)
    make.GrantFactory(
        **common,
        action=action,
        amount=300,
        is_person=True,
        beneficiary=None,
        beneficiary_name="",
        beneficiary_siret="",
        beneficiary_rna="",
    )
    page = sheet(anonymous, epci)
    assert f"2{NBSP}subventions à des bénéficiaires de ce territoire, 5{NARROW}300" in page
    assert f"dont 1 à des personnes physiques (300{NBSP}€)" in page
    assert "Ici" in page
    assert "AILLEURS" not in page
    assert "Aucune subvention" in sheet(anonymous, epci, "?au=2019-02-28")


def test_the_convention_and_its_term_at_each_date(anonymous, strategy, epci):
    convention = make.ConventionFactory(
        strategy=strategy,
        kind="epci",
        partner=epci,
        signed_on=date(2019, 1, 10),
        ends_on=date(2019, 10, 31),
    )
    make.AmendmentFactory(
        convention=convention, number=1, signed_on=date(2019, 9, 5), ends_on=date(2021, 12, 31)
    )
    assert "Aucune convention" in sheet(anonymous, epci, "?au=2019-01-09")
    assert 'jusqu\'au <time datetime="2019-10-31">' in sheet(anonymous, epci, "?au=2019-09-04")
    now = sheet(anonymous, epci)
    assert 'jusqu\'au <time datetime="2021-12-31">' in now
    assert "Avenant 1" in now
    convention.amendments.all().delete()
    assert "arrivée à son terme" in sheet(anonymous, epci)


def test_structures_by_family(anonymous, strategy, epci):
    for _ in range(3):
        make.OrganisationFactory(epci=epci, association=True)
    make.OrganisationFactory(epci=epci, legal_family="cooperative")
    make.OrganisationFactory(association=True)
    page = sheet(anonymous, epci)
    assert f"association{NBSP}: <strong>3</strong>, coopérative{NBSP}: <strong>1</strong>" in page


def test_an_epci_that_is_not_there_says_so(anonymous, strategy):
    old = make.EpciFactory(name="Ancien Val", valid_until=date(2018, 12, 31))
    new = make.EpciFactory(name="Nouveau Val", valid_from=date(2019, 1, 1))
    old.successors.add(new)
    gone = sheet(anonymous, old)
    assert "n'existe plus" in gone
    assert address(new) in gone
    assert "n'existe plus" not in sheet(anonymous, old, "?au=2018-12-31")
    early = anonymous.get(address(new) + "?au=2018-12-31")
    assert early.status_code == 404
    page = unescape(early.content.decode())
    assert "n'existait pas encore" in page
    assert address(old) in page
    assert address(old) in sheet(anonymous, new)


def test_it_reads_the_strategy_in_force_or_the_one_that_is_asked_for(anonymous, strategy, epci):
    make.StrategyFactory(
        slug="ancienne",
        short_title="ANCIENNE",
        adopted_on=date(2014, 9, 1),
        period_start=2014,
        period_end=2017,
        target_date=date(2017, 12, 31),
    )
    assert "ANCIENNE" not in sheet(anonymous, epci)
    assert "ANCIENNE" in sheet(anonymous, epci, "?au=2016-01-01")
    assert "ANCIENNE" in sheet(anonymous, epci, "?strategie=ancienne")
    for query in ("?strategie=inconnue", "?au=hier", "?strategie=sress&au=2018-06-27"):
        assert anonymous.get(address(epci) + query).status_code == 404
    for siren in ("000000000", "x", "1" * 30):
        assert anonymous.get(f"/territoires/{siren}/fiche/").status_code == 404


def test_it_costs_the_same_few_queries(anonymous, lead, strategy, epci):
    def enrich(rows):
        held = make.AuthorisationFactory(strategy=strategy)
        make.MovementFactory(authorisation=held, amount=100_000, date=date(2019, 1, 2))
        for _ in range(rows):
            action = make.ActionFactory(strategy=strategy)
            make.TerritoryFactory(action=action, epci=epci)
            make.PartnershipFactory(action=action)
            paid_for(action, held, 10)
            make.GrantFactory(strategy=strategy, beneficiary=make.OrganisationFactory(epci=epci))
            make.AmendmentFactory(
                convention=make.ConventionFactory(strategy=strategy, kind="epci", partner=epci)
            )
            make.pictured(make.InitiativeFactory(strategy=strategy, epci=epci))
            epci.successors.add(make.EpciFactory())
            make.MembershipFactory(epci=epci)

    def counts():
        found = []
        for client in (anonymous, lead):
            for query in ("", "?strategie=sress&au=2019-10-01"):
                with CaptureQueriesContext(connection) as queries:
                    sheet(client, epci, query)
                found.append(len(queries))
        return found

    enrich(2)
    few = counts()
    enrich(20)
    assert counts() == few
    assert max(few) <= 12
