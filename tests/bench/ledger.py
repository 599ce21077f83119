"""A hundred thousand movements: 50 authorisations, each of 40 actions committed and paid in parts.

`python -m tests.bench.ledger` records them on new authorisations, in one transaction that the
database has checked when it ends, and says how many they are.
"""

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import django

AUTHORISATIONS, ACTIONS, PAYMENTS = 50, 40, 48
SLUG = "mesure-du-registre"
FIRST = date(2018, 1, 2)


def fill() -> int:
    """Make the strategy and its actions, unless they are there; how many movements are to come."""
    from proposals.models import Strategy
    from tests import factories as make

    if not Strategy.objects.filter(slug=SLUG).exists():
        strategy = make.StrategyFactory(slug=SLUG)
        proposal = make.ProposalFactory(strategy=strategy)
        for _ in range(ACTIONS):
            make.ActionFactory(strategy=strategy, proposal=proposal)
    return AUTHORISATIONS * (1 + ACTIONS * (2 + PAYMENTS))


def main() -> None:
    """Record them in any order, as a file may list them."""
    from django.db import transaction

    from proposals.models import Movement, Strategy
    from tests import factories as make

    strategy = Strategy.objects.get(slug=SLUG)
    programme = make.ProgrammeFactory(strategy=strategy, code=f"P{strategy.programmes.count()}")
    start = strategy.authorisations.count()
    rows: list[Any] = []
    for n in range(start, start + AUTHORISATIONS):
        authorisation = make.AuthorisationFactory(programme=programme, reference=f"AE-{n}")
        rows += movements(authorisation, list(strategy.actions.all()))
    random.Random(1).shuffle(rows)
    with transaction.atomic():
        written = len(Movement.objects.record(rows))
    sys.stdout.write(f"{written}\n")


def movements(authorisation: Any, actions: list[Any]) -> Iterator[Any]:
    """A vote, and for each action what is affected, committed, and paid day after day."""
    from proposals.models import Movement
    from tests.factories import noon

    def row(kind: str, amount: int, day: date, action: Any = None) -> Movement:
        return Movement(
            authorisation=authorisation,
            action=action,
            kind=kind,
            date=day,
            exercise=day.year,
            amount=amount,
            recorded_at=noon(day),
        )

    kinds = Movement.Kind
    yield row(kinds.VOTE, PAYMENTS * ACTIONS, FIRST)
    for action in actions:
        yield row(kinds.AFFECTATION, PAYMENTS, FIRST, action)
        yield row(kinds.COMMITMENT, PAYMENTS, FIRST, action)
        for n in range(PAYMENTS):
            yield row(kinds.PAYMENT, 1, FIRST + timedelta(days=7 * n), action)


if __name__ == "__main__":
    django.setup()
    main()
