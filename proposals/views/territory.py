"""What a strategy does in one EPCI: the sheet that is printed for a visit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from actors.models import Epci, Membership, Organisation
from proposals import initiatives, money
from proposals.models import Amendment, Convention, Partnership, Strategy, Territory
from proposals.money import By, Elsewhere, Sums
from proposals.state import Moment
from proposals.views.reading import Reading, requested_moment
from sress.faults import NotFound

# Two printed pages: beyond these, the sheet says how many more there are.
MOST_ACTIONS = 16
MOST_NAMES = 8
MOST_GRANTS = 6
MOST_INITIATIVES = 3
STRUCTURES = Organisation.objects.filter(kind=Organisation.Kind.STRUCTURE)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A convention as it stood at a moment."""

    convention: Convention
    amendments: list[Amendment]
    ends_on: date
    is_over: bool


@open_to(Access.PUBLIC)
def sheet(request: HttpRequest, siren: str) -> HttpResponse:
    """The sheet of an EPCI, in the strategy in force on that day or in `?strategie=`."""
    reading = _reading(request)
    moment, strategy = reading.moment, reading.strategy
    epci = _with_neighbours(moment).filter(siren=siren).first() if siren.isdecimal() else None
    if epci is None:
        raise NotFound("Aucun EPCI connu ne porte ce SIREN.")
    context = reading.context(epci=epci, gone=bool(_after(epci, moment)))
    if epci.valid_from and epci.valid_from > moment.day:
        context["not_yet"] = True
        return render(request, "proposals/territory_absent.html", context, status=404)
    if context["gone"]:
        return render(request, "proposals/territory_absent.html", context)
    actions = list(_actions(reading, epci))
    own, shared = _money(reading, epci, {one.pk for one in actions if one.serves})
    grants = _grants(reading, epci)
    told = list(initiatives.at(moment, strategy).filter(epci=epci))
    return render(
        request,
        "proposals/territory_sheet.html",
        context
        | {
            "actions": actions[:MOST_ACTIONS],
            "more_actions": len(actions) - MOST_ACTIONS,
            "serving": sum(one.serves for one in actions),
            "joining": sum(not one.serves for one in actions),
            "partners": _partners(actions),
            "own": own,
            "shared": shared,
            "granted": money.granted(grants),
            "grants": grants.filter(is_person=False).order_by("-amount", "pk")[:MOST_GRANTS],
            "most_grants": MOST_GRANTS,
            "families": _families(epci),
            "agreements": _agreements(reading, epci),
            "initiatives": told[:MOST_INITIATIVES],
            "more_initiatives": len(told) - MOST_INITIATIVES,
        },
    )


def _reading(request: HttpRequest) -> Reading:
    """The strategy that the address names, else the one in force on the day that it asks for."""
    if slug := request.GET.get("strategie", ""):
        return Reading.of_adopted(request, slug)
    known = Strategy.objects.select_related("region", "service")
    current = known.current(requested_moment(request).day)
    if current is None:
        raise NotFound("Aucune stratégie n'est encore publiée.")
    return Reading.within(request, current).once_adopted()


def _after(epci: Epci, moment: Moment) -> date | None:
    """Its last day, when it is past."""
    last = epci.valid_until
    return last if last and last < moment.day else None


def _with_neighbours(moment: Moment) -> Any:
    """EPCI, each with those before and after it, and its communes on that day."""
    named = JSONObject(siren="siren", name="name", since="valid_from")
    communes = Membership.objects.valid_on(moment.day).filter(epci=OuterRef("pk")).order_by()
    counted = communes.values("epci").annotate(count=Count("pk")).values("count")
    families = (
        STRUCTURES.filter(epci=OuterRef("pk"))
        .order_by()
        .values("legal_family")
        .annotate(count=Count("pk"))
        .values(json=JSONObject(family="legal_family", count="count"))
    )
    return Epci.objects.annotate(
        after=ArraySubquery(
            Epci.objects.filter(predecessors=OuterRef("pk")).order_by("name").values(json=named)
        ),
        before=ArraySubquery(
            Epci.objects.filter(successors=OuterRef("pk")).order_by("name").values(json=named)
        ),
        communes=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        families=ArraySubquery(families),
        seated=ArraySubquery(
            STRUCTURES.filter(epci=OuterRef("pk"))
            .order_by(_entered_first(), "name", "pk")
            .values("name")[:MOST_NAMES]
        ),
    )


