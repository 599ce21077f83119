"""Money entered on an action: several movements at once, corrections, refusals, double clicks."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import Movement, Strategy
from tests import factories as make
from tests.proposals.desk.conftest import shown
from tests.proposals.money.test_ledger import typeset

pytestmark = pytest.mark.django_db

K = Movement.Kind
PAGE = "/suivi/sress/actions/12-3/moyens/"


@pytest.fixture
def authorisation(action):
    authorisation = make.AuthorisationFactory(strategy=action.strategy, reference="AE-2019-1")
    make.MovementFactory(authorisation=authorisation, amount=1000, date=date(2019, 1, 15))
    return authorisation


def said(client, authorisation, *rows):
    """The form as shown, with rows filled in: (kind, date, amount)."""
    data = {**shown(client, PAGE), "authorisation": authorisation.pk}
    for rank, (kind, day, amount) in enumerate(rows, 1):
        data |= {f"ligne{rank}-kind": kind, f"ligne{rank}-date": day, f"ligne{rank}-amount": amount}
    return data


def words(response):
    return unescape(response.content.decode())


def test_several_movements_in_any_order_are_recorded_together(lead, authorisation, action):
    form = said(
        lead,
        authorisation,
        ("mandat", "2019-06-03", "300,50"),
        ("affectation", "2019-02-01", "1 000 €"),
        ("engagement", "2019-03-01", "800,00"),
    )
    response = lead.post(PAGE, form, follow=True)
    assert "3 mouvements enregistrés".replace("3 ", "3\xa0") in words(response)
    stages = dict(action.movements.values_list("kind", "amount"))
    assert stages == {"mandat": Decimal("300.5"), "affectation": 1000, "engagement": 800}
    page = words(lead.get(f"{PAGE}?exercice=2019"))
    assert typeset(">499,50 €<") in page  # left to pay: 800 - 300.50
    assert typeset(">200 €<") in page  # left to commit
    assert "mars\xa02019" in page


def test_what_goes_beyond_is_refused_by_how_much_and_nothing_is_lost(lead, authorisation, action):
    rows = [("affectation", "2019-02-01", "1000"), ("engagement", "2019-02-02", "1000,01")]
    response = lead.post(PAGE, said(lead, authorisation, *rows))
    assert response.status_code == 422
    assert typeset("Dépassement de 0,01 €") in words(response)
    assert 'value="1000,01"' in words(response)
    assert not action.movements.exists()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("affectation", "2019-11-16", "10"), "datez-le d'aujourd'hui au plus tard"),
        (("affectation", "", "10"), "Ce champ est obligatoire"),
        (("affectation", "2019-02-01", "-3"), "supérieur à zéro"),
        (("affectation", "2019-02-01", "douze"), "n'est pas un nombre"),
        (("vote", "2019-02-01", "10"), "Sélectionnez un choix valide"),
    ],
)
def test_a_wrong_row_is_named(row, told, lead, authorisation, action):
    response = lead.post(PAGE, said(lead, authorisation, row))
    assert response.status_code == 422
    assert "La ligne 1 est à reprendre" in words(response)
    assert told in words(response)
    assert not action.movements.exists()


def test_an_empty_form_says_what_to_fill_in(lead, authorisation):
    response = lead.post(PAGE, said(lead, authorisation))
    assert "au moins une ligne" in words(response)


def test_two_clicks_are_one_movement_and_another_content_is_not_taken_for_it(
    lead, authorisation, action
):
    form = said(lead, authorisation, ("affectation", "2019-02-01", "100"))
    for _ in range(2):
        assert lead.post(PAGE, form).status_code == 302
    assert action.movements.count() == 1
    changed = {**form, "ligne1-amount": "200"}
    response = lead.post(PAGE, changed)
    assert response.status_code == 422
    assert "déjà enregistré" in words(response)
    assert action.movements.get().amount == 100


def test_january_may_be_of_the_exercise_before(lead, authorisation, action):
    form = said(lead, authorisation, ("affectation", "2019-01-20", "100"))
    lead.post(PAGE, {**form, "ligne1-exercise": "2018"})
    assert action.movements.get().exercise == 2018
    late = said(lead, authorisation, ("affectation", "2019-02-20", "100"))
    response = lead.post(PAGE, {**late, "ligne1-exercise": "2018"})
    assert "journée complémentaire" in words(response)


@pytest.fixture
def committed(authorisation, action):
    of_action = {"authorisation": authorisation, "action": action}
    make.MovementFactory(**of_action, kind=K.AFFECTATION, amount=500, date=date(2019, 2, 1))
    return make.MovementFactory(**of_action, kind=K.COMMITMENT, amount=400, date=date(2019, 3, 1))


def correction(movement):
    return f"{PAGE}{movement.pk}/correction/"


def test_a_correction_is_one_click_and_a_motive(lead, committed, action):
    assert correction(committed) in words(lead.get(PAGE))
    form = shown(lead, correction(committed))
    silent = lead.post(correction(committed), form)
    assert silent.status_code == 422
    assert "Dites pourquoi" in words(silent)
    for _ in range(2):
        lead.post(correction(committed), {**form, "motive": "Convention réduite"})
    taken = action.movements.get(corrects=committed)
    assert (taken.kind, taken.amount, taken.motive) == (
        K.DECOMMITMENT,
        400,
        "Convention réduite",
    )
    assert correction(committed) not in words(lead.get(PAGE))
    assert "déjà repris en entier" in words(lead.get(correction(committed), follow=True))


def test_no_more_is_taken_back_than_there_was(lead, committed, action):
    for amount, told in [("400,01", "0,01 €"), ("0", "supérieur à zéro")]:
        form = {**shown(lead, correction(committed)), "motive": "Erreur", "amount": amount}
        response = lead.post(correction(committed), form)
        assert response.status_code == 422
        assert typeset(told) in words(response)
    assert not action.movements.filter(corrects=committed).exists()


def test_what_is_itself_a_correction_is_not_corrected(lead, committed, action):
    lead.post(correction(committed), {**shown(lead, correction(committed)), "motive": "Erreur"})
    assert lead.get(correction(action.movements.get(corrects=committed))).status_code == 404


def test_who_may_not_publish_at_once_does_not_write_money(lead, authorisation, action):
    Strategy.objects.update(officers_publish=False)
    assert lead.get(PAGE).status_code == 403


def test_an_exercise_without_movement_is_a_clear_404(lead, committed):
    assert lead.get(f"{PAGE}?exercice=2019").status_code == 200
    for wrong in ("2012", "x", "2019'"):
        assert lead.get(PAGE, {"exercice": wrong}).status_code == 404


def test_the_same_queries_for_a_year_full_of_movements(lead, committed, action):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert lead.get(PAGE).status_code == 200
        return len(queries)

    count()
    few = count()
    for number in range(20):
        authorisation = make.AuthorisationFactory(strategy=action.strategy)
        make.MovementFactory(authorisation=authorisation, amount=1000, date=date(2019, 1, 15))
        make.MovementFactory(
            authorisation=authorisation,
            action=action,
            kind=K.AFFECTATION,
            amount=number + 1,
            date=date(2019, 2, 1),
        )
        make.GrantFactory(action=action)
        make.ActFactory(strategy=action.strategy)
    assert count() == few <= 12
