"""A file of the Sirene register's layout, as large and as noisy as asked; always the same."""

import csv
from pathlib import Path
from random import Random

COLUMNS = [
    "dateCreationEtablissement",
    "siret",
    "denominationUniteLegale",
    "codeCommuneEtablissement",
    "categorieJuridiqueUniteLegale",
    "economieSocialeSolidaireUniteLegale",
    "statutDiffusionEtablissement",
    "etatAdministratifEtablissement",
    "activitePrincipaleUniteLegale",
]
CATEGORIES = ["9220"] * 6 + ["9230", "9300", "8210", "5458", "5560", "6317", "5710", "9260"]


def luhn(number: str) -> str:
    """The number followed by its key."""
    total = 0
    for rank, figure in enumerate(reversed(number)):
        value = int(figure) * (2 if rank % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


def write(file: Path, rows: int, communes: list[str], noise: float = 0.08) -> int:
    """Write `rows` rows, `noise` of them wrong in one of eight ways; return how many are good."""
    chance, good, given = Random(2014), 0, []
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        for n in range(rows):
            siret = luhn(luhn(f"{10_000_000 + n}") + "0001")
            name = f'ASSOCIATION "LES AMIS, {n}" DE L\'ÉTÉ'
            row = ["2001-01-01", siret, name, chance.choice(communes), chance.choice(CATEGORIES)]
            row += ["O", "O", "A", "94.99Z"]
            if chance.random() >= noise:
                given.append(siret)
                good += 1
            else:
                _spoil(row, given, chance)
            writer.writerow(row)
    return good


def _spoil(row: list[str], given: list[str], chance: Random) -> None:
    fault = chance.randrange(8)
    if fault == 0:
        row[1] = row[1][:-1] + str((int(row[1][-1]) + 1) % 10)
    elif fault == 1 and given:
        row[1] = chance.choice(given[-500:])
    elif fault == 2:
        row[2] = "  "
    elif fault == 3:
        row[3] = "99999"
    elif fault == 4:
        row[4] = "1000"
    elif fault == 5:
        row[6] = "P"
    elif fault == 6:
        row[5] = "N"
    else:
        del row[4:]
