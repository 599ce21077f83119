"""The reference data: real facts, sourced, loaded any number of times."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from actors.loading import load_territories
from actors.models import Commune, Epci, Membership, Organisation, Region, Service
from actors.validators import validate_siren
from proposals import reference
from proposals.models import Act, Action, Axis, Contribution, Event, Family, Strategy
from proposals.reference.loader import FILE
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db
FACTS = tomllib.loads(FILE.read_text("utf-8"))
BEFORE, AFTER = date(2019, 11, 15), date(2020, 1, 1)
VIERZON_2019, VIERZON_2020, VILLAGES = "200033207", "200090561", "241800325"


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The reference data, loaded once; what a test changes is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = reference.load()
        with connection.cursor() as cursor:
            # Else the planner takes the tables for what they were before: empty.
            cursor.execute("ANALYZE actors_epci, actors_organisation, actors_commune")
            cursor.execute("ANALYZE actors_membership")
        yield loaded
        transaction.set_rollback(True)


def counts() -> dict[str, int]:
    """How many rows each table of ours has."""
    ours = [apps.get_app_config(name).get_models() for name in ("actors", "proposals")]
    return {model.__name__: model._default_manager.count() for models in ours for model in models}


def in_region(day: date) -> Any:
    return Epci.objects.valid_on(day).filter(region_code="24")


def test_a_second_run_writes_nothing(loaded: Any) -> None:
    before = counts()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        again = reference.load()
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert writes == []
    assert again.territories.written == 0
    assert counts() == before


def test_the_command_says_what_it_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_reference")
    said = capsys.readouterr().out
    for expected in ("4 axes", "11 contributions", "84 EPCI", "Licence Ouverte 2.0", "CRESS"):
        assert expected in said.replace("\u00a0", " ")


def test_the_strategy_and_its_axes_are_those_that_were_voted(loaded: Any) -> None:
    strategy = Strategy.objects.get(slug="sress-2018-2021")
    assert strategy.title == "Stratégie régionale de l'économie sociale et solidaire"
    assert (strategy.adopted_on, strategy.target_date) == (date(2018, 6, 28), date(2021, 12, 31))
    assert (strategy.axis_word, strategy.proposal_word) == ("axe", "proposition")
    assert strategy.published
    assert not strategy.is_demonstration
    assert list(Axis.objects.values_list("number", "title")) == [
        (1, "Accompagner les structures de l'ESS sur l'ensemble des phases de leur développement"),
        (2, "Permettre la professionnalisation des acteurs de l'ESS"),
        (
            3,
            "Renforcer les interconnexions et les synergies territoriales et économiques entre "
            "l'ESS et l'économie classique",
        ),
        (4, "Faire de l'ESS un acteur connu et reconnu hors de ses frontières traditionnelles"),
    ]


def test_nothing_is_loaded_that_was_not_public(loaded: Any) -> None:
    assert Strategy.objects.count() == 1  # the adoption of the next one has no source yet
    assert not loaded.strategy.proposals.exists()
    assert not Action.objects.exists()
    assert set(Service.objects.values_list("public_email", "public_phone")) == {("", "")}


def test_acts_and_events_are_those_of_the_sources(loaded: Any) -> None:
    assert list(Act.objects.values_list("date", "body", "outcome")) == [
        (date(2018, 6, 28), "pleniere", "adopte"),
        (date(2018, 6, 25), "ceser", "favorable"),
    ]
    forum = Event.objects.get(kind="forum")
    assert (forum.place, forum.date_is_month, forum.date) == ("Déols", True, date(2016, 4, 1))
    conference = Event.objects.get(kind="conference")
    assert (conference.place, conference.date) == ("Orléans", date(2018, 10, 2))
    assert Family.objects.count() == 4
    assert Contribution.objects.count() == 11


def test_every_fact_names_its_source(loaded: Any) -> None:
    sources = set(FACTS["sources"])
    tables = [FACTS["strategy"], FACTS["region"]]
    for name in ("organisations", "axes", "families", "schemes", "events", "acts", "indicators"):
        tables += FACTS[name]
    assert {one["source"] for one in tables} <= sources
    assert sources == {one["source"] for one in tables} | {FACTS["strategy"]["legal_source"]}
    for model in (Act, Event, Contribution):
        assert not model.objects.filter(source="").exists()


def test_the_only_numbers_are_known_ones(loaded: Any) -> None:
    others = Organisation.objects.exclude(kind="epci")
    assert list(others.exclude(siren="").values_list("siren", flat=True)) == ["234500023"]
    for siren in Organisation.objects.exclude(siren="").values_list("siren", flat=True):
        validate_siren(siren)
    region = Region.objects.get(code="24")
    assert region.organisation
    assert region.organisation.siren == "234500023"
    assert region.departements == ["18", "28", "36", "37", "41", "45"]


def test_what_the_region_chose_for_itself_stays(loaded: Any) -> None:
    Strategy.objects.update(published=False, summary="Nos mots.", is_demonstration=True)
    Organisation.objects.filter(siren="234500023").update(name="Conseil régional")
    Service.objects.update(public_email="contact@example.org")
    Act.objects.filter(body="ceser").update(outcome="defavorable")
    reference.load()
    strategy = Strategy.objects.get()
    assert (strategy.published, strategy.is_demonstration) == (False, True)
    assert strategy.summary == "Nos mots."
    assert Organisation.objects.get(kind="region").name == "Conseil régional"
    assert Service.objects.get().public_email == "contact@example.org"
    assert Act.objects.get(body="ceser").outcome == "favorable"  # a sourced fact comes back


def test_eighty_epci_then_seventy_nine(loaded: Any) -> None:
    assert in_region(BEFORE).count() == 80
    assert in_region(AFTER).count() == 79
    for before in (VIERZON_2019, VILLAGES):
        epci = Epci.objects.get(siren=before)
        assert epci.valid_until == date(2019, 12, 31)
        assert [one.siren for one in epci.successors.all()] == [VIERZON_2020]
    assert Epci.objects.get(siren=VIERZON_2020).valid_from == AFTER


def test_neighbours_touch_the_region(loaded: Any) -> None:
    here = Membership.objects.valid_on(BEFORE).filter(commune__region_code="24")
    touching = Epci.objects.valid_on(BEFORE).filter(memberships__in=here).distinct()
    assert touching.count() == 83
    assert set(touching.exclude(region_code="24").values_list("siren", flat=True)) == {
        "200066462",
        "200068088",
        "247800550",
    }
    beyond = in_region(BEFORE).filter(memberships__commune__region_code__in=["27", "28"]).distinct()
    assert set(beyond.values_list("siren", flat=True)) == {"200040277", "200067668"}


def test_every_commune_of_the_region_has_one_epci_at_most_and_every_epci_an_outline(
    loaded: Any,
) -> None:
    for day in (BEFORE, AFTER):
        members = Membership.objects.valid_on(day)
        assert members.count() == members.values("commune").distinct().count()
    assert not Epci.objects.filter(contours=None).exists()
    assert Commune.objects.filter(region_code="24").count() > 1_700


def test_territories_are_updated_in_place(loaded: Any) -> None:
    epci = Epci.objects.get(siren=VILLAGES)
    structure = OrganisationFactory(epci=epci)
    Epci.objects.filter(pk=epci.pk).update(population=1, valid_until=None)
    epci.successors.clear()
    moved = Membership.objects.filter(epci=epci).order_by("commune")[0]
    Membership.objects.filter(pk=moved.pk).update(valid_until=date(2019, 6, 30))
    Commune.objects.filter(pk=moved.commune_id).update(name="Autrefois")

    written = load_territories("24").written
    # The EPCI, its successors, a commune, and a membership deleted then written.
    assert written == 5
    structure.refresh_from_db()
    assert structure.epci_id == epci.pk
    epci.refresh_from_db()
    assert epci.population != 1
    assert epci.valid_until == date(2019, 12, 31)
    assert epci.successors.count() == 1
    assert Commune.objects.get(pk=moved.commune_id).name != "Autrefois"
    again = Membership.objects.get(commune=moved.commune_id, epci=epci)
    assert again.valid_until == date(2019, 12, 31)


def test_a_region_without_files_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        load_territories("00")


@pytest.mark.parametrize("folder", ["reference", "demo"])
def test_the_words_are_set_in_french_typography(folder: str) -> None:
    """Spaces do not break before high punctuation nor inside guillemets."""
    files = list((Path(reference.__file__).parent.parent / folder).glob("*.toml"))
    assert files
    for file in files:
        for wrong in (" ;", " :", " !", " ?", "« ", " »", "’", "oeu", "..."):
            assert wrong not in file.read_text("utf-8"), f"{file.name}: « {wrong} »"
