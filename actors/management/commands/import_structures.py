"""`manage.py import_structures FILE`: ESS structures from Sirene, or from the chamber's list."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from actors import structures
from actors.models import Organisation
from actors.structures import STRUCTURES, Rejected, Spotted
from sress.spreadsheets import mapping as mappings
from sress.spreadsheets.mapping import Mapping
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.workbook import UnreadableFileError
from sress.templatetags.french import counted


class Command(BaseCommand):
    help = (
        "Charge des structures de l'ESS : un fichier à la mise en forme de Sirene, lu au fil de "
        "l'eau, ou une autre liste (.xlsx, .ods, .csv) d'après ses colonnes. Ce ne sont que des "
        "structures repérées. Peut être relancée : ce qui est à jour n'est pas touché."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--mapping", type=Path, help="correspondance de colonnes (JSON)")
        parser.add_argument("--save-mapping", type=Path, help="écrire celle qui est proposée")
        parser.add_argument(
            "--rejects",
            type=Path,
            help="fichier des lignes écartées (par défaut, FILE suivi de .rejets.csv)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            if options["save_mapping"]:
                self._propose(file, options["save_mapping"])
                return
            if options["mapping"] is None and structures.is_sirene(file):
                source = Organisation.Source.SIRENE
                with tqdm(
                    total=file.stat().st_size,
                    unit="o",
                    unit_scale=True,
                    file=sys.stderr,
                    disable=None,
                ) as bar:
                    rows = structures.read_sirene(file, advance=bar.update)
                    stored = structures.store(rows, source)
            else:
                source = Organisation.Source.CHAMBER
                stored = structures.store(self._listing(file, options["mapping"]), source)
        except OSError as error:
            raise CommandError(f"{error.filename or file} : {error.strerror}") from error
        except (UnreadableFileError, ValueError) as error:
            raise CommandError(f"{file} : {error} Rien n'est écrit.") from error
        if stored.created + stored.updated > 1000:
            with connection.cursor() as cursor:
                cursor.execute("SELECT actors_refresh_statistics()")
        self.stdout.write(
            f"{source.label} : {counted(stored.created, 'créée,créées')}, "
            f"{counted(stored.updated, 'mise à jour,mises à jour')}, "
            f"{counted(stored.unchanged, 'inchangée,inchangées')}, "
            f"{counted(len(stored.rejected), 'écartée,écartées')}."
        )
        if stored.rejected:
            rejects = options["rejects"] or file.with_name(f"{file.name}.rejets.csv")
            self._tell_rejected(rejects, stored.rejected)

    def _listing(self, file: Path, mapping: Path | None) -> list[Spotted | Rejected]:
        said = Mapping.from_json(mapping.read_text("utf-8")) if mapping else None
        return structures.read_listing(read_workbook(file.name, file.read_bytes()), said)

    def _propose(self, file: Path, target: Path) -> None:
        workbook = read_workbook(file.name, file.read_bytes())
        proposed = mappings.propose(workbook, [STRUCTURES], STRUCTURES)
        target.write_text(proposed.to_json(), "utf-8")
        self.stdout.write(
            f"Correspondance proposée : {target}. Corrigez-la, puis donnez-la à --mapping. Une "
            f"colonne peut devenir : {', '.join(c.key for c in STRUCTURES.columns)}."
        )

    def _tell_rejected(self, file: Path, rejected: list[Rejected]) -> None:
        with file.open("w", encoding="utf-8-sig", newline="") as text:
            writer = csv.writer(text, delimiter=";")
            writer.writerow(["ligne", "siret", "motif"])
            writer.writerows((one.line, one.siret, one.reason) for one in rejected)
        self.stdout.write(f"Lignes écartées, avec leur motif : {file}")
