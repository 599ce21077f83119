"""Where the money goes: by axis, year, funder and territory, down to the movement."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from actors.models import Epci, Organisation
from proposals import money
from proposals.filters import GrantFilter, MovementFilter
from proposals.models import Axis, Funding, HumanMeans, Nature, Programme, Stage
from proposals.money import By, Declared, Elsewhere, Granted, Sums
from proposals.views.reading import Reading
from sress.money import ZERO
from sress.text import folded

PAGE_SIZE = 50
BY = (By.ACTION, By.AXIS, By.PROGRAMME, By.VINTAGE, By.NATURE, By.EXERCISE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table of money; `query` narrows the list of movements to what it sums up."""

    label: str
    sums: Sums
    query: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """What was opened and paid in a budget year."""

    year: int
    opened: Decimal
    paid: Decimal

    @property
    def consumed(self) -> Decimal | None:
        """Which part of the crédits de paiement is paid; None without any."""
        return money.rate(self.paid, self.opened)

    @property
    def overrun(self) -> Decimal:
        """What is paid beyond the credits, where there are some."""
        return max(self.paid - self.opened, ZERO) if self.opened else ZERO


@dataclass(frozen=True, slots=True)
class Funder:
    """What another funder brings."""

    organisation: Organisation
    brings: Declared


@open_to(Access.PUBLIC)
def budget(request: HttpRequest, slug: str) -> HttpResponse:
    """Voted, affected, committed and paid, in one page that reads down to its details."""
    reading = Reading.of_adopted(request, slug)
    moment, strategy = reading.moment, reading.strategy
    parts = money.breakdown(moment, strategy, *BY)
    whole = Sums.total(parts.values())
    fundings = money.declared(moment, strategy)
    others = Declared.of(fundings)
    exercises = exercise_lines(
        money.regrouped(parts, BY.index(By.EXERCISE)), money.credits(moment, strategy)
    )
    context = reading.context(
        whole=whole,
        funnel=funnel(whole),
        axes=axis_lines(reading, money.regrouped(parts, BY.index(By.AXIS))),
        programmes=programme_lines(reading, money.regrouped(parts, BY.index(By.PROGRAMME))),
        vintages=plain_lines(money.regrouped(parts, BY.index(By.VINTAGE)), "millesime"),
        natures=plain_lines(
            money.regrouped(parts, BY.index(By.NATURE)), "nature", lambda key: Nature(key).label
        ),
        territories=territory_lines(reading, money.regrouped(parts, 0)),
        exercises=exercises,
        funders=funder_lines(fundings),
        others=others,
        leverage=money.rate(others.granted, whole.affected),
        human=people_lines(money.people(moment, strategy)),
        granted=money.granted(money.grants_at(moment, strategy)),
    )
    return render(request, "proposals/budget.html", context)


def funnel(sums: Sums) -> list[dict[str, Any]]:
    """The four stages as bars of one scale: the widest is the largest of them."""
    values = {
        Stage.VOTED: sums.voted,
        Stage.AFFECTED: sums.affected,
        Stage.COMMITTED: sums.committed,
        Stage.PAID: sums.paid,
    }
    longest = max(values.values())
    return [
        {
            "label": stage.label,
            "amount": amount,
            "width": round(100 * amount / longest, 2) if longest > 0 else 0,
        }
        for stage, amount in values.items()
    ]


def axis_lines(reading: Reading, by_axis: Mapping[int | None, Sums]) -> list[Line]:
    """The axes in their order; then what is of no axis that the public knows."""
    strategy = reading.strategy
    lines = [
        Line(
            f"{strategy.axis_label} {axis.number}. {axis.title}",
            by_axis.get(axis.pk, Sums()),
            {"axe": axis.number},
        )
        for axis in Axis.objects.filter(strategy=strategy)
    ]
    # Votes are of no axis: the table of axes has no column for them.
    rest = by_axis.get(None, Sums())
    if rest.affected or rest.committed or rest.paid:
        lines.append(Line("Actions non publiées", rest))
    return lines


