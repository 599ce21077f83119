"""ESS structures from directories: what is taken, what is left out and why, and again."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from actors.models import Organisation
from actors.structures.families import family_of
from tests.bench import register
from tests.factories import (
    CommuneFactory,
    EpciFactory,
    MembershipFactory,
    OrganisationFactory,
    luhn,
)

pytestmark = pytest.mark.django_db

SIRET = luhn(luhn("80000000") + "0001")
FIELDS = {
    "siret": SIRET,
    "denominationUniteLegale": "LES JARDINS",
    "categorieJuridiqueUniteLegale": "9220",
    "economieSocialeSolidaireUniteLegale": "O",
    "codeCommuneEtablissement": "45234",
    "statutDiffusionEtablissement": "O",
    "etatAdministratifEtablissement": "A",
}


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def commune():
    commune = CommuneFactory(code="45234", name="Saint-Jean-de-Braye", departement="45")
    then, now = EpciFactory(name="Ancienne"), EpciFactory(name="Actuelle")
    MembershipFactory(commune=commune, epci=then, valid_until=date(2018, 12, 31))
    MembershipFactory(commune=commune, epci=now, valid_from=date(2019, 1, 1))
    return commune


def write(tmp_path, rows, columns=None, *, encoding="utf-8", delimiter=","):
    columns = columns or list(FIELDS)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([{**FIELDS, **row}.get(name, "") for name in columns] for row in rows)
    file = tmp_path / "sirene.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def rejects(file):
    with file.with_name(f"{file.name}.rejets.csv").open(encoding="utf-8-sig") as text:
        return [(row["siret"], row["motif"]) for row in csv.DictReader(text, delimiter=";")]


def test_a_structure_is_spotted_with_its_family_and_todays_epci(tmp_path, commune, capsys):
    call_command("import_structures", str(write(tmp_path, [{}])))
    stored = Organisation.objects.get(source="sirene")
    assert (stored.name, stored.siret, stored.siren) == ("LES JARDINS", SIRET, SIRET[:9])
    assert (stored.kind, stored.legal_family, stored.legal_category) == (
        "structure",
        "association",
        "9220",
    )
    assert (stored.commune, stored.epci.name) == (commune, "Actuelle")
    assert "Structure repérée (Sirene)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1252", ";"), ("utf-16", "\t")]
)
def test_columns_come_in_any_order_and_any_file(tmp_path, commune, encoding, delimiter):
    columns = ["ignorée", *reversed(FIELDS)]
    row = {"denominationUniteLegale": "L'ÉTÉ, \"À L'ŒUVRE\""}
    file = write(tmp_path, [row], columns, encoding=encoding, delimiter=delimiter)
    call_command("import_structures", str(file))
    assert Organisation.objects.get(source="sirene").name == "L'ÉTÉ, \"À L'ŒUVRE\""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"siret": SIRET[:-1] + "0"}, "SIRET faux"),
        ({"siret": "123"}, "SIRET faux"),
        ({"siret": ""}, "SIRET faux"),
        ({"denominationUniteLegale": ""}, "sans dénomination"),
        ({"denominationUniteLegale": "[ND]"}, "sans dénomination"),
        ({"categorieJuridiqueUniteLegale": "1000"}, "entrepreneur individuel"),
        ({"statutDiffusionEtablissement": "P"}, "non diffusible"),
        ({"statutDiffusionEtablissement": "N"}, "non diffusible"),
        ({"etatAdministratifEtablissement": "F"}, "fermé"),
        ({"economieSocialeSolidaireUniteLegale": "N"}, "hors de l'ESS"),
        ({"categorieJuridiqueUniteLegale": "7210"}, "hors de l'ESS"),
        (
            {
                "categorieJuridiqueUniteLegale": "5710",
                "economieSocialeSolidaireUniteLegale": "",
            },
            "hors de l'ESS",
        ),
        ({"codeCommuneEtablissement": "99999"}, "commune 99999 inconnue"),
    ],
)
def test_a_row_that_is_left_out_is_told_why(tmp_path, commune, row, reason):
    good = {"siret": luhn(luhn("80000001") + "0001")}
    file = write(tmp_path, [row, good])
    call_command("import_structures", str(file))
    ((number, told),) = rejects(file)
    assert told.startswith(reason)
    assert number == row.get("siret", SIRET)
    assert Organisation.objects.get(source="sirene").siret == good["siret"]


def test_people_and_those_who_asked_are_not_named_anywhere(tmp_path, commune, capsys):
    hidden = {"denominationUniteLegale": "MARTIN CAMILLE"}
    rows = [
        {**hidden, "categorieJuridiqueUniteLegale": "1000"},
        {**hidden, "siret": luhn(luhn("80000001") + "0001"), "statutDiffusionEtablissement": "P"},
    ]
    file = write(tmp_path, rows)
    call_command("import_structures", str(file))
    told = capsys.readouterr()
    written = file.with_name(f"{file.name}.rejets.csv").read_text("utf-8-sig")
    assert "CAMILLE" not in told.out + told.err + written
    assert not Organisation.objects.filter(name__contains="CAMILLE").exists()


def test_a_siret_that_comes_twice_is_taken_once(tmp_path, commune):
    file = write(tmp_path, [{}, {"denominationUniteLegale": "AUTRE"}])
    call_command("import_structures", str(file))
    assert Organisation.objects.get(source="sirene").name == "LES JARDINS"
    assert rejects(file) == [(SIRET, "SIRET déjà donné à la ligne 2")]


def test_a_changed_row_updates_in_place_and_the_same_file_changes_nothing(
    tmp_path, commune, capsys
):
    call_command("import_structures", str(write(tmp_path, [{}])))
    first = Organisation.objects.get(source="sirene")
    call_command("import_structures", str(write(tmp_path, [{}])))
    assert "0\u00a0créée, 0\u00a0mise à jour, 1\u00a0inchangée" in capsys.readouterr().out
    renamed = {"denominationUniteLegale": "LES VERGERS"}
    call_command("import_structures", str(write(tmp_path, [renamed])))
    stored = Organisation.objects.get(source="sirene")
    assert (stored.pk, stored.name) == (first.pk, "LES VERGERS")


def test_what_was_entered_by_hand_is_left_as_it_is(tmp_path, commune):
    mine = OrganisationFactory(name="Les Jardins (ma fiche)", siren=SIRET[:9], siret=SIRET)
    call_command("import_structures", str(write(tmp_path, [{}])))
    mine.refresh_from_db()
    assert mine.name == "Les Jardins (ma fiche)"
    assert Organisation.objects.filter(siret=SIRET).count() == 1


def test_noise_is_sorted_out(tmp_path, commune):
    file = tmp_path / "bruit.csv"
    good = register.write(file, 2_000, ["45234"], noise=0.4)
    call_command("import_structures", str(file))
    stored = Organisation.objects.filter(source="sirene")
    assert stored.count() == good
    assert len(rejects(file)) == 2_000 - good
    before = list(stored.order_by("pk").values())
    call_command("import_structures", str(file))
    assert list(stored.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("code", "marked", "family"),
    [
        ("9220", False, "association"),
        ("9240", True, ""),
        ("9300", True, "fondation"),
        ("8210", False, "mutuelle"),
        ("6411", False, "mutuelle"),
        ("5458", False, "cooperative"),
        ("5560", False, "cooperative"),
        ("6317", False, "cooperative"),
        ("5710", True, "societe"),
        ("5710", False, ""),
        ("7210", True, ""),
        ("", True, ""),
    ],
)
def test_families(code, marked, family):
    assert family_of(code, marked=marked) == family


def test_a_missing_column_is_named(tmp_path):
    columns = [name for name in FIELDS if name != "codeCommuneEtablissement"]
    with pytest.raises(CommandError, match="Il manque la colonne codeCommuneEtablissement"):
        call_command("import_structures", str(write(tmp_path, [{}], columns)))


# The chamber's own list


def listing(tmp_path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = tmp_path / "adherents.xlsx"
    book.save(file)
    return file


def test_the_chambers_list_is_read_by_its_headings(tmp_path, commune, capsys):
    file = listing(
        tmp_path,
        [
            ["Adhérents 2019"],
            ["Nom de la structure", "Statut", "Ville", "Code postal", "Courriel", "Site web"],
            ["Les Vergers", "Scic", "St Jean de Braye", "45800", "a@example.org", "example.org"],
            ["Sans ville", "association", None, None, None, None],
            ["Perdue", "association", "Nulle-Part", "45000", None, None],
            ["Fausse", "société secrète", "Saint-Jean-de-Braye", "45800", None, None],
        ],
    )
    call_command("import_structures", str(file))
    stored = Organisation.objects.get(name="Les Vergers")
    assert (stored.source, stored.legal_family) == ("cress", "cooperative")
    assert (stored.commune, stored.epci.name) == (commune, "Actuelle")
    assert (stored.public_email, stored.website) == ("a@example.org", "https://example.org")
    assert Organisation.objects.filter(name="Sans ville").exists()
    assert [told.partition(" ")[0] for _, told in rejects(file)] == ["«", "«"]
    call_command("import_structures", str(file))
    assert "0\u00a0créée, 0\u00a0mise à jour, 2\u00a0inchangées" in capsys.readouterr().out


def test_a_list_with_other_headings_is_read_by_a_mapping(tmp_path, commune):
    rows = [["Qui", "Où"], ["Les Vergers", "Saint-Jean-de-Braye"], ["Les Prés", "45234"]]
    file, mapping = listing(tmp_path, rows), tmp_path / "colonnes.json"
    with pytest.raises(CommandError, match="Aucune colonne ne se reconnaît"):
        call_command("import_structures", str(file))
    call_command("import_structures", str(file), save_mapping=mapping)
    proposed = json.loads(mapping.read_text())
    proposed["sheets"]["Sheet"]["columns"] = {"Qui": "name", "Où": "commune"}
    mapping.write_text(json.dumps(proposed))
    call_command("import_structures", str(file), mapping=mapping)
    assert set(Organisation.objects.filter(source="cress").values_list("name", "commune_id")) == {
        ("Les Vergers", "45234"),
        ("Les Prés", "45234"),
    }
