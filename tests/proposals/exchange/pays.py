"""A strategy of three enjeux and fifteen objectifs, as an officer elsewhere keeps it in Excel.

The same table three ways: a workbook with merged cells, a LibreOffice sheet, and what Excel saves
as CSV in France (Windows-1252, semicolons), where only the first cell of a merged area has a value.
"""

import csv
import io
from datetime import date
from typing import Any

import odfdo
import openpyxl
from openpyxl.utils import get_column_letter

ABOVE = [
    ["Stratégie régionale de l’ESS – suivi du plan d’action"],
    ["Titre de la stratégie", "Stratégie régionale de l’économie sociale et solidaire"],
    ["Titre court", "ESS Loire 2017–2021"],
    ["Région", "Pays de la Loire"],
    ["Conseil régional", "Région des Pays de la Loire"],
    ["Période", "2017 – 2021"],
    ["Date d'adoption", "22/06/2017"],
    [],
]
HEADER = [
    *("Enjeu", "Objectif", "Action", "Structure porteuse", "Direction / service pilote"),
    *("Référent(e)", "Partenaires", "Territoires concernés", "Début", "Date de fin (prévue)"),
    *("Exercice", "Mots-clés", "Statut", "% d'avancement", "Commentaires"),
]
ENJEUX = [
    "Faire de l'ESS un levier de développement",
    "Ancrer l'ESS dans les territoires",
    "Faire connaître l'ESS « autrement »",
]
DUE = ["31/12/2021", "2021-06-30", "T4 2021", "fin 2020", "15.03.2020"]
DUE_DATES = [
    date(2021, 12, 31),
    date(2021, 6, 30),
    date(2021, 12, 31),
    date(2020, 12, 31),
    date(2020, 3, 15),
]
STATES = ["En cours", "terminé", "A lancer", "en préparation", "En cours"]
PROGRESS = ["50 %", "100%", "0", "25 %", "75 %"]


def rows() -> list[list[Any]]:
    """The body: an enjeu over five objectifs, each over two actions but the last."""
    body: list[list[Any]] = []
    for e, enjeu in enumerate(ENJEUX, start=1):
        for o in range(1, 6):
            number = (e - 1) * 5 + o
            for a in range(1, 3 if o < 5 else 2):
                first = a == 1
                body.append(
                    [
                        f"Enjeu {e} : {enjeu}" if first and o == 1 else None,
                        f"Objectif {number} – L'objectif n° {number}" if first else None,
                        f"Action {a} de l'objectif {number}, à l'œuvre",
                        "CRESS des Pays de la Loire" if a == 1 else "Réseau « Loire-Ouest »",
                        "Service ESS",
                        "camille.martin@example.org" if e == 1 else None,
                        "CRESS des Pays de la Loire (opérateur) ; Banque exemple (financeur)",
                        "Nantes Métropole ; CC Erdre et Gesvres" if a == 1 else "244900015",
                        "01/09/2017",
                        DUE[o - 1],
                        "2018",
                        "environnement, économie circulaire",
                        STATES[o - 1] if a == 1 else None,
                        PROGRESS[o - 1] if a == 1 else None,
                        "Réunion tenue, 1 234 € engagés" if a == 1 and o == 1 else None,
                    ]
                )
    return body


def lines() -> list[list[Any]]:
    """With a header repeated as at the top of a printed page, and blank rows."""
    body = rows()
    return [*ABOVE, HEADER, *body[:9], [], HEADER, *body[9:], [], []]


def as_csv() -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(
        [["" if value is None else value for value in row] for row in lines()]
    )
    return text.getvalue().encode("cp1252")


def _merged_areas() -> list[tuple[int, int, int]]:
    """(column, first row, last row), 0-based, of what the officer merged."""
    table = lines()
    areas = []
    for column in (0, 1):
        start = None
        for number, row in enumerate(table):
            is_body = len(row) == len(HEADER) and row != HEADER
            if is_body and row[column] is not None:
                start = number
            elif is_body and start is not None:
                if areas and areas[-1][:2] == (column, start):
                    areas.pop()
                areas.append((column, start, number))
            else:
                start = None
    return areas


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    notes = book.active
    notes.title = "Notes"
    notes["A1"] = "Fichier tenu par le service"
    hidden = book.create_sheet("Ancien")
    hidden.append(HEADER)
    hidden.append(["Enjeu 9 : Ancien", "Objectif 99 : Ancien", "Ancienne action"])
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("Plan 2017-2021", 0)
    for row in lines():
        sheet.append(row)
    for number, row in enumerate(lines(), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            if column == 9 and value == "01/09/2017":
                cell.value, cell.number_format = date(2017, 9, 1), "DD/MM/YYYY"
            if column == 11 and value == "2018":
                cell.value = 2018
            if column == 14 and isinstance(value, str) and value[0].isdigit():
                cell.value, cell.number_format = float(value.strip(" %")) / 100, "0%"
    for column, first, last in _merged_areas():
        letter = get_column_letter(column + 1)
        sheet.merge_cells(f"{letter}{first + 1}:{letter}{last + 1}")
    sheet.merge_cells("A1:O1")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_ods() -> bytes:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("Plan 2017-2021")
    for row in lines():
        line = odfdo.Row()
        line.set_values(row)
        table.append_row(line)
    for column, first, last in _merged_areas():
        table.set_span((column, first, column, last))
    document.body.append(table)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
