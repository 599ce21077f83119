"""An import in the administration: columns, preview, one application, and nobody else."""

from datetime import date
from html import unescape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from proposals.models import Action, Strategy, StrategyFile
from sress.spreadsheets.reading import read_workbook
from tests.factories import ActionFactory, RegionFactory, StrategyFileFactory, UserFactory
from tests.proposals.exchange.test_faults import action, workbook

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/proposals/strategy/import/"
FOREIGN = """Domaine;Chantier;Quoi;Qui;Pour quand;Où en est-on
A - Former;1;Ouvrir un cycle de formation;CRESS;31/12/2020;en cours
A - Former;1;Évaluer le cycle;CRESS;30/06/2021;à lancer
B - Financer;2;Créer un fonds régional;Région;30/06/2020;terminé
"""


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def region():
    return RegionFactory()


def upload(client, content, name="suivi.xlsx", **fields):
    sent = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(UPLOAD, {"file": sent, **fields})


def apply(client, address):
    page = client.get(address)
    return client.post(address, {"digest": page.context["outcome"].digest})


def test_a_known_file_is_shown_then_applied_once(administrator, region):
    response = upload(administrator, workbook([action(1), action(2)]))
    address = response["Location"]
    page = administrator.get(address).content.decode()
    assert "Ce qui va changer" in page
    assert "action « 1.2 Action 2 »" in page
    assert not Strategy.objects.exists()
    done = apply(administrator, address)
    strategy = Strategy.objects.get()
    assert done["Location"] == reverse("admin:proposals_strategy_change", args=[strategy.pk])
    assert strategy.actions.count() == 2
    # Twice is once, and the file does not stay.
    again = administrator.post(address, follow=True).content.decode()
    assert "déjà été importé" in again
    assert "changement" in again  # what the first click did, which browsers do not show
    stored = StrategyFile.objects.get()
    assert (bytes(stored.content), stored.applied_at is not None) == (b"", True)


def test_what_changed_meanwhile_is_shown_again(administrator, region):
    first = upload(administrator, workbook([action(1)]))["Location"]
    apply(administrator, first)
    address = upload(administrator, workbook([action(1, Descriptif="Neuf")]))["Location"]
    digest = administrator.get(address).context["outcome"].digest
    Action.objects.update(description="Changée par quelqu'un d'autre")
    page = administrator.post(address, {"digest": digest})
    assert "La base a changé depuis" in page.content.decode()
    assert Action.objects.get().description == "Changée par quelqu'un d'autre"
    apply(administrator, address)
    assert Action.objects.get().description == "Neuf"


def test_a_file_with_errors_cannot_be_applied(administrator, region):
    address = upload(administrator, workbook([action(1, Échéance="bientôt")]))["Location"]
    page = administrator.get(address)
    assert "Ce fichier a des erreurs" in page.content.decode()
    assert 'name="digest"' not in page.content.decode()
    administrator.post(address, {"digest": page.context["outcome"].digest})
    assert not Strategy.objects.exists()


def test_a_foreign_file_is_read_by_the_columns_that_are_chosen_and_remembered(
    administrator, region
):
    address = upload(administrator, FOREIGN, "plan.csv")["Location"]
    assert address.endswith("/colonnes/")
    form = administrator.get(address).context["form"]
    (sheet,) = form.sheets
    assert {column.heading: column.chosen for column in sheet.columns} == {
        "Domaine": "axis",
        "Chantier": "proposal",
        "Quoi": "title",
        "Qui": "",
        "Pour quand": "initial_due_date",
        "Où en est-on": "status",
    }
    assert sheet.preview[0] == [
        ("Axe", "A - Former"),
        ("Proposition", "1"),
        ("Titre de l'action", "Ouvrir un cycle de formation"),
        ("Échéance", "31/12/2020"),
        ("État", "En cours"),
    ]
    chosen = {column.name: column.chosen for column in sheet.columns}
    chosen |= {"colonne-0-3": "lead", "feuille-0": "actions", "entete-0": "1"}
    facts = {"fait-title": "Plan", "fait-region": "Centre-Val de Loire", "fait-period": "2018-2021"}
    # The proposals have a number and no title: it is said, and the column is set otherwise.
    told = administrator.post(address, {**chosen, **facts, "suite": "1"}, follow=True)
    assert "n'a pas de titre" in unescape(told.content.decode())
    chosen["colonne-0-1"] = "proposal_title"
    chosen["colonne-0-0"] = "proposal"
    again = administrator.post(address, {**chosen, **facts, "actualiser": "1"})
    assert "Titre de la proposition" in again.content.decode()

    other = upload(administrator, FOREIGN.replace("31/12/2020", "31/12/2019"), "plan-2.csv")
    assert other["Location"].endswith(f"/import/{StrategyFile.objects.latest('pk').pk}/")
    remembered = StrategyFile.objects.latest("pk").mapping
    assert remembered["sheets"]["plan-2"]["columns"]["Qui"] == "lead"


