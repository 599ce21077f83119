"""`manage.py send_reminders`: the daily task by hand, or from a timer, without a broker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proposals.reminders.run import run
from sress.models import Mail
from sress.outbox.sending import send_waiting
from sress.templatetags.french import counted

# Longer than a day's mails take, shorter than the hour until the next run.
SECONDS = 1800


class Command(BaseCommand):
    help = "Planifie les relances d'aujourd'hui, écrit leurs courriels et envoie ce qui attend."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=SECONDS,
            help="Durée la plus longue de l'envoi ; ce qui reste part la fois suivante.",
        )

    def handle(self, *args: Any, seconds: float, **options: Any) -> None:
        outcome = run()
        if outcome.busy:
            self.stdout.write("Une autre planification est en cours : elle suffit.")
        else:
            self.stdout.write(
                f"{counted(outcome.planned, 'relance planifiée,relances planifiées')}, "
                f"{counted(outcome.cancelled, 'annulée,annulées')}, "
                f"{counted(outcome.mails, 'courriel écrit,courriels écrits')}."
            )
        sent = send_waiting(seconds)
        self.stdout.write(f"{counted(sent, 'courriel envoyé,courriels envoyés')}.")
        if waiting := Mail.objects.waiting().count():
            # Says so to whatever watches the timer; the next run goes on.
            raise CommandError(
                f"{counted(waiting, 'courriel attend encore,courriels attendent encore')} : "
                "voir les erreurs sur la page des relances."
            )
