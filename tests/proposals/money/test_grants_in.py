"""Grants from files: our own sheet, and the national form, read to the letter."""

import csv
import io
from datetime import date
from decimal import Decimal

from django.db import connection

from proposals.exchange import scdl
from proposals.models import Grant
from tests import factories as make
from tests.proposals.money.kit import FILES, accepted, errors, load, notes, xlsx

EXAMPLE = (FILES / "subventions.csv").read_bytes()
HEADER, *ROWS = csv.reader(io.StringIO(EXAMPLE.decode()))
GOOD = dict(zip(HEADER, ROWS[3], strict=True)) | {"pourcentageSubvention": "1"}


def form(*rows):
    """A file in the national form, of rows that differ from a good one."""
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER)
    writer.writeheader()
    writer.writerows({**GOOD, "objet": f"Objet {n}", **row} for n, row in enumerate(rows))
    return file.getvalue().encode()


def test_the_example_comes_in_whole_with_its_warnings(strategy):
    outcome = accepted(EXAMPLE, strategy, "exemple.csv")
    assert notes(outcome) == [
        f"feuille « exemple », ligne {row}, colonne {told}"
        for row, told in [
            (
                2,
                "O (pourcentageSubvention) : Les parts de la décision « CONV N° 20-17  "
                "du 2017-06-19 » font 0,05 au lieu de 1 : "
                "elles sont gardées telles quelles.",
            ),
            (
                3,
                "O (pourcentageSubvention) : Les parts de la décision « CONV N° 29-16 » "
                "font 0,1 au lieu de 1 : "
                "elles sont gardées telles quelles.",
            ),
            (
                4,
                "F (idBeneficiaire) : La clé du SIRET « 99900012800011 » est fausse : il est gardé "
                "tel quel.",
            ),
            (
                8,
                "L (datesPeriodeVersement) : « 2018-04-12/2018-03-09 » : la période finit avant de "
                "commencer ; gardée telle quelle.",
            ),
            (
                9,
                "L (datesPeriodeVersement) : « 2018-03-02/2018-30-05 » : ce jour n'existe pas dans "
                "le calendrier ; gardé tel quel.",
            ),
            (
                10,
                "F (idBeneficiaire) : La clé du SIRET « 99900017700018 » est fausse : il est "
                "gardé tel quel.",
            ),
            (
                10,
                "L (datesPeriodeVersement) : « 2018-02-30 » : ce jour n'existe pas dans le "
                "calendrier ; gardé tel quel.",
            ),
            (
                10,
                "O (pourcentageSubvention) : Les parts de la décision « CONV N° 31-18 » "
                "font 0,95 au lieu de 1 : "
                "elles sont gardées telles quelles.",
            ),
        ]
    ]
    assert strategy.grants.count() == len(ROWS)
    first = strategy.grants.get(beneficiary_rna="W000000001")
    # To the space.
    assert first.beneficiary_name == "LES JARDINS D'EN BAS "
    assert first.decision_reference == "CONV N° 20-17  du 2017-06-19"
    assert (first.amount, first.share) == (Decimal("99786.57"), Decimal("0.05"))
    # What is open data is published.
    assert set(strategy.grants.values_list("published_on", flat=True)) == {date(2019, 11, 15)}
    assert accepted(EXAMPLE, strategy, "exemple.csv").changes == []


def test_what_came_in_goes_out_the_same(strategy):
    accepted(EXAMPLE, strategy, "exemple.csv")
    header, *rows = csv.reader(io.StringIO("".join(scdl.lines(strategy.grants.all()))))
    assert header == HEADER
    assert sorted(rows) == sorted(ROWS)


FAULTS = {
    "no body": ({"nomAttribuant": ""}, "A (nomAttribuant)", "est vide"),
    "its SIRET with spaces": (
        {"idAttribuant": "999 000 001 00019"},
        "B (idAttribuant)",
        "quatorze chiffres",
    ),
    "a day of ours": ({"dateConvention": "01/03/2018"}, "C (dateConvention)", "AAAA-MM-JJ"),
    "no day": ({"dateConvention": "2018-02-30"}, "C (dateConvention)", "n'existe pas"),
    "nobody": ({"nomBeneficiaire": ""}, "E (nomBeneficiaire)", "est vide"),
    "a short SIRET": ({"idBeneficiaire": "9990001"}, "F (idBeneficiaire)", "quatorze chiffres"),
    "no number": (
        {"idBeneficiaire": "", "rnaBeneficiaire": ""},
        "F (idBeneficiaire)",
        "Le SIRET ou le RNA",
    ),
    "a wrong RNA": ({"rnaBeneficiaire": "W12"}, "G (rnaBeneficiaire)", "W et neuf chiffres"),
    "no object": ({"objet": ""}, "H (objet)", "est vide"),
    "a long object": ({"objet": "x" * 257}, "H (objet)", "256 caractères au plus"),
    "an amount with a comma": ({"montant": "1234,5"}, "I (montant)", "avec un point"),
    "a third decimal": ({"montant": "1234.567"}, "I (montant)", "2"),
    "another nature": ({"nature": "numéraire"}, "J (nature)", "« aide en nature »"),
    "long terms": ({"conditionsVersement": "x" * 257}, "K (conditionsVersement)", "256"),
    "a period in words": (
        {"datesPeriodeVersement": "mars 2018"},
        "L (datesPeriodeVersement)",
        "2019-03-01",
    ),
    "a long RAE": ({"idRAE": "123456"}, "M (idRAE)", "5 caractères au plus"),
    "neither yes nor no": ({"notificationUE": "false"}, "N (notificationUE)", "« oui » ou « non »"),
    "too small a share": ({"pourcentageSubvention": "0"}, "O (pourcentageSubvention)", "0,01 à 1"),
    "a share in percent": ({"pourcentageSubvention": "40"}, "O (pourcentageSubvention)", "à 1"),
    "no share": ({"pourcentageSubvention": ""}, "O (pourcentageSubvention)", "est vide"),
}


