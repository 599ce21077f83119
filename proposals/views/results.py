"""What the strategy achieves: its indicators against their targets, at a date."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals import results
from proposals.models import Axis, Indicator
from proposals.results import Result
from proposals.views.reading import Reading


@dataclass(frozen=True, slots=True)
class Group:
    """The results of the whole strategy, or of an axis and what is under it."""

    axis: Axis | None
    results: list[Result]


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """By axis: what is measured, what was aimed at, what is missing; context apart."""
    reading = Reading.of_adopted(request, slug)
    found = results_of(reading)
    own = [one for one in found if not one.indicator.is_context]
    context = reading.context(
        groups=list(grouped(own, Axis.objects.filter(strategy=reading.strategy))),
        figures=[one for one in found if one.indicator.is_context],
        count=len(own),
        lacking=sum(bool(one.missing) or one.latest is None for one in own),
    )
    return render(request, "proposals/results.html", context)


def results_of(reading: Reading, about: Q | None = None) -> list[Result]:
    """The results that the public reads, all or those of `about`, in one query."""
    indicators = (
        Indicator.objects.published()
        .filter(about or Q(), strategy=reading.strategy)
        .exclude(action__exists_from__gt=reading.moment.day)
    )
    found = results.at(reading.moment, indicators)
    for one in found:
        # Links ask for the strategy of what they lead to.
        for level in (one.indicator.proposal, one.indicator.action):
            if level is not None:
                level.strategy = reading.strategy
    return sorted(found, key=_place)


def grouped(found: Iterable[Result], axes: Iterable[Axis]) -> Iterable[Group]:
    """What is of no axis first, then each axis that has results."""
    by_axis: dict[int | None, list[Result]] = {}
    for one in found:
        axis = axis_of(one.indicator)
        by_axis.setdefault(axis.pk if axis else None, []).append(one)
    for level in (None, *axes):
        if rows := by_axis.get(level.pk if level else None):
            yield Group(level, rows)


def axis_of(indicator: Indicator) -> Axis | None:
    """The axis that an indicator is about, or is under."""
    if indicator.action:
        return indicator.action.proposal.axis
    return indicator.proposal.axis if indicator.proposal else indicator.axis


def _place(result: Result) -> tuple[Any, ...]:
    one = result.indicator
    proposal = one.action.proposal if one.action else one.proposal
    return (
        proposal.number if proposal else 0,
        one.action.code if one.action else "",
        one.title,
        one.pk,
    )
