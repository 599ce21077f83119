"""Puts facts from data files into the database: generic helper, and the EPCI of a region over time.

Loading is idempotent: what is already as the file says is not written, so that a second run changes
nothing and bumps no revision.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction

from actors.models import Commune, Contour, Epci, Membership, Organisation, Region

DATA = Path(__file__).parent / "data"

ModelT = TypeVar("ModelT", bound=models.Model)
Record = dict[str, Any]


def put(
    model: type[ModelT],
    key: Mapping[str, Any],
    facts: Mapping[str, Any] | None = None,
    *,
    first: Mapping[str, Any] | None = None,
) -> ModelT:
    """The row that `key` finds, with these `facts`; created when there is none.

    `first` is what a new row starts with and people may change since: it is never written again.
    """
    facts = facts or {}
    manager = model._default_manager
    found = manager.filter(**key).first()
    if found is None:
        return manager.create(**{**key, **(first or {}), **facts})
    changed = [name for name, value in facts.items() if getattr(found, name) != value]
    if changed:
        for name in changed:
            setattr(found, name, facts[name])
        found.save(update_fields=changed)
    return found


def shipped_regions(folder: Path = DATA) -> list[Record]:
    """The regions whose files are there: code, name, departements."""
    found = []
    for file in sorted(folder.glob("epci-*.json")):
        with file.open(encoding="utf-8") as lines:
            # Their first line is `{"region":{…},`.
            found.append(json.loads(next(lines).rstrip().rstrip(",") + "}")["region"])
    return found


class MembershipFact(NamedTuple):
    """A commune, its EPCI (row id) and the period, as the database compares them."""

    commune_id: str
    epci_id: int
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, slots=True)
class Territories:
    """What a file about a region holds, and where it comes from."""

    region: Region
    epci: int
    communes: int
    memberships: int
    written: int
    """Rows created, changed or deleted by this run."""
    sources: list[str]
    licences: list[str]


@transaction.atomic
def load_territories(region_code: str, folder: Path = DATA) -> Territories:
    """Load the EPCI that have or had a commune in a region, its communes and their memberships.

    The files are made by `scripts/make_territories.py`. EPCI and communes are updated in place and
    never deleted: actions may refer to them. The memberships of these EPCI become those of the
    file. Raises FileNotFoundError for a region without files.
    """
    document = json.loads((folder / f"epci-{region_code}.json").read_text("utf-8"))
    outlines = json.loads((folder / f"contours-{region_code}.geojson").read_text("utf-8"))

    about = document["region"]
    region = put(
        Region, {"code": about["code"]}, {key: about[key] for key in ("name", "departements")}
    )
    epci, written = _load_epci(document["epci"])
    written += _load_contours(outlines["features"], epci)
    written += _load_successors(document["epci"], epci)
    written += _load_communes(document["communes"])
    written += _load_memberships(document["memberships"], epci)
    return Territories(
        region=region,
        epci=len(epci),
        communes=len(document["communes"]),
        memberships=len(document["memberships"]),
        written=written,
        sources=_unique(f"{one['package']} ({one['producers']})" for one in document["sources"]),
        licences=_unique(one["licence"] for one in document["sources"]),
    )


def _load_epci(records: list[Record]) -> tuple[dict[str, Epci], int]:
    """The EPCI by SIREN, and how many were written. Inheritance forbids bulk creation."""
    known = {one.siren: one for one in Epci.objects.all()}
    written = 0
    for record in records:
        siren = record["siren"]
        facts = {
            "name": record.get("long_name") or record["name"],
            "short_name": record.get("short_name", ""),
            "type": record["type"],
            "region_code": record["region"],
            "departements": record["departements"],
            "population": record.get("population"),
            "valid_from": record["valid_from"],
            "valid_until": record["valid_until"],
        }
        one = known.get(siren)
        if one is None:
            known[siren] = Epci.objects.create(kind=Organisation.Kind.EPCI, siren=siren, **facts)
            written += 1
        elif any(_as_in_file(getattr(one, name)) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(one, name, value)
            one.save()
            written += 1
    return {record["siren"]: known[record["siren"]] for record in records}, written


def _load_contours(features: list[Record], epci: Mapping[str, Epci]) -> int:
    """How many outlines were written; those of an EPCI follow each other in time."""
    wanted = {
        (epci[about["siren"]].pk, about["from"], about["until"]): feature["geometry"]
        for feature in features
        if (about := feature["properties"])
    }
    known = {
        (one.epci_id, _as_in_file(one.valid_from), _as_in_file(one.valid_until)): one
        for one in Contour.objects.filter(epci__in=epci.values()).order_by()
    }
    outdated = [one.pk for key, one in known.items() if wanted.get(key) != one.geometry]
    missing = [key for key in wanted if key not in known or known[key].pk in outdated]
    # First the deletions: an EPCI has one outline at a time, checked at once.
    if outdated:
        Contour.objects.filter(pk__in=outdated).delete()
    Contour.objects.bulk_create(
        Contour(epci_id=key[0], valid_from=key[1], valid_until=key[2], geometry=wanted[key])
        for key in missing
    )
    return len(missing)


def _load_successors(records: list[Record], epci: Mapping[str, Epci]) -> int:
    """Who took over; how many EPCI were written. A successor outside the file is left out."""
    link = Epci.successors.through
    known: dict[int, set[int]] = {}
    for before, after in link.objects.values_list("from_epci_id", "to_epci_id"):
        known.setdefault(before, set()).add(after)
    written = 0
    for record in records:
        one = epci[record["siren"]]
        heirs = {epci[siren].pk for siren in record["successors"] if siren in epci}
        if known.get(one.pk, set()) != heirs:
            one.successors.set(heirs)
            written += 1
    return written


def _load_communes(records: list[Record]) -> int:
    """How many communes were written."""
    wanted = {
        record["code"]: (record["name"], record["departement"], record["region"])
        for record in records
    }
    rows = Commune.objects.values_list("code", "name", "departement", "region_code")
    known = {code: facts for code, *facts in rows.filter(code__in=wanted)}
    changed = [
        Commune(code=code, name=name, departement=departement, region_code=region)
        for code, (name, departement, region) in wanted.items()
        if known.get(code) != [name, departement, region]
    ]
    Commune.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "departement", "region_code"],
    )
    return len(changed)


def _load_memberships(records: list[Record], epci: Mapping[str, Epci]) -> int:
    """How many memberships were written."""
    wanted = {
        MembershipFact(record["commune"], epci[record["epci"]].pk, record["from"], record["until"])
        for record in records
    }
    members = Membership.objects.filter(epci__in=epci.values()).order_by()
    known = {
        MembershipFact(commune, siren, _as_in_file(start), _as_in_file(end)): pk
        for pk, commune, siren, start, end in members.values_list(
            "pk", "commune_id", "epci_id", "valid_from", "valid_until"
        )
    }
    outdated = [pk for fact, pk in known.items() if fact not in wanted]
    missing = sorted(wanted - known.keys(), key=str)
    # First the deletions: a commune belongs to one EPCI at a time, checked at once.
    if outdated:
        Membership.objects.filter(pk__in=outdated).delete()
    Membership.objects.bulk_create(Membership(**fact._asdict()) for fact in missing)
    return len(outdated) + len(missing)


def _as_in_file(value: Any) -> Any:
    """Dates as the file writes them; the rest as it is."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