def test_every_breach_of_the_schema_is_told_at_its_cell(strategy):
    outcome = load(form({}, *(row for row, _, _ in FAULTS.values())), strategy, "fautes.csv")
    told = errors(outcome)
    for number, (line, (_, cell, said)) in enumerate(
        zip(told, FAULTS.values(), strict=True), start=3
    ):
        assert line.startswith(f"feuille « fautes », ligne {number}, colonne {cell}"), line
        assert said in line, line
    assert not outcome.applied
    assert not Grant.objects.exists()


def test_several_faults_of_one_row_are_all_told(strategy):
    row = {"idBeneficiaire": "", "rnaBeneficiaire": "", "montant": "x", "nature": ""}
    assert len(errors(load(form(row), strategy, "fautes.csv"))) == 3


def test_a_column_that_is_not_there_is_told(strategy):
    lines = form({}).decode().replace("notificationUE", "autre").encode()
    (error,) = errors(load(lines, strategy, "subventions.csv"))
    assert "Aucune feuille ne se lit" in error


def test_shares_of_one_decision_that_make_one_are_not_told(strategy):
    parts = [
        {"objet": "Le même", "nomBeneficiaire": name, "pourcentageSubvention": share}
        for name, share in (("A", "0.6"), ("B", "0.4"))
    ]
    assert notes(accepted(form(*parts), strategy, "a.csv")) == []
    parts[1]["pourcentageSubvention"] = "0.5"
    (note,) = notes(accepted(form(*parts), strategy, "a.csv"))
    assert "font 1,1 au lieu de 1" in note


def test_a_beneficiary_that_is_known_is_linked(strategy):
    known = make.OrganisationFactory(name="CRESS", siren=GOOD["idBeneficiaire"][:9])
    accepted(form({}), strategy, "a.csv")
    assert Grant.objects.get().beneficiary == known


# Our own sheet

OWN = [
    *("Référence interne", "Action", "Personne physique", "Publiée le", "Attribuant"),
    *("SIRET de l'attribuant", "Date de la convention", "Bénéficiaire", "SIRET du bénéficiaire"),
    *("RNA du bénéficiaire", "Objet", "Montant", "Date ou période de versement"),
]


def own(*rows):
    common = {
        "Attribuant": "Région",
        "SIRET de l'attribuant": GOOD["idAttribuant"],
        "Date de la convention": "05/04/2019",
        "Bénéficiaire": "Les Jardins",
        "RNA du bénéficiaire": "w000000001",
        "Objet": "Fonctionnement",
        "Montant": "24 000,00 €",
        "Date ou période de versement": "01/05/2019 au 31/12/2019",
    }
    return xlsx(Subventions=[OWN, *([{**common, **row}.get(name) for name in OWN] for row in rows)])


def test_our_own_sheet_takes_what_people_write(strategy):
    accepted(own({"Référence interne": "S-1", "Action": "1.1"}), strategy)
    grant = Grant.objects.get()
    assert (grant.reference, grant.action.code, grant.amount) == ("S-1", "1.1", 24000)
    assert (grant.beneficiary_rna, grant.published_on) == ("W000000001", None)
    assert grant.payment_period == "2019-05-01/2019-12-31"
    assert (grant.share, grant.nature, grant.eu_notified) == (1, "aide en numéraire", False)
    changed = accepted(own({"Référence interne": "S-1", "Action": "1.2"}), strategy)
    assert [str(d) for c in changed.modifications for d in c.differences] == [
        f"action : {grant.action} → {strategy.actions.get(code='1.2')}"
    ]
    assert Grant.objects.get().action.code == "1.2"


def test_a_reference_given_later_is_of_the_same_grant(strategy):
    accepted(own({}), strategy)
    accepted(own({"Référence interne": "S-1"}), strategy)
    assert Grant.objects.get().reference == "S-1"
    assert accepted(own({}), strategy).changes == []


def test_of_a_natural_person_nothing_is_kept(strategy):
    row = {
        "Personne physique": "oui",
        "Bénéficiaire": "Perrine Sans-Nom",
        "Publiée le": "01/05/2019",
    }
    (error,) = errors(load(own(row), strategy))
    assert "une référence est nécessaire" in error
    outcome = accepted(own(row | {"Référence interne": "S-2"}), strategy)
    grant = Grant.objects.get()
    assert grant.is_person
    assert (grant.beneficiary_name, grant.beneficiary_rna, grant.published_on) == ("", "", None)
    assert "Sans-Nom" not in repr(outcome.changes)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM proposals_grant_version v WHERE v::text ~ 'Sans-Nom'")
        assert cursor.fetchone() == (0,)
    assert accepted(own(row | {"Référence interne": "S-2"}), strategy).changes == []
    assert "".join(scdl.lines(strategy.grants.all())).count("\n") == 1
