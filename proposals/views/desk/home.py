"""My desk: what needs me, in that order."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from actors.models import Absence, User
from proposals import state
from proposals.models import (
    Action,
    Handover,
    ProgressReport,
    ProgressReportDraft,
    Strategy,
)
from proposals.models.progress import Status
from proposals.models.rights import reads_internal
from proposals.publication import countdown, waiting, waiting_list
from proposals.state import Moment
from proposals.views.desk.common import SignedIn, present, rights_of
from sress import clock

PAGE_SIZE = 50
SOON = timedelta(days=30)

# What an action needs, the most pressing first; each with its heading.
NEEDS = {
    1: "Échéance dépassée",
    2: "Échéance dans les 30 jours",
    3: "Sans nouvelle récente",
    4: "En difficulté",
    5: "Suivent leur cours",
    6: "Terminées",
}

# Of the grants to publish, the most pressing are named.
NAMED = 8

# What the desk can be narrowed to, by a word of its address.
ONLY = {"depassees": {"is_overdue": True}, "silencieuses": {"is_silent": True}}


@open_to(Access.ACCOUNT)
def home(request: SignedIn) -> HttpResponse:
    """The actions I follow, the most pressing first, and the drafts that wait for somebody."""
    user, today = request.user, clock.today()
    everything = Action.objects.editable_by(user)
    in_my_hands = Action.objects.in_hands_of(user)
    # Coordinators answer for more than what they follow in person.
    mine = Exists(in_my_hands.filter(pk=OuterRef("pk")))
    found = set(everything.order_by().values_list(mine, flat=True).distinct())
    has_more = False in found
    whole = has_more and (request.GET.get("perimetre") == "tout" or True not in found)
    chosen = everything if whole else in_my_hands
    only = ONLY.get(request.GET.get("seules", ""), {})
    page = Paginator(by_need(chosen, user).filter(**only), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    for action in page.object_list:
        action.need_label = NEEDS[action.need]
        action.lacking = lacking(action)
    drafts = ProgressReportDraft.objects.select_related("action__strategy", "supersedes")
    withheld = ProgressReport.objects.filter(is_retraction=False)
    if not reads_internal(user):
        withheld = withheld.filter(author=user)
    context = {
        "page": page,
        "whole": whole,
        "has_more": has_more,
        "narrowed": bool(only),
        "to_validate": drafts.awaiting(user).select_related("author__organisation"),
        "drafts": drafts.of(user).select_related("returned_by"),
        "withheld": withheld.filter(
            action__in=everything, public_from__gt=today, superseded_by=None
        ).select_related("action__strategy"),
        **publications(user),
        "measured": {one.strategy.slug: one.strategy for one in page.object_list},
        "news": Handover.objects.news_for(user).select_related("action__strategy", "given_by"),
        "standing_in": Absence.objects.today().filter(deputy=user).select_related("user"),
        "is_regional": reads_internal(user),
    }
    return render(request, "proposals/desk/home.html", context)


def publications(user: User) -> dict[str, Any]:
    """Grants that the law asks to publish, for who administers their strategies."""
    late = waiting(Moment.today(), Strategy.objects.administered_by(user))
    grants = list(late.select_related("strategy")[: NAMED + 1])
    for grant in grants:
        grant.countdown = countdown(grant.publish_by, clock.today())
        grant.is_late = grant.publish_by < clock.today()
    return {
        "to_publish": grants[:NAMED],
        "more_to_publish": len(grants) > NAMED,
        "waiting_list": waiting_list(),
    }


def by_need(chosen: QuerySet[Action], user: Any) -> QuerySet[Any]:
    """The actions with their state, in the order of what they need."""
    soon = clock.today() + SOON
    need = Case(
        When(is_overdue=True, then=1),
        When(is_open=True, due_date__lte=soon, then=2),
        When(is_silent=True, then=3),
        When(is_open=True, status=Status.DIFFICULTY, then=4),
        When(is_open=True, then=5),
        default=6,
        output_field=IntegerField(),
    )
    return (
        state.actions(present(user), chosen)
        .select_related("strategy", "proposal__axis", "lead", "referent")
        .annotate(
            need=need,
            reports_count=reports_count(),
            **rights_of(user),
        )
        .order_by("need", "due_date", "strategy", "proposal__number", "pk")
    )


def reports_count() -> Coalesce:
    """How many reports an action has: what a form says that its author had read."""
    counted = (
        ProgressReport.objects.filter(action=OuterRef("pk"))
        .order_by()
        .values("action")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(counted, Value(0), output_field=IntegerField())


def lacking(action: Any) -> list[str]:
    """What the sheet of an open action still lacks, to be told gently."""
    if not action.is_open:
        return []
    missing = []
    if action.lead_id is None:
        missing.append("son porteur")
    if action.due_date is None:
        missing.append("une échéance")
    if action.reported_on is None and action.start_date and action.start_date <= clock.today():
        missing.append("un premier point")
    elif action.reported_on and action.is_silent:
        missing.append("un point récent")
    return missing
