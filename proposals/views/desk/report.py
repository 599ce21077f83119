"""Log progress, correct what was logged, withdraw it, or say that nothing is new."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from actors.access import Access, open_to
from proposals.forms.report import ReportForm, RetractionForm
from proposals.forms.starting import initial_content, pending_milestones
from proposals.forms.unchanged import NothingNew
from proposals.models import Action, ProgressReport
from proposals.views.desk.common import SignedIn, editable_action, led_action, present
from sress import clock
from sress.faults import NotFound
from sress.kept import keeps_what_was_typed, typed
from sress.templatetags.french import day as french_day


@open_to(Access.REPORT)
@keeps_what_was_typed
def report(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """Log progress, or correct a report (`?corrige=`). The draft keeps what is not published."""
    action = editable_action(request, slug, code)
    correcting, moment = report_to_correct(request, action), present(request.user)
    if request.method == "GET" and correcting and is_superseded(request, correcting):
        return redirect("desk:home")
    form = ReportForm(
        typed(request),
        request.FILES or None,
        action=action,
        author=request.user,
        correcting=correcting,
        milestones=pending_milestones(action, correcting, moment),
        initial=initial_content(action, correcting, moment),
    )
    if request.method == "POST" and (response := _sent(request, form, action, correcting)):
        return response
    return _page(request, form, action, correcting=correcting)


def _sent(
    request: SignedIn, form: ReportForm, action: Any, correcting: ProgressReport | None
) -> HttpResponse | None:
    """What each button of the form does; None to show the form again."""
    if "automatique" in request.POST:
        return _saved_by_itself(form)
    if "abandonner" in request.POST:
        if form.draft:
            form.draft.delete()
        messages.success(request, "Brouillon abandonné.")
        return redirect("desk:home")
    if "brouillon" in request.POST:
        if not form.save_draft():
            return None
        messages.success(request, "Brouillon enregistré. Il n'est visible que de vous.")
        return redirect("desk:home")
    if not form.is_valid():
        # What was joined stays joined, although something else is to be mended.
        form.keep_files()
        return None
    if not action.may_publish:
        if not form.submit():
            return None
        messages.success(request, "Point envoyé : la personne référente va le relire.")
        return redirect("desk:home")
    recorded = form.record()
    if recorded is None:
        return None
    if recorded.is_withheld:
        messages.success(request, f"Point enregistré, {_since(recorded)}.")
        return redirect("desk:home")
    messages.success(request, f"Point d'avancement {'corrigé' if correcting else 'publié'}.")
    return redirect(page_after(action))


def _since(report: ProgressReport) -> str:
    """Whether the public reads it now, in words."""
    if report.is_withheld:
        return f"retenu jusqu'au {french_day(report.public_from)}"
    return "est publié"


def _saved_by_itself(form: ReportForm) -> JsonResponse:
    """The page saves what is being typed; it says when, or what it cannot read."""
    if form.draft and form.draft.submitted_at:
        return JsonResponse({"said": ""})  # waits for validation: changed by its author's hand only
    if not form.save_draft():
        return JsonResponse({"said": "Brouillon enregistré, sauf ce qui ne peut pas se lire."})
    now = clock.now()
    return JsonResponse({"said": f"Brouillon enregistré à {now.hour}\u00a0h\u00a0{now.minute:02}"})


def _page(request: SignedIn, form: ReportForm, action: Any, **more: Any) -> HttpResponse:
    sent = request.method == "POST"
    context = {
        "form": form,
        "action": action,
        "draft": form.draft,
        "strategy": action.strategy,
        **more,
    }
    status = 422 if sent and form.errors else 200
    return render(request, "proposals/desk/report.html", context, status=status)


@open_to(Access.LEAD)
@keeps_what_was_typed
def retract(request: SignedIn, slug: str, code: str, pk: int) -> HttpResponse:
    """Withdraw a report, with its reason."""
    action = led_action(request, slug, code)
    if not action.may_publish:
        raise PermissionDenied("La coordination de la stratégie retire les points publiés")
    target = action.reports.filter(pk=pk, is_retraction=False).first()
    if target is None:
        raise NotFound("Ce point d'avancement n'existe pas.")
    if request.method == "GET" and is_superseded(request, target):
        return redirect("desk:home")
    form = RetractionForm(typed(request))
    if request.method == "POST" and form.is_valid() and form.record(target, request.user):
        messages.success(request, "Point d'avancement retiré.")
        return redirect(page_after(action))
    context = {
        "form": form,
        "action": action,
        "report": target,
        "strategy": action.strategy,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/retract.html", context, status=status)


@open_to(Access.REPORT)
@require_POST
def nothing_new(request: SignedIn, slug: str, code: str) -> HttpResponse:
    """One click: a report, dated today, that keeps the state. Clicked twice, it is one."""
    action = editable_action(request, slug, code)
    page = redirect("desk:report", slug, code)
    if not action.is_open:
        messages.warning(request, "Cette action est terminée : il n'y a plus rien à actualiser.")
        return redirect("desk:home")
    said = NothingNew(
        action,
        request.user,
        submission=request.POST.get("submission", ""),
        seen=request.POST.get("seen", ""),
    ).say()
    if said.refusal:
        messages.warning(request, said.refusal)
        return page
    now = _since(said.report) if said.report else "à valider"
    comma = "" if said.report else ","
    messages.success(request, f"Action {action.code} : « rien de nouveau »{comma} {now}.")
    return redirect("desk:home")


def page_after(action: Action) -> str:
    """Where an officer sees what was just logged: the public page, when there is one."""
    if action.published and action.strategy.published:
        return action.get_absolute_url()
    return reverse("desk:action", args=[action.strategy.slug, action.url_code])


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
    theirs = ProgressReport.objects.filter(pk=report.pk)
    if not theirs.correctable_by(request.user).exists() and not hasattr(report, "superseded_by"):
        raise PermissionDenied("Ce point a été écrit par quelqu'un d'autre")
    return report
