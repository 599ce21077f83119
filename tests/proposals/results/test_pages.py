"""Results on public pages, on the desk, in files and mails."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals import exchange
from proposals.models import Indicator, IndicatorValue, Kind
from sress.models import Mail
from tests import factories as make
from tests.proposals.desk.conftest import shown
from tests.proposals.money.kit import accepted, errors, load, xlsx
from tests.proposals.reminders.kit import live, told, words

pytestmark = pytest.mark.django_db

PAGE, DESK = "/sress/resultats/", "/suivi/sress/resultats/emplois/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy():
    return make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))


@pytest.fixture
def indicator(strategy, lead):
    return make.IndicatorFactory(
        strategy=strategy,
        code="emplois",
        title="Emplois créés",
        unit="emplois",
        period=12,
        owner=lead.user,
    )


def text(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return unescape(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


class TestPublic:
    def test_a_missing_value_is_said_and_is_not_zero(self, anonymous, indicator):
        make.IndicatorTargetFactory(indicator=indicator)
        page = text(anonymous, PAGE)
        assert "Valeur manquante" in page
        assert "31 décembre 2018" in page
        assert "0 emplois" not in page.replace("100 emplois", "")

    def test_values_show_from_the_day_they_are_told(self, anonymous, indicator):
        make.IndicatorValueFactory(indicator=indicator, value=1234, reported_on=date(2019, 2, 4))
        assert "1 234 emplois" in text(anonymous, PAGE)
        assert "1 234 emplois" not in text(anonymous, f"{PAGE}?au=2019-02-03")

    def test_what_is_not_published_stays_hidden(self, anonymous, indicator, strategy):
        Indicator.objects.update(published=False)
        hidden = make.ActionFactory(strategy=strategy, published=False)
        make.IndicatorFactory(action=hidden, title="Caché")
        page = text(anonymous, PAGE)
        assert "Emplois créés" not in page
        assert "Caché" not in page
        assert "Aucun indicateur n'est publié" in page

    def test_context_is_apart_and_is_not_judged(self, anonymous, strategy):
        make.IndicatorFactory(
            strategy=strategy,
            is_context=True,
            title="Salariés",
            unit="salariés",
            baseline=85268,
            baseline_on=date(2015, 12, 31),
        )
        page = text(anonymous, PAGE)
        assert "Le contexte" in page
        assert "85 268 salariés" in page
        assert "Sans cible" not in page

    def test_pages_of_proposals_and_actions_show_theirs(self, anonymous, strategy):
        action = make.ActionFactory(strategy=strategy, code="1.1", proposal__number=1)
        one = make.IndicatorFactory(action=action, title="Lieux ouverts")
        make.IndicatorValueFactory(indicator=one)
        for address in ("/sress/actions/1-1/", "/sress/propositions/1/"):
            assert "Lieux ouverts" in text(anonymous, address)

    def test_costs_the_same_few_queries_at_any_size(self, anonymous, lead, strategy):
        action = make.ActionFactory(
            strategy=strategy, code="1.1", proposal__number=1, referent=lead.user
        )

        def more(count):
            for n in range(count):
                for about in ({"action": action}, {"proposal": action.proposal}):
                    one = make.IndicatorFactory(**about, owner=lead.user, period=12)
                    make.IndicatorTargetFactory(indicator=one)
                    make.IndicatorValueFactory(
                        indicator=one, measured_on=date(2018, 8, 1) + timedelta(n)
                    )

        def counts():
            found = []
            for client, address in (
                (anonymous, PAGE),
                (anonymous, "/sress/actions/1-1/"),
                (anonymous, "/sress/propositions/1/"),
                (lead, "/sress/actions/1-1/"),
                (lead, "/suivi/"),
                (lead, "/suivi/sress/resultats/"),
                (lead, DESK),
            ):
                with CaptureQueriesContext(connection) as queries:
                    assert client.get(address).status_code == 200
                found.append(len(queries))
            return found

        make.IndicatorFactory(strategy=strategy, code="emplois", owner=lead.user)
        more(2)
        few = counts()
        more(10)
        assert counts() == few
        assert max(few) <= 12, few


class TestDesk:
    def test_a_value_is_added_once_however_often_it_is_sent(self, lead, indicator):
        assert "Une valeur manque" in text(lead, "/suivi/sress/resultats/")
        form = {**shown(lead, DESK), "measured_on": "2018-12-31", "value": "1 234"}
        for _ in range(2):
            assert lead.post(DESK, form).status_code == 302
        line = IndicatorValue.objects.get()
        assert (line.value, line.author, line.reported_on) == (
            1234,
            lead.user,
            date(2019, 11, 15),
        )
        assert "Une valeur manque" not in text(lead, "/suivi/sress/resultats/")

    def test_correcting_and_taking_back_want_a_motive(self, lead, indicator):
        make.IndicatorValueFactory(indicator=indicator)
        page = f"{DESK}?corrige=2018-12-31"
        form = shown(lead, page)
        assert form["value"] == "40"
        silent = lead.post(page, {**form, "value": "45"})
        assert silent.status_code == 422
        assert "dites pourquoi" in unescape(silent.content.decode())
        assert lead.post(page, {**form, "value": "45", "motive": "Oubli"}).status_code == 302
        form = shown(lead, page)
        assert lead.post(page, {**form, "retirer": "1"}).status_code == 422
        assert lead.post(page, {**form, "retirer": "1", "motive": "Faux"}).status_code == 302
        assert IndicatorValue.objects.latest("pk").value is None

    @pytest.mark.parametrize(
        ("day", "value", "said"),
        [
            ("2019-11-16", "3", "aujourd'hui au plus tard"),
            ("1999-12-31", "3", "autre siècle"),
            ("2018-12-31", "douze", "n'est pas un nombre"),
            ("2018-12-31", "", "obligatoire"),
        ],
    )
    def test_a_wrong_value_is_explained(self, lead, indicator, day, value, said):
        form = {**shown(lead, DESK), "measured_on": day, "value": value}
        response = lead.post(DESK, form)
        assert response.status_code == 422
        assert said in unescape(response.content.decode())

    def test_is_for_who_answers_for_it(self, outsider, coordinator, indicator, contributor):
        assert outsider.get(DESK).status_code == 403
        assert contributor.get(DESK).status_code == 403
        assert coordinator.get(DESK).status_code == 403
        indicator.strategy.coordinators.add(coordinator.user)
        assert coordinator.get(DESK).status_code == 200
        Indicator.objects.update(published=False)
        assert outsider.get(DESK).status_code == 404


class TestMails:
    def test_a_missing_value_is_asked_for_once_and_no_more_once_given(self, lead, indicator):
        other = make.IndicatorFactory(
            strategy=indicator.strategy, title="Projets", period=12, owner=lead.user
        )
        live(date(2019, 1, 21))  # the Monday after the fifteenth
        live(date(2019, 1, 21))
        asked = [one for one in told(recipient=lead.user) if one[0] == Kind.RESULT]
        assert asked == [(Kind.RESULT, 15)] * 2
        said = words(Mail.objects.get()).replace("\xa0", " ")
        assert "« Emplois créés » : la valeur au 31 décembre 2018 manque" in said
        assert "« Projets »" in said
        assert "/suivi/sress/resultats/" in said
        make.IndicatorValueFactory(indicator=indicator, reported_on=date(2019, 2, 1))
        live(date(2019, 2, 18))
        assert len([one for one in told(recipient=lead.user) if one[0] == Kind.RESULT]) == 3
        assert other.title in words(Mail.objects.latest("pk"))

    def test_without_a_referent_the_coordination_is_asked(self, indicator, coordinator):
        Indicator.objects.update(owner=None)
        indicator.strategy.coordinators.add(coordinator.user)
        live(date(2019, 1, 21))
        assert (Kind.RESULT, 15) in told(recipient=coordinator.user)


SHEETS = {
    "Indicateurs": [
        ["Code", "Intitulé", "Unité", "Porte sur", "Valeur attendue"],
        ["lieux", "Lieux ouverts", "lieux", "action 1.1", "Chaque année"],
    ],
    "Cibles": [["Indicateur", "Année", "Cible", "Décidée le"], ["lieux", 2019, 12, "02/10/2018"]],
    "Valeurs": [["Indicateur", "Valeur au", "Valeur"], ["lieux", "31/12/2018", 4]],
}


class TestFiles:
    @pytest.fixture
    def action(self, strategy):
        return make.ActionFactory(strategy=strategy, code="1.1")

    def test_come_in_once(self, strategy, action, administrator):
        book = xlsx(**SHEETS)
        outcome = _signed(book, strategy, administrator.user)
        assert errors(outcome) == []
        one = Indicator.objects.get()
        assert (one.action, one.period, one.values.get().value) == (action, 12, 4)
        assert one.targets.get().value == 12
        again = _signed(book, strategy, administrator.user)
        assert (errors(again), again.changes) == ([], [])

    def test_a_value_changes_with_a_motive_only(self, strategy, action, administrator):
        _signed(xlsx(**SHEETS), strategy, administrator.user)
        header = ["Indicateur", "Valeur au", "Valeur", "Motif"]
        silent = xlsx(Valeurs=[header, ["lieux", "31/12/2018", 5, None]])
        assert "donnez un motif" in errors(_signed(silent, strategy, administrator.user))[0]
        told_why = xlsx(Valeurs=[header, ["lieux", "31/12/2018", 5, "Oubli"]])
        assert errors(_signed(told_why, strategy, administrator.user)) == []
        assert IndicatorValue.objects.latest("pk").value == 5

    def test_faults_are_named(self, strategy, action):
        sheets = {**SHEETS, "Cibles": [SHEETS["Cibles"][0], ["autre", 2019, 1, "02/10/2018"]]}
        said = " ".join(errors(load(xlsx(**sheets), strategy)))
        assert "Aucun indicateur n'a le code « autre »" in said
        assert "Qui signe ces valeurs" in said

    @pytest.mark.parametrize("kind", ["xlsx", "ods"])
    def test_what_the_public_takes_comes_back_unchanged(
        self, kind, strategy, action, administrator, anonymous
    ):
        _signed(xlsx(**SHEETS), strategy, administrator.user)
        response = anonymous.get(f"/sress/resultats.{kind}")
        assert response.status_code == 200
        assert accepted(exchange.export(strategy, kind), strategy, f"tout.{kind}").changes == []

    def test_the_csv_has_the_values_of_the_day(self, anonymous, indicator):
        make.IndicatorValueFactory(
            indicator=indicator, value=Decimal("40.5"), reported_on=date(2019, 2, 4)
        )

        def rows(query=""):
            content = b"".join(anonymous.get(f"/sress/resultats.csv{query}").streaming_content)
            return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))

        [row] = rows()
        assert (row["Indicateur"], row["Valeur"].rstrip("0")) == ("emplois", "40,5")
        assert rows("?au=2019-02-03") == []
        assert anonymous.get("/sress/resultats.pdf").status_code == 404


def _signed(content, strategy, author):
    from sress.spreadsheets.reading import read_workbook

    book = read_workbook("resultats.xlsx", content)
    return exchange.load(book, author=author, target=strategy, agree=lambda outcome: True)
