"""The indicators whose values one enters: what is missing first, and the form of one."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals import results
from proposals.forms.results import ValueForm
from proposals.models import Indicator, IndicatorValue, Strategy
from proposals.results import Dated, Result
from proposals.views.desk.common import SignedIn, present, require_regional
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed
from sress.templatetags.french import day as french_day


@open_to(Access.REGION)
def index(request: SignedIn, slug: str) -> HttpResponse:
    """The indicators of a strategy that I answer for; those that lack a value come first."""
    require_regional(request.user)
    mine = Indicator.objects.measured_by(request.user)
    strategy = (
        Strategy.objects.select_related("region", "service")
        .filter(Q(published=True) | Q(pk__in=mine.values("strategy")), slug=slug)
        .first()
    )
    if strategy is None:
        raise NotFound("Aucune stratégie en cours ne porte cette adresse.")
    found = results.at(present(request.user), mine.filter(strategy=strategy))
    context = {
        "strategy": strategy,
        "lacking": [one for one in found if one.missing],
        "others": [one for one in found if not one.missing],
    }
    return render(request, "proposals/desk/results.html", context)


@open_to(Access.LEAD)
@keeps_what_was_typed
def detail(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """The values of an indicator, and the form to add one, correct one or take one back."""
    result = _entrusted(request, slug, code)
    indicator = result.indicator
    correcting = _corrected(request, result)
    form = ValueForm(
        typed(request), indicator=indicator, author=request.user, correcting=correcting
    )
    if request.method == "POST" and form.is_valid() and form.record():
        day = french_day(form.cleaned_data["measured_on"])
        done = "retirée" if form.withdraws else "enregistrée"
        messages.success(request, f"Valeur au {day} {done}.")
        return redirect("desk:result", slug, code)
    lines = IndicatorValue.objects.filter(indicator=indicator).select_related("author")
    context: dict[str, Any] = {
        "form": form,
        "result": result,
        "results": [result],
        "indicator": indicator,
        "strategy": indicator.strategy,
        "correcting": correcting,
        "lines": lines,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/result.html", context, status=status)


def _entrusted(request: SignedIn, slug: str, code: str) -> Result:
    """One whose values this person enters; known but not theirs: 403."""
    wanted = Indicator.objects.filter(strategy__slug=slug, code=code)
    mine = wanted.measured_by(request.user).select_related("strategy__region", "strategy__service")
    found = results.at(present(request.user), mine)
    if found:
        return found[0]
    if wanted.published().filter(strategy__published=True).exists():
        raise PermissionDenied("Les valeurs de cet indicateur sont saisies par quelqu'un d'autre")
    raise NotFound("Aucun indicateur en cours ne porte ce code.")


def _corrected(request: SignedIn, result: Result) -> Dated | None:
    """The value that `?corrige=` names by its day."""
    asked = request.GET.get("corrige", "")
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise NotFound("La valeur à corriger n'existe pas.") from None
    found = next((one for one in result.values if one.day == day), None)
    if found is None:
        raise NotFound("La valeur à corriger n'existe pas.")
    return found
