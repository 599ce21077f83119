"""An action as those who follow it see it: drafts, interne texts, and who changed what."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from actors.access import Access, open_to
from actors.models import User
from proposals import state
from proposals.models import Action, ProgressReportDraft, ReminderReply
from proposals.models.rights import reads_internal
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from proposals.views.desk.common import (
    SignedIn,
    followed_action,
    known_action,
    log_of,
    present,
    require_regional,
)
from proposals.views.desk.home import lacking
from sress.audit.wording import history

# Changes shown; the administration has the others.
CHANGES = 50


@open_to(Access.FOLLOW)
def detail(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """The whole story of an action, embargoes and drafts included."""
    action = followed_action(request, slug, code)
    moment, regional = present(request.user), reads_internal(request.user)
    reports = log_of(action, moment, request.user)
    drafts = ProgressReportDraft.objects.filter(action=action)
    context = {
        "action": action,
        "strategy": action.strategy,
        "moment": moment,
        "reports": reports,
        "milestones": state.milestones(moment, action.milestones.all()),
        "mine": drafts.of(request.user).filter(supersedes=None).first(),
        "to_validate": drafts.awaiting(request.user).select_related("author__organisation"),
        "lacking": lacking(action),
        "is_regional": regional,
        "disowned": ReminderReply.objects.unheard()
        .filter(action__in=Action.objects.transferable_by(request.user).filter(pk=action.pk))
        .select_related("user")
        .first(),
        "later": _later(action, request.user),
    }
    return render(request, "proposals/desk/action.html", context)


def _later(action: Any, user: User) -> str:
    """Where its referent puts the reminders of an action off; "" when none comes."""
    published = action.published and action.strategy.published and not action.archived
    if not (published and action.is_open and replies.is_theirs(action, user.pk)):
        return ""
    return reverse("desk:reply", args=[replies.token(Link(user.pk, action.pk, What.SNOOZE))])


@open_to(Access.REGION)
def changes(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """Who changed what in the action and what hangs on it: names, interne texts included."""
    require_regional(request.user)
    action = known_action(request, slug, code)
    context = {
        "action": action,
        "strategy": action.strategy,
        "entries": history(action, limit=CHANGES),
        "most": CHANGES,
    }
    return render(request, "proposals/desk/changes.html", context)
