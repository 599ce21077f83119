"""`manage.py print_access`: every address × everyone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actors.access import Address, Persona, addresses


class Command(BaseCommand):
    help = (
        "Imprime à qui chaque adresse est ouverte, en tableau Markdown ; pour celles d'une action, "
        "selon ce qu'on est pour elle. Échoue si une adresse ne déclare rien."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        listed = list(addresses())
        width = max(len(address.path) for address in listed)
        heads = [persona.label for persona in Persona]
        self.stdout.write(f"| {'adresse'.ljust(width)} | {' | '.join(heads)} |")
        self.stdout.write(f"|{'-' * (width + 2)}|{'|'.join('-' * (len(h) + 2) for h in heads)}|")
        for address in listed:
            marks = [_mark(address, persona).center(len(persona.label)) for persona in Persona]
            self.stdout.write(f"| {address.path.ljust(width)} | {' | '.join(marks)} |")
        holes = [address.path for address in listed if address.access is None]
        if holes:
            raise CommandError(f"Adresses qui ne déclarent rien : {', '.join(holes)}")
        self.stdout.write(f"\n{len(listed)} adresses, {len(heads)} rôles.")


def _mark(address: Address, persona: Persona) -> str:
    reads = address.access is not None and persona in address.access.personas
    writes = address.writes is not None and persona in address.writes.personas
    return "oui" if reads and writes else "lit" if reads else "·"
