"""Files that were not made for us, as Excel and LibreOffice save them."""

import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from actors.models import Epci, Organisation, Region, User
from proposals.models import Action, Axis, Proposal, Strategy
from tests.factories import RegionFactory, UserFactory
from tests.proposals.exchange import pays

pytestmark = pytest.mark.django_db

FILES = {"xlsx": pays.as_xlsx, "ods": pays.as_ods, "csv": pays.as_csv}


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2018, 11, 15)


@pytest.fixture
def author():
    return UserFactory(email="admin@example.org", role="administration", service=None)


def save(tmp_path, kind):
    file = tmp_path / f"suivi.{kind}"
    file.write_bytes(FILES[kind]())
    return str(file)


def said() -> dict[str, Any]:
    """All that the file says, as the database holds it."""
    strategy = Strategy.objects.get()
    return {
        "strategy": Strategy.objects.values(
            *("slug", "title", "period_start", "period_end", "adopted_on", "target_date"),
            *("axis_word", "axis_word_plural", "proposal_word", "proposal_word_plural"),
        ).get(),
        "axes": list(strategy.axes.values_list("number", "title")),
        "proposals": list(strategy.proposals.values_list("axis__number", "number", "title")),
        "actions": [
            {
                "code": a.code,
                "title": a.title,
                "lead": a.lead.name,
                "service": a.service.name,
                "referent": a.referent and a.referent.email,
                "partners": sorted((p.organisation.name, p.role) for p in a.partnerships.all()),
                "territories": sorted(t.epci.name for t in a.territories.all()),
                "dates": (a.start_date, a.initial_due_date, a.exists_from, a.year),
                "tags": sorted(t.name for t in a.tags.all()),
                "reports": list(a.reports.values_list("status", "progress", "text")),
            }
            for a in strategy.actions.all()
        ],
    }


