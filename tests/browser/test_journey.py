"""What people do, in a real browser, at the width of a phone and of a desktop."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.factories import (
    ActFactory,
    ActionFactory,
    EpciFactory,
    EventFactory,
    MilestoneFactory,
    PartnershipFactory,
    ProgressReportFactory,
    ProposalFactory,
    ServiceFactory,
    StrategyFactory,
    TerritoryFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def address(live_server) -> str:
    officer = UserFactory(email="officier@example.org", service=ServiceFactory())
    officer.set_password("demonstration")
    officer.save()
    strategy = StrategyFactory(slug="sress", is_demonstration=True)
    proposal = ProposalFactory(
        strategy=strategy, number=1, axis__number=1, title="Soutenir les tiers-lieux"
    )
    ActFactory(strategy=strategy)
    EventFactory(strategy=strategy)
    action = ActionFactory(
        proposal=proposal, code="1.1", title="Cartographier les tiers-lieux", referent=officer
    )
    TerritoryFactory(action=action, epci=EpciFactory())
    PartnershipFactory(action=action)
    MilestoneFactory(action=action)
    ProgressReportFactory(
        action=action,
        author=officer,
        reported_on=date(2019, 3, 1),
        revised_due_date=date(2020, 6, 30),
        text="Le recensement commence.",
    )
    return live_server.url


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/compte/connexion/")
    page.get_by_label("Adresse électronique").fill("officier@example.org")
    page.get_by_label("Mot de passe").fill("demonstration")
    page.get_by_role("button", name="Se connecter").click()
    expect(page).not_to_have_url(f"{address}/compte/connexion/")


def test_an_officer_logs_progress_and_the_public_sees_it(page, address):
    sign_in(page, address)
    expect(page.get_by_role("heading", name="Mon suivi")).to_be_visible()
    page.get_by_role("link", name="Faire le point").click()
    page.get_by_label("En cours").check()
    page.get_by_label("75 %").check()
    page.get_by_label("Ce qui s'est passé").fill("La carte est en ligne.")
    page.get_by_role("button", name="Publier le point").dblclick()
    expect(page.get_by_text("Point d'avancement publié.")).to_be_visible()
    expect(page.get_by_text("La carte est en ligne.")).to_have_count(1)

    page.context.clear_cookies()
    page.goto(f"{address}/sress/actions/1-1/")
    expect(page.get_by_text("La carte est en ligne.")).to_be_visible()
    page.get_by_label("Lire à une autre date").fill("2019-03-02")
    page.get_by_role("button", name="Voir").click()
    expect(page.get_by_text("La carte est en ligne.")).to_have_count(0)
    expect(page.get_by_text("Le recensement commence.")).to_be_visible()


def test_without_a_mouse(page, address):
    page.goto(f"{address}/sress/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Actions", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}/sress/actions/")
    page.get_by_label("Rechercher").focus()
    page.keyboard.type("cartographier")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Cartographier les tiers-lieux")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_the_width(page, address, scheme):
    page.emulate_media(color_scheme=scheme)
    sign_in(page, address)
    for path in (
        "/suivi/",
        "/suivi/sress/actions/1-1/point/",
        "/sress/",
        "/sress/axes/1/",
        "/sress/propositions/",
        "/sress/propositions/1/",
        "/sress/actions/",
        "/sress/actions/?q=rien",
        "/sress/actions/1-1/",
        "/sress/actions/1-1/?au=2019-03-02",
        "/sress/?au=hier",
    ):
        page.goto(f"{address}{path}")
        found = Axe().run(page, options=RULES).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], path
    page.context.clear_cookies()
    page.goto(f"{address}/compte/connexion/")
    assert Axe().run(page, options=RULES).response["violations"] == []


def test_pages_need_no_script_and_nothing_from_elsewhere(browser, address):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    sign_in(opened, address)
    opened.get_by_role("link", name="Faire le point").click()
    opened.get_by_label("En cours").check()
    opened.get_by_label("50 %").check()
    opened.get_by_role("button", name="Publier le point").click()
    expect(opened.get_by_text("Point d'avancement publié.")).to_be_visible()
    assert asked
    assert all(url.startswith(address) for url in asked)
    context.close()
