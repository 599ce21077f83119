"""Signing in with a real Chromium, its security key (a virtual one), at both widths."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from actors.accounts import invitations
from actors.models import Role
from tests.actors.accounts.kit import PASSWORD, code, give_application
from tests.browser.test_journey import RULES
from tests.factories import StrategyFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DOUBLE = "/compte/double-authentification/"
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def address(live_server):
    cache.clear()
    StrategyFactory(slug="sress")
    return live_server.url


@pytest.fixture
def chief():
    return UserFactory(role=Role.ADMINISTRATOR, email="chef@example.org", password=PASSWORD)


def sign_in(page, address, user):
    page.goto(f"{address}/compte/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page).not_to_have_url(f"{address}/compte/connexion/")


def confirm(page):
    arrived(page, "Confirmez que c'est vous")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Confirmer").click()


def arrived(page, heading):
    """A click does not wait for the page that it leads to: what looks at that page must."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.wait_for_load_state()  # its scripts too: a click that comes before them is nobody's


def is_accessible(page, where):
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], where
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], where


def plug_a_key(page):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def test_an_administrator_sets_a_key_up_and_signs_in_with_it(page, address, chief):
    plug_a_key(page)
    sign_in(page, address, chief)
    expect(page.get_by_text("Elle est obligatoire pour administrer.")).to_be_visible()
    page.get_by_role("link", name="Ajouter une clé").click()
    confirm(page)
    arrived(page, "Ajouter une clé de sécurité")
    is_accessible(page, "the form of a key")
    page.get_by_label("Nom de la clé").fill("Clé bleue")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()

    sign_in(page, address, chief)
    arrived(page, "Seconde étape")
    is_accessible(page, "the second step, with a key")
    page.goto(f"{address}/admin/")  # not yet
    expect(page).to_have_url(f"{address}{DOUBLE}verification/")
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page).to_have_url(f"{address}/suivi/")
    page.goto(f"{address}/admin/")
    expect(page).to_have_url(f"{address}/admin/")

    # Another page about security takes the key in place of the password.
    page.goto(f"{address}{DOUBLE}codes/")
    page.get_by_role("link", name="par clé de sécurité").click()
    expect(page.get_by_role("button", name="Utiliser ma clé de sécurité")).to_be_visible()
    is_accessible(page, "confirming by key")
    page.get_by_role("button", name="Utiliser ma clé de sécurité").click()
    expect(page).to_have_url(f"{address}{DOUBLE}codes/")
    page.goto(f"{address}{DOUBLE}")
    page.get_by_role("link", name="Retirer Clé bleue").click()
    arrived(page, "Retirer « Clé bleue »")
    is_accessible(page, "taking a key away")
    page.get_by_role("button", name="Retirer la clé").click()
    expect(page.get_by_text("Elle est obligatoire pour administrer.")).to_be_visible()
    assert [sent.subject for sent in mail.outbox] == [
        "Une clé de sécurité est ajoutée",
        "Une clé de sécurité est retirée",
    ]


def test_a_key_that_refuses_is_told(page, address, chief):
    plug_a_key(page)
    sign_in(page, address, chief)
    page.goto(f"{address}{DOUBLE}cles/ajouter/")
    confirm(page)
    arrived(page, "Ajouter une clé de sécurité")
    page.get_by_role("button", name="Ajouter la clé").click()
    expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
    page.goto(f"{address}{DOUBLE}cles/ajouter/")
    page.get_by_role("button", name="Ajouter la clé").click()  # it knows this account already
    expect(page.get_by_text("La clé n'a pas répondu")).to_be_visible()


def test_an_application_and_its_codes(page, address, chief):
    sign_in(page, address, chief)
    page.get_by_role("link", name="Ajouter une application").click()
    confirm(page)
    arrived(page, "Ajouter une application")
    is_accessible(page, "the form of an application")
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code à six chiffres").fill(code(secret))
    page.get_by_role("button", name="Vérifier et ajouter").click()
    arrived(page, "Codes de secours")
    is_accessible(page, "recovery codes")
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("button", name="Se déconnecter").click()
    sign_in(page, address, chief)
    page.get_by_label("Code à six chiffres").fill(recovery)
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(f"{address}/suivi/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_the_width(page, address, settings, scheme):
    page.emulate_media(color_scheme=scheme)
    guest = UserFactory()
    guest.set_unusable_password()
    guest.save()
    settings.SRESS_DEMO = True
    UserFactory(email="demo@example.org")
    page.goto(f"{address}/compte/connexion/")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    is_accessible(page, "the login page of the demonstration, refused")
    settings.SRESS_DEMO = False
    for path in (
        "/compte/mot-de-passe/oublie/",
        "/compte/mot-de-passe/oublie/envoye/",
        "/compte/ferme/",
        f"/compte/invitation/{invitations.token_for(guest)}/",
        "/compte/fournisseur/annule/",
    ):
        page.goto(f"{address}{path}")
        is_accessible(page, path)

    user = UserFactory()
    sign_in(page, address, user)
    page.goto(f"{address}/compte/confirmation/")
    is_accessible(page, "confirming by password")
    recovery, *_ = give_application(user)
    for path in (
        "/compte/",
        "/compte/mot-de-passe/",
        "/compte/connexions/",
        "/compte/deconnexion/",
        f"{DOUBLE}confirmation/",
    ):
        page.goto(f"{address}{path}")
        is_accessible(page, path)
    page.goto(f"{address}{DOUBLE}application/retirer/")
    page.get_by_label("Code à six chiffres").fill(recovery)
    page.get_by_role("button", name="Confirmer").click()
    for path in ("", "application/retirer/", "codes/", "codes/renouveler/", "cles/ajouter/"):
        page.goto(f"{address}{DOUBLE}{path}")
        is_accessible(page, path)


def test_signing_in_needs_no_script(browser, address):
    user = UserFactory()
    give_application(user)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, address, user)
    page.get_by_label("Code à six chiffres").fill(code())
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(f"{address}/suivi/")
    context.close()
