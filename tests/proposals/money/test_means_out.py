"""Means as files: what the public may read, real numbers and dates, and the way back."""

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import odfdo
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals import exchange, money
from proposals.models import Movement
from proposals.state import Moment
from sress.spreadsheets.reading import read_workbook
from tests import factories as make
from tests.factories import noon
from tests.proposals.money.kit import accepted

K = Movement.Kind


@pytest.fixture
def means(strategy):
    """A little of everything, some of it on an action that is not published."""
    shown = strategy.actions.get(code="1.1")
    hidden = make.ActionFactory(strategy=strategy, code="1.3", published=False)
    held = strategy.authorisations.get()
    act = make.ActFactory(strategy=strategy, reference="CPR 19.01")
    grant = make.GrantFactory(action=shown, reference="SUB-1")
    common = {"authorisation": held, "date": date(2019, 3, 1)}
    make.MovementFactory(authorisation=held, amount=Decimal("5000.00"), reference="V-1")
    for action, reference in ((shown, "F-1"), (hidden, "F-2")):
        make.MovementFactory(
            **common, action=action, kind=K.AFFECTATION, amount=1000, reference=reference
        )
    # Entered in a form, without a reference.
    engaged = make.MovementFactory(
        **common,
        action=shown,
        kind=K.COMMITMENT,
        amount=Decimal("1000.00"),
        reference="",
        label="Convention",
        act=act,
        grant=grant,
    )
    make.MovementFactory(
        authorisation=held,
        date=date(2019, 3, 2),
        action=shown,
        kind=K.DECOMMITMENT,
        amount=Decimal("0.10"),
        reference="D-1",
        corrects=engaged,
        motive="Trop d'un dixième",
    )
    make.CreditLineFactory(programme=held.programme, amount=Decimal("1234.56"), act=act)
    first = make.FundingFactory(action=shown, note="Vu avec le trésorier")
    # The same day again: this one counts.
    make.FundingFactory(action=shown, funder=first.funder, amount=13000)
    make.FundingFactory(action=hidden)
    make.HumanMeansFactory(action=shown, note="En congé jusqu'en mai")
    return strategy


def rows(content):
    return {sheet.name: sheet.rows for sheet in read_workbook("x", content).sheets}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_public_reads_what_pages_say(means, kind):
    told = rows(exchange.means_workbook(means, Moment.today(), kind))
    assert [name for name in told if name != "Listes"] == [
        *("Programmes", "Autorisations", "Mouvements", "Crédits", "Cofinancements"),
        "Moyens humains",
    ]
    header, *movements = told["Mouvements"]
    assert "Subvention" not in header
    kinds = {row[header.index("Mouvement")] for row in movements}
    assert kinds == {"Vote", "Affectation", "Engagement", "Désengagement"}
    assert len(movements) == 4
    assert {row[header.index("Action")] or "" for row in movements} == {"", "1.1"}
    assert "trésorier" not in repr(told)
    assert "congé" not in repr(told)
    assert len(told["Cofinancements"]) == len(told["Moyens humains"]) == 2
    assert told["Cofinancements"][1][4] == 13000
    officer = rows(exchange.means_workbook(means, Moment.today(embargoed=True), kind))
    assert len(officer["Mouvements"]) == len(movements) + 2  # a header, and what is hidden
    before = rows(exchange.means_workbook(means, Moment(date(2019, 3, 1)), kind))
    assert len(before["Mouvements"]) == len(movements)


def test_cells_of_a_workbook_of_excel_are_numbers_and_days(means):
    content = exchange.means_workbook(means, Moment.today(), "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Mouvements"]
    titles = [cell.value for cell in sheet[1]]
    amount, day = (sheet.cell(5, titles.index(name) + 1) for name in ("Montant", "Date"))
    assert (amount.data_type, amount.value, amount.number_format) == (
        *("n", 0.1),
        '#,##0.00\\ "€"',
    )
    assert (day.data_type, day.number_format) == ("d", "DD/MM/YYYY")
    assert sheet.cell(5, titles.index("Exercice") + 1).value == 2019


