"""The national form of open data on grants: « SCDL Subventions » 2.1.1.

Its schema, as published, says what each column takes: `data/scdl-subventions-2.1.1.schema.json`.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from proposals.models import Grant
from sress.spreadsheets.values import Ask, Reader, Unreadable
from sress.spreadsheets.workbook import Value

SCHEMA = Path(__file__).parent.parent / "data" / "scdl-subventions-2.1.1.schema.json"
# The fields of a grant, in the order of the schema's columns, which is part of the standard.
FIELDS = (
    *("granting_name", "granting_siret", "signed_on", "decision_reference", "beneficiary_name"),
    *("beneficiary_siret", "beneficiary_rna", "purpose", "amount", "nature", "payment_terms"),
    *("payment_period", "rae_id", "eu_notified", "share", "scheme"),
)
# What a pattern of the schema asks for, in words.
_SHAPES = {
    "idAttribuant": "quatorze chiffres, sans espace",
    "idBeneficiaire": "quatorze chiffres, sans espace",
    "rnaBeneficiaire": "W et neuf chiffres",
    "datesPeriodeVersement": "« 2019-03-01 » ou « 2019-03-01/2019-12-31 »",
}
AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True)
class Described:
    """A column of the schema."""

    name: str
    field: str
    title: str
    kind: str
    constraints: Mapping[str, Any]

    @property
    def is_required(self) -> bool:
        return bool(self.constraints.get("required"))

    def read(self, value: Value, ask: Ask) -> Any:
        """A value as the schema takes it, nothing guessed; Unreadable says what it expects."""
        return self._within(_KINDS[self.kind](value, ask))

    def _within(self, said: Any) -> Any:
        rules = self.constraints
        expected = ""
        if (pattern := rules.get("pattern")) and not re.fullmatch(pattern, said, re.ASCII):
            expected = f"{_SHAPES[self.name]} est attendu"
        elif len(str(said)) > rules.get("maxLength", 10_000):
            expected = f"{rules['maxLength']} caractères au plus, il y en a {len(said)}"
        elif said not in rules.get("enum", [said]):
            expected = f"attendu : {', '.join(f'« {one} »' for one in rules['enum'])}"
        elif not _between(said, rules):
            expected = f"de {rules['minimum']} à {rules['maximum']} est attendu".replace(".", ",")
        if expected:
            raise Unreadable(f"« {str(said)[:80]} » : {expected}")
        return said


def _between(said: Any, rules: Mapping[str, Any]) -> bool:
    if "minimum" not in rules:
        return True
    return Decimal(str(rules["minimum"])) <= said <= Decimal(str(rules["maximum"]))


def _string(value: Value, ask: Ask) -> str:
    """A text as it was written, to the space. A workbook may hold a number or a day instead."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _date(value: Value, ask: Ask) -> date:
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    said = str(value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        try:
            return date.fromisoformat(said)
        except ValueError:
            raise Unreadable(f"« {said} » : ce jour n'existe pas dans le calendrier") from None
    raise Unreadable(f"« {said} » : une date s'écrit AAAA-MM-JJ, « 2019-12-31 »")


def _number(value: Value, ask: Ask) -> Decimal:
    said = str(value)
    try:
        number = (
            Decimal(said) if re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]{1,2})?", said) else None
        )
    except InvalidOperation:
        number = None
    if number is None or isinstance(value, bool):
        raise Unreadable(f"« {said} » n'est pas un nombre : « 1234.5 » est attendu, avec un point")
    return number


def _boolean(value: Value, ask: Ask) -> bool:
    if isinstance(value, bool):
        return value
    if value not in ("oui", "non"):
        raise Unreadable(f"« {value} » : « oui » ou « non » est attendu")
    return value == "oui"


_KINDS: dict[str, Reader] = {
    "string": _string,
    "date": _date,
    "number": _number,
    "boolean": _boolean,
}


@cache
def described() -> tuple[Described, ...]:
    """The columns of the schema, in their order."""
    told = json.loads(SCHEMA.read_text("utf-8"))["fields"]
    return tuple(
        Described(one["name"], field, one["title"], one["type"], one.get("constraints", {}))
        for one, field in zip(told, FIELDS, strict=True)
    )


def published(grants: QuerySet[Grant], day: date) -> QuerySet[Grant]:
    """Those that open data have on that day. Natural persons are never among them."""
    return grants.filter(published_on__lte=day, is_person=False)


def lines(grants: QuerySet[Grant]) -> Iterator[str]:
    """Grants as a file in that form (comma, UTF-8 without a mark), line by line, oldest first.

    Nothing is kept in memory but the rows at hand; natural persons are left out.
    """
    rows = grants.filter(is_person=False).order_by("signed_on", "pk").values_list(*FIELDS)
    line = io.StringIO()
    writer = csv.writer(line)
    writer.writerow([column.name for column in described()])
    for row in rows.iterator(AT_A_TIME):
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        writer.writerow([_text(value) for value in row])
    yield line.getvalue()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
