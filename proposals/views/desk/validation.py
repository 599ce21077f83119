"""Somebody's draft waits: publish it, amended or not, or return it with a word."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals.forms.starting import pending_milestones
from proposals.forms.validation import ValidationForm
from proposals.models import ProgressReportDraft
from proposals.views.desk.common import SignedIn, known_action, present, whom_to_ask
from proposals.views.desk.report import page_after
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed

PUBLISHED = "Point validé et publié."


@open_to(Access.LEAD)
@keeps_what_was_typed
def validate(request: SignedIn, slug: str, code: str, pk: int) -> HttpResponse:
    """Read the draft in the form that it was written in; amend it; decide."""
    action = known_action(request, slug, code)
    if not action.may_validate:
        raise PermissionDenied(whom_to_ask(action, request.user))
    draft = _waiting(request, action, pk)
    if draft is None:
        # The second of two clicks is the one that browsers show.
        mine = action.reports.filter(validated_by=request.user)
        if any(str(one.submission) == request.POST.get("submission") for one in mine):
            messages.success(request, PUBLISHED)
            return redirect(page_after(action))
        messages.warning(request, "Ce brouillon n'attend plus : publié, renvoyé ou repris.")
        return redirect("desk:home")
    form = ValidationForm(
        typed(request),
        request.FILES or None,
        waiting=draft,
        action=action,
        milestones=pending_milestones(action, draft.supersedes, present(request.user)),
    )
    if request.method == "POST":
        if "renvoyer" in request.POST:
            if form.give_back(request.user):
                messages.success(request, f"Brouillon renvoyé à {draft.author}, avec votre mot.")
                return redirect("desk:home")
        elif not form.is_valid():
            form.keep_files()
        elif form.publish(request.user):
            messages.success(request, PUBLISHED)
            return redirect(page_after(action))
    context: dict[str, Any] = {
        "form": form,
        "action": action,
        "draft": draft,
        "correcting": draft.supersedes,
        "strategy": action.strategy,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/validation.html", context, status=status)


def _waiting(request: SignedIn, action: Any, pk: int) -> ProgressReportDraft | None:
    drafts = ProgressReportDraft.objects.filter(action=action)
    draft = (
        drafts.awaiting(request.user)
        .select_related("author__organisation", "author__service", "supersedes")
        .filter(pk=pk)
        .first()
    )
    if draft is None and not drafts.filter(pk=pk).exists() and request.method == "GET":
        raise NotFound("Ce brouillon n'existe pas, ou n'existe plus.")
    return draft
