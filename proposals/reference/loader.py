"""Writes the facts of the reference file into the database; what is already so is not touched.

An organisation is found by its SIREN, else by its name; an act by its date and title. What the file
says comes back at each run, except what the Region may choose for itself: whether the strategy is
published, its summary, the names and addresses of organisations and services.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from actors.loading import Territories, load_territories, put
from actors.models import Organisation, Service
from proposals.models import Act, Axis, Contribution, Event, Family, Indicator, Scheme, Strategy
from sress import clock

SLUG = "sress-2018-2021"
FILE = Path(__file__).parent / f"{SLUG}.toml"

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedReference:
    """What the database holds once the reference is loaded."""

    strategy: Strategy
    organisations: dict[str, Organisation]
    """The institutions, by the label that the file gives them."""
    axes: int
    families: int
    contributions: int
    schemes: int
    events: int
    acts: int
    indicators: int
    territories: Territories
    sources: list[str]


@transaction.atomic
def load(file: Path = FILE) -> LoadedReference:
    """Load the strategy, its institutions and the EPCI of its region, in one transaction."""
    facts = tomllib.loads(file.read_text("utf-8"))
    sources: dict[str, str] = facts["sources"]
    territories = load_territories(facts["region"]["code"])

    organisations = {one["name"]: _organisation(one) for one in facts["organisations"]}
    region = territories.region
    if region.organisation_id is None:
        region.organisation = organisations[facts["region"]["organisation"]]
        region.save(update_fields=["organisation"])
    services = {
        one["name"]: put(
            Service, {"organisation": organisations[one["organisation"]], "name": one["name"]}
        )
        for one in facts["services"]
    }

    strategy = _strategy({**facts["strategy"], "region": region}, services)
    for one in facts["axes"]:
        put(Axis, {"strategy": strategy, "number": one["number"]}, {"title": one["title"]})
    author = organisations[facts["contributions"]["organisation"]]
    for one in facts["families"]:
        _family(strategy, one, author, sources[one["source"]])
    for one in facts["schemes"]:
        put(Scheme, {"name": one["name"]}, _without(one, "name", "source"))
    for one in facts["events"]:
        said = {**one, "source": sources[one["source"]]}
        key = {"strategy": strategy, "date": said.pop("date"), "title": said.pop("title")}
        put(Event, key, said)
    for one in facts["acts"]:
        said = {**one, "source": sources[one["source"]]}
        said["organisation"] = organisations[said["organisation"]]
        key = {"strategy": strategy, "date": said.pop("date"), "title": said.pop("title")}
        put(Act, key, said)

    for one in facts["indicators"]:
        _context(strategy, one, sources[one["source"]])
    for one in facts["default_indicators"]:
        _indicator(strategy, one["code"], _without(one, "code"), period=Indicator.Period.YEAR)

    return LoadedReference(
        strategy=strategy,
        organisations={
            one.get("short_name") or one["name"]: organisations[one["name"]]
            for one in facts["organisations"]
        },
        axes=len(facts["axes"]),
        families=len(facts["families"]),
        contributions=sum(len(one["contributions"]) for one in facts["families"]),
        schemes=len(facts["schemes"]),
        events=len(facts["events"]),
        acts=len(facts["acts"]),
        indicators=len(facts["indicators"]) + len(facts["default_indicators"]),
        territories=territories,
        sources=list(sources.values()),
    )


def _organisation(one: Facts) -> Organisation:
    number = "siren" if "siren" in one else "name"
    key = {"kind": one["kind"], number: one[number]}
    return put(Organisation, key, first=_without(one, "source"))


def _strategy(one: Facts, services: Mapping[str, Service]) -> Strategy:
    """The strategy: the words that a reader chose and the pages that are open stay as they are."""
    own = {"summary": one["summary"], "service": services[one["service"]], "published": True}
    return put(
        Strategy,
        {"slug": one["slug"]},
        _without(one, "slug", "source", "legal_source", *own),
        first=own,
    )


def _context(strategy: Strategy, one: Facts, source: str) -> None:
    """A figure of the region: what it counts from is known once, and stays."""
    said = {**_without(one, "code", "source"), "baseline": Decimal(one["baseline"])}
    _indicator(strategy, one["code"], said, {"source": source}, is_context=True)


def _indicator(
    strategy: Strategy, code: str, said: Facts, facts: Facts | None = None, **more: Any
) -> None:
    """An indicator that is the strategy's from its vote."""
    voted = datetime.combine(strategy.adopted_on or clock.today(), time(12), clock.PARIS)
    key = {"strategy": strategy, "code": code}
    put(Indicator, key, facts, first={**said, **more, "recorded_at": voted})


def _family(strategy: Strategy, one: Facts, author: Organisation, source: str) -> None:
    family = put(Family, {"strategy": strategy, "slug": one["slug"]}, {"name": one["name"]})
    for title in one["contributions"]:
        put(
            Contribution,
            {"strategy": strategy, "organisation": author, "title": title},
            {"family": family, "source": source},
        )


def _without(facts: Facts, *names: str) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in names}
