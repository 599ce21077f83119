"""Éditions: what was on the table on a day, and reopens identically."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from actors.access import Access, open_to
from proposals import state
from proposals.models import Strategy
from proposals.views.reading import Reading, edition_of, frozen
from sress.faults import NotFound


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The éditions of a strategy, the last first."""
    reading = Reading.of(request, slug)
    editions = reading.strategy.editions.select_related("event").prefetch_related("documents")
    listed = list(editions)
    for edition in listed:
        edition.strategy = reading.strategy
    mine = Strategy.objects.administered_by(request.user).filter(pk=reading.strategy.pk)
    context = reading.context(editions=listed, may_freeze=mine.exists())
    return render(request, "proposals/editions.html", context)


@open_to(Access.PUBLIC)
def detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """An édition: its documents, and its pages as they were."""
    strategy = Reading.of(request, slug).strategy
    edition = edition_of(strategy, str(number))
    reading = Reading(strategy, frozen(edition), edition)
    axes = state.outline(reading.moment, strategy)
    former = strategy.editions.filter(number__lt=number, day__lte=edition.day).first()
    documents = list(edition.documents.all())
    for document in documents:
        document.edition = edition
    return render(
        request,
        "proposals/edition.html",
        reading.context(
            axes=axes,
            documents=documents,
            shown=edition,
            former=former,
            since={"du_edition": former.number} if former else {},
        ),
    )


@open_to(Access.PUBLIC)
def document(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """A file of an édition, as it was generated."""
    edition = edition_of(Reading.of(request, slug).strategy, str(number))
    kept = edition.documents.select_related("content").filter(name=name).first()
    if kept is None:
        raise NotFound("L'édition n'a pas de document de ce nom.")
    response = HttpResponse(bytes(kept.content.data), content_type=kept.content_type)
    response["Content-Disposition"] = content_disposition_header(True, kept.name) or ""
    return response
