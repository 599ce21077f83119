"""What was decided, and what became of it, as the public reads it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals.decisions import about, decisions, noted
from proposals.models import Decision, Meeting
from proposals.models.progress import Visibility
from proposals.state import Moment
from proposals.views.reading import Reading
from sress.faults import NotFound

PAGE_SIZE = 50


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The public decisions, those of the last meeting first."""
    reading = Reading.of(request, slug)
    rows = public(reading.moment, Decision.objects.filter(meeting__strategy=reading.strategy))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "proposals/decisions.html", reading.context(page=page))


@open_to(Access.PUBLIC)
def record(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The public record of a meeting: its agenda, and its public decisions."""
    reading = Reading.of(request, slug)
    moment = reading.moment
    meetings = Meeting.objects.filter(
        strategy=reading.strategy,
        visibility=Visibility.PUBLIC,
        validated_at__isnull=False,
        date__lte=moment.day,
    )
    if moment.known_at is not None:
        meetings = meetings.filter(validated_at__lte=moment.known_at)
    meeting = meetings.filter(pk=pk).first()
    if meeting is None:
        raise NotFound("Aucun relevé public n'est à cette adresse à cette date.")
    # What comes back to an interne decision quotes it.
    readable = Q(decision=None) | Q(decision__visibility=Visibility.PUBLIC)
    context = reading.context(
        meeting=meeting,
        decisions=public(moment, meeting.decisions.all()).order_by("number"),
        agenda=meeting.agenda.filter(readable),
    )
    return render(request, "proposals/record.html", context)


def public(moment: Moment, rows: Any) -> Any:
    """Decisions as a public page shows them: where they stand, and what was said of them."""
    return (
        decisions(moment, rows)
        .annotate(about=about(moment), noted=noted(moment))
        .select_related("meeting")
        .order_by("-meeting__date", "meeting", "number")
    )
