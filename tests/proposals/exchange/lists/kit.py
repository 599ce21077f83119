"""Files as people send them, and what the pages of an import answer."""

import csv
import io

import odfdo
import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

UPLOAD = "/admin/proposals/strategy/import/"
PEOPLE = ["Adresse électronique", "Nom complet", "Service", "Rôle", "Organisme partenaire"]
INVITED = "envoyez leurs invitations depuis la liste des comptes"


def xlsx(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(**sheets):
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    for name, rows in sheets.items():
        table = odfdo.Table(name)
        for row in rows:
            line = odfdo.Row()
            line.set_values(row)
            table.append_row(line)
        document.body.append(table)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def text(rows, encoding="utf-8"):
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(rows)
    return file.getvalue().encode(encoding)


def upload(client, content, name="liste.xlsx", **fields):
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content), **fields})


def rehearsed(client, content, name="liste.xlsx", **fields):
    """The preview of a file: its address, and what it says."""
    address = upload(client, content, name, **fields)["Location"]
    return address, client.get(address).context["outcome"]


def applied(client, content, name="liste.xlsx", **fields):
    address, outcome = rehearsed(client, content, name, **fields)
    assert [str(error) for error in outcome.remarks.errors] == []
    return client.post(address, {"digest": outcome.digest}, follow=True)


def faults(client, content, name="liste.xlsx", **fields):
    return [str(error) for error in rehearsed(client, content, name, **fields)[1].remarks.errors]


def messages(response):
    return [str(message) for message in response.context["messages"]]
