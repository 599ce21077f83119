"""`python -m tests.chaos.world`: a thousand deadlines at J-7, of two hundred people."""

import sys
from datetime import date

import django

ACTIONS, PEOPLE = 1000, 200


def fill() -> None:
    """An empty database becomes the world of the test."""
    from proposals.models import Action
    from tests import factories as make

    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    proposal = make.ProposalFactory(strategy=strategy)
    make.UserFactory(role="administration")
    people = [make.UserFactory() for _ in range(PEOPLE)]
    Action.objects.bulk_create(
        Action(
            strategy=strategy,
            proposal=proposal,
            code=f"1.{n}",
            year=2019,
            title=f"Action {n}",
            initial_due_date=date(2019, 11, 22),
            exists_from=date(2019, 11, 1),
            referent=people[n % PEOPLE],
            published=True,
        )
        for n in range(ACTIONS)
    )


def resend_refused() -> int:
    """What an administrator does once addresses are mended."""
    from proposals.reminders.run import OURS, resend
    from sress.models import Mail

    refused = Mail.objects.filter(state=Mail.State.REFUSED, key__startswith=OURS)
    return sum(resend(mail) for mail in refused)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"{ {'fill': fill, 'resend': resend_refused}[sys.argv[1]]() }\n")