def programme_lines(reading: Reading, by_programme: Mapping[int, Sums]) -> list[Line]:
    """Programmes with money, by code."""
    programmes = Programme.objects.filter(strategy=reading.strategy)
    return [
        Line(str(one), by_programme[one.pk], {"programme": one.code})
        for one in programmes
        if one.pk in by_programme
    ]


def plain_lines(
    by_key: Mapping[Any, Sums], name: str, label: Callable[[Any], Any] = str
) -> list[Line]:
    """Lines in the order of their keys."""
    return [Line(str(label(key)), by_key[key], {name: key}) for key in sorted(by_key)]


def territory_lines(reading: Reading, by_action: Mapping[int | None, Sums]) -> list[Line]:
    """By EPCI served, in the order of the alphabet; several and none at the end."""
    found = money.by_territory(by_action, reading.strategy)
    served = Epci.objects.in_bulk([key for key in found if not isinstance(key, Elsewhere)])
    lines = [
        Line(one.name, found[pk], {"territoire": one.siren})
        for pk, one in sorted(served.items(), key=lambda item: folded(item[1].label))
    ]
    return [*lines, *(Line(one.value, found[one]) for one in Elsewhere if one in found)]


def exercise_lines(
    by_exercise: Mapping[int, Sums], opened: Mapping[tuple[int, int], Decimal]
) -> list[Exercise]:
    """Budget years, with the credits of all programmes and what is paid."""
    credits: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for (_, year), amount in opened.items():
        credits[year] += amount
    paid = {year: sums.paid for year, sums in by_exercise.items()}
    years = sorted({*credits, *(year for year, amount in paid.items() if amount)})
    return [Exercise(year, credits[year], paid.get(year, ZERO)) for year in years]


def funder_lines(fundings: Iterable[Funding]) -> list[Funder]:
    """What each funder brings to all the actions, the largest first."""
    by_funder: dict[Organisation, list[Funding]] = defaultdict(list)
    for one in fundings:
        by_funder[one.funder].append(one)
    lines = [Funder(funder, Declared.of(rows)) for funder, rows in by_funder.items()]
    return sorted(
        lines, key=lambda line: (-line.brings.granted, -line.brings.expected, line.organisation.pk)
    )


def people_lines(rows: Iterable[HumanMeans]) -> list[dict[str, Any]]:
    """People's time by year: full-time equivalents, days of engineering."""
    by_year: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in rows:
        by_year[one.year][one.kind] += one.quantity
    return [
        {"year": year, "staff": kinds["etp"], "engineering": kinds["ingenierie"]}
        for year, kinds in sorted(by_year.items())
    ]


@open_to(Access.PUBLIC)
def movements(request: HttpRequest, slug: str) -> HttpResponse:
    """The movements behind the figures, with their acts, fifty a page."""
    reading = Reading.of_adopted(request, slug)
    narrowed = MovementFilter(
        request.GET,
        money.movements(reading.moment, reading.strategy),
        strategy=reading.strategy,
        moment=reading.moment,
    )
    page = Paginator(narrowed.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    context = reading.context(filter=narrowed, page=page, whole=money.of(narrowed.qs))
    return render(request, "proposals/movements.html", context)


@open_to(Access.PUBLIC)
def grants(request: HttpRequest, slug: str) -> HttpResponse:
    """The grants to legal persons, fifty a page; those to natural persons are only summed."""
    reading = Reading.of_adopted(request, slug)
    signed = money.grants_at(reading.moment, reading.strategy)
    narrowed = GrantFilter(request.GET, signed.filter(is_person=False), among=signed)
    page = Paginator(
        narrowed.qs.select_related("action__strategy", "beneficiary__commune"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    summed: Granted = money.granted(narrowed.qs)
    context = reading.context(
        filter=narrowed,
        page=page,
        summed=summed,
        persons=money.granted(signed.filter(is_person=True)),
    )
    return render(request, "proposals/grants.html", context)
