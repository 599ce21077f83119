"""The means of an action, entered by those who answer for it: a year at a glance."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from actors.access import Access, open_to
from proposals import money
from proposals.forms.means import CorrectionForm, MovementsForm
from proposals.models import Movement
from proposals.money import By, Sums
from proposals.views.desk.common import SignedIn, led_action, present
from sress import clock
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed
from sress.money import ZERO
from sress.templatetags.french import counted, euros


@dataclass(frozen=True, slots=True)
class Line:
    """What one authorisation gives to the action: in the exercise, and since the beginning."""

    authorisation: Any
    exercise: Sums
    whole: Sums


@open_to(Access.LEAD)
@keeps_what_was_typed
def means(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """The movements of an exercise (`?exercice=`), what is left, and the form to add some."""
    action = _entrusted(request, slug, code)
    form = MovementsForm(typed(request), action=action)
    if request.method == "POST" and form.is_valid() and form.record():
        count = len(form.filled)
        messages.success(
            request, f"{counted(count, 'mouvement enregistré,mouvements enregistrés')}."
        )
        return redirect(_at(action, form.filled[0].cleaned_data["exercise"]))
    moment = present(request.user)
    sums = money.breakdown(
        moment,
        action.strategy,
        *(By.AUTHORISATION, By.EXERCISE),
        only={By.ACTION: action.pk},
    )
    years = sorted({clock.today().year, *(year for _, year in sums)})
    year = _exercise(request, years)
    movements = (
        money.movements(moment, action.strategy)
        .filter(action=action, exercise=year)
        .select_related("grant")
        .annotate(taken=Coalesce(Sum("corrections__amount"), ZERO))
        .order_by("date", "recorded_at", "pk")
    )
    context = {
        "form": form,
        "action": action,
        "strategy": action.strategy,
        "year": year,
        "years": years,
        "lines": _lines(form, sums, year),
        "movements": movements,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/means.html", context, status=status)


@open_to(Access.LEAD)
@keeps_what_was_typed
def correct(request: SignedIn, slug: str, code: str, pk: int) -> HttpResponse:
    """Take a movement back, whole or in part, with its motive."""
    action = _entrusted(request, slug, code)
    movement = action.movements.select_related("authorisation", "action").filter(pk=pk).first()
    if movement is None or movement.correction_kind is None:
        raise NotFound("Aucun mouvement de l'action ne se corrige à cette adresse.")
    taken = movement.corrections.aggregate(sum=Sum("amount"))["sum"] or ZERO
    left = movement.amount - taken
    form = CorrectionForm(typed(request), movement=movement, left=left)
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, f"{euros(form.cleaned_data['amount'])} repris.")
        return redirect(_at(action, form.cleaned_data["date"].year))
    if not left and request.method == "GET":
        messages.warning(request, "Ce mouvement est déjà repris en entier.")
        return redirect(_at(action, movement.exercise))
    context = {
        "form": form,
        "action": action,
        "strategy": action.strategy,
        "movement": movement,
        "becomes": Movement.Kind(movement.correction_kind).label,
        "left": left,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/correct_movement.html", context, status=status)


def _entrusted(request: SignedIn, slug: str, code: str) -> Any:
    """An action whose means this person writes: theirs, where they publish without validation."""
    action = led_action(request, slug, code)
    if not action.may_publish:
        raise PermissionDenied("La coordination de la stratégie enregistre les moyens")
    return action


def _exercise(request: SignedIn, years: list[int]) -> int:
    """The exercise that is looked at: the one asked for, else this year's."""
    asked = request.GET.get("exercice", "")
    if not asked:
        return clock.today().year
    if not asked.isdecimal() or int(asked) not in years:
        raise NotFound("L'action n'a pas de mouvement sur cet exercice.")
    return int(asked)


def _lines(form: MovementsForm, sums: dict[tuple[int, int], Sums], year: int) -> list[Line]:
    """The authorisations that give to the action, in the order in which they are offered."""
    whole = money.regrouped(sums, 0)
    return [
        Line(one, sums.get((one.pk, year), Sums()), whole[one.pk])
        for one in form.authorisations
        if one.pk in whole
    ]


def _at(action: Any, year: int) -> str:
    page = reverse("desk:means", args=[action.strategy.slug, action.url_code])
    return f"{page}?exercice={year}"
