"""An administrator brings a plan kept in Excel into the site, with a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.actors.accounts.kit import code, give_application
from tests.browser.test_journey import RULES
from tests.factories import RegionFactory, UserFactory
from tests.proposals.exchange.test_pages import FOREIGN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def accessible(page):
    found = Axe().run(page, context="#content-main", options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:160]) for v in found] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_a_foreign_plan_becomes_a_public_strategy(page, live_server, tmp_path):
    RegionFactory()
    administrator = UserFactory(email="admin@example.org", role="administration")
    administrator.set_password("demonstration")
    administrator.save()
    give_application(administrator)
    file = tmp_path / "plan.csv"
    file.write_bytes(
        FOREIGN.replace("Chantier;", "Objectif;")
        .replace(";1;", ";1 : Former;")
        .replace(";2;", ";2 : Financer;")
        .encode("cp1252")
    )

    page.goto(f"{live_server.url}/compte/connexion/?next=/admin/proposals/strategy/")
    page.get_by_label("Adresse électronique").fill("admin@example.org")
    page.get_by_label("Mot de passe").fill("demonstration")
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_label("Code à six chiffres").fill(code())
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("link", name="Importer un fichier").click()
    expect(page.get_by_label("Fichier")).to_be_visible()
    accessible(page)
    page.get_by_label("Fichier").set_input_files(file)
    page.get_by_label("Publier ce qui est importé").check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("plan.csv").first).to_be_visible()

    if page.get_by_role("link", name="Revoir quelle colonne est quoi").is_visible():
        page.get_by_role("link", name="Revoir quelle colonne est quoi").click()
    expect(page.get_by_label("La colonne Quoi devient")).to_be_visible()
    accessible(page)
    page.get_by_label("La colonne Domaine devient").select_option("Axe")
    page.get_by_label("La colonne Quoi devient").select_option("Titre de l'action")
    page.get_by_label("La colonne Pour quand devient").select_option("Échéance")
    for label, value in (
        ("Titre :", "Plan ESS"),
        ("Titre court :", "ESS 2018-2021"),
        ("Région :", "Centre-Val de Loire"),
        ("Période :", "2018-2021"),
    ):
        page.get_by_label(label.replace(" :", "\u00a0:"), exact=True).fill(value)
    page.get_by_role("button", name="Actualiser").first.click()
    expect(page.get_by_text("Les premières lignes, telles qu'elles seront lues")).to_be_visible()
    page.get_by_role("button", name="Voir ce qui va changer").click()
    expect(page.get_by_role("heading", name="Ce qui va changer")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="importer").dblclick()
    expect(page.get_by_text("changement")).to_be_visible()
    page.goto(f"{live_server.url}/ess-2018-2021/actions/")
    expect(page.get_by_text("3\u00a0actions")).to_be_visible()
    expect(page.get_by_role("link", name="Créer un fonds régional")).to_be_visible()
