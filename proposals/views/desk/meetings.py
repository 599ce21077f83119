"""Meetings of a strategy: the list, one of them, and the page that prepares it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from actors.access import Access, open_to
from proposals.committee import Gathered, previous_of, since_last
from proposals.forms.meeting import MeetingForm, lock
from proposals.forms.preparation import Preparation
from proposals.models import Campaign, Meeting, Stage, Strategy
from proposals.views.desk.common import SignedIn, require_regional
from proposals.views.desk.editions import administered_strategy
from sress import clock
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed


def written_at_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What a form of this view writes is written together; a page that is read needs nothing."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return wrapped


@open_to(Access.REGION)
def at_hand(request: SignedIn) -> HttpResponse:
    """The meetings of the strategy that this person coordinates, else of the current one."""
    require_regional(request.user)
    today = clock.today()
    mine = Strategy.objects.administered_by(request.user)
    strategy = mine.at_hand(today) or Strategy.objects.current(today)
    return redirect("desk:meetings", strategy.slug) if strategy else redirect("desk:home")


@open_to(Access.REGION)
def meetings(request: SignedIn, slug: str) -> HttpResponse:
    """Those to come, the next one first, then those that were held."""
    require_regional(request.user)
    listed = _of_strategy(request, slug).annotate(
        decided=Count("decisions", distinct=True), subjects=Count("agenda", distinct=True)
    )
    strategy = _known_strategy(request, slug)
    today = clock.today()
    found = list(listed)
    context = {
        "strategy": strategy,
        "may_write": Strategy.objects.administered_by(request.user).filter(slug=slug).exists(),
        "coming": [one for one in reversed(found) if one.date >= today and not one.is_validated],
        "past": [one for one in found if one.date < today or one.is_validated],
    }
    return render(request, "proposals/desk/meetings.html", context)


@open_to(Access.COORDINATE)
@keeps_what_was_typed
def plan(request: SignedIn, slug: str) -> HttpResponse:
    """A new meeting."""
    strategy = administered_strategy(request, slug)
    form = MeetingForm(typed(request), instance=Meeting(strategy=strategy))
    if twin := form.twin():
        return redirect("desk:prepare", slug, twin.pk)
    if request.method == "POST" and form.is_valid() and (meeting := form.keep()):
        messages.success(request, f"{meeting.name} : à préparer.")
        return redirect("desk:prepare", slug, meeting.pk)
    return _form(request, form, strategy)


@open_to(Access.COORDINATE)
@keeps_what_was_typed
@written_at_once
def change(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Its date, its place, who takes part."""
    strategy = administered_strategy(request, slug)
    meeting = _one_of(Meeting.objects.filter(strategy=strategy), pk)
    if meeting.is_validated:
        messages.warning(request, "Le relevé est validé : la réunion ne change plus.")
        return redirect(meeting)
    if request.method == "POST":
        meeting = lock(meeting)
    form = MeetingForm(typed(request), instance=meeting)
    if request.method == "POST" and form.is_valid() and (kept := form.keep()):
        messages.success(request, "Réunion enregistrée.")
        return redirect(kept)
    return _form(request, form, strategy)


def _form(request: SignedIn, form: MeetingForm, strategy: Strategy) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "strategy": strategy, "meeting": form.instance}
    return render(request, "proposals/desk/meeting_form.html", context, status=status)


