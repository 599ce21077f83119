"""Files that were not made for us, as Excel and LibreOffice save them."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from actors.models import Epci, Organisation, Region, User
from proposals.models import Action, Axis, Proposal, Strategy
from tests.factories import UserFactory
from tests.proposals.exchange import pays

pytestmark = pytest.mark.django_db

FILES = {"xlsx": pays.as_xlsx, "ods": pays.as_ods, "csv": pays.as_csv}


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2018, 11, 15)


@pytest.fixture
def author():
    return UserFactory(email="admin@example.org", is_superuser=True, service=None)


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
        UserFactory(email="admin@example.org", is_superuser=True, service=None)
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
