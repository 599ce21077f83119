"""The officer's desk: my actions, and the progress report. Signed-in people only."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from actors.models import User
from proposals import state
from proposals.forms import CONTENT, ReportForm, RetractionForm, draft_initial
from proposals.models import Action, ProgressReport, ProgressReportDraft
from proposals.state import Moment
from sress import clock
from sress.faults import NotFound
from sress.templatetags.french import day as french_day

PAGE_SIZE = 50


class SignedIn(HttpRequest):
    """A request of somebody who signed in, as the middleware requires here."""

    user: User


def home(request: SignedIn) -> HttpResponse:
    """The actions I may report on: those past their deadline first, then the nearest deadlines."""
    mine = state.actions(Moment.today(embargoed=True), Action.objects.editable_by(request.user))
    ordered = mine.select_related("strategy", "proposal__axis").order_by(
        "-is_overdue", "-is_open", "due_date", "pk"
    )
    page = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    drafts = ProgressReportDraft.objects.filter(author=request.user).select_related(
        "action__strategy"
    )
    withheld = ProgressReport.objects.filter(
        action__in=Action.objects.editable_by(request.user),
        public_from__gt=clock.today(),
        superseded_by=None,
    ).select_related("action__strategy")
    context = {"page": page, "drafts": drafts, "withheld": withheld}
    return render(request, "proposals/desk.html", context)


def report(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """Log progress, or correct a report (`?corrige=`). The draft keeps what is not published."""
    action = editable_action(request, slug, code)
    correcting = report_to_correct(request, action)
    if request.method == "GET" and correcting and is_superseded(request, correcting):
        return redirect("desk:home")
    form = ReportForm(
        request.POST or None,
        action=action,
        author=request.user,
        correcting=correcting,
        milestones=pending_milestones(action, correcting),
        initial=initial_content(request, action, correcting),
    )
    if request.method == "POST":
        if "abandonner" in request.POST:
            form.draft().delete()
            messages.success(request, "Brouillon abandonné.")
            return redirect("desk:home")
        if "brouillon" in request.POST:
            if form.save_draft():
                messages.success(request, "Brouillon enregistré. Il n'est visible que de vous.")
                return redirect("desk:home")
        elif form.is_valid() and (recorded := form.record()):
            if recorded.public_from and recorded.public_from > clock.today():
                until = french_day(recorded.public_from)
                messages.success(request, f"Point enregistré, retenu jusqu'au {until}.")
                return redirect("desk:home")
            said = "corrigé" if correcting else "publié"
            messages.success(request, f"Point d'avancement {said}.")
            return redirect(page_after(action))
    context = {
        "form": form,
        "action": action,
        "correcting": correcting,
        "draft": None if correcting else form.draft().first(),
        "strategy": action.strategy,
    }
    return render(request, "proposals/report.html", context, status=422 if form.errors else 200)


def retract(request: SignedIn, slug: str, code: str, pk: int) -> HttpResponse:
    """Withdraw a report, with its reason."""
    action = editable_action(request, slug, code)
    target = action.reports.filter(pk=pk, is_retraction=False).first()
    if target is None:
        raise NotFound("Ce point d'avancement n'existe pas.")
    if request.method == "GET" and is_superseded(request, target):
        return redirect("desk:home")
    form = RetractionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.record(target, request.user):
        messages.success(request, "Point d'avancement retiré.")
        return redirect(page_after(action))
    context = {
        "form": form,
        "action": action,
        "report": target,
        "strategy": action.strategy,
    }
    return render(request, "proposals/retract.html", context, status=422 if form.errors else 200)


def editable_action(request: SignedIn, slug: str, code: str) -> Any:
    """The action with its state; unknown to this person: 404; known but not theirs: 403."""
    wanted = Action.objects.filter(strategy__slug=slug, code=code.replace("-", "."))
    action = (
        state.actions(Moment.today(embargoed=True), wanted.visible_to(request.user))
        .select_related("strategy__region", "strategy__service", "proposal__axis")
        .first()
    )
    if action is None:
        raise NotFound("Aucune action en cours ne porte ce code.")
    if not wanted.editable_by(request.user).exists():
        raise PermissionDenied("Cette action est suivie par quelqu'un d'autre")
    return action


def page_after(action: Action) -> str:
    """Where an officer sees what was just logged: the public page, when there is one."""
    if action.published and action.strategy.published:
        return action.get_absolute_url()
    return reverse("desk:home")


def is_superseded(request: SignedIn, report: ProgressReport) -> bool:
    """Whether there is nothing left to correct or retract; says so to the reader."""
    superseded = ProgressReport.objects.filter(supersedes=report).exists()
    if superseded:
        messages.warning(request, "Ce point a déjà été corrigé ou retiré.")
    return superseded


def report_to_correct(request: SignedIn, action: Action) -> ProgressReport | None:
    """The report that `?corrige=` names, when it is one of this action's."""
    asked = request.GET.get("corrige", "")
    if not asked:
        return None
    found = action.reports.filter(pk=asked, is_retraction=False) if asked.isdecimal() else None
    report = found and found.first()
    if not report:
        raise NotFound("Le point à corriger n'existe pas.")
    return report


def pending_milestones(action: Action, correcting: ProgressReport | None) -> list[Any]:
    """The milestones not reached yet, and those that the corrected report speaks of."""
    milestones = state.milestones(Moment.today(embargoed=True), action.milestones.all())
    spoken_of = (
        set(correcting.milestone_updates.values_list("milestone_id", flat=True))
        if correcting
        else set()
    )
    return [m for m in milestones if not m.is_reached or m.pk in spoken_of]


def initial_content(
    request: SignedIn, action: Any, correcting: ProgressReport | None
) -> dict[str, Any]:
    """What the form starts from: the report to correct, else my draft, else today's state."""
    if correcting:
        initial = {name: getattr(correcting, name) for name in CONTENT}
        for update in correcting.milestone_updates.all():
            initial[f"etape_{update.milestone_id}_atteinte"] = update.reached
            initial[f"etape_{update.milestone_id}_echeance"] = update.revised_due_date
        return initial
    draft = ProgressReportDraft.objects.filter(action=action, author=request.user).first()
    if draft:
        return draft_initial(draft)
    reports = state.history(Moment.today(embargoed=True), action.reports.all())
    last = reports.filter(is_counted=True).first()
    return {
        "reported_on": clock.today(),
        "status": action.status,
        "progress": action.progress,
        "difficulty_motive": last.difficulty_motive if last else "",
        "decision": last.decision if last else "",
    }
