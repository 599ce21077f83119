"""The pages of money: the same figures everywhere, at every date, and what they keep back."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Movement
from sress.templatetags.french import euros
from tests import factories as make
from tests.proposals.money.test_ledger import typeset

pytestmark = pytest.mark.django_db

K = Movement.Kind
VOTED, COMMITTED, PAID = date(2018, 10, 12), date(2019, 2, 4), date(2019, 6, 3)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def action():
    """An action with 800 € affected of 1 000 € voted, 500 committed, 300,50 paid, and the rest."""
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    action = make.ActionFactory(
        strategy=strategy,
        code="12.3",
        title="Ouvrir une pépinière",
        proposal__number=12,
        proposal__axis__number=1,
        exists_from=VOTED,
    )
    programme = make.ProgrammeFactory(strategy=strategy, code="ESS")
    authorisation = make.AuthorisationFactory(programme=programme, reference="AE-2018-1")
    act = make.ActFactory(strategy=strategy, title="Budget de l'ESS", reference="CP 18.10.12")
    whole = {"authorisation": authorisation}
    of_action = {**whole, "action": action}
    make.MovementFactory(**whole, amount=1000, date=VOTED, act=act)
    make.MovementFactory(**of_action, kind=K.AFFECTATION, amount=800, date=VOTED)
    make.MovementFactory(**of_action, kind=K.COMMITMENT, amount=500, date=COMMITTED)
    make.MovementFactory(**of_action, kind=K.PAYMENT, amount=Decimal("300.50"), date=PAID)
    make.CreditLineFactory(programme=programme, exercise=2019, amount=200)
    make.FundingFactory(action=action, funder__name="Fondation des Trois Rivières", amount=400)
    make.HumanMeansFactory(action=action)
    make.TerritoryFactory(action=action)
    make.GrantFactory(action=action, purpose="Guichet d'appui")
    make.GrantFactory(action=action, is_person=True, amount=1500, purpose="Bourse de Madame X")
    return action


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    words = re.sub(r"<[^>]+>", " ", unescape(response.content.decode()))
    return re.sub(r"[ \n]+", " ", words)


class TestBudget:
    def test_says_the_four_stages_the_rates_and_what_others_bring(self, action, anonymous):
        page = text(anonymous, "/sress/budget/")
        assert typeset("La Région a voté 1 000 € pour la stratégie") in page
        assert typeset("Voté 1 000 € Affecté 800 € Engagé 500 € Mandaté 300,50 €") in page
        assert "Part de l'affecté déjà engagée 63\u202f%" in page
        assert "Part de l'engagé déjà mandatée 60\u202f%" in page
        assert typeset("pour 1 € affecté 0,50 €") in page
        assert typeset("Fondation des Trois Rivières 0 € 400 € 0 €") in page
        assert typeset("2 subventions attribuées , pour 25 500 €").replace("2 s", "2\xa0s") in (
            page.replace("attribuées,", "attribuées ,")
        )

    def test_warns_of_an_overrun_of_credits(self, action, anonymous):
        assert typeset("100,50 € au-delà des crédits") in text(anonymous, "/sress/budget/")

    def test_is_of_its_date(self, action, anonymous):
        page = text(anonymous, "/sress/budget/?au=2019-02-04")
        assert typeset("Voté 1 000 € Affecté 800 € Engagé 500 € Mandaté 0 €") in page
        page = text(anonymous, "/sress/budget/?au=2018-10-11")
        assert "Aucun moyen n'était enregistré à cette date" in page

    def test_never_says_paid(self, action, anonymous):
        for address in ("budget/", "budget/mouvements/", "actions/12-3/", "propositions/12/"):
            assert not re.search(r"\bpayée?s?\b", text(anonymous, f"/sress/{address}")), address

    def test_sums_what_is_not_published_without_naming_it(self, action, anonymous):
        action.published = False
        action.save()
        page = text(anonymous, "/sress/budget/")
        assert typeset("Actions non publiées 800 € 500 € 300,50 €") in page
        assert typeset("Voté 1 000 € Affecté 800 €") in page
        for address in ("budget/", "budget/mouvements/", "subventions/", "propositions/12/"):
            page = text(anonymous, f"/sress/{address}")
            assert "Ouvrir une pépinière" not in page, address
            assert "12.3" not in page, address

    def test_of_a_strategy_without_means_says_so(self, anonymous):
        make.StrategyFactory(slug="sress")
        assert "Aucun moyen n'est enregistré" in text(anonymous, "/sress/budget/")


class TestMovements:
    def test_lead_from_a_figure_to_its_act(self, action, anonymous):
        page = anonymous.get("/sress/budget/").content.decode()
        assert "/sress/budget/mouvements/?axe=1" in page
        assert "/sress/budget/mouvements/?millesime=2018" in page
        listed = text(anonymous, "/sress/budget/mouvements/?millesime=2018&mouvement=vote")
        assert "1\xa0mouvement" in listed
        assert "Budget de l'ESS" in listed
        assert "CP 18.10.12" in listed

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 4),
            ("axe=1", 3),
            ("axe=7", 4),  # no such axis: told, and ignored
            ("exercice=2019", 2),
            ("action=12.3&mouvement=mandat", 1),
            ("q=AE-2018-1", 4),
            ("proposition=12", 3),
            ("proposition=x", 4),
            ("territoire=200000000", 0),
            ("au=2019-02-04", 3),
            ("q=%00", 4),
        ],
    )
    def test_are_narrowed(self, query, count, action, anonymous):
        response = anonymous.get(f"/sress/budget/mouvements/?{query}")
        assert response.context["page"].paginator.count == count

    def test_a_correction_names_what_it_corrects_and_why(self, action, anonymous):
        paid = action.movements.get(kind=K.PAYMENT)
        make.MovementFactory(
            authorisation=paid.authorisation,
            action=action,
            kind=K.PAYMENT_CANCELLED,
            amount=100,
            date=date(2019, 7, 1),
            corrects=paid,
            motive="Mandat émis deux fois",
        )
        page = text(anonymous, "/sress/budget/mouvements/")
        assert "Motif : Mandat émis deux fois" in page
        assert typeset("Corrige : mandat du 3 juin 2019 , 300,50 €").replace(" ,", " ,") in (
            page.replace("3\xa0juin\xa02019", "3 juin 2019")
        )
        assert typeset("mandaté 200,50 €") in page


class TestGrants:
    def test_name_legal_persons_and_sum_natural_ones(self, action, anonymous):
        page = text(anonymous, "/sress/subventions/")
        assert "Association Les Jardins partagés" in page
        assert "Guichet d'appui" in page
        assert "Madame X" not in page
        assert typeset("1 aide à une personne physique , pour 1 500 €").replace(" ,", ",") in (
            page.replace("1\xa0aide", "1 aide")
        )

    def test_are_of_their_date(self, action, anonymous):
        assert "Guichet d'appui" not in text(anonymous, "/sress/subventions/?au=2019-04-04")
        assert "Guichet d'appui" in text(anonymous, "/sress/subventions/?au=2019-04-05")

    def test_keep_an_impossible_period_as_it_was_written(self, action, anonymous):
        make.GrantFactory(strategy=action.strategy, payment_period="2017-03-02/2017-30-05")
        assert "2017-03-02/2017-30-05" in text(anonymous, "/sress/subventions/")


class TestWhereItIsUsed:
    @pytest.mark.parametrize("address", ["actions/12-3/", "propositions/12/"])
    def test_an_action_and_its_proposal_say_the_same(self, address, action, anonymous):
        page = text(anonymous, f"/sress/{address}")
        assert (
            typeset("y affecte 800 € , en a engagé 500 € et mandaté 300,50 €").replace(" ,", " ,")
            in page
        )
        assert typeset("Fondation des Trois Rivières : 400 €") in page
        assert "Équivalents temps plein en 2019 : 0,5" in page
        before = text(anonymous, f"/sress/{address}?au=2019-02-04")
        assert typeset("et mandaté 0 €") in before
        assert "Fondation des Trois Rivières" not in before


def test_pages_cost_the_same_few_queries_at_any_size(action, anonymous):
    def measured():
        costs = {}
        for address in ("budget/", "budget/mouvements/", "subventions/"):
            with CaptureQueriesContext(connection) as queries:
                assert anonymous.get(f"/sress/{address}").status_code == 200
            costs[address] = len(queries)
        return costs

    few = measured()
    for number in range(20, 28):
        other = make.ActionFactory(
            strategy=action.strategy,
            code=f"{number}.1",
            proposal__number=number,
            proposal__axis__number=number,
        )
        make.TerritoryFactory(action=other)
        programme = make.ProgrammeFactory(strategy=action.strategy)
        authorisation = make.AuthorisationFactory(programme=programme, vintage=2000 + number)
        make.MovementFactory(authorisation=authorisation)
        make.MovementFactory(authorisation=authorisation, action=other, kind=K.AFFECTATION)
        make.FundingFactory(action=other)
        make.HumanMeansFactory(action=other, year=2000 + number)
        make.CreditLineFactory(programme=programme, exercise=2000 + number)
        make.GrantFactory(action=other, beneficiary=make.OrganisationFactory())
    assert measured() == few
    assert max(few.values()) <= 12


def test_euros_are_set_as_french_books_do():
    assert euros(Decimal("1234567.80")) == "1\u202f234\u202f567,80\xa0€"
    assert euros(Decimal("-1200.00")) == "\u22121\u202f200\xa0€"
    assert euros(None) == "—"
