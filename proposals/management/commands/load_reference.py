"""`manage.py load_reference`: the real strategy, its institutions and the EPCI of its region."""

from typing import Any

from django.core.management.base import BaseCommand

from proposals import reference
from sress.templatetags.french import counted


class Command(BaseCommand):
    help = (
        "Charge les données réelles : stratégie 2018–2021, axes, institutions, événements, EPCI. "
        "Peut être relancée : ce qui est déjà chargé n'est pas touché."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = reference.load()
        about = loaded.territories
        counts = [
            counted(loaded.axes, "axe,axes"),
            counted(loaded.families, "famille,familles"),
            counted(loaded.contributions, "contribution,contributions"),
            counted(loaded.schemes, "dispositif,dispositifs"),
            counted(loaded.acts, "acte,actes"),
            counted(loaded.events, "événement,événements"),
            counted(len(loaded.organisations), "institution,institutions"),
        ]
        territories = [
            counted(about.epci, "EPCI,EPCI"),
            counted(about.communes, "commune,communes"),
            counted(about.memberships, "appartenance,appartenances"),
        ]
        self.stdout.write(f"{loaded.strategy.title} ({loaded.strategy.slug})")
        self.stdout.write(f"  {', '.join(counts)}")
        self.stdout.write(f"  Sources : {' ; '.join(loaded.sources)}")
        self.stdout.write(f"Territoires de la région {about.region.name}")
        written = counted(about.written, "ligne écrite,lignes écrites")
        self.stdout.write(f"  {', '.join(territories)} ; {written}")
        self.stdout.write(f"  Sources : {' ; '.join(about.sources)}")
        self.stdout.write(f"  Licence : {' ; '.join(about.licences)}")
