"""The review grid: what a committee needs to know, action after action, in one table."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals import state
from proposals.filters import ActionFilter
from proposals.forms.review import ReviewForm
from proposals.forms.starting import kept_state
from proposals.models import Action, ProgressReport, Strategy
from proposals.views.desk.common import SignedIn, present, rights_of
from proposals.views.desk.home import reports_count
from sress import clock
from sress.kept import keeps_what_was_typed, typed
from sress.templatetags.french import counted

# Each row has ten fields: Django reads a thousand in one form.
PAGE_SIZE = 50


@open_to(Access.ACCOUNT)
@keeps_what_was_typed
def review(request: SignedIn) -> HttpResponse:
    """Many actions at once; the rows that changed are published, or sent for validation."""
    mine = Action.objects.editable_by(request.user)
    strategies = Strategy.objects.filter(pk__in=mine.values("strategy"))
    strategy = _chosen(request, list(strategies))
    if strategy is None:
        return render(request, "proposals/desk/review.html", {"strategies": [], "chosen": None})
    moment, among = present(request.user), mine.filter(strategy=strategy)
    narrowed = ActionFilter(
        request.GET, _with_states(among, request), among=among, strategy=strategy, moment=moment
    )
    page = Paginator(narrowed.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    actions = list(page.object_list)
    if request.method == "POST":
        # The rows of the page as it was: saving may have moved them elsewhere in the filters.
        sent = [key[1:-5] for key in request.POST if key.startswith("a") and key.endswith("-seen")]
        rows = among.filter(pk__in=[pk for pk in sent if pk.isdecimal()][:PAGE_SIZE])
        actions = list(_with_states(rows, request))
    form = ReviewForm(
        typed(request), actions=actions, same=_same_states(actions), author=request.user
    )
    if request.method == "POST" and (saved := form.save()) is not None:
        said = counted(saved, "point enregistré,points enregistrés")
        if not all(one.may_publish for one in actions):
            said += " ; ceux qui demandent une validation l'attendent"
        messages.success(request, said if saved else "Rien n'avait changé : rien à enregistrer.")
        following = page.has_next() and "suite" in request.POST
        query = request.GET.copy()
        query["page"] = str(page.number + 1 if following else page.number)
        return redirect(f"{request.path}?{query.urlencode()}")
    context: dict[str, Any] = {
        "form": form,
        "filter": narrowed,
        "page": page,
        "strategies": strategies,
        "chosen": strategy,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/review.html", context, status=status)


def _with_states(actions: Any, request: SignedIn) -> Any:
    return (
        state.actions(present(request.user), actions)
        .select_related("strategy", "proposal__axis")
        .annotate(reports_count=reports_count(), **rights_of(request.user))
    )


def _chosen(request: SignedIn, strategies: list[Strategy]) -> Strategy | None:
    """The strategy that `?strategie=` names; else the current one, else the first of theirs."""
    asked = request.GET.get("strategie", "")
    current = Strategy.objects.current(clock.today())
    for wanted in ([one for one in strategies if one.slug == asked], [current], strategies):
        for one in wanted:
            if one in strategies:
                return one
    return None


def _same_states(actions: list[Any]) -> dict[int, dict[str, Any]]:
    """For each action, what a report says that keeps its state."""
    last = ProgressReport.objects.in_bulk([one.report_id for one in actions if one.report_id])
    return {one.pk: kept_state(one, last.get(one.report_id)) for one in actions}