def _actions(reading: Reading, epci: Epci) -> Any:
    """The actions that serve it, that it leads or takes part in, each with its partners."""
    day = reading.moment.day
    then = Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    serving = Territory.objects.filter(epci=epci)
    with_it = Partnership.objects.filter(*then, organisation=epci.organisation_ptr_id)
    concerned = reading.actions().filter(
        Q(pk__in=serving.values("action"))
        | Q(pk__in=with_it.values("action"))
        | Q(lead=epci.organisation_ptr_id)
    )
    named = Coalesce(
        Case(When(~Q(organisation__short_name=""), then=F("organisation__short_name"))),
        F("organisation__name"),
    )
    return (
        reading.states(pk__in=concerned.values("pk"))
        .select_related("lead")
        .annotate(
            serves=Exists(serving.filter(action=OuterRef("pk"))),
            takes_part=Exists(with_it.filter(action=OuterRef("pk"))),
            around=ArraySubquery(
                Partnership.objects.filter(*then, action=OuterRef("pk"))
                .exclude(organisation=epci.organisation_ptr_id)
                .order_by("organisation__name", "pk")
                .values(json=JSONObject(name=named))
            ),
        )
    )


def _partners(actions: list[Any]) -> list[tuple[str, int]]:
    """Who else takes part in them, and in how many; those of most actions first."""
    counts: dict[str, int] = {}
    for action in actions:
        for name in {one["name"] for one in action.around}:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _money(reading: Reading, epci: Epci, serving: set[int]) -> tuple[Sums, Sums]:
    """What goes to it alone, its shares included; what goes to it and others without shares."""
    by_action = money.breakdown(reading.moment, reading.strategy, By.ACTION)
    here = {action: sums for action, sums in by_action.items() if action in serving}
    found = money.by_territory(here, reading.strategy)
    return found.get(epci.pk, Sums()), found.get(Elsewhere.SEVERAL, Sums())


def _grants(reading: Reading, epci: Epci) -> Any:
    """Grants to bodies that are seated there, to itself, and to natural persons by actions that
    serve no other territory."""
    elsewhere = Territory.objects.filter(action=OuterRef("action")).exclude(epci=epci)
    to_persons = Q(is_person=True, action__in=epci.served_by.values("action")) & ~Exists(elsewhere)
    seated = Q(beneficiary__epci=epci) | Q(beneficiary=epci.organisation_ptr_id)
    return (
        money.grants_at(reading.moment, reading.strategy)
        .filter(seated | to_persons)
        .filter(Q(action=None) | Q(action__published=True))
    )


def _families(epci: Any) -> list[tuple[str, int]]:
    """How many structures of each legal family are seated there, the most numerous first."""
    words = dict(Organisation.LegalFamily.choices)
    found = [(words.get(one["family"], "Autre"), one["count"]) for one in epci.families]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _entered_first() -> Any:
    """Structures that take part before those that a directory spotted."""
    return Case(When(source=Organisation.Source.ENTERED, then=0), default=1)


def _agreements(reading: Reading, epci: Epci) -> list[Agreement]:
    """The conventions between the Region and it that were signed by then."""
    day = reading.moment.day
    signed = reading.strategy.conventions.filter(
        kind=Convention.Kind.EPCI, partner=epci.organisation_ptr_id, signed_on__lte=day
    )
    found = []
    for one in signed.prefetch_related("amendments"):
        ends_on, _ = one.term_on(day)
        amendments = [row for row in one.amendments.all() if row.signed_on <= day]
        found.append(Agreement(one, amendments, ends_on, ends_on < day))
    return found
