"""`manage.py simulate_reminders --from DATE --to DATE`: mails by person and month, none sent."""

from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actors.models import User
from proposals.management.commands.plan_reminders import a_day
from proposals.reminders.simulation import SimulatedMail, kinds, simulate
from sress.templatetags.french import counted
from sress.templatetags.french import day as french_day


class Command(BaseCommand):
    help = (
        "Rejoue les relances de chaque jour d'une période sans rien écrire ni envoyer, et compte "
        "les courriels par personne et par mois."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=a_day, required=True, metavar="DATE")
        parser.add_argument("--to", dest="last", type=a_day, required=True, metavar="DATE")

    def handle(self, *args: Any, first: date, last: date, **options: Any) -> None:
        if last < first:
            raise CommandError("La période finit avant de commencer.")
        mails = list(simulate(first, last))
        self.stdout.write(
            f"Relances du {french_day(first)} au {french_day(last)} : rien n'est envoyé."
        )
        self._by_month(mails, _months(first, last))
        self.stdout.write("")
        for kind, count in sorted(kinds(mails).items(), key=lambda one: -one[1]):
            self.stdout.write(f"  {count:>5}  {kind.label}")

    def _by_month(self, mails: list[SimulatedMail], months: list[str]) -> None:
        people = User.objects.in_bulk({mail.person for mail in mails})
        counts = Counter((mail.person, f"{mail.day:%m/%Y}") for mail in mails)
        shown = sorted(people.values(), key=lambda one: (one.full_name, one.pk))
        width = max(6, *(len(one.full_name) for one in shown), 6)
        names = [one.full_name.ljust(width) for one in shown]
        self.stdout.write(f"{'Mois':<9}" + "  ".join(name[:14].rjust(14) for name in names))
        for month in months:
            row = [counts[one.pk, month] for one in shown]
            self.stdout.write(f"{month:<9}" + "  ".join(f"{count or '·':>14}" for count in row))
        totals = [sum(counts[one.pk, month] for month in months) for one in shown]
        self.stdout.write(f"{'Total':<9}" + "  ".join(f"{total:>14}" for total in totals))
        if counts:
            (person, month), most = counts.most_common(1)[0]
            self.stdout.write(
                f"\n{counted(len(mails), 'courriel,courriels')} en tout ; au plus {most} dans un "
                f"mois ({people[person].full_name}, {month})."
            )


def _months(first: date, last: date) -> list[str]:
    return [
        f"{month:02}/{year}"
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if (first.year, first.month) <= (year, month) <= (last.year, last.month)
    ]