def test_another_table_or_header_proposes_its_columns_anew(administrator, region):
    address = upload(administrator, FOREIGN, "plan.csv")["Location"]
    sent = {"feuille-0": "organisations", "entete-0": "1", "actualiser": "1"}
    (sheet,) = administrator.post(address, sent).context["form"].sheets
    assert sheet.table == "organisations"
    assert {key for column in sheet.columns for key, _ in column.choices} >= {"siren", "rna"}
    for odd in ("0", "-1", "99999", "abc", "999999999999"):
        sent = {"feuille-0": "actions", "entete-0": odd, "actualiser": "1"}
        assert administrator.post(address, sent).status_code == 200


def test_the_mapping_is_saved_for_the_command(administrator, region):
    upload(administrator, FOREIGN, "plan.csv")
    stored = StrategyFile.objects.get()
    response = administrator.get(reverse("admin:strategy_mapping", args=[stored.pk]))
    assert response["Content-Type"] == "application/json"
    assert response.json()["sheets"]["plan"]["columns"]["Pour quand"] == "initial_due_date"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\x03\x04"])
def test_what_is_no_table_is_refused_on_the_form(administrator, content):
    response = upload(administrator, content)
    assert response.status_code == 422
    assert not StrategyFile.objects.exists()


def test_published_when_asked(administrator, region, anonymous):
    address = upload(administrator, workbook([action(1)]), publish="on")["Location"]
    apply(administrator, address)
    assert anonymous.get("/sress/actions/1-1/").status_code == 200


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_downloads_open(administrator, kind):
    strategy = ActionFactory().strategy
    for address in (
        reverse("admin:strategy_export", args=[strategy.pk, kind]),
        reverse("admin:strategy_model", args=[kind]),
    ):
        response = administrator.get(address)
        assert response.status_code == 200
        assert f'.{kind}"' in response["Content-Disposition"]
        names = [sheet.name for sheet in read_workbook("f", response.content).sheets]
        assert names[:3] == ["Lisez-moi", "Stratégie", "Axes"]


def test_the_model_has_drop_down_lists_and_explanations(administrator, tmp_path):
    file = tmp_path / "modele.xlsx"
    file.write_bytes(administrator.get(reverse("admin:strategy_model", args=["xlsx"])).content)
    book = openpyxl.load_workbook(file)
    rules = book["Actions"].data_validations.dataValidation
    assert rules
    lists = {
        tuple(cell.value for (cell,) in book["Listes"][rule.formula1.partition("!")[2]])
        for rule in rules
    }
    assert ("À venir", "En cadrage", "En cours", "En difficulté") in {one[:4] for one in lists}
    assert book["Listes"].sheet_state == "hidden"
    explained = {row[0].value for row in book["Lisez-moi"].iter_rows()}
    assert {cell.value for cell in book["Actions"][1]} <= explained


@pytest.mark.parametrize("who", ["anonymous", "outsider", "lead", "staff"])
def test_nobody_else_imports_or_exports(request, who):
    from tests.conftest import SignedIn

    stored = StrategyFileFactory()
    client = (
        SignedIn(UserFactory(role="coordination"))
        if who == "staff"
        else request.getfixturevalue(who)
    )
    pages = {
        "strategy_import": [],
        "strategy_preview": [stored.pk],
        "strategy_columns": [stored.pk],
        "strategy_mapping": [stored.pk],
        "strategy_model": ["xlsx"],
        "strategy_export": [stored.target.pk, "xlsx"],
    }
    for name, arguments in pages.items():
        for method in ("get", "post"):
            response = getattr(client, method)(reverse(f"admin:{name}", args=arguments))
            assert response.status_code == (403 if who == "staff" else 302), name


def test_a_file_is_its_authors_own(administrator):
    stored = StrategyFileFactory()
    assert administrator.get(f"{UPLOAD}{stored.pk}/").status_code == 403


def test_an_upload_that_nobody_applied_does_not_stay(administrator, region, settings):
    upload(administrator, workbook([action(1)]))
    old = StrategyFile.objects.get()
    settings.SRESS_TODAY = date(2019, 11, 23)
    upload(administrator, workbook([action(1)]))
    assert not StrategyFile.objects.filter(pk=old.pk).exists()
