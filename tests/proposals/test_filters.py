"""The list of actions: each filter, together, in addresses that can be shared."""

from datetime import date
from html import unescape

import pytest
import time_machine

from proposals.models import Status
from tests.factories import (
    ActionFactory,
    AxisFactory,
    EpciFactory,
    FamilyFactory,
    ProgressReportFactory,
    ProposalFactory,
    StrategyFactory,
    TagFactory,
    TerritoryFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def shown(anonymous):
    strategy = StrategyFactory(slug="sress")
    family = FamilyFactory(strategy=strategy, slug="emploi", name="Emploi")
    first = ProposalFactory(
        strategy=strategy, number=1, axis=AxisFactory(strategy=strategy, number=1), family=family
    )
    second = ProposalFactory(
        strategy=strategy, number=2, axis=AxisFactory(strategy=strategy, number=2)
    )
    delivered = ActionFactory(proposal=first, code="1.1", year=2018, title="Créer un incubateur")
    ProgressReportFactory(action=delivered, status=Status.DELIVERED)
    overdue = ActionFactory(
        proposal=first, code="1.2", title="Été des lycéens", initial_due_date=date(2019, 10, 1)
    )
    ProgressReportFactory(action=overdue, reported_on=date(2019, 11, 1))
    silent = ActionFactory(proposal=second, code="2.1", description="Appui aux tiers-lieux")
    silent.tags.add(TagFactory(slug="environnement"))
    TerritoryFactory(action=silent, epci=EpciFactory(siren="243700754"))

    def codes(query: str) -> list[str]:
        response = anonymous.get(f"/sress/actions/?{query}")
        assert response.status_code == 200
        return [action.code for action in response.context["page"].object_list]

    return codes


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1.1", "1.2", "2.1"]),
        ("axe=2", ["2.1"]),
        ("statut=realisee", ["1.1"]),
        ("annee=2018", ["1.1"]),
        ("famille=emploi", ["1.1", "1.2"]),
        ("etiquette=environnement", ["2.1"]),
        ("epci=243700754", ["2.1"]),
        ("depassee=on", ["1.2"]),
        ("silencieuse=on", ["2.1"]),
        ("q=ete", ["1.2"]),
        ("q=ÉTÉ+lycéens", ["1.2"]),
        ("q=tiers", ["2.1"]),
        ("q=1.2", ["1.2"]),
        ("q=nulle+part", []),
        ("axe=1&statut=en_cours&depassee=on", ["1.2"]),
        ("au=2019-02-01", ["1.1", "1.2", "2.1"]),
        ("au=2019-02-01&statut=realisee", []),
    ],
)
def test_filters_narrow_the_list(shown, query, expected):
    assert shown(query) == expected


@pytest.mark.parametrize("query", ["axe=99", "statut=rien", "annee=xx", "epci=%00", "page=zz"])
def test_a_filter_that_means_nothing_breaks_nothing(shown, anonymous, query):
    assert anonymous.get(f"/sress/actions/?{query}").status_code == 200


def test_codes_sort_as_numbers(anonymous):
    proposal = ProposalFactory(strategy__slug="sress", number=12)
    for rank in (10, 2, 1):
        ActionFactory(proposal=proposal, code=f"12.{rank}")
    page = anonymous.get("/sress/actions/").context["page"]
    assert [action.code for action in page] == ["12.1", "12.2", "12.10"]


def test_pages_of_fifty_keep_the_filters(anonymous):
    proposal = ProposalFactory(strategy__slug="sress")
    for rank in range(51):
        ActionFactory(proposal=proposal, code=f"1.{rank}", year=2019)
    first = anonymous.get("/sress/actions/?annee=2019")
    assert "?annee=2019&amp;page=2" in first.content.decode()
    assert len(anonymous.get("/sress/actions/?annee=2019&page=2").context["page"].object_list) == 1


def test_an_unknown_filter_is_said_to_be_ignored(shown, anonymous):
    page = anonymous.get("/sress/actions/?statut=rien").content.decode()
    assert "Un filtre inconnu est ignoré" in page


def test_everyone_finds_their_territory_even_without_an_action(anonymous):
    strategy = StrategyFactory(slug="sress")
    EpciFactory(name="Communauté de communes du Néant", short_name="Le Néant", siren="200000008")
    EpciFactory(name="Communauté d'ailleurs", region_code="53")
    ActionFactory(strategy=strategy)
    options = anonymous.get("/sress/actions/").content.decode()
    assert '<option value="200000008">Le Néant</option>' in options
    assert "ailleurs" not in options
    page = unescape(anonymous.get("/sress/actions/?epci=200000008").content.decode())
    assert "Aucune action ne correspond" in page
    assert "menées pour toute la région" in page
    assert "<title>Actions prioritaires (Territoire\u00a0: Le Néant)" in page
