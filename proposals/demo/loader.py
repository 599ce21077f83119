"""Loads the demonstration, in one transaction, into a database without real facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from actors.loading import put
from actors.models import Organisation, Region, User
from proposals import reference
from proposals.demo import budget, editions, initiatives, meetings, results, story
from proposals.demo.builder import Builder
from proposals.demo.cast import Cast, gather
from proposals.models import (
    Act,
    Amendment,
    Campaign,
    Convention,
    Event,
    ProgressReport,
    Strategy,
)
from sress.templatetags.french import counted

AXES = ("axe-1", "axe-2", "axe-3", "axe-4")
SECOND_STRATEGY = "exemple"
REAL_REPORTS = "point d'avancement réel,points d'avancement réels"


class RealDataError(Exception):
    """The database holds real facts; the message says which, in French."""


@dataclass(frozen=True, slots=True)
class LoadedDemo:
    """What the database holds once the demonstration is loaded."""

    strategies: list[Strategy]
    accounts: list[User]


@transaction.atomic
def load() -> LoadedDemo:
    """Load the reference data, then the demonstration. Raises RealDataError, and loads nothing."""
    refuse_real_facts()
    loaded = reference.load()
    facts = story.read("cadre")
    cast = gather(facts, loaded.organisations)

    first = loaded.strategy
    if not first.is_demonstration:
        first.is_demonstration = True
        first.save(update_fields=["is_demonstration"])
    _build(first, facts, [story.read(name) for name in AXES], cast)

    budget.load(first, story.read("budget"), cast)
    meetings.load(first, story.read("reunions"), cast)
    initiatives.load(first, story.read("initiatives")["initiatives"], cast)
    told = story.read("resultats")["indicators"]
    results.load(first, told, cast)

    other = story.read(SECOND_STRATEGY)
    second = _second_strategy(other, cast)
    _build(second, other, other["axes"], cast)
    results.load(second, told, cast)
    # Last: what is written after an édition was recorded after it.
    editions.load(first, facts["editions"], cast)
    return LoadedDemo(
        strategies=[first, second],
        accounts=[cast.accounts[one["email"]] for one in facts["accounts"]],
    )


def refuse_real_facts() -> None:
    """Raises RealDataError when a strategy that is not a demonstration has begun its life."""
    real = Strategy.objects.filter(is_demonstration=False)
    reported = ProgressReport.objects.filter(action__strategy__in=real)
    if count := reported.count():
        titles = real.filter(actions__reports__isnull=False).distinct()
        raise RealDataError(
            f"Cette base contient {counted(count, REAL_REPORTS)} "
            f"({', '.join(one.slug for one in titles)}). Les données de démonstration ne se "
            "mêlent pas à des données réelles : chargez-les dans une autre base."
        )
    imported = real.filter(slug=reference.SLUG, proposals__isnull=False).first()
    if imported:
        raise RealDataError(
            f"La stratégie « {imported.slug} » a déjà de vraies propositions : la démonstration ne "
            "les remplace pas. Chargez-la dans une autre base."
        )


def _build(
    strategy: Strategy, facts: Mapping[str, Any], axes: list[dict[str, Any]], cast: Cast
) -> None:
    acts = {one["reference"]: _act(strategy, one, cast) for one in facts["acts"]}
    for one in facts["events"]:
        said = dict(one)
        key = {"strategy": strategy, "date": said.pop("date"), "title": said.pop("title")}
        put(Event, key, first=said)
    for one in facts.get("conventions", ()):
        _convention(strategy, one, acts, cast)
    if not strategy.coordinators.exists():
        strategy.coordinators.set(cast.coordinators)
    builder = Builder(strategy, cast, facts["planned_on"])
    told = [story.AxisTold.read(one) for one in axes]
    for axis in told:
        builder.axis(axis)
    for axis in told:
        builder.contributions(axis)
    for one in facts.get("campaigns", ()):
        _campaign(strategy, one)


def _act(strategy: Strategy, told: Mapping[str, Any], cast: Cast) -> Act:
    said = {**told, "organisation": cast.organisation(told["organisation"])}
    return put(Act, {"strategy": strategy, "reference": said.pop("reference")}, first=said)


def _convention(
    strategy: Strategy, told: Mapping[str, Any], acts: Mapping[str, Act], cast: Cast
) -> None:
    said = {**told, "partner": cast.organisation(told["partner"])}
    voted, amendments = said.pop("acts"), said.pop("amendments", [])
    convention, created = Convention.objects.get_or_create(
        strategy=strategy, reference=said.pop("reference"), defaults=said
    )
    if created:
        convention.acts.set(acts[reference] for reference in voted)
        for number, one in enumerate(amendments, start=1):
            Amendment.objects.create(convention=convention, number=number, **one)


def _campaign(strategy: Strategy, told: Mapping[str, Any]) -> None:
    said = dict(told)
    codes = said.pop("actions")
    campaign, created = Campaign.objects.get_or_create(strategy=strategy, **said)
    if created:
        campaign.actions.set(strategy.actions.filter(code__in=codes))


def _second_strategy(facts: Mapping[str, Any], cast: Cast) -> Strategy:
    """The strategy of the invented region, with its own words."""
    about = dict(facts["region"])
    governing: Organisation = cast.organisation(about.pop("organisation"))
    region = put(Region, {"code": about.pop("code")}, first={**about, "organisation": governing})
    said = dict(facts["strategy"])
    return put(
        Strategy,
        {"slug": said.pop("slug")},
        first={
            **said,
            "region": region,
            "service": cast.services[said["service"]],
            "published": True,
            "is_demonstration": True,
        },
    )
