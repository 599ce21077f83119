"""Freezing an édition: by who administers the strategy."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals.forms.edition import EditionForm
from proposals.models import Strategy
from proposals.views.desk.common import SignedIn
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed


@open_to(Access.COORDINATE)
@keeps_what_was_typed
def freeze(request: SignedIn, slug: str) -> HttpResponse:
    """Freeze the strategy as it stood on a day, as known now."""
    strategy = administered_strategy(request, slug)
    form = EditionForm(typed(request), strategy=strategy, author=request.user)
    if request.method == "POST" and form.is_valid() and (edition := form.freeze()):
        messages.success(request, f"{edition} est figée.")
        return redirect(edition)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "strategy": strategy}
    return render(request, "proposals/desk/freeze.html", context, status=status)


def administered_strategy(request: SignedIn, slug: str) -> Strategy:
    """A strategy that this person administers; known but not theirs: 403."""
    mine = Strategy.objects.administered_by(request.user).filter(slug=slug)
    strategy = mine.select_related("region", "service").first()
    if strategy is None:
        if Strategy.objects.published().filter(slug=slug).exists():
            raise PermissionDenied("La coordination de la stratégie s'en occupe")
        raise NotFound("Aucune stratégie ne porte cette adresse.")
    return strategy
