"""Means from files: workbooks of ours, and what finance software exports."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from actors.models import Organisation
from proposals import money
from proposals.models import Authorisation, CreditLine, Funding, HumanMeans, Movement
from proposals.state import Moment
from tests import factories as make
from tests.proposals.exchange.lists import kit as lists
from tests.proposals.money.kit import accepted, errors, load, movements, text, xlsx

VOTE = ("V-1", "AE-1", "Vote", "12/10/2018", None, None, 5000)
AFFECTED = ("F-1", "AE-1", "Affectation", "01/02/2019", None, "1.1", 3000)
COMMITTED = ("E-1", "AE-1", "Engagement", "01/03/2019", None, "1.1", "2 000,50 €")
PAID = ("M-1", "AE-1", "Mandat", date(2019, 4, 1), None, "1.1", 1234.56)
FINANCE = ["N° mandat", "Tiers", "Libellé", "Exercice", "Montant TTC", "Date de mandatement"]
FINANCE += ["N° AE", "Code action", "Nature comptable", "Bordereau", "Gestionnaire", "Service"]


def sums(strategy):
    return money.total(Moment.today(embargoed=True), strategy)


def paid(number, amount="1 234,56 €", day="01/04/2019", **changes):
    row = dict(
        zip(FINANCE, [number, "Mme Perrine Sans-Nom", "Solde", "2019", amount], strict=False)
    )
    row |= {"Date de mandatement": day, "N° AE": "AE-1", "Code action": "1.1", **changes}
    return [row.get(heading, "x") for heading in FINANCE]


@pytest.fixture
def committed(strategy):
    accepted(movements(VOTE, AFFECTED, COMMITTED), strategy)


# A workbook of ours


def test_a_file_of_means_alone_goes_to_the_strategy_that_is_chosen(strategy):
    make.StrategyFactory(slug="autre")
    make.ActFactory(strategy=strategy, reference="DAP 18.05", title="Budget")
    file = xlsx(
        Programmes=[["Code", "Intitulé"], ["P1", "ESS et innovation"], ["P2", "Fonds"]],
        Autorisations=[
            ["Référence", "Programme", "Nature", "Millésime", "Intitulé"],
            ["AP-9", "P2", "AP", 2019, "Locaux"],
        ],
        Mouvements=[
            ["Référence", "Autorisation", "Mouvement", "Date", "Action", "Montant", "Acte"],
            ["V-9", "AP-9", "vote", "2019-01-10", None, "1000.10", "DAP 18.05"],
        ],
        Crédits=[
            ["Référence", "Programme", "Nature", "Exercice", "Étape budgétaire", "Date", "Montant"],
            ["BP19", "P2", "Investissement", 2019, "Budget primitif", "13/12/2018", 800],
        ],
        Cofinancements=[
            ["Action", "Financeur", "Étape", "Date", "Montant"],
            ["1.1", "Fondation Exemple", "Obtenu", "01/03/2019", "12 000 €"],
        ],
        **{
            "Moyens humains": [
                ["Action", "Apporté par", "Nature", "Année", "Quantité", "Déclaré le"],
                ["1.2", "Fondation Exemple", "ETP", 2019, "0,5", "01/03/2019"],
            ]
        },
    )
    outcome = accepted(file, strategy)
    assert [str(d) for c in outcome.modifications for d in c.differences] == [
        "intitulé : ESS → ESS et innovation"
    ]
    assert outcome.missing == []
    held = Authorisation.objects.get(reference="AP-9")
    assert (held.strategy, held.nature, held.vintage) == (strategy, "AP", 2019)
    vote = Movement.objects.get()
    assert (vote.amount, vote.exercise, vote.act.title) == (Decimal("1000.10"), 2019, "Budget")
    assert CreditLine.objects.get().amount == 800
    assert Funding.objects.get().funder == Organisation.objects.get(name="Fondation Exemple")
    assert HumanMeans.objects.get().quantity == Decimal("0.5")
    assert accepted(file, strategy).changes == []


def test_a_payment_listed_before_what_it_pays_passes(strategy):
    accepted(movements(PAID, COMMITTED, AFFECTED, VOTE), strategy)
    whole = sums(strategy)
    assert (whole.voted, whole.affected) == (5000, 3000)
    assert (whole.committed, whole.paid) == (Decimal("2000.50"), Decimal("1234.56"))
    exercises = set(Movement.objects.values_list("kind", "exercise"))
    assert ("mandat", 2019) in exercises
    assert ("vote", 2018) in exercises


def test_a_second_import_writes_nothing_and_blanks_say_nothing(strategy, committed):
    before = list(Movement.objects.order_by("pk").values_list())
    assert accepted(movements(VOTE, AFFECTED, COMMITTED), strategy).changes == []
    shorter = xlsx(
        Mouvements=[
            ["Référence", "Autorisation", "Mouvement", "Date", "Action", "Montant"],
            ["E-1", "AE-1", "Engagement", "01/03/2019", "1.1", 2000.5],
        ]
    )
    assert accepted(shorter, strategy).changes == []
    assert list(Movement.objects.order_by("pk").values_list()) == before


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (6, 2100, "montant : 2000,5 → 2100"),
        (3, "02/03/2019", "date : 1er\u00a0mars\u00a02019 → 2\u00a0mars\u00a02019"),
        (7, "Autre chose", "objet : — → Autre chose"),
    ],
)
def test_what_is_written_does_not_change(strategy, committed, column, value, told):
    row = [*COMMITTED, None]
    row[column] = value
    (error,) = errors(load(movements(VOTE, row), strategy))
    assert error.startswith("feuille « Mouvements », ligne 3, colonne")
    assert told in error
    assert "ajoutez un mouvement qui le corrige" in error


def test_a_reference_that_moved_to_another_action_is_not_another_movement(strategy, committed):
    row = list(COMMITTED)
    row[5] = "1.2"
    (error,) = errors(load(movements(row), strategy))
    assert "colonne F (Action)" in error
    assert "déjà celle d'un mouvement de l'autorisation AE-1, action 1.1" in error
    # Both lines of one number, on two actions, are two movements.
    also = ("F-1", "AE-1", "Affectation", "01/02/2019", None, "1.2", 10)
    accepted(movements(AFFECTED, also), strategy)
    assert sums(strategy).affected == 3010


def test_corrections_come_with_what_they_correct_or_after(strategy, committed):
    correction = (
        *("A-1", "AE-1", "Annulation de mandat", "02/04/2019", None, "1.1", 34.56),
        *(None, "Erreur de tiers", None, None, "M-1"),
    )
    file = movements(correction, PAID)
    accepted(file, strategy)
    assert sums(strategy).paid == 1200
    assert Movement.objects.get(reference="A-1").corrects.reference == "M-1"
    assert accepted(file, strategy).changes == []
    later = ["A-2", *correction[1:]]
    later[6] = 1200
    accepted(movements(later), strategy)
    assert sums(strategy).paid == 0


def test_each_authorisation_that_is_exceeded_is_told_by_how_much(strategy, committed):
    other = make.AuthorisationFactory(programme=strategy.programmes.get(), reference="AE-2")
    make.MovementFactory(authorisation=other, amount=100)
    outcome = load(
        movements(
            ("M-2", "AE-1", "Mandat", "01/04/2019", None, "1.1", "2 000,51"),
            ("F-2", "AE-2", "Affectation", "01/04/2019", None, "1.2", 150),
        ),
        strategy,
    )
    assert [told.replace("\u202f", " ").replace("\u00a0", " ") for told in errors(outcome)] == [
        "feuille « Mouvements » : Dépassement de 0,01 € : autorisation AE-1, action 1.1, au "
        "01/04/2019, le mandaté serait de 2 000,51 €, et l'engagé est de 2 000,50 €.",
        "feuille « Mouvements » : Dépassement de 50,00 € : autorisation AE-2, au 01/04/2019, "
        "l'affecté serait de 150,00 €, et le voté est de 100,00 €.",
    ]
    assert Movement.objects.count() == 4


FAULTS = [
    ((None, "AE-1", "Mandat", "01/04/2019", None, "1.1", 1), "A (Référence)", "est vide"),
    (("X-1", "AE-9", "Mandat", "01/04/2019", None, "1.1", 1), "B (Autorisation)", "« AE-9 »"),
    (("X-2", "AE-1", "Don", "01/04/2019", None, "1.1", 1), "C (Mouvement)", "n'est pas prévu"),
    (("X-3", "AE-1", "Mandat", "31/04/2019", None, "1.1", 1), "D (Date)", "n'existe pas"),
    (("X-4", "AE-1", "Mandat", "16/11/2019", None, "1.1", 1), "D (Date)", "d'avance"),
    (("X-5", "AE-1", "Mandat", "01/04/2019", 2018, "1.1", 1), "E (Exercice)", "l'année du mouv"),
    (("X-6", "AE-1", "Mandat", "01/04/2019", None, "9.9", 1), "F (Action)", "« 9.9 »"),
    (("X-7", "AE-1", "Mandat", "01/04/2019", None, None, 1), "C (Mouvement)", "nomment leur act"),
    (("X-8", "AE-1", "Mandat", "01/04/2019", None, "1.1", 1.005), "G (Montant)", "deux décimales"),
    (("X-9", "AE-1", "Mandat", "01/04/2019", None, "1.1", "1.005"), "G (Montant)", "deux décim"),
    (("X-10", "AE-1", "Mandat", "01/04/2019", None, "1.1", -5), "G (Montant)", "supérieur à zéro"),
    (
        ("X-11", "AE-1", "Mandat", "01/04/2019", None, "1.1", "douze"),
        "G (Montant)",
        "pas un nombre",
    ),
    (
        ("X-12", "AE-1", "Mandat", "01/04/2019", None, "1.1", 1, None, None, "DAP 00"),
        "J (Acte)",
        "n'est pas un acte",
    ),
    (
        ("X-13", "AE-1", "Mandat", "01/04/2019", None, "1.1", 1, None, None, None, "SUB-0"),
        "K (Subvention)",
        "« SUB-0 »",
    ),
    (
        (*("X-14", "AE-1", "Annulation de mandat", "01/04/2019", None, "1.1", 1), *[None] * 4, "Z"),
        "L (Corrige)",
        "« Z »",
    ),
    ((*VOTE[:6], 5000), "", "Déjà donné"),
]


def test_every_fault_of_a_file_is_told_at_its_cell(strategy, committed):
    told = errors(load(movements(VOTE, *(row for row, _, _ in FAULTS)), strategy))
    for number, (line, (_, cell, said)) in enumerate(zip(told, FAULTS, strict=True), start=3):
        assert line.startswith(f"feuille « Mouvements », ligne {number}"), line
        assert cell in line
        assert said in line
    assert Movement.objects.count() == 3


def test_what_others_declare_is_replaced_by_a_later_line_only(strategy):
    def file(amount, day):
        return xlsx(
            Cofinancements=[
                ["Action", "Financeur", "Étape", "Date", "Montant"],
                ["1.1", "Fondation", "Prévu", day, amount],
            ]
        )

    accepted(file(100, "01/03/2019"), strategy)
    assert accepted(file(100, "01/03/2019"), strategy).changes == []
    (error,) = errors(load(file(150, "01/03/2019"), strategy))
    assert "colonne E (Montant)" in error
    assert "une ligne d'une date suivante" in error
    accepted(file(150, "02/03/2019"), strategy)
    (level,) = money.declared(Moment.today(embargoed=True), strategy)
    assert level.amount == 150


def test_a_sheet_without_a_compulsory_column_says_which(strategy):
    outcome = load(xlsx(Mouvements=[["Autorisation", "Date", "Montant"], ["AE-1", 1, 1]]), strategy)
    assert "Aucune feuille ne se lit" in errors(outcome)[0]
    outcome = load(
        xlsx(
            Mouvements=[["Autorisation", "Date", "Montant"], ["AE-1", "01/01/2019", 1]],
            Programmes=[["Code", "Intitulé"], ["P3", "Un autre"]],
        ),
        strategy,
    )
    assert errors(outcome) == ["feuille « Mouvements » : Il manque la colonne « Référence »."]


def test_without_a_choice_the_current_strategy_is_asked_about(strategy):
    outcome = load(movements(VOTE), None)
    (question,) = outcome.remarks.questions
    assert f"celle en cours, « {strategy} »" in str(question)


# What finance software exports


def test_a_finance_file_is_read_as_it_is_and_once(strategy, committed):
    too_early = paid("1002", "0,44", "31/01/2019", Exercice="2018")
    file = text([FINANCE, paid("1001"), too_early], "cp1252")
    (error,) = errors(load(file, strategy, "export.csv"))
    assert "Dépassement de 0,44" in error
    file = text([FINANCE, paid("1001"), paid("1002", "700,00", "30/04/2019")], "cp1252")
    outcome = accepted(file, strategy, "export.csv")
    (question,) = outcome.remarks.questions
    assert "« Mandat », d'après « N° mandat »" in str(question)
    rows = Movement.objects.filter(kind="mandat").order_by("reference")
    assert [(one.reference, one.amount, one.date) for one in rows] == [
        ("1001", Decimal("1234.56"), date(2019, 4, 1)),
        ("1002", Decimal("700.00"), date(2019, 4, 30)),
    ]
    assert accepted(file, strategy, "export.csv").changes == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM proposals_movement m WHERE m::text LIKE '%Sans-Nom%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [("Montant mandaté", "mandat"), ("Montant engagé", "engagement")],
)
def test_the_heading_of_the_amount_says_what_movements_are(strategy, committed, heading, kind):
    header = ["Référence", "N° AE", "Date", "Code action", heading]
    file = text([header, ["Z-1", "AE-1", "01/05/2019", "1.1", "10,00"]])
    accepted(file, strategy, "export.csv")
    assert Movement.objects.get(reference="Z-1").kind == kind


def test_when_nothing_says_what_movements_are_the_file_is_refused(strategy):
    header = ["Référence", "N° AE", "Date", "Code action", "Montant"]
    rows = [
        ["Z-1", "AE-1", "01/05/2019", "1.1", "10,00"],
        ["Z-2", "AE-1", "01/05/2019", "1.1", "1"],
    ]
    (error,) = errors(load(text([header, *rows]), strategy, "export.csv"))
    assert "Quel est le mouvement ?" in error


# Where people bring them


def test_the_command_takes_a_file_of_means(strategy, tmp_path, capsys):
    file = tmp_path / "moyens.xlsx"
    file.write_bytes(movements(VOTE))
    call_command("import_strategy", str(file), strategy="sress", interactive=False)
    assert "1\u00a0ajout" in capsys.readouterr().out
    file.write_bytes(movements(VOTE, ("M-1", "AE-1", "Mandat", "01/04/2019", None, "1.1", 1)))
    with pytest.raises(CommandError, match="Dépassement de 1,00"):
        call_command("import_strategy", str(file), strategy="sress", interactive=False)


def test_administrators_upload_a_file_of_means_as_any_other(strategy, administrator):
    response = lists.applied(administrator, movements(VOTE), target=strategy.pk)
    assert Movement.objects.get().reference == "V-1"
    assert any("1\u00a0ajout" in told for told in lists.messages(response))


def test_unknown_headings_lead_to_the_page_of_columns(strategy, administrator):
    rows = [["Pièce", "AE", "Jour", "Action", "Somme"], ["1", "AE-1", "12/10/2018", None, "5,00"]]
    address = lists.upload(administrator, text(rows), "a.csv", target=strategy.pk)["Location"]
    assert address.endswith("/colonnes/")
