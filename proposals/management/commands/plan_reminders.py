"""`manage.py plan_reminders [--on DATE] [--dry-run]`: who is to be told what."""

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.reminders.preview import Line, preview
from proposals.reminders.run import plan
from sress import clock
from sress.templatetags.french import counted
from sress.templatetags.french import day as french_day


class Command(BaseCommand):
    help = "Planifie les relances du jour et les montre ; rien ne part."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", type=a_day, metavar="AAAA-MM-JJ", help="Le jour ; aujourd'hui par défaut."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Montre seulement : n'écrit rien."
        )

    def handle(self, *args: Any, on: date | None, dry_run: bool, **options: Any) -> None:
        day = on or clock.today()
        if day > clock.today() and not dry_run:
            raise CommandError("Une date à venir se montre seulement : ajoutez --dry-run.")
        found = preview(day)
        self.stdout.write(f"Relances au {french_day(day)}")
        self._table("Partent ce jour", found.leaving)
        self._table("Partent plus tard, ou avec un courriel qui presse", found.waiting)
        if dry_run:
            self.stdout.write("Rien n'est écrit.")
            return
        outcome = plan(day)
        if outcome.busy:
            raise CommandError("Une autre planification est en cours : recommencez dans un moment.")
        self.stdout.write(
            f"{counted(outcome.planned, 'relance planifiée,relances planifiées')}, "
            f"{counted(outcome.cancelled, 'annulée,annulées')}."
        )

    def _table(self, title: str, lines: list[Line]) -> None:
        self.stdout.write(f"\n{title} : {len(lines)}")
        rows = [
            (
                f"{one.person}" + (f" (pour {one.instead_of})" if one.instead_of else ""),
                one.kind + (" (synthèse)" if one.due.escalated else ""),
                one.threshold,
                f"{one.leaves_on:%d/%m/%Y}",
                one.subject,
            )
            for one in lines
        ]
        if not rows:
            return
        heads = ("Personne", "Relance", "Seuil", "Départ", "Sujet")
        widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(4)]
        for row in (heads, *rows):
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
            self.stdout.write(f"  {'  '.join(cells)}  {row[4]}")


def a_day(text: str) -> date:
    """A date as AAAA-MM-JJ, for the arguments of a command."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text or not 1990 <= found.year < 2100:
        raise ArgumentTypeError(f"« {text} » n'est pas une date : écrivez-la comme 2019-11-15.")
    return found
