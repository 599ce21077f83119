"""Several writers of the ledger at once: it adds up, and nobody blocks anybody."""

import random
from datetime import date

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Sum

from proposals.models import Authorisation, Movement
from tests import factories as make
from tests.factories import noon
from tests.proposals.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)

K = Movement.Kind
DAY = date(2019, 3, 1)


def row(authorisation, kind, amount, action=None):
    return Movement(
        authorisation=authorisation,
        kind=kind,
        action=action,
        date=DAY,
        exercise=2019,
        amount=amount,
        recorded_at=noon(DAY),
    )


def committed(amount):
    """An authorisation with `amount` committed to an action."""
    authorisation = make.AuthorisationFactory()
    action = make.ActionFactory(strategy=authorisation.strategy)
    Movement.objects.record(
        [
            row(authorisation, K.VOTE, amount),
            row(authorisation, K.AFFECTATION, amount, action),
            row(authorisation, K.COMMITMENT, amount, action),
        ]
    )
    return authorisation, action


def paid():
    return Movement.objects.filter(kind=K.PAYMENT).aggregate(total=Sum("amount"))["total"] or 0


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_mandats_that_together_exceed_the_engagement_do_not_both_pass(level):
    authorisation, action = committed(1000)

    def pay(i):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
                    cursor.execute("SELECT count(*) FROM proposals_movement")  # takes the snapshot
                Movement.objects.bulk_create([row(authorisation, K.PAYMENT, 400, action)])
            return "paid"
        except OperationalError as error:
            return type(error.__cause__)

    results = at_once(6, pay)
    assert paid() == 400 * results.count("paid") <= 1000
    if level == "READ COMMITTED":
        assert results.count("paid") == 2
        assert sum("Dépassement de 200,00" in said for said in results) == 4
    else:
        # An older snapshot is to be tried again, as PostgreSQL asks.
        assert set(results) <= {"paid", psycopg.errors.SerializationFailure}
        assert results.count("paid") >= 1


def test_five_hundred_transactions_of_several_rows_never_block_each_other():
    """In random order of authorisations, by the model and by plain inserts of several rows."""
    purses = [committed(100) for _ in range(6)]
    rounds, workers = 500, 8

    def spend(i):
        chance = random.Random(i)
        rows = [row(purse, K.PAYMENT, 1, action) for purse, action in chance.sample(purses, 4)]
        try:
            with transaction.atomic():
                write = Movement.objects.record if i % 2 else Movement.objects.bulk_create
                write(rows)
            return "paid"
        except IntegrityError:
            return "refused"

    def work(worker):
        return [spend(i) for i in range(worker, rounds, workers)]  # a deadlock would raise here

    results = [said for of_worker in at_once(workers, work) for said in of_worker]
    assert results.count("paid") + results.count("refused") == rounds
    assert paid() == 4 * results.count("paid") <= 600
    for authorisation in Authorisation.objects.all():
        spent = authorisation.movements.filter(kind=K.PAYMENT).aggregate(total=Sum("amount"))
        assert (spent["total"] or 0) <= 100
    assert results.count("paid") >= 100
