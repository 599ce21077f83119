"""`manage.py erase_person EMAIL`: erase a person who asks for it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actors import erasure
from actors.models import User


class Command(BaseCommand):
    help = (
        "Efface une personne qui le demande : son compte est fermé et anonyme, son nom disparaît "
        "de toutes les tables et de l'historique. Ce qu'elle a publié reste. C'est définitif."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="l'adresse de son compte")
        parser.add_argument("--no-input", action="store_true", help="ne pas demander confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            if not erasure.erase_deleted(options["email"]):
                raise CommandError("Aucun compte n'a cette adresse.")
            self.stdout.write("Effacée : le compte était déjà supprimé, son nom ne l'était pas.")
            return
        for one in erasure.mentions(user):
            self.stdout.write(f"Reste à corriger : {one.kind} « {one.name} » ({one.field})")
        if not options["no_input"] and input("Effacer définitivement (oui/non) ? ") != "oui":
            raise CommandError("Rien n'est effacé.")
        try:
            erasure.erase(user, by=None)
        except erasure.ErasureRefusedError as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"Effacée : le compte s'appelle maintenant « {user.full_name} ».")
