"""Means in the administration: choices of one strategy, refusals, corrections, publication."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from proposals.models import (
    Authorisation,
    CreditLine,
    Funding,
    Grant,
    Movement,
)
from sress import clock
from tests import factories as make
from tests.admin.kit import errors, filled, said, url

pytestmark = pytest.mark.django_db

K = Movement.Kind
ADD = url(Movement, "add")


@pytest.fixture
def money():
    """1 000 € voted, 800 affected to an action, 500 committed, 300 paid."""
    action = make.ActionFactory()
    authorisation = make.AuthorisationFactory(strategy=action.strategy, reference="AE-2019-07")
    make.MovementFactory(authorisation=authorisation, amount=1000)
    of_action = {"authorisation": authorisation, "action": action}
    make.MovementFactory(**of_action, kind=K.AFFECTATION, amount=800)
    make.MovementFactory(**of_action, kind=K.COMMITMENT, amount=500)
    return make.MovementFactory(**of_action, kind=K.PAYMENT, amount=300, label="Acompte")


def form(client, movement, **changed):
    """The form that adds another movement like this one."""
    address = f"{ADD}?strategy={movement.authorisation.strategy_id}"
    same = {"authorisation": movement.authorisation_id, "action": movement.action_id}
    return address, {**filled(client, address), **same, "kind": movement.kind, **changed}


def test_a_movement_is_written(administrator, money):
    address, data = form(administrator, money, amount="199,99", date="15/11/2018", exercise=2018)
    assert administrator.post(address, data).status_code == 302
    written = Movement.objects.order_by("pk").last()
    assert (written.kind, written.amount) == (K.PAYMENT, Decimal("199.99"))


def test_an_overrun_is_told_on_the_form(administrator, money):
    address, data = form(administrator, money, amount="200,01", date="15/11/2018", exercise=2018)
    told = errors(administrator.post(address, data))
    assert any("Dépassement de 0,01" in one and "AE-2019-07" in one for one in told)
    assert Movement.objects.count() == 4


def test_a_movement_of_tomorrow_is_told_on_the_form(administrator, money):
    address, data = form(administrator, money, amount="1", date="31/12/2099", exercise=2099)
    assert any(
        "ne s'écrit pas d'avance" in one for one in errors(administrator.post(address, data))
    )


def test_a_correction_is_filled_in(administrator, money):
    make.MovementFactory(
        **{"authorisation": money.authorisation, "action": money.action, "amount": 100},
        **{"kind": K.PAYMENT_CANCELLED, "corrects": money},
    )
    page = unescape(administrator.get(url(Movement, "change", money.pk)).content.decode())
    assert "Reprendre tout ou partie des 200" in page.replace("\xa0", " ")
    address = page.split(f'href="{ADD}?')[1].split('"')[0]
    address = f"{ADD}?{address}"
    data = filled(administrator, address)
    assert data["kind"] == K.PAYMENT_CANCELLED
    assert data["amount"] == "200,00"
    assert (data["corrects"], data["label"]) == (str(money.pk), "Acompte")
    refused = administrator.post(address, data)
    assert "Une correction dit son motif." in errors(refused)
    assert administrator.post(address, {**data, "motive": "Payé deux fois"}).status_code == 302
    assert sum(one.amount for one in money.corrections.all()) == 300
    page = administrator.get(url(Movement, "change", money.pk)).content.decode()
    assert "Déjà repris en entier" in page


def test_a_correction_has_no_correction(administrator, money):
    made = make.MovementFactory(
        **{"authorisation": money.authorisation, "action": money.action, "amount": 100},
        **{"kind": K.PAYMENT_CANCELLED, "corrects": money},
    )
    page = administrator.get(url(Movement, "change", made.pk)).content.decode()
    assert "Reprendre tout ou partie" not in page


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Movement, "authorisation"),
        (Movement, "grant"),
        (CreditLine, "programme"),
        (Funding, "action"),
    ],
)
def test_only_what_is_of_the_strategy_is_offered(administrator, model, wrong):
    """In the search, and against a form that was tampered with."""
    ours, theirs = make.StrategyFactory(), make.StrategyFactory()
    factories = {
        "authorisation": make.AuthorisationFactory,
        "grant": make.GrantFactory,
        "programme": make.ProgrammeFactory,
        "action": make.ActionFactory,
    }
    mine, other = (factories[wrong](strategy=strategy) for strategy in (ours, theirs))
    address = f"{url(model, 'add')}?strategy={ours.pk}"
    data = {**filled(administrator, address), wrong: other.pk}
    found = administrator.post(address, data).context["adminform"].form.errors
    assert found[wrong] == ["Ce choix n'existe pas dans la stratégie."]
    search = f"/admin/autocomplete/?app_label=proposals&model_name={model._meta.model_name}"
    search += f"&field_name={wrong}&term=&strategy={ours.pk}"
    results = administrator.get(search).json()["results"]
    assert [one["id"] for one in results] == [str(mine.pk)]


def test_coordinators_read_and_do_not_write(coordinator, money):
    money.authorisation.strategy.coordinators.add(coordinator.user)
    assert coordinator.get(url(Movement, "change", money.pk)).status_code == 200
    assert coordinator.get(ADD).status_code == 403
    assert coordinator.get(url(Grant, "add")).status_code == 403


def test_authorisations_show_what_moved(administrator, money):
    page = administrator.get(url(Authorisation, "changelist"))
    row = unescape(page.content.decode()).replace("\u202f", " ").replace("\xa0", " ")
    for amount in ("1 000 €", "800 €", "500 €", "300 €"):
        assert f">{amount}<" in row


def test_an_authorisation_with_movements_keeps_its_nature(administrator, money):
    address = url(Authorisation, "change", money.authorisation_id)
    data = {**filled(administrator, address), "vintage": 2019}
    told = errors(administrator.post(address, data))
    assert any("ne changent plus" in one for one in told)


class TestGrants:
    def test_a_person_is_never_named(self, administrator):
        address = url(Grant, "add")
        strategy = make.StrategyFactory()
        address = f"{address}?strategy={strategy.pk}"
        data = {
            **filled(administrator, address),
            **{"is_person": "on", "beneficiary_name": "Quelqu'un", "purpose": "Bourse"},
            **{"granting_name": "Région", "granting_siret": make.luhn("2345000230002")},
            **{"signed_on": "05/04/2019", "amount": "500", "payment_period": "2019-05-01"},
        }
        told = errors(administrator.post(address, data))
        assert any("D'une personne physique" in one for one in told)
        del data["beneficiary_name"]
        assert administrator.post(address, data).status_code == 302
        page = administrator.get(url(Grant, "changelist")).content.decode()
        assert "Personne physique" in page

    def test_publication_asks_first_and_leaves_persons_out(self, administrator):
        legal, person = make.GrantFactory(), make.GrantFactory(is_person=True)
        before = make.GrantFactory(published_on=date(2019, 5, 1))
        chosen = {"action": "publish", "_selected_action": [legal.pk, person.pk, before.pk]}
        page = url(Grant, "changelist")
        assert administrator.post(page, chosen).status_code == 200
        assert Grant.objects.filter(published_on=None).count() == 2
        response = administrator.post(page, {**chosen, "confirmed": "1"}, follow=True)
        assert said(response) == ["Subventions publiées : 1."]
        days = Grant.objects.order_by("pk").values_list("published_on", flat=True)
        assert list(days) == [clock.today(), None, date(2019, 5, 1)]

    def test_one_that_movements_name_stays(self, administrator, money):
        grant = make.GrantFactory(action=money.action)
        kept = make.MovementFactory(
            **{"authorisation": money.authorisation, "action": money.action, "amount": 1},
            **{"kind": K.PAYMENT, "grant": grant},
        )
        administrator.post(url(Grant, "delete", grant.pk), {"post": "yes"})
        assert Grant.objects.filter(pk=kept.grant_id).exists()
        free = make.GrantFactory()
        administrator.post(url(Grant, "delete", free.pk), {"post": "yes"})
        assert not Grant.objects.filter(pk=free.pk).exists()
