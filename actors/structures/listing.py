"""A list of structures that is not the register's: the chamber's own, with its headings."""

from django.core.exceptions import ValidationError

from actors.models import Commune, Organisation
from actors.structures.store import Rejected, Spotted
from actors.validators import validate_siret
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table, recognise
from sress.spreadsheets.mapping import Mapping
from sress.spreadsheets.remarks import Remarks
from sress.spreadsheets.rows import records
from sress.spreadsheets.workbook import Workbook
from sress.text import folded

_FAMILY_WORDS = {
    "loi 1901": "association",
    "association loi 1901": "association",
    "assoc": "association",
    "scop": "cooperative",
    "scic": "cooperative",
    "cae": "cooperative",
    "société coopérative": "cooperative",
    "société commerciale": "societe",
    "entreprise": "societe",
    "sas": "societe",
    "sarl": "societe",
}
STRUCTURES = Table(
    key="structures",
    label="Structures",
    also=("Adhérents", "Annuaire", "Liste"),
    about="Une ligne par structure.",
    columns=(
        Column(
            key="name",
            label="Nom",
            also=("Structure", "Dénomination", "Raison sociale", "Nom de la structure"),
            read=values.text,
            required=True,
        ),
        Column(key="short_name", label="Sigle", also=("Nom court", "Enseigne"), read=values.text),
        Column(key="siret", label="SIRET", also=("N° SIRET",), read=values.digits, telling=False),
        Column(
            key="legal_family",
            label="Famille",
            also=("Famille juridique", "Forme juridique", "Statut", "Statut juridique", "Type"),
            read=values.choice(dict(Organisation.LegalFamily.choices), _FAMILY_WORDS),
            labels=dict(Organisation.LegalFamily.choices),
            telling=True,
        ),
        Column(
            key="commune",
            label="Commune",
            also=("Ville", "Commune du siège", "Code commune", "Code INSEE"),
            read=values.text,
        ),
        Column(
            key="departement",
            label="Département",
            also=("Code postal", "CP", "Dept"),
            read=values.text,
        ),
        Column(key="website", label="Site internet", also=("Site", "Site web"), read=values.url),
        Column(
            key="public_email",
            label="Adresse électronique",
            also=("Courriel", "Email", "E-mail", "Mail"),
            read=values.email,
            telling=True,
        ),
    ),
)


def read_listing(workbook: Workbook, mapping: Mapping | None) -> list[Spotted | Rejected]:
    """The structures of a list, all read before any is stored.

    Raises ValueError, in French, when no sheet can be read.
    """
    readings = recognise(workbook, [STRUCTURES], mapping.sheets if mapping else None)
    if not readings:
        raise ValueError(
            "Aucune colonne ne se reconnaît. Écrivez une correspondance avec --save-mapping, "
            "corrigez-la, puis donnez-la à --mapping."
        )
    communes = _Communes()
    rows: list[Spotted | Rejected] = []
    for reading in readings:
        remarks = Remarks()
        found = records(reading, remarks)
        wrong: dict[int | None, list[str]] = {}
        for error in remarks.errors:
            wrong.setdefault(error.place.row, []).append(error.message)
        for record in found:
            line = (record.row or 0) + 1
            if record.row in wrong:
                reason = " ".join(wrong[record.row])
                rows.append(Rejected(line, record.get("siret") or "", reason))
            else:
                rows.append(_structure(line, record, communes))
    return rows


def _structure(line: int, record: Record, communes: "_Communes") -> Spotted | Rejected:
    number = record.get("siret") or ""
    try:
        if number:
            validate_siret(number)
    except ValidationError as error:
        return Rejected(line, number, " ".join(error.messages))
    commune = communes.find(record.get("commune") or "", record.get("departement") or "")
    if record.get("commune") and commune is None:
        said = record.get("commune")
        return Rejected(
            line, number, f"« {said} » n'est pas une commune connue, ou en est plusieurs"
        )
    return Spotted(
        line=line,
        name=record.get("name")[:250],
        siret=number,
        legal_family=record.get("legal_family") or "",
        commune=commune or "",
        short_name=(record.get("short_name") or "")[:80],
        website=record.get("website") or "",
        public_email=record.get("public_email") or "",
    )


class _Communes:
    """Communes by code, or by name within a département."""

    def __init__(self) -> None:
        self.codes: set[str] = set()
        self.by_name: dict[str, list[tuple[str, str]]] = {}
        for code, name, departement in Commune.objects.values_list("code", "name", "departement"):
            self.codes.add(code)
            self.by_name.setdefault(_commune(name), []).append((departement, code))

    def find(self, said: str, where: str) -> str | None:
        """The code of the commune; `where` is a département or a postcode. None if unsure."""
        if said in self.codes:
            return said
        found = self.by_name.get(_commune(said), [])
        if len(found) > 1 and where:
            found = [one for one in found if where.startswith(one[0])]
        return found[0][1] if len(found) == 1 else None


def _commune(name: str) -> str:
    return " ".join(
        "saint" if w == "st" else "sainte" if w == "ste" else w for w in folded(name).split()
    )
