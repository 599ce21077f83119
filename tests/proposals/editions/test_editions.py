"""Éditions: frozen once, opened again byte for byte, whatever was recorded since."""

import hashlib
import re
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction

from proposals.models import Edition, Movement, ProgressReport
from tests import factories as make
from tests.proposals.desk.conftest import shown

K = Movement.Kind
FORM = "/suivi/sress/editions/nouvelle/"
PAGES = [
    "/sress/",
    "/sress/propositions/",
    "/sress/propositions/1/",
    "/sress/axes/1/",
    "/sress/actions/",
    "/sress/actions/?depassee=on",
    "/sress/actions/1-1/",
    "/sress/budget/",
    "/sress/budget/mouvements/",
    "/sress/subventions/",
    "/sress/moyens.csv",
    "/sress/subventions.csv",
    "/sress/rapport.pdf",
]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy(db):
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    proposal = make.ProposalFactory(strategy=strategy, number=1, axis__number=1)
    authorisation = make.AuthorisationFactory(strategy=strategy, reference="AE-1")
    make.MovementFactory(authorisation=authorisation, amount=10_000, date=date(2018, 10, 12))
    for number in range(1, 5):
        action = make.ActionFactory(
            proposal=proposal, code=f"1.{number}", initial_due_date=date(2019, 10, 31)
        )
        make.ProgressReportFactory(action=action, reported_on=date(2019, 3, 1), text="Lancée.")
        make.MovementFactory(
            authorisation=authorisation,
            action=action,
            kind=K.AFFECTATION,
            amount=1000,
            date=date(2019, 1, 15),
        )
        make.TerritoryFactory(action=action)
    make.GrantFactory(action=action, published_on=date(2019, 6, 1))
    return strategy


@pytest.fixture
def coordination(coordinator, strategy):
    strategy.coordinators.add(coordinator.user)
    return coordinator


def freeze(client, **changes):
    form = {**shown(client, FORM), "title": "Comité de novembre", **changes}
    response = client.post(FORM, form)
    assert response.status_code == 302, response.content.decode()
    return Edition.objects.latest("number")


def body(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content) if response.streaming else response.content


def pages(client, number):
    """Every page of an édition; of the control that leads to other dates, the last one moves on."""
    found = {}
    for page in PAGES:
        content = body(client, f"{page}{'&' if '?' in page else '?'}edition={number}")
        found[page] = re.sub(rb'max="[^"]*"', b"", content)
    return found


def a_hundred_facts(strategy, chance):
    """Reports of all kinds, backdated ones, corrections, retractions, movements, declarations."""
    actions = list(strategy.actions.all())
    authorisation = strategy.authorisations.get(reference="AE-1")
    for number in range(100):
        action = chance.choice(actions)
        day = date(2019, 1, 20) + timedelta(days=chance.randrange(290))
        what = number % 5
        if what == 0:
            make.ProgressReportFactory(
                action=action,
                reported_on=day,
                status=chance.choice(["en_cours", "difficulte", "suspendue"]),
                progress=chance.choice([25, 50, 75]),
                text=f"Tardif {number}",
            )
        elif what == 1:
            target = action.reports.filter(superseded_by=None, is_retraction=False).first()
            if target:
                make.ProgressReportFactory(
                    action=action,
                    reported_on=target.reported_on,
                    supersedes=target,
                    text=f"Corrigé {number}",
                    is_retraction=number % 10 == 1,
                )
        elif what == 2:
            make.MovementFactory(
                authorisation=authorisation,
                action=action,
                kind=chance.choice([K.AFFECTATION, K.COMMITMENT]),
                amount=Decimal(chance.randrange(1, 200)) / 100,
                date=day,
            )
        elif what == 3:
            make.FundingFactory(action=action, date=day)
            make.HumanMeansFactory(action=action, date=day)
        else:
            make.GrantFactory(action=action, signed_on=day, published_on=day)


@pytest.mark.parametrize("day", ["2019-11-15", "2019-06-30"])
def test_opens_again_the_same_after_a_hundred_late_and_backdated_facts(
    day, coordination, strategy, anonymous
):
    edition = freeze(coordination, day=day)
    before = pages(anonymous, edition.number)
    documents = {d.name: body(anonymous, d.get_absolute_url()) for d in edition.documents.all()}
    present = body(anonymous, f"/sress/?au={day}")
    with time_machine.travel("2019-11-20T09:00:00Z", tick=False):
        a_hundred_facts(strategy, Random(day))
        for page, again in pages(anonymous, edition.number).items():
            assert again.splitlines() == before[page].splitlines(), page
        for document in edition.documents.all():
            again = body(anonymous, document.get_absolute_url())
            assert again == documents[document.name]
            assert hashlib.sha256(again).hexdigest() == document.sha256
        # What is known today of that day is another thing.
        assert body(anonymous, f"/sress/?au={day}") != present


