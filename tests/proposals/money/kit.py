"""Files of means and grants, and what they become."""

from pathlib import Path

from proposals import exchange
from sress.spreadsheets.reading import read_workbook
from tests.proposals.exchange.lists.kit import text, xlsx

FILES = Path(__file__).parent / "files"


def load(content, target, name="moyens.xlsx", mapping=None):
    """What a file did to a strategy, agreed to."""
    book = read_workbook(name, content)
    return exchange.load(
        book, author=None, target=target, mapping=mapping, agree=lambda outcome: True
    )


def errors(outcome):
    assert not outcome.applied or not outcome.remarks.errors
    return [str(error) for error in outcome.remarks.errors]


def notes(outcome):
    return [str(note) for note in outcome.remarks.notes]


def accepted(content, target, name="moyens.xlsx"):
    """The same, of a file without errors."""
    outcome = load(content, target, name)
    assert errors(outcome) == []
    assert outcome.applied
    return outcome


MOVEMENTS = [
    *("Référence", "Autorisation", "Mouvement", "Date", "Exercice", "Action", "Montant"),
    *("Objet", "Motif", "Acte", "Subvention", "Corrige"),
]


def movements(*rows):
    """A workbook of movements, each row as far as it goes."""
    return xlsx(Mouvements=[MOVEMENTS, *map(list, rows)])


__all__ = ["FILES", "MOVEMENTS", "accepted", "errors", "load", "movements", "notes", "text", "xlsx"]