@open_to(Access.REGION)
def meeting(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """The file of a meeting: what the committee has under its eyes."""
    require_regional(request.user)
    found = known_meeting(request, slug, pk)
    gathered = since_last(found.meeting, found.previous)
    context = {
        **context_of(found, gathered),
        "agenda": found.meeting.agenda.select_related("action", "decision"),
        "highlights": found.meeting.highlights.select_related("report__action"),
    }
    return render(request, "proposals/desk/meeting.html", context)


@open_to(Access.COORDINATE)
@keeps_what_was_typed
@written_at_once
def prepare(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """« Préparer le COPIL »: all that happened since the last one, and what to make of it."""
    found = known_meeting(request, slug, pk)
    require_coordination(found)
    if found.meeting.is_validated:
        messages.warning(request, "Le relevé est validé : la préparation ne change plus.")
        return redirect(found.meeting)
    if request.method == "POST":
        found.meeting = lock(found.meeting)
    gathered = since_last(found.meeting, found.previous)
    form = Preparation(typed(request), gathered)
    if request.method == "POST" and form.is_valid():
        place = form.keep()
        messages.success(request, _said(place))
        return redirect(f"{reverse('desk:prepare', args=[slug, pk])}#{place}")
    status = 422 if request.method == "POST" else 200
    context = {**context_of(found, gathered), "form": form}
    return render(request, "proposals/desk/prepare.html", context, status=status)


def _said(place: str) -> str:
    if place == "points-attendus":
        return "Les personnes concernées seront relancées par courriel avant la réunion."
    return "Préparation enregistrée."


# --- What these pages and those of the record share


@dataclass(slots=True)
class Known:
    """A meeting, the one before it, and what this person may do with it."""

    meeting: Meeting
    previous: Meeting | None
    may_write: bool
    asked_on: date | None
    """Since when news are collected for it."""


def known_meeting(request: SignedIn, slug: str, pk: int) -> Known:
    """A meeting that this person may know of, and the last of its kind before. Else 404."""
    listed = list(_of_strategy(request, slug))
    meeting = next((one for one in listed if one.pk == pk), None)
    if meeting is None:
        raise NotFound("La stratégie n'a pas de réunion à cette adresse.")
    return Known(meeting, previous_of(meeting, listed), meeting.may_write, meeting.asked_on)


def require_coordination(found: Known) -> None:
    """403 for who does not administer the strategy."""
    if not found.may_write:
        raise PermissionDenied("La coordination de la stratégie prépare ses réunions")


def context_of(found: Known, gathered: Gathered | None = None) -> dict[str, Any]:
    """What the templates of a meeting share."""
    meeting = found.meeting
    shared = {
        "strategy": meeting.strategy,
        "meeting": meeting,
        "previous": found.previous,
        "may_write": found.may_write,
        "asked_on": found.asked_on,
        "may_be_held": meeting.may_be_held(clock.today()),
        "is_to_come": meeting.date >= clock.today(),
    }
    if gathered is None:
        return shared
    before, now = gathered.means_before, gathered.means
    means = [
        (stage.label, getattr(before, stage.name.lower()), getattr(now, stage.name.lower()))
        for stage in Stage
    ]
    return {**shared, "since": gathered, "means": [(*one, one[2] - one[1]) for one in means]}


def _of_strategy(request: SignedIn, slug: str) -> QuerySet[Any]:
    """The meetings of a strategy that this person may know of, the last first; adds `may_write`
    and `asked_on`: since when news are collected for it."""
    mine = Strategy.objects.administered_by(request.user)
    campaign = Campaign.objects.filter(
        strategy=OuterRef("strategy"), committee_on=OuterRef("date")
    ).order_by("opens_on")
    return (
        Meeting.objects.filter(
            Q(strategy__published=True) | Q(strategy__in=mine), strategy__slug=slug
        )
        .select_related("strategy__region", "strategy__service")
        .annotate(
            may_write=Exists(mine.filter(pk=OuterRef("strategy"))),
            asked_on=Subquery(campaign.values("opens_on")[:1]),
        )
        .order_by("-date", "-pk")
    )


def _known_strategy(request: SignedIn, slug: str) -> Strategy:
    """Published, or administered by this person. Else 404."""
    mine = Strategy.objects.administered_by(request.user).values("pk")
    rows = Strategy.objects.filter(Q(published=True) | Q(pk__in=mine), slug=slug)
    found = rows.select_related("region", "service").first()
    if found is None:
        raise NotFound("Aucune stratégie ne porte cette adresse.")
    return found


def _one_of(rows: QuerySet[Meeting], pk: int) -> Meeting:
    found = rows.filter(pk=pk).select_related("strategy__region", "strategy__service").first()
    if found is None:
        raise NotFound("La stratégie n'a pas de réunion à cette adresse.")
    return found
