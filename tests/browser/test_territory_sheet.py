"""The territory sheet prints on two pages of A4 at most, and reads at any width."""

import re
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server):
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    epci = make.EpciFactory(name="Communauté d'agglomération du Val d'Essai")
    for _ in range(30):
        action = make.ActionFactory(strategy=strategy, title="Ouvrir une pépinière de projets")
        make.TerritoryFactory(action=action, epci=epci)
        make.PartnershipFactory(action=action)
        make.ProgressReportFactory(action=action)
        seated = make.OrganisationFactory(epci=epci, association=True)
        make.GrantFactory(strategy=strategy, beneficiary=seated, purpose="Un poste d'animation")
        make.pictured(make.InitiativeFactory(strategy=strategy, epci=epci))
    make.AmendmentFactory(
        convention=make.ConventionFactory(strategy=strategy, kind="epci", partner=epci)
    )
    return f"{live_server.url}/territoires/{epci.siren}/fiche/"


def test_it_prints_on_two_pages(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    # Pictures further down are fetched when they are near.
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.wait_for_load_state("networkidle")
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))
    page.close()
    assert 1 <= len(pages) <= 2


def test_it_reads_at_any_width_and_without_eyes(page: Page, address: str) -> None:
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page).response["violations"] == []
