"""`manage.py import_strategy FILE`: a strategy from xlsx, ods or csv."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from actors.models import Role, User
from proposals import exchange
from proposals.exchange import Outcome
from proposals.models import Strategy
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.workbook import UnreadableFileError
from sress.templatetags.french import counted

NOT_WRITTEN = "Rien n'est écrit."


class Command(BaseCommand):
    help = (
        "Charge une stratégie depuis un classeur (.xlsx, .ods) ou un fichier .csv. Montre ce qui "
        "change, et demande avant d'écrire quand il a fallu deviner ou que l'existant changerait."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="tout vérifier, ne rien écrire")
        parser.add_argument("--strategy", metavar="SLUG", help="la stratégie à compléter")
        parser.add_argument("--mapping", type=Path, help="correspondance de colonnes (JSON)")
        parser.add_argument("--save-mapping", type=Path, help="écrire celle qui est proposée")
        parser.add_argument("--author", metavar="ADRESSE", help="qui signe l'état initial")
        parser.add_argument("--publish", action="store_true", help="publier ce qui est importé")
        parser.add_argument(
            "--no-input",
            action="store_false",
            dest="interactive",
            help="ne rien demander : accepter ce qui est deviné et ce qui change",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            workbook = read_workbook(file.name, file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file} : {error.strerror}") from error
        except UnreadableFileError as error:
            raise CommandError(f"{file} : {error}") from error
        if options["save_mapping"]:
            options["save_mapping"].write_text(exchange.propose(workbook).to_json(), "utf-8")
            self.stdout.write(
                f"Correspondance proposée : {options['save_mapping']}. Corrigez-la, puis donnez-la "
                "à --mapping."
            )
            return
        outcome = exchange.load(
            workbook,
            author=self._author(options["author"]),
            mapping=self._mapping(options["mapping"]),
            target=self._target(options["strategy"]),
            publish=options["publish"],
            agree=lambda outcome: self._agrees(outcome, options),
        )
        if outcome.remarks.errors:
            self._tell(outcome)
            errors = outcome.remarks.errors
            listed = "\n".join(f"  {error}" for error in errors)
            raise CommandError(f"{counted(len(errors), 'erreur,erreurs')}\n{listed}\n{NOT_WRITTEN}")
        if not outcome.applied:
            if options["dry_run"]:
                self.stdout.write(f"Essai sans écriture : tout est en ordre. {NOT_WRITTEN}")
                return
            raise CommandError(NOT_WRITTEN)
        self._conclude(outcome)

    def _author(self, address: str | None) -> User | None:
        accounts = User.objects.filter(is_active=True)
        if address:
            found = accounts.filter(email=address.strip().lower()).first()
            if found is None:
                raise CommandError(f"Aucun compte ouvert n'a l'adresse {address}.")
            return found
        return accounts.filter(role=Role.ADMINISTRATOR).order_by("pk").first()

    def _mapping(self, file: Path | None) -> exchange.Mapping | None:
        if file is None:
            return None
        try:
            return exchange.Mapping.from_json(file.read_text("utf-8"))
        except OSError as error:
            raise CommandError(f"{file} : {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{file} : {error}") from error

    def _target(self, slug: str | None) -> Strategy | None:
        if not slug:
            return None
        found = Strategy.objects.filter(slug=slug).first()
        if found is None:
            known = ", ".join(Strategy.objects.values_list("slug", flat=True)) or "aucune"
            raise CommandError(f"Aucune stratégie n'a l'adresse « {slug} » (il y a : {known}).")
        return found

    def _agrees(self, outcome: Outcome, options: dict[str, Any]) -> bool:
        self._tell(outcome)
        if options["dry_run"]:
            return False
        if not outcome.needs_agreement or not options["interactive"]:
            return True
        try:
            answer = input("Écrire ? [o/N] ")
        except EOFError:
            raise CommandError(
                f"Il faut votre accord, et personne ne peut répondre : relancez avec --no-input "
                f"pour accepter. {NOT_WRITTEN}"
            ) from None
        return answer.strip().lower() in ("o", "oui", "y", "yes")

    def _tell(self, outcome: Outcome) -> None:
        lists = (
            ("À savoir", [str(note) for note in outcome.remarks.notes]),
            ("Deviné, à confirmer", [str(question) for question in outcome.remarks.questions]),
            ("Ajouts", _by_kind(outcome)),
            ("Changements", [_change(change) for change in outcome.modifications]),
            ("Laissé tel quel", [_change(change) for change in outcome.kept]),
            ("Absent du fichier, conservé", outcome.missing),
        )
        for title, lines in lists:
            if lines:
                self.stdout.write(f"{title} :")
                for line in lines:
                    self.stdout.write(f"  {line}")

    def _conclude(self, outcome: Outcome) -> None:
        strategy = outcome.strategy
        assert strategy is not None
        if not outcome.changes:
            self.stdout.write(f"{strategy} : rien n'a changé.")
            return
        self.stdout.write(
            f"{strategy} ({strategy.slug}) : "
            f"{counted(len(outcome.additions), 'ajout,ajouts')}, "
            f"{counted(len(outcome.modifications), 'changement,changements')}."
        )
        if not strategy.published:
            self.stdout.write(
                "La stratégie n'est pas publiée : relancez avec --publish, ou publiez-la et ses "
                "actions dans l'administration."
            )


def _by_kind(outcome: Outcome) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for change in outcome.additions:
        kinds.setdefault(change.what.partition(" «")[0], []).append(change.what)
    return [f"{kind} : {len(listed)}" for kind, listed in kinds.items()]


def _change(change: Any) -> str:
    where = f"{change.place} : " if str(change.place) else ""
    return f"{where}{change.what} — {' ; '.join(map(str, change.differences))}"
