"""Structures into the database: copied to a table of their own, then merged in two statements."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date

from django.db import connection, transaction

from actors.models import Organisation
from sress import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """A structure of a directory. `commune` is an INSEE code; "" for what is not said."""

    line: int
    name: str
    siret: str = ""
    legal_family: str = ""
    legal_category: str = ""
    commune: str = ""
    short_name: str = ""
    website: str = ""
    public_email: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not taken, and why, in French."""

    line: int
    siret: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows were written."""

    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]


COLUMNS = [field.name for field in fields(Spotted)]
STAGE = f"""
CREATE TEMPORARY TABLE spotted (line integer, {", ".join(f"{c} text" for c in COLUMNS[1:])})
ON COMMIT DROP
"""
UNKNOWN_COMMUNES = """
DELETE FROM spotted WHERE commune <> ''
    AND NOT EXISTS (SELECT 1 FROM actors_commune c WHERE c.code = spotted.commune)
RETURNING line, siret, commune
"""
# What each row becomes: the EPCI is the one that its commune belongs to today.
READY = """
CREATE TEMPORARY TABLE ready ON COMMIT DROP AS
SELECT s.name, s.short_name, s.legal_family, s.legal_category, left(s.siret, 9) AS siren, s.siret,
    NULLIF(s.commune, '') AS commune_id, m.epci_id, s.website, s.public_email, s.line
FROM spotted s LEFT JOIN actors_membership m ON m.commune_id = s.commune
    AND (m.valid_from IS NULL OR m.valid_from <= %(today)s)
    AND (m.valid_until IS NULL OR m.valid_until >= %(today)s)
"""
FACTS = (
    *("name", "short_name", "legal_family", "legal_category", "siren", "siret"),
    *("commune_id", "epci_id", "website", "public_email"),
)
# Somebody looked at what was entered by hand: a directory does not change it. Two statements, so
# that each is one join on equality.
BY_NUMBER = "r.siret <> '' AND o.siret = r.siret"
BY_NAME = (
    "r.siret = '' AND o.siret = '' AND o.name = r.name "
    "AND o.commune_id IS NOT DISTINCT FROM r.commune_id"
)
UPDATES = [
    f"""
    UPDATE actors_organisation o SET {", ".join(f"{c} = r.{c}" for c in FACTS)}
    FROM ready r
    WHERE o.source = %(source)s AND o.kind = %(kind)s AND {same}
        AND ({", ".join(f"o.{c}" for c in FACTS)})
            IS DISTINCT FROM ({", ".join(f"r.{c}" for c in FACTS)})
    """
    for same in (BY_NUMBER, BY_NAME)
]
INSERT = f"""
INSERT INTO actors_organisation ({", ".join(FACTS)}, kind, source, is_esus, rna)
SELECT {", ".join(f"r.{c}" for c in FACTS)}, %(kind)s, %(source)s, false, ''
FROM ready r
WHERE NOT EXISTS (SELECT 1 FROM actors_organisation o WHERE {BY_NUMBER})
    AND NOT EXISTS (SELECT 1 FROM actors_organisation o WHERE {BY_NAME})
ORDER BY r.line
ON CONFLICT DO NOTHING
"""


@transaction.atomic
def store(rows: Iterable[Spotted | Rejected], source: Organisation.Source) -> Stored:
    """Write the structures of `rows` that are new or differ, all of them or none.

    `rows` may not ask the database: it is busy copying them. A structure is known by its SIRET,
    else by its name and commune. What was entered by hand, or comes from the other directory, is
    left as it is.
    """
    rejected: list[Rejected] = []
    values: dict[str, date | str] = {
        "today": clock.today(),
        "source": str(source),
        "kind": str(Organisation.Kind.STRUCTURE),
    }
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        taken = 0
        with cursor.copy(f"COPY spotted ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                if isinstance(row, Rejected):
                    rejected.append(row)
                else:
                    copy.write_row(astuple(row))
                    taken += 1
        cursor.execute(UNKNOWN_COMMUNES)
        unknown = cursor.fetchall()
        rejected += [
            Rejected(line, siret, f"commune {commune} inconnue : hors des régions chargées")
            for line, siret, commune in unknown
        ]
        cursor.execute("ANALYZE spotted")
        cursor.execute(READY, values)
        cursor.execute("CREATE INDEX ON ready (siret)")
        cursor.execute("ANALYZE ready")
        updated = 0
        for update in UPDATES:
            cursor.execute(update, values)
            updated += cursor.rowcount
        cursor.execute(INSERT, values)
        created = cursor.rowcount
        cursor.execute("DROP TABLE spotted, ready")
    unchanged = taken - len(unknown) - created - updated
    return Stored(created, updated, unchanged, sorted(rejected, key=lambda one: one.line))