def test_cells_of_a_workbook_of_libreoffice_are_amounts_and_days(means):
    content = exchange.means_workbook(means, Moment.today(), "ods")
    table = odfdo.Document(io.BytesIO(content)).body.get_table(name="Crédits")
    titles = table.get_row_values(0)
    amount, day = (table.get_cell((titles.index(name), 1)) for name in ("Montant", "Date"))
    assert (amount.type, amount.value, amount.currency) == ("currency", Decimal("1234.56"), "EUR")
    assert amount.text_recursive.strip() == "1\u202f234,56\u00a0€"
    assert (day.type, day.value.year) == ("date", 2018)
    text = zipfile.ZipFile(io.BytesIO(content)).read("content.xml").decode()
    assert 'number:decimal-places="2"' in text
    assert f'style:name="{amount.style}"' in text


def test_movements_as_csv_open_in_france(means):
    header, first, *_ = "".join(exchange.means_csv(means, Moment.today())).splitlines()
    assert header.startswith("\ufeffRéférence;Autorisation;Mouvement;Date;Exercice;Action;Montant")
    assert first.startswith("V-1;AE-1;Vote;12/10/2018;2018;;5000,00;")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_went_out_comes_in_without_a_change(means, kind):
    for moment in (Moment.today(), Moment.today(embargoed=True)):
        content = exchange.means_workbook(means, moment, kind)
        assert accepted(content, means, f"moyens.{kind}").changes == []
    content = "".join(exchange.means_csv(means, Moment.today())).encode()
    assert accepted(content, means, "mouvements.csv").changes == []
    whole = exchange.export(means, kind)
    assert accepted(whole, means, f"tout.{kind}").changes == []


def test_a_workbook_has_a_limit_that_pages_can_ask_about(means, monkeypatch):
    assert exchange.fits(means, Moment.today(), "ods")
    monkeypatch.setitem(exchange.means.MOST, "ods", 3)
    assert not exchange.fits(means, Moment.today(), "ods")


AMOUNTS = st.decimals(Decimal("0.01"), Decimal("99999.99"), places=2)
DAYS = st.integers(0, 300).map(lambda n: date(2019, 1, 1) + timedelta(days=n))


class TestAnyLedger(TestCase):
    """Whatever was paid, a file of it makes the same ledger elsewhere."""

    @settings(max_examples=15, deadline=None)
    @given(payments=st.lists(st.tuples(AMOUNTS, DAYS, st.sampled_from(["1.1", "1.2"])), max_size=8))
    def test_the_same_sums_elsewhere(self, payments):
        strategies = [make.StrategyFactory() for _ in range(2)]
        for strategy in strategies:
            programme = make.ProgrammeFactory(strategy=strategy, code="P1")
            make.AuthorisationFactory(programme=programme, reference="AE-1")
            for code in ("1.1", "1.2"):
                make.ActionFactory(strategy=strategy, code=code)
        source, other = strategies
        start = date(2019, 1, 1)
        common = {"authorisation": source.authorisations.get(), "date": start}
        make.MovementFactory(**common, amount=2_000_000)
        for action in source.actions.all():
            for kind in (K.AFFECTATION, K.COMMITMENT):
                make.MovementFactory(**common, action=action, kind=kind, amount=1_000_000)
        for amount, day, code in payments:
            make.MovementFactory(
                authorisation=common["authorisation"],
                action=source.actions.get(code=code),
                kind=K.PAYMENT,
                amount=amount,
                date=day,
                recorded_at=noon(day),
            )
        moment = Moment.today(embargoed=True)
        accepted("".join(exchange.means_csv(source, moment)).encode(), other, "mouvements.csv")
        by_exercise = [
            money.breakdown(moment, strategy, money.By.EXERCISE, money.By.VINTAGE)
            for strategy in strategies
        ]
        assert by_exercise[0] == by_exercise[1]
        assert "".join(exchange.means_csv(other, moment)) == "".join(
            exchange.means_csv(source, moment)
        )
