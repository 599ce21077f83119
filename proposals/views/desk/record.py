"""A meeting as it is held, its record, and what becomes of its decisions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from actors.access import Access, open_to
from proposals.decisions import about, decisions, follow_ups
from proposals.forms.meeting import lock
from proposals.forms.record import FollowUpForm, Session
from proposals.models import Decision, Meeting
from proposals.models.rights import reads_internal
from proposals.state import Moment
from proposals.views.desk.common import SignedIn, require_regional
from proposals.views.desk.meetings import (
    Known,
    context_of,
    known_meeting,
    require_coordination,
    written_at_once,
)
from sress import clock
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed

PAGE_SIZE = 50


@open_to(Access.COORDINATE)
@keeps_what_was_typed
@written_at_once
def session(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """While it is held: what became of the open decisions, then the agenda, and what is decided."""
    found = known_meeting(request, slug, pk)
    require_coordination(found)
    meeting = found.meeting
    if meeting.is_validated or not meeting.may_be_held(clock.today()):
        reason = "Le relevé est validé : dites la suite de ses décisions."
        if not meeting.is_validated:
            reason = "La réunion n'a pas encore eu lieu : préparez-la."
        messages.warning(request, reason)
        return redirect(meeting)
    if request.method == "POST":
        found.meeting = lock(meeting)
    agenda = list(meeting.agenda.select_related("action", "decision__meeting"))
    form = Session(
        typed(request),
        meeting=found.meeting,
        author=request.user,
        before=to_look_at(meeting),
        initial=_about_item(request, agenda),
    )
    if request.method == "POST" and form.is_valid() and form.keep():
        messages.success(request, "Relevé enregistré.")
        return redirect(f"{reverse('desk:session', args=[slug, pk])}#decisions")
    status = 422 if request.method == "POST" else 200
    context = {**context_of(found), "form": form, "agenda": agenda}
    return render(request, "proposals/desk/session.html", context, status=status)


def to_look_at(meeting: Meeting) -> list[Any]:
    """The decisions of before that were open when it met: those that it closed are among them."""
    moment = Moment(min(meeting.date, clock.today()), embargoed=True)
    rows = Decision.objects.filter(meeting__strategy=meeting.strategy_id).exclude(meeting=meeting)
    return list(
        decisions(moment, rows)
        .filter(Q(is_open=True) | Q(closed_on=meeting.date))
        .annotate(about=about(moment))
        .select_related("meeting", "owner")
        .prefetch_related(Prefetch("follow_ups", follow_ups(moment)))
        .order_by("-is_overdue", "due_date", "meeting__date", "number")
    )


def _about_item(request: SignedIn, agenda: list[Any]) -> dict[str, Any]:
    """`?point=` fills in the decision that a point of the agenda leads to."""
    asked = request.GET.get("point", "")
    item = next((one for one in agenda if str(one.pk) == asked), None)
    return {"codes": item.action.code} if item and item.action else {}


@open_to(Access.REGION)
def record(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """The record of decisions, as it is printed."""
    require_regional(request.user)
    found = known_meeting(request, slug, pk)
    meeting = found.meeting
    context = {
        **context_of(found),
        "agenda": meeting.agenda.select_related("action", "decision__meeting"),
        "highlights": meeting.highlights.select_related("report__action"),
        "decided": decided_by(found),
        "before": to_look_at(meeting),
    }
    return render(request, "proposals/desk/record.html", context)


def decided_by(found: Known) -> list[Any]:
    """What a meeting decided, with where each stands today once the record is validated."""
    moment = Moment.today(embargoed=True)
    rows = found.meeting.decisions.annotate(about=about(moment)).select_related("owner")
    listed: list[Any] = list(rows.order_by("number"))
    standing = {one.pk: one for one in decisions(moment, found.meeting.decisions.all())}
    for decision in listed:
        decision.meeting = found.meeting
        decision.stands = standing.get(decision.pk)
    return listed


@open_to(Access.COORDINATE)
@require_POST
def validate(request: SignedIn, slug: str, pk: int) -> HttpResponse:
    """Freeze the record; clicked twice, it is once."""
    found = known_meeting(request, slug, pk)
    require_coordination(found)
    if not found.meeting.may_be_held(clock.today()):
        messages.warning(request, "Un relevé se valide une fois la réunion tenue.")
    elif Meeting.objects.validate_record(found.meeting, request.user):
        messages.success(request, "Relevé validé : ses décisions sont suivies à partir de ce jour.")
    else:
        messages.warning(request, "Ce relevé est déjà validé.")
    return redirect("desk:record", slug, pk)


@open_to(Access.ACCOUNT)
def my_decisions(request: SignedIn) -> HttpResponse:
    """The decisions that I am to carry out, or follow; what is overdue first."""
    moment = Moment.today(embargoed=True)
    mine = Decision.objects.in_hands_of(request.user)
    followed = Decision.objects.followed_by(request.user)
    whole = request.GET.get("perimetre") == "tout"
    rows = (
        decisions(moment, followed if whole else mine)
        .annotate(about=about(moment))
        .select_related("meeting__strategy", "owner")
        .order_by("-is_open", "-is_overdue", "due_date", "-meeting__date", "number")
    )
    context = {
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "whole": whole,
        "is_regional": reads_internal(request.user),
    }
    return render(request, "proposals/desk/decisions.html", context)


@open_to(Access.LEAD)
@keeps_what_was_typed
def follow_up(request: SignedIn, pk: int) -> HttpResponse:
    """Say what became of a decision: by who carries it out, or the coordination."""
    moment = Moment.today(embargoed=True)
    rows = Decision.objects.filter(pk=pk)
    decision = (
        decisions(moment, rows)
        .annotate(about=about(moment))
        .select_related("meeting__strategy__region", "meeting__strategy__service", "owner")
        .first()
    )
    if decision is None:
        raise NotFound("Aucune décision d'un relevé validé n'est à cette adresse.")
    if not Decision.objects.followed_by(request.user).filter(pk=pk).exists():
        if not reads_internal(request.user):
            raise NotFound("Aucune décision d'un relevé validé n'est à cette adresse.")
        raise PermissionDenied("Cette décision est suivie par quelqu'un d'autre")
    form = FollowUpForm(typed(request), decision=decision, author=request.user)
    if request.method == "POST" and form.is_valid() and form.record():
        messages.success(request, "C'est noté.")
        return redirect("desk:follow_up", pk)
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "decision": decision,
        "strategy": decision.meeting.strategy,
        "told": follow_ups(moment).filter(decision=decision).select_related("author"),
    }
    return render(request, "proposals/desk/follow_up.html", context, status=status)
