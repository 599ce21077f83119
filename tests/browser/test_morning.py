"""An officer's whole morning, at the width of a phone and of a desktop: no page with a barrier."""

import re
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from proposals.models import Attachment, ProgressReport, ProgressReportDraft
from sress import clock
from tests.actors.accounts.kit import PASSWORD, code, give_application
from tests.browser.test_accounts import arrived, is_accessible, sign_in
from tests.factories import (
    ActionFactory,
    ContributorFactory,
    HandoverFactory,
    PartnershipFactory,
    ProgressReportDraftFactory,
    ProgressReportFactory,
    StrategyFactory,
    UserFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def officer():
    return UserFactory(full_name="Camille Référente", password=PASSWORD)


@pytest.fixture
def address(live_server, officer):
    """Eleven actions of theirs, of which one is late, and a partner's draft that waits."""
    cache.clear()
    today = clock.today()
    strategy = StrategyFactory(
        slug="sress",
        period_start=today.year - 1,
        period_end=today.year + 1,
        adopted_on=None,
        target_date=date(today.year + 1, 12, 31),
    )
    first = ActionFactory(
        strategy=strategy,
        code="1.1",
        title="Ouvrir le guichet",
        referent=officer,
        start_date=today - timedelta(days=300),
        initial_due_date=today - timedelta(days=10),
        exists_from=today - timedelta(days=300),
    )
    ProgressReportFactory(
        action=first, author=officer, reported_on=today - timedelta(days=20), status="en_cours"
    )
    for number in range(2, 12):
        ActionFactory(
            proposal=first.proposal,
            code=f"1.{number}",
            title=f"Action numéro {number}",
            referent=officer,
            exists_from=today - timedelta(days=200),
            start_date=today - timedelta(days=200),
            initial_due_date=today + timedelta(days=200),
        )
    partner = ContributorFactory(full_name="Sacha Partenaire")
    PartnershipFactory(action=first, organisation=partner.organisation)
    ProgressReportDraftFactory(
        action=first,
        author=partner,
        reported_on=today - timedelta(days=1),
        text="Le mobilier est arrivé.",
        submitted_at=clock.now(),
    )
    HandoverFactory(action=first, given_to=officer, given_by=UserFactory(), given_at=clock.now())
    return live_server.url


def test_an_officers_whole_morning(page, address, officer, tmp_path):
    # Sign in, with a second factor.
    give_application(officer)
    sign_in(page, address, officer)
    arrived(page, "Seconde étape")
    is_accessible(page, "the second step")
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Continuer").click()

    # The desk: what presses first.
    expect(page.get_by_role("heading", name="Mon suivi")).to_be_visible()
    is_accessible(page, "the desk")
    expect(page.get_by_role("heading", level=3).first).to_have_text("Échéance dépassée")
    expect(page.get_by_role("heading", level=4).first).to_have_text("Ouvrir le guichet")
    expect(page.get_by_role("heading", name="On vous a confié")).to_be_visible()

    # A report: the draft saves itself, the deadline moves, a file goes with it.
    page.get_by_role("link", name="Faire le point sur l'action 1.1", exact=True).click()
    page.get_by_label("75 %").check()
    page.get_by_label("Ce qui s'est passé").fill("Les travaux finissent.")
    expect(page.get_by_text("Brouillon enregistré à")).to_be_visible()
    assert ProgressReportDraft.objects.get(author=officer).text == "Les travaux finissent."
    page.get_by_text("Reporter l'échéance").click()
    moved = clock.today() + timedelta(days=40)
    page.get_by_label("Nouvelle échéance").fill(moved.isoformat())
    page.get_by_text("Joindre des fichiers").click()
    convention = tmp_path / "convention.pdf"
    convention.write_bytes(b"%PDF-1.7\n%%EOF\n")
    page.get_by_label("Pièces jointes").set_input_files(convention)
    page.get_by_role("button", name="Publier le point").click()
    # The motive was forgotten: nothing is lost, the file neither.
    expect(page.get_by_text("Rien n'est perdu")).to_be_visible()
    is_accessible(page, "the form with an error")
    expect(page.get_by_role("link", name="convention.pdf")).to_be_visible()
    page.get_by_label("Motif du report").fill("Marché relancé")
    page.get_by_role("button", name="Publier le point").dblclick()
    expect(page.get_by_text("Point d'avancement publié.")).to_be_visible()
    is_accessible(page, "the public page of the action")
    expect(page.get_by_text("Les travaux finissent.")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="convention.pdf").click()
    assert download.value.suggested_filename == "convention.pdf"
    published = ProgressReport.objects.get(text="Les travaux finissent.")
    assert (published.revised_due_date, published.progress) == (moved, 75)
    assert Attachment.objects.get().report == published
    assert not ProgressReportDraft.objects.filter(author=officer).exists()

    # The review grid: ten actions, of which three moved.
    page.goto(f"{address}/suivi/")
    page.get_by_role("link", name="Revue de plusieurs actions").click()
    arrived(page, "Revue des actions")
    is_accessible(page, "the review grid")
    expect(page.get_by_role("group", name="1.2 Action numéro 2")).to_be_visible()
    for number in (2, 3, 4):
        row = page.get_by_role("group", name=f"1.{number} Action numéro {number}")
        row.get_by_label("État").select_option("En cours")
        row.get_by_label("Avancement").select_option("50 %")
        row.get_by_label("Ce qui s'est passé").fill(f"Lancée, numéro {number}.")
    wrong = page.get_by_role("group", name="1.5 Action numéro 5")
    wrong.get_by_label("État").select_option("En difficulté")
    page.get_by_role("button", name="Enregistrer 4 lignes changées").click()
    expect(page.get_by_text("1 ligne à reprendre")).to_be_visible()
    is_accessible(page, "the review grid with an error")
    wrong.get_by_label("Difficulté").select_option("Financement")
    wrong.get_by_label("Avancement").select_option("25 %")
    page.get_by_role("button", name=re.compile("^Enregistrer .*changée")).click()
    expect(page.get_by_text("4 points enregistrés")).to_be_visible()
    assert ProgressReport.objects.filter(recorded_at__date=clock.today()).count() == 5

    # A partner's draft: read, amended, published in their name.
    page.goto(f"{address}/suivi/")
    page.get_by_role("link", name="1.1 Ouvrir le guichet").last.click()
    expect(page.get_by_role("heading", name="Valider un point")).to_be_visible()
    is_accessible(page, "the validation")
    page.get_by_label("Ce qui s'est passé").fill("Le mobilier est arrivé hier.")
    page.get_by_role("button", name="Valider et publier").click()
    expect(page.get_by_text("Point validé et publié.")).to_be_visible()
    validated = ProgressReport.objects.get(text="Le mobilier est arrivé hier.")
    assert (validated.author.full_name, validated.validated_by) == ("Sacha Partenaire", officer)
    expect(page.get_by_text("Sacha Partenaire")).to_have_count(0)

    # One click, where nothing moved.
    page.goto(f"{address}/suivi/")
    page.get_by_role("button", name="Rien de nouveau sur l'action 1.6").dblclick()
    expect(page.get_by_text("« rien de nouveau » est publié.")).to_be_visible()
    assert ProgressReport.objects.filter(action__code="1.6").count() == 1

    # The history: who changed what.
    page.get_by_role("link", name="Ouvrir le guichet").first.click()
    arrived(page, "Suivi de l'action 1.1")
    is_accessible(page, "the action as its officer sees it")
    page.get_by_role("link", name="Qui a changé quoi").click()
    arrived(page, "Qui a changé quoi")
    is_accessible(page, "the history")
    expect(
        page.get_by_text("Camille Référente a ajouté : point d'avancement").first
    ).to_be_visible()

    for path in ("/suivi/passation/", "/suivi/absences/", "/compte/"):
        page.goto(f"{address}{path}")
        is_accessible(page, path)


def test_an_expired_log_in_loses_no_word(page, address, officer):
    sign_in(page, address, officer)
    page.goto(f"{address}/suivi/sress/actions/1-2/point/")
    page.get_by_label("En cours").check()
    page.get_by_label("50 %").check()
    page.get_by_label("Ce qui s'est passé").fill("Une heure de rédaction.")
    # The session ends, as it does overnight; the security token stays.
    page.context.clear_cookies(name="sessionid")
    expect(page.get_by_text("Votre connexion a expiré. Continuez")).to_be_visible()
    page.get_by_role("button", name="Publier le point").click()
    page.get_by_label("Adresse électronique").fill(officer.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("Voici ce que vous aviez saisi.")).to_be_visible()
    is_accessible(page, "the form after an expired log-in")
    expect(page.get_by_label("Ce qui s'est passé")).to_have_value("Une heure de rédaction.")
    page.get_by_role("button", name="Publier le point").click()
    expect(page.get_by_text("Point d'avancement publié.")).to_be_visible()
    assert ProgressReport.objects.filter(text="Une heure de rédaction.").count() == 1


@pytest.mark.parametrize("width", [320])
def test_the_form_and_the_desk_fit_the_narrowest_phone(page, address, officer, width):
    sign_in(page, address, officer)
    page.set_viewport_size({"width": width, "height": 640})
    for path in (
        "/suivi/",
        "/suivi/revue/",
        "/suivi/sress/actions/1-1/point/",
        "/suivi/sress/actions/1-1/",
        "/suivi/passation/",
    ):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
