"""Files that are wrong: every fault is told at once, at its cell, and nothing is written."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from actors.models import Organisation, User
from proposals import exchange
from proposals.models import Action, Axis, Strategy
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.workbook import UnreadableFileError
from tests.factories import (
    ActionFactory,
    EpciFactory,
    OrganisationFactory,
    ProgressReportFactory,
    RegionFactory,
    StrategyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def author():
    return UserFactory(email="admin@example.org", role="administration", service=None)


@pytest.fixture
def region():
    EpciFactory(name="Communauté de communes du Néant", short_name="Le Néant", siren="200000008")
    return RegionFactory()


ABOUT = [
    ["Titre", "Une stratégie"],
    ["Titre court", "SRESS 2018–2021"],
    ["Adresse", "sress"],
    ["Région", "Centre-Val de Loire"],
    ["Période", "2018-2021"],
    ["Adoptée le", "28/06/2018"],
    ["À mettre en œuvre avant le", "31/12/2021"],
]
ACTION = {
    "Axe": "Axe 1 : Accompagner",
    "Proposition": "1. Créer un incubateur",
    "Code": "1.1",
    "Titre de l'action": "Une action",
    "Date de début": "01/01/2019",
    "Échéance": "31/12/2019",
    "Année": 2019,
}


def workbook(actions: list[dict[str, Any]], about: Any = None, **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Stratégie"
    for row in ABOUT if about is None else about:
        book.active.append(row)
    headings = list(dict.fromkeys(name for action in [ACTION, *actions] for name in action))
    sheet = book.create_sheet("Actions")
    sheet.append(headings)
    for action in actions:
        sheet.append([action.get(name) for name in headings])
    for name, rows in sheets.items():
        other = book.create_sheet(name)
        for row in rows:
            other.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def load(content: bytes, **options: Any) -> exchange.Outcome:
    options = {"author": User.objects.filter(role="administration").first(), **options}
    book = read_workbook("essai.xlsx", content)
    return exchange.load(book, agree=lambda outcome: True, **options)


def action(n: int, **changes: Any) -> dict[str, Any]:
    return {**ACTION, "Code": f"1.{n}", "Titre de l'action": f"Action {n}", **changes}


# What is wrong with one cell, and what is said of it.
FAULTS = {
    "no title": ({"Titre de l'action": None}, "« Titre de l'action » est vide"),
    "no such day": ({"Échéance": "31/02/2019"}, "ce jour n'existe pas"),
    "no date": ({"Échéance": "bientôt"}, "n'est pas une date"),
    "month thirteen": ({"Date de début": "01/13/2019"}, "ce jour n'existe pas"),
    "due before start": ({"Échéance": "31/12/2018"}, "L'échéance précède le début"),
    "far away": ({"Échéance": "31/12/2119"}, "siècle lointain"),
    "a year in letters": ({"Année": "deux mille"}, "n'est pas un nombre"),
    "no year": ({"Année": 19}, "n'est pas une année"),
    "half a year": ({"Année": 2019.5}, "nombre entier"),
    "a code turned into a day": ({"Code": date(2019, 3, 12)}, "pour une date"),
    "a code of signs": ({"Code": "1/*"}, "Un code s'écrit"),
    "no such state": ({"État": "En retard"}, "n'est pas un état"),
    "an unknown state": ({"État": "Bof"}, "n'est pas prévu"),
    "too far on": ({"État": "En cours", "Avancement": "120 %"}, "va de 0 % à 100 %"),
    "done and not delivered": ({"État": "En cours", "Avancement": "100 %"}, "vont ensemble"),
    "no difficulty named": ({"État": "En difficulté", "Avancement": "50 %"}, "nature de la diff"),
    "dropped by nobody": ({"État": "Non poursuivie", "Avancement": "0 %"}, "demande une décision"),
    "progress without a state": ({"Avancement": "50 %"}, "Quel est l'état"),
    "reported in the future": (
        {"État": "En cours", "Avancement": "50 %", "Date du point": "01/01/2020"},
        "au plus tard",
    ),
    "reported too early": (
        {"État": "En cours", "Avancement": "50 %", "Date du point": "01/12/2018"},
        "n'existe que depuis",
    ),
    "put off without a motive": (
        {"État": "En cours", "Avancement": "50 %", "Nouvelle échéance": "30/06/2020"},
        "vont ensemble",
    ),
    "put off to another age": (
        {"État": "En cours", "Avancement": "50 %", "Nouvelle échéance": "30/06/2040"}
        | {"Motif du report": "Retard"},
        "vérifiez l'année",
    ),
    "an unknown EPCI": ({"Territoires": "CC du Néan"}, "« Communauté de communes du Néant »"),
    "shares of more than one": ({"Territoires": "Le Néant : 120 %"}, "comprise entre 0 et 1"),
    "shares of less than one": ({"Territoires": "Le Néant : 60 %"}, "leur somme est 1"),
    "no weight": ({"Poids": 0}, "plus grand que zéro"),
    "a weight in letters": ({"Poids": "lourd"}, "n'est pas un nombre"),
    "an address that is none": ({"Référent·e": "camille@"}, "adresse électronique"),
    "neither yes nor no": ({"Publiée": "peut-être"}, "« oui » ou « non »"),
    "an unknown proposal": ({"Contribue aussi à": "99"}, "ce n'est pas un numéro de"),
    "an unknown act": ({"Acte": "DAP 19.01"}, "n'est pas un acte"),
    "no axis": ({"Axe": "7"}, "n'a pas de titre"),
    "a broken formula": ({"Descriptif": "#REF!"}, "formule donne l'erreur"),
    "another name for an axis": ({"Axe": "Axe 1 : Autre chose"}, "gardez un seul titre"),
    "too long a title": ({"Titre de l'action": "x" * 300}, "250"),
    "someone ambiguous": ({"Porteur": "Les Deux"}, "Plusieurs organisations"),
    "a code twice": ({"Code": "1.1"}, "Déjà donné"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_told_once_at_its_cell(name, author, region):
    changes, said = FAULTS[name]
    OrganisationFactory.create_batch(2, name="Les Deux")
    before = Organisation.objects.count()
    outcome = load(workbook([action(1), action(2, **changes)]))
    assert [str(error) for error in outcome.remarks.errors if said not in str(error)] == []
    (error,) = outcome.remarks.errors
    assert (error.place.sheet, error.place.row) == ("Actions", 2)
    assert error.place.label in changes, error.place
    assert not outcome.applied
    assert not Strategy.objects.exists()
    assert Organisation.objects.count() == before


def test_thirty_faults_are_told_at_once_in_order(author, region, tmp_path):
    OrganisationFactory.create_batch(2, name="Les Deux")
    wrong = [changes for changes, _ in FAULTS.values()]
    file = tmp_path / "fautes.xlsx"
    file.write_bytes(workbook([action(1), *(action(n, **c) for n, c in enumerate(wrong, 2))]))
    with pytest.raises(CommandError) as refused:
        call_command("import_strategy", str(file), interactive=False)
    told = str(refused.value).splitlines()
    assert told[0] == f"{len(FAULTS)}\u00a0erreurs"
    assert told[-1] == "Rien n'est écrit."
    rows = []
    for line, (_, said) in zip(told[1:-1], FAULTS.values(), strict=True):
        assert said in line
        place = re.match(r"  feuille « Actions », ligne (\d+), colonne ([A-Z]+) \(.+\) : ", line)
        assert place, line
        rows.append(int(place[1]))
    assert rows == list(range(3, len(FAULTS) + 3))
    assert not Strategy.objects.exists()
    assert not Action.objects.exists()


def test_faults_of_other_sheets_are_told_too(author, region):
    content = workbook(
        [action(1)],
        Organisations=[
            ["Nom", "Nature", "SIREN", "RNA", "Adresse publique"],
            ["Structure A", "Association", "123456789", "W12", "contact@"],
            ["Structure B", "Structure de l'ESS", None, None, None],
            ["Structure B", "Structure de l'ESS", None, None, None],
        ],
        Étapes=[["Action", "Étape", "Échéance"], ["9.9", "Lancer", "30/06/2019"]],
        Actes=[
            ["Date", "Intitulé", "Nature", "Instance", "Objet"],
            ["12/10/2018", "Vote", "Délibération", "Mairie", "Stratégie"],
        ],
    )
    told = [str(error) for error in load(content).remarks.errors]
    for line, said in zip(
        told,
        (
            "feuille « Actes », ligne 2, colonne D (Instance) : « Mairie » n'est pas prévu",
            "feuille « Organisations », ligne 2, colonne B (Nature) : « Association »",
            "feuille « Organisations », ligne 2, colonne C (SIREN)",
            "feuille « Organisations », ligne 2, colonne D (RNA)",
            "feuille « Organisations », ligne 2, colonne E (Adresse publique)",
            "feuille « Organisations », ligne 4, colonne A (Nom) : Déjà donné feuille",
            "feuille « Étapes », ligne 2, colonne A (Action) : Aucune action ne porte le code",
        ),
        strict=True,
    ):
        assert line.startswith(said)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["Période", "2021-2018"], "n'est pas une période"),
        (["Région", "Atlantide"], "n'est pas une région connue"),
        (["Titre", None], "« Titre » est vide"),
        (["Adresse", "admin"], "adresse du site"),
        (["À mettre en œuvre avant le", "31/12/2015"], "précède la période"),
    ],
)
def test_faults_of_the_strategy_itself(row, said, author, region):
    about = [row if line[0] == row[0] else line for line in ABOUT]
    outcome = load(workbook([action(1)], about))
    (error,) = outcome.remarks.errors
    assert said in str(error)
    assert error.place.sheet == "Stratégie"
    assert not Strategy.objects.exists()


def test_a_new_carrier_in_a_refused_file_is_not_left_behind(author, region):
    load(workbook([action(1, Porteur="Nouvelle"), action(2, Échéance="bientôt")]))
    assert not Organisation.objects.filter(name="Nouvelle").exists()


# What is there


def test_a_changed_file_shows_what_would_change_and_deletes_nothing(author, region):
    load(workbook([action(1), action(2), action(3)]))
    changed = workbook([action(1, **{"Titre de l'action": "Un autre titre"}), action(4)])
    seen: list[exchange.Outcome] = []
    exchange.load(
        read_workbook("b.xlsx", changed), author=author, agree=lambda o: bool(seen.append(o))
    )
    (outcome,) = seen
    assert [str(d) for change in outcome.modifications for d in change.differences] == [
        "titre : Action 1 → Un autre titre"
    ]
    assert [change.what for change in outcome.additions] == ["action « 1.4 Action 4 »"]
    assert outcome.missing == ["action « 1.2 Action 2 »", "action « 1.3 Action 3 »"]
    assert Action.objects.count() == 3
    assert Action.objects.get(code="1.1").title == "Action 1"
    assert load(changed).applied
    assert Action.objects.count() == 4
    assert Action.objects.get(code="1.1").title == "Un autre titre"


def test_voted_facts_of_a_published_action_stay(author, region):
    load(workbook([action(1)]), publish=True)
    outcome = load(workbook([action(1, Échéance="30/06/2020", Descriptif="Plus clair.")]))
    assert outcome.applied
    (kept,) = outcome.kept
    assert str(kept.differences[0]) == (
        "échéance initiale : 31\u00a0décembre\u00a02019 → 30\u00a0juin\u00a02020"
    )
    stored = Action.objects.get()
    assert stored.initial_due_date == date(2019, 12, 31)
    assert stored.description == "Plus clair."


def test_the_log_is_never_written_over(author, region):
    state = {"État": "En cours", "Avancement": "50 %", "Date du point": "01/03/2019"}
    load(workbook([action(1, **state)]))
    later = Action.objects.get()
    ProgressReportFactory(action=later, status="realisee", reported_on=date(2019, 6, 1))
    outcome = load(workbook([action(1, **state)]))
    assert outcome.applied
    assert [str(d) for kept in outcome.kept for d in kept.differences] == [
        "État : Réalisée → En cours",
        "Avancement : 100 % → 50 %",
    ]
    assert later.reports.count() == 2


def test_an_empty_column_that_is_not_there_changes_nothing(author, region):
    load(workbook([action(1, Descriptif="Un texte", Étiquettes="a, b")]))
    load(workbook([action(1)]))
    stored = Action.objects.get()
    assert stored.description == "Un texte"
    assert stored.tags.count() == 2


def test_a_file_completes_the_strategy_that_is_chosen(author, region):
    target = StrategyFactory(slug="choisie", title="Choisie", region=region)
    sheet = [["Axe", "Proposition", "Titre de l'action", "Date de début"]]
    sheet += [["Axe 1 : A", "Proposition 1 : B", "Une action", "01/03/2019"]]
    book = openpyxl.Workbook()
    for row in sheet:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    outcome = load(file.getvalue(), target=target)
    assert outcome.applied, outcome.remarks
    assert Action.objects.get().strategy == target
    assert Strategy.objects.get().title == "Choisie"
    assert Axis.objects.get().title == "A"


def test_an_action_keeps_its_place_when_it_has_no_code(author, region):
    rows = [action(n, Code=None) for n in (1, 2)]
    load(workbook(rows))
    other = Action.objects.first()
    ActionFactory(strategy=other.strategy, proposal=other.proposal, code="9.9", title="Autre")
    load(workbook(rows[::-1]))
    codes = dict(Action.objects.filter(title__startswith="Action").values_list("title", "code"))
    assert codes == {"Action 1": "1.1", "Action 2": "1.2"}


# Files that are no tables


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"PK\x03\x04 broken", "endommagé"),
        (b"%PDF-1.7", "pas un tableau"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien classeur"),
        (b"a;b\0c", "pas un tableau"),
        (b"x" * (21 * 1024 * 1024), "dépasse 20 Mo"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content, said):
    with pytest.raises(UnreadableFileError, match=said):
        read_workbook("f", content)


def test_a_table_about_something_else_is_not_taken_for_a_strategy(author):
    outcome = load_csv(b"Date;Montant\n01/01/2019;12\n")
    assert "Aucune feuille ne se lit" in str(outcome.remarks.errors[0])


def load_csv(content: bytes) -> exchange.Outcome:
    return exchange.load(read_workbook("f.csv", content), author=None)
