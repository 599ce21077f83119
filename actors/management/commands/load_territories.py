"""`manage.py load_territories 52`: the EPCI of a region over time, its communes, its contours."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actors.loading import load_territories, shipped_regions
from sress.templatetags.french import counted


class Command(BaseCommand):
    help = (
        "Charge les EPCI d'une région dans le temps, ses communes et ses contours (données "
        "fournies). Peut être relancée : ce qui est déjà chargé n'est pas touché."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("region", help="son code INSEE, par exemple 52")

    def handle(self, *args: Any, **options: Any) -> None:
        known = {one["code"]: one["name"] for one in shipped_regions()}
        if options["region"] not in known:
            listed = ", ".join(f"{code} {name}" for code, name in known.items())
            raise CommandError(f"« {options['region']} » n'est pas un code de région : {listed}.")
        about = load_territories(options["region"])
        counts = [
            counted(about.epci, "EPCI,EPCI"),
            counted(about.communes, "commune,communes"),
            counted(about.memberships, "appartenance,appartenances"),
        ]
        written = counted(about.written, "ligne écrite,lignes écrites")
        self.stdout.write(f"{about.region.name} : {', '.join(counts)} ; {written}")
        self.stdout.write(f"  Sources : {' ; '.join(about.sources)}")
        self.stdout.write(f"  Licence : {' ; '.join(about.licences)}")
