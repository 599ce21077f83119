"""Files of the public: open data that validates, and the same figures as pages and the ledger."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import openpyxl
import pytest
import time_machine
from django.db import connection

from proposals.exchange import scdl
from proposals.models import Movement
from tests import factories as make

pytestmark = pytest.mark.django_db

K = Movement.Kind


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


def body(response):
    assert response.status_code == 200
    streamed = response.streaming
    return b"".join(response.streaming_content) if streamed else response.content


def rows(client, address, delimiter=";"):
    text = body(client.get(address)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


class TestGrants:
    def test_are_those_published_by_then_and_no_natural_person(self, anonymous):
        strategy = make.StrategyFactory(slug="sress")
        make.GrantFactory(strategy=strategy, purpose="Publiée", published_on=date(2019, 6, 1))
        make.GrantFactory(strategy=strategy, purpose="Pas encore")
        make.GrantFactory(strategy=strategy, is_person=True, purpose="Bourse")
        listed = rows(anonymous, "/sress/subventions.csv", ",")
        assert [row["objet"] for row in listed] == ["Publiée"]
        assert list(listed[0]) == [one["name"] for one in schema()["fields"]]
        assert rows(anonymous, "/sress/subventions.csv?au=2019-05-31", ",") == []

    def test_of_a_demonstration_are_named_so(self, anonymous):
        make.StrategyFactory(slug="sress", is_demonstration=True)
        name = anonymous.get("/sress/subventions.csv")["Content-Disposition"]
        assert "demonstration-subventions-sress-2019-11-15.csv" in name


def schema():
    return json.loads(scdl.SCHEMA.read_text("utf-8"))


def test_a_format_that_is_none_is_a_clear_404(anonymous):
    make.StrategyFactory(slug="sress")
    response = anonymous.get("/sress/moyens.pdf")
    assert response.status_code == 404
    assert "csv, en xlsx ou en ods" in response.content.decode()


ADDS = {
    "Vote": ("voted", 1),
    "Affectation": ("affected", 1),
    "Engagement": ("committed", 1),
    "Désengagement": ("committed", -1),
    "Mandat": ("paid", 1),
    "Annulation de mandat": ("paid", -1),
}


def added(movements):
    """Plain sums of (kind in words, amount)."""
    sums = dict.fromkeys(("voted", "affected", "committed", "paid"), Decimal(0))
    for kind, amount in movements:
        stage, sign = ADDS[kind]
        sums[stage] += sign * amount
    return sums


@pytest.mark.parametrize("seed", range(4))
def test_pages_files_and_the_raw_ledger_agree_to_the_cent_at_random_dates(seed, anonymous):
    chance = Random(seed)
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    first = date(2018, 7, 1)
    for _ in range(4):
        action = make.ActionFactory(strategy=strategy, published=True)
        authorisation = make.AuthorisationFactory(strategy=strategy)
        day = first + timedelta(days=chance.randrange(200))
        left = Decimal(chance.randrange(10_000, 9_999_999)) / 100
        for kind in (K.VOTE, K.AFFECTATION, K.COMMITMENT, K.PAYMENT, K.PAYMENT_CANCELLED):
            of = None if kind == K.VOTE else action
            make.MovementFactory(
                authorisation=authorisation, action=of, kind=kind, date=day, amount=left
            )
            day += timedelta(days=chance.randrange(60))
            left = (left * Decimal(chance.randrange(30, 100)) / 100).quantize(Decimal("0.01"))
    for _ in range(5):
        day = first + timedelta(days=chance.randrange(500))
        asked = f"?au={day.isoformat()}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, amount FROM proposals_movement WHERE date <= %s", [day])
            raw = added((K(kind).label, amount) for kind, amount in cursor.fetchall())
        whole = anonymous.get(f"/sress/budget/{asked}").context["whole"]
        assert {stage: getattr(whole, stage) for stage in raw} == raw
        listed = rows(anonymous, f"/sress/moyens.csv{asked}")
        assert raw == added(
            (row["Mouvement"], Decimal(row["Montant"].replace(",", "."))) for row in listed
        )
        book = openpyxl.load_workbook(io.BytesIO(body(anonymous.get(f"/sress/moyens.xlsx{asked}"))))
        header, *cells = book["Mouvements"].iter_rows(values_only=True)
        kind, amount = header.index("Mouvement"), header.index("Montant")
        assert raw == added((row[kind], Decimal(str(row[amount]))) for row in cells)