def test_has_a_number_a_day_an_instant_and_its_documents(coordination, strategy, anonymous):
    event = make.EventFactory(strategy=strategy, title="Conférence", date=date(2019, 10, 2))
    first = freeze(coordination, event=event.pk)
    second = freeze(coordination, title="Autre")
    assert (first.number, second.number) == (1, 2)
    assert (first.day, first.author) == (date(2019, 11, 15), coordination.user)
    names = [document.name for document in first.documents.all()]
    assert names == [f"{what}-sress-edition-1.{kind}" for what, kind in KINDS]
    listed = body(anonymous, "/sress/editions/").decode()
    assert "Comité de novembre" in listed
    assert "Conférence" in listed
    page = body(anonymous, first.get_absolute_url()).decode()
    assert "/sress/actions/?edition=1" in page
    assert "/sress/propositions/1/?edition=1" in page


KINDS = [("rapport", "pdf"), ("fiches", "odt"), ("tableau", "ods")]


def test_links_stay_in_the_edition_and_lead_back_to_today(coordination, strategy, anonymous):
    freeze(coordination)
    page = body(anonymous, "/sress/?edition=1").decode()
    inside = re.findall(r'href="(/sress/[^"]*)"', page)
    left = [link for link in inside if "edition=1" not in link]
    # Out of it: the édition itself, and today.
    assert set(left) == {"/sress/editions/1/", "/sress/"}
    assert 'name="robots"' in page


def test_sent_twice_it_is_frozen_once(coordination, strategy):
    form = {**shown(coordination, FORM), "title": "Comité"}
    for _ in range(2):
        assert coordination.post(FORM, form)["Location"] == "/sress/editions/1/"
    assert Edition.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": ""}, "obligatoire"),
        ({"day": "2019-11-16"}, "ne se fige pas d&#x27;avance"),
        ({"day": "2018-06-27"}, "pas encore votée"),
        ({"day": "hier"}, "date valide"),
    ],
)
def test_says_what_is_wrong(changes, told, coordination):
    form = {**shown(coordination, FORM), "title": "Comité", **changes}
    response = coordination.post(FORM, form)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Edition.objects.exists()


def test_an_edition_that_is_none_is_a_clear_404(strategy, anonymous):
    for address in ("/sress/?edition=1", "/sress/?edition=x", "/sress/?edition=99999999999"):
        response = anonymous.get(address)
        assert response.status_code == 404
        assert "pas d&#x27;édition de ce numéro" in response.content.decode()
    assert anonymous.get("/sress/editions/1/").status_code == 404


def test_what_was_under_embargo_stays_out(coordination, strategy, anonymous):
    action = strategy.actions.get(code="1.1")
    make.ProgressReportFactory(
        action=action,
        reported_on=date(2019, 11, 14),
        recorded_at=datetime(2019, 11, 14, 9, tzinfo=UTC),
        public_from=date(2019, 12, 1),
        text="Sous embargo",
    )
    freeze(coordination)
    with time_machine.travel("2019-12-02T09:00:00Z", tick=False):
        assert b"Sous embargo" in body(anonymous, "/sress/actions/1-1/")
        assert b"Sous embargo" not in body(anonymous, "/sress/actions/1-1/?edition=1")


@pytest.mark.django_db(transaction=True)
class TestWriters:
    """What is being written when an édition freezes is in it, or recorded after it."""

    def freeze(self, strategy):
        edition = Edition(
            strategy=strategy,
            title="Comité",
            day=date(2019, 11, 15),
            author=make.UserFactory(),
            submission="11111111-1111-4111-8111-111111111111",
        )
        return Edition.objects.freeze(edition, lambda frozen: [])

    def test_it_waits_for_a_fact_that_is_being_written(self):
        action, frozen = make.ActionFactory(), []

        def other():
            frozen.append(self.freeze(action.strategy))
            connections.close_all()

        thread = threading.Thread(target=other)
        with transaction.atomic():
            make.ProgressReportFactory(action=action, reported_on=date(2019, 11, 15))
            thread.start()
            thread.join(0.7)
            assert not frozen
        thread.join(10)
        assert frozen[0].number == 1

    def test_a_fact_said_before_and_written_after_is_recorded_after(self):
        action = make.ActionFactory()
        early = datetime(2019, 11, 15, 8, 59, tzinfo=UTC)
        edition = self.freeze(action.strategy)
        report = make.ProgressReportFactory(
            action=action, reported_on=date(2019, 11, 15), recorded_at=early
        )
        kept = ProgressReport.objects.get(pk=report.pk)
        assert kept.recorded_at == edition.known_at + timedelta(microseconds=1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals_edition SET day = day - 1",
        "DELETE FROM proposals_edition",
        "UPDATE proposals_editiondocument SET sha256 = ''",
        "DELETE FROM proposals_editiondocument",
        "UPDATE proposals_editioncontent SET data = 'x'",
        "DELETE FROM proposals_editioncontent",
    ],
)
def test_nobody_changes_an_edition_afterwards(statement, db):
    make.EditionDocumentFactory()
    with (
        pytest.raises(IntegrityError, match="ne change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
