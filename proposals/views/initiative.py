"""The initiatives of a strategy, one of them, and its picture."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals import initiatives
from proposals.models import InitiativePicture
from proposals.models.initiative import IN_ADDRESS
from proposals.views.reading import Reading
from sress import clock, pictures
from sress.faults import NotFound

A_YEAR = 365 * 24 * 3600


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The initiatives as cards; `?evenement=` narrows them to those presented there."""
    reading = Reading.of_adopted(request, slug)
    shown = initiatives.at(reading.moment, reading.strategy)
    event, asked = None, request.GET.get("evenement", "")
    if asked:
        known = reading.strategy.events.filter(date__lte=reading.moment.day)
        event = known.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if event is None:
            raise NotFound("La stratégie n'a pas cet événement à cette date.")
        shown = shown.filter(events=event)
    context = reading.context(initiatives=shown, event=event)
    return render(request, "proposals/initiatives.html", context)


@open_to(Access.PUBLIC)
def detail(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One initiative, and what it hangs on."""
    reading = Reading.of_adopted(request, slug)
    shown = initiatives.at(reading.moment, reading.strategy).select_related("proposal")
    initiative = shown.filter(slug=name).first()
    if initiative is None:
        raise NotFound("Aucune initiative publiée à cette date ne porte cette adresse.")
    if initiative.proposal:
        initiative.proposal.strategy = reading.strategy
    context = reading.context(
        initiative=initiative,
        action=reading.states(pk=initiative.action_id).first(),
        events=initiative.events.filter(date__lte=reading.moment.day),
    )
    return render(request, "proposals/initiative.html", context)


@open_to(Access.PUBLIC)
def picture(request: HttpRequest, slug: str, name: str, digest: str, size: str) -> HttpResponse:
    """A picture, at an address that changes with it: browsers keep it for good."""
    column = {"grande": "large", "petite": "small"}.get(size)
    found = InitiativePicture.objects.filter(
        initiative__strategy__slug=slug,
        initiative__strategy__published=True,
        initiative__slug=name,
        initiative__published_on__lte=clock.today(),
        initiative__picture__startswith=digest,
    )
    data = found.values_list(column, flat=True).first() if column else None
    if data is None or len(digest) != IN_ADDRESS:
        raise NotFound("Cette image n'existe pas, ou n'est plus publiée.")
    response = HttpResponse(bytes(data), content_type=pictures.TYPE)
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
