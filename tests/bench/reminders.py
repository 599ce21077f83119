"""Fifty thousand reminders to plan: 10 000 actions with four milestones each, all due in a week.

`python -m tests.bench.reminders` plans them once and says how many are new.
"""

import sys
from datetime import date, timedelta

import django

ACTIONS, MILESTONES, PEOPLE = 10_000, 4, 500
SLUG = "mesure-des-relances"


def fill() -> int:
    """Make them, unless they are there; how many reminders are due."""
    from proposals.models import Action, Milestone, Reminder, Strategy
    from sress import clock
    from tests import factories as make

    due, exists_from = clock.today() + timedelta(days=6), clock.today() - timedelta(days=20)
    Reminder.objects.all().delete()
    if not Strategy.objects.filter(slug=SLUG).exists():
        strategy = make.StrategyFactory(slug=SLUG, target_date=date(2090, 12, 31), period_end=2090)
        proposal = make.ProposalFactory(strategy=strategy)
        people = [make.UserFactory() for _ in range(PEOPLE)]
        actions = Action.objects.bulk_create(
            Action(
                strategy=strategy,
                proposal=proposal,
                code=f"1.{n}",
                year=exists_from.year,
                title=f"Action {n}",
                initial_due_date=due,
                exists_from=exists_from,
                referent=people[n % PEOPLE],
                published=True,
            )
            for n in range(ACTIONS)
        )
        Milestone.objects.bulk_create(
            Milestone(
                action=action, title=f"Étape {n}", initial_due_date=due, exists_from=exists_from
            )
            for action in actions
            for n in range(MILESTONES)
        )
    return ACTIONS * (1 + MILESTONES)


def main() -> None:
    """Plan, as the daily task does."""
    from proposals.reminders.run import plan
    from sress import clock

    sys.stdout.write(f"{plan(clock.today()).planned}\n")


if __name__ == "__main__":
    django.setup()
    main()