def test_one_strategy_three_ways(tmp_path, author):
    told = {}
    for kind in FILES:
        call_command("import_strategy", save(tmp_path, kind), interactive=False)
        told[kind] = said()
        again = said()
        call_command("import_strategy", save(tmp_path, kind), interactive=False)
        assert said() == again
        from django.db import connection

        with connection.cursor() as cursor:
            # Reports cannot be deleted, and the next file starts anew.
            tables = "proposals_strategy, proposals_action, actors_organisation, actors_region"
            cursor.execute(f"TRUNCATE {tables}, actors_user, django_admin_log CASCADE")
        UserFactory(email="admin@example.org", role="administration", service=None)
    assert told["xlsx"] == told["ods"] == told["csv"]

    strategy = told["csv"]["strategy"]
    assert strategy["slug"] == "ess-loire-2017-2021"
    assert (strategy["axis_word_plural"], strategy["proposal_word_plural"]) == (
        "enjeux",
        "objectifs",
    )
    assert (strategy["period_start"], strategy["period_end"]) == (2017, 2021)
    assert (strategy["adopted_on"], strategy["target_date"]) == (
        date(2017, 6, 22),
        date(2021, 12, 31),
    )
    assert [number for number, _ in told["csv"]["axes"]] == [1, 2, 3]
    assert told["csv"]["axes"][2][1] == "Faire connaître l'ESS « autrement »"
    assert [(axis, number) for axis, number, _ in told["csv"]["proposals"]] == [
        ((number - 1) // 5 + 1, number) for number in range(1, 16)
    ]
    assert told["csv"]["proposals"][6][2] == "L'objectif n° 7"
    actions = told["csv"]["actions"]
    assert len(actions) == 27
    assert actions[0] == {
        "code": "1.1",
        "title": "Action 1 de l'objectif 1, à l'œuvre",
        "lead": "CRESS des Pays de la Loire",
        "service": "Service ESS",
        "referent": "camille.martin@example.org",
        "partners": [
            ("Banque exemple", "financeur"),
            ("CRESS des Pays de la Loire", "operateur"),
        ],
        "territories": ["Communauté de communes d'Erdre et Gesvres", "Nantes Métropole"],
        "dates": (date(2017, 9, 1), date(2021, 12, 31), date(2017, 9, 1), 2018),
        "tags": ["environnement", "économie circulaire"],
        "reports": [("en_cours", 50, "Réunion tenue, 1 234 € engagés")],
    }
    dues = [a["dates"][1] for a in actions if a["code"].startswith(("1.", "2.", "3.", "4.", "5."))]
    assert dues == [day for day in pays.DUE_DATES[:4] for _ in range(2)] + [pays.DUE_DATES[4]]
    assert actions[2]["reports"] == [("realisee", 100, "")]
    assert actions[1]["territories"] == ["Communauté urbaine Angers Loire Métropole"]


def test_its_pages_speak_its_own_words(tmp_path, author, anonymous):
    call_command("import_strategy", save(tmp_path, "csv"), interactive=False, publish=True)
    page = anonymous.get("/ess-loire-2017-2021/").content.decode()
    assert "Avancement par enjeu" in page
    assert "5 objectifs" in page
    page = anonymous.get("/ess-loire-2017-2021/propositions/").content.decode()
    assert "Objectif 15" in page
    assert "Proposition 15" not in page


def test_a_dry_run_says_all_and_writes_nothing(tmp_path, author, capsys):
    call_command("import_strategy", save(tmp_path, "xlsx"), dry_run=True)
    told = capsys.readouterr().out
    assert "« T4 2021 » est lu comme le 31/12/2021 (et 5 autres)" in told
    assert "feuille « Ancien » : Feuille laissée de côté : masquée" in told
    assert "action : 27" in told
    assert "objectif" not in told.partition("Ajouts")[0]
    assert "Rien n'est écrit." in told
    assert not Strategy.objects.exists()
    assert not Region.objects.exists()
    assert not Epci.objects.exists()
    assert not Organisation.objects.exists()
    assert User.objects.count() == 1


def test_what_is_guessed_is_asked_about(tmp_path, author, monkeypatch):
    file = save(tmp_path, "csv")
    monkeypatch.setattr("builtins.input", lambda prompt: "non")
    with pytest.raises(CommandError, match="Rien n'est écrit"):
        call_command("import_strategy", file)
    assert not Strategy.objects.exists()

    def nobody(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="--no-input"):
        call_command("import_strategy", file)
    monkeypatch.setattr("builtins.input", lambda prompt: "oui")
    call_command("import_strategy", file)
    assert (Axis.objects.count(), Proposal.objects.count(), Action.objects.count()) == (3, 15, 27)


def grouped_plan() -> bytes:
    """Two rows of header, axes and objectifs as titles across the table, a total, a footnote."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Plan d'actions 2022-2027"],
        [],
        ["N°", "Intitulé de l'action", "Qui ?", None, "Calendrier", None, "Budget", "Observations"],
        [None, None, "Porteur", "Partenaires", "Début", "Fin"],
        ["Axe 1 : Structurer"],
        ["Objectif 1 : Accompagner"],
        [
            1.1,
            "Créer un guichet",
            "Région",
            "CRESS, Avise",
            "01/03/2022",
            "31/12/2023",
            12500,
            "ras",
        ],
        [1.2, "Former", "CRESS", None, "01/03/2022", "31/12/2024", 8000, None],
        ["Axe 2 : Ancrer"],
        ["Objectif 2 : Coopérer"],
        [2.1, "Animer", "Région", None, "19/05/2022", "31/12/2027", 0, None],
        ["Total", None, None, None, None, None, 20500],
        ["* à confirmer"],
    ):
        sheet.append(row)
    for area in ("A1:H1", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "A5:H5", "A9:H9"):
        sheet.merge_cells(area)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_plan_grouped_under_titles_is_read(tmp_path, author, capsys):
    RegionFactory()
    file, mapping = tmp_path / "plan.xlsx", tmp_path / "faits.json"
    file.write_bytes(grouped_plan())
    facts = {
        "title": "Plan",
        "short_title": "Plan 2022-2027",
        "region": "24",
        "period": "2022-2027",
    }
    mapping.write_text(json.dumps({"sheets": {}, "facts": facts}))
    call_command("import_strategy", str(file), mapping=mapping, interactive=False)
    told = capsys.readouterr().out
    assert "ligne 12 : Ligne de total laissée de côté" in told
    assert "ligne 13 : Ligne laissée de côté" in told
    assert "« CRESS, Avise » est lu comme une seule organisation" in told
    found = Action.objects.order_by("code").values_list(
        "proposal__axis__title", "proposal__title", "code", "title", "lead__name", "start_date"
    )
    assert list(found) == [
        ("Structurer", "Accompagner", "1.1", "Créer un guichet", "Région", date(2022, 3, 1)),
        ("Structurer", "Accompagner", "1.2", "Former", "CRESS", date(2022, 3, 1)),
        ("Ancrer", "Coopérer", "2.1", "Animer", "Région", date(2022, 5, 19)),
    ]
