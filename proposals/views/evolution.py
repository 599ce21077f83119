"""What changed between two dates, or two éditions: `?du=&au=`."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals.evolution import Evolution, between
from proposals.models import Axis, Decision, Event
from proposals.money import Sums
from proposals.state import Moment
from proposals.views.decision import public
from proposals.views.reading import Reading, edition_of, frozen, requested_moment
from sress.faults import NotFound


@dataclass(frozen=True, slots=True)
class Line:
    """What changed in an axis, counted."""

    axis: Axis
    counts: list[int]
    paid: Decimal
    """What was paid in between."""


@dataclass(frozen=True, slots=True)
class Since:
    """A named date to start from."""

    label: str
    day: date
    query: dict[str, Any]


@open_to(Access.PUBLIC)
def evolution(request: HttpRequest, slug: str) -> HttpResponse:
    """What was delivered, what slipped, what is in difficulty, what is new, by axis."""
    reading = Reading.of_adopted(request, slug)
    named = named_dates(reading)
    start, since = _start(request, reading, named)
    if start.day > reading.moment.day:
        raise NotFound("La première date suit la seconde : échangez-les.")
    changed = between(start, reading.moment, reading.strategy, reading.actions())
    context = reading.context(
        evolution=changed,
        start=start,
        since=since,
        named=named,
        lines=_lines(reading, changed),
        means=_means(*changed.means),
        decisions=_decisions(reading, start),
    )
    return render(request, "proposals/evolution.html", context)


def named_dates(reading: Reading) -> list[Since]:
    """The vote, the conferences, the committees and the éditions before the date, last first."""
    strategy, day = reading.strategy, reading.moment.day
    kinds = (Event.Kind.CONFERENCE, Event.Kind.COMMITTEE)
    events = strategy.events.filter(date__lt=day, kind__in=kinds, date_is_month=False)
    found = [Since(one.title, one.date, {"du": one.date.isoformat()}) for one in events]
    for one in strategy.editions.filter(day__lte=day):
        if one.number != reading.moment.edition:
            found.append(Since(str(one), one.day, {"du_edition": one.number}))
    if strategy.adopted_on and strategy.adopted_on < day:
        voted = {"du": strategy.adopted_on.isoformat()}
        found.append(Since("Vote de la stratégie", strategy.adopted_on, voted))
    return sorted(found, key=lambda since: since.day, reverse=True)


def _start(
    request: HttpRequest, reading: Reading, named: list[Since]
) -> tuple[Moment, Since | None]:
    """Where to start from, and its name if it has one: by default, the last conference."""
    if asked := request.GET.get("du_edition"):
        edition = edition_of(reading.strategy, asked)
        return frozen(edition), Since(str(edition), edition.day, {})
    if request.GET.get("du"):
        moment = requested_moment(request, "du")
        dated = (one for one in named if one.query == {"du": moment.day.isoformat()})
        return moment, next(dated, None)
    last = (
        reading.strategy.events.filter(
            kind=Event.Kind.CONFERENCE, date__lt=reading.moment.day, date_is_month=False
        )
        .order_by("-date")
        .first()
    )
    if last:
        return Moment(last.date), Since(last.title, last.date, {})
    first = reading.strategy.adopted_on or date(reading.strategy.period_start, 1, 1)
    return Moment(min(first, reading.moment.day)), None


def _decisions(reading: Reading, start: Moment) -> Any:
    """The public decisions that were made, or closed, in between."""
    rows = public(reading.moment, Decision.objects.filter(meeting__strategy=reading.strategy))
    return rows.filter(Q(meeting__date__gt=start.day) | Q(closed_on__gt=start.day))


def _means(before: Sums, after: Sums) -> list[dict[str, Any]]:
    """Each stage at both dates; nothing where there is no money."""
    stages = [
        ("Voté", before.voted, after.voted),
        ("Affecté", before.affected, after.affected),
        ("Engagé", before.committed, after.committed),
        ("Mandaté", before.paid, after.paid),
    ]
    return [
        {"label": label, "before": was, "after": now, "more": now - was}
        for label, was, now in stages
        if after or before
    ]


def _lines(reading: Reading, changed: Evolution) -> list[Line]:
    themes = (
        changed.delivered,
        changed.slipped,
        changed.in_difficulty,
        changed.overdue_since,
        changed.new,
    )
    return [
        Line(
            axis,
            [sum(one.after.proposal.axis_id == axis.pk for one in theme) for theme in themes],
            changed.means_after.get(axis.pk, Sums()).paid
            - changed.means_before.get(axis.pk, Sums()).paid,
        )
        for axis in reading.strategy.axes.all()
    ]
