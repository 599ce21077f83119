"""The proposals of a strategy."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals import state
from proposals.models import Proposal
from proposals.state import Tally
from proposals.views.means import means_of
from proposals.views.reading import Reading
from proposals.views.results import results_of
from sress.faults import NotFound


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """All the proposals, by axis, with their state."""
    reading = Reading.of_adopted(request, slug)
    axes = state.outline(reading.moment, reading.strategy)
    return render(request, "proposals/proposals.html", reading.context(axes=axes))


@open_to(Access.PUBLIC)
def detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A proposal: why, what it builds on, its actions and their state."""
    reading = Reading.of_adopted(request, slug)
    proposal = (
        Proposal.objects.filter(strategy=reading.strategy, number=number)
        .select_related("axis", "family", "lead")
        .prefetch_related("scheme_links__scheme", "contributions__organisation", "tags")
        .first()
    )
    if proposal is None:
        raise NotFound(
            f"Cette stratégie n'a pas de numéro {number} parmi ses "
            f"{reading.strategy.proposal_word_plural}."
        )
    proposal.strategy = proposal.axis.strategy = reading.strategy
    tallies = state.tallies(reading.moment, reading.actions().filter(proposal=proposal))
    return render(
        request,
        "proposals/proposal.html",
        reading.context(
            proposal=proposal,
            tally=tallies.get(proposal.pk, Tally()),
            actions=reading.states(proposal=proposal),
            contributing=reading.states(contributes_to=proposal),
            means=means_of(reading.moment, proposal),
            results=results_of(reading, Q(proposal=proposal) | Q(action__proposal=proposal)),
        ),
    )
