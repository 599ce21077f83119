"""`manage.py load_demo`: the demonstration data, after the reference data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proposals import demo, state
from proposals.demo.cast import PASSWORD
from proposals.models import ProgressReport
from proposals.reminders.run import run
from proposals.state import Moment, Tally
from sress.templatetags.french import counted


class Command(BaseCommand):
    help = (
        "Charge les données de démonstration, et d'abord celles de référence. Peut être relancée : "
        "ce qui existe n'est pas touché. Refuse une base qui a de vrais points d'avancement."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = demo.load()
        except demo.RealDataError as refusal:
            raise CommandError(str(refusal)) from None
        for strategy in loaded.strategies:
            actions = strategy.actions.all()
            today = Tally.total(state.tallies(Moment.today(), actions).values())
            counts = [
                counted(strategy.axes.count(), f"{strategy.axis_word},{strategy.axis_word_plural}"),
                counted(
                    strategy.proposals.count(),
                    f"{strategy.proposal_word},{strategy.proposal_word_plural}",
                ),
                f"{counted(actions.count(), 'action,actions')} (dont {today.actions} à ce jour)",
                counted(
                    ProgressReport.objects.filter(action__strategy=strategy).count(),
                    "point d'avancement,points d'avancement",
                ),
            ]
            self.stdout.write(f"Démonstration : {strategy.short_title} ({strategy.slug})")
            self.stdout.write(f"  {', '.join(counts)}")
        if settings.SRESS_DEMO:
            # The mails of the day wait in the outbox, whatever the hour of the visit.
            run()
            self.stdout.write(f"Comptes de démonstration (mot de passe : {PASSWORD})")
        else:
            self.stdout.write(
                "Comptes de démonstration (sans mot de passe : SRESS_DEMO=1 n'est pas demandé)"
            )
        for account in loaded.accounts:
            self.stdout.write(f"  {account.email:<26} {account.full_name}")
