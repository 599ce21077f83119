"""Actions that change hands, for good or while somebody is away."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from actors.access import Access, open_to
from actors.models import Absence
from proposals.forms.handover import AbsenceForm, HandoverForm
from proposals.models import Action
from proposals.views.desk.common import SignedIn, require_regional
from sress import clock
from sress.kept import keeps_what_was_typed, typed
from sress.templatetags.french import counted


@open_to(Access.REGION)
@keeps_what_was_typed
def hand_over(request: SignedIn) -> HttpResponse:
    """Give actions to a colleague; `?action=` ticks one."""
    require_regional(request.user)
    mine = Action.objects.transferable_by(request.user).select_related("strategy", "referent")
    form = HandoverForm(
        typed(request),
        giver=request.user,
        actions=mine,
        initial={"actions": request.GET.getlist("action")},
    )
    if request.method == "POST" and form.is_valid():
        count, to = form.hand_over(), form.cleaned_data["to"]
        messages.success(request, f"{counted(count, 'action confiée,actions confiées')} à {to}.")
        return redirect("desk:home")
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/handover.html", {"form": form}, status=status)


@open_to(Access.REGION)
@keeps_what_was_typed
def absences(request: SignedIn) -> HttpResponse:
    """When I am away, and who stands in for me."""
    require_regional(request.user)
    form = AbsenceForm(typed(request), absent=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"Absence enregistrée : {form.instance.deputy} vous supplée.")
        return redirect("desk:absences")
    mine = request.user.absences.filter(ends_on__gte=clock.today()).select_related("deputy")
    context = {"form": form, "absences": mine.order_by("starts_on")}
    status = 422 if request.method == "POST" else 200
    return render(request, "proposals/desk/absences.html", context, status=status)


@open_to(Access.REGION)
@require_POST
def forget_absence(request: SignedIn, pk: int) -> HttpResponse:
    """I am not away after all, or am back."""
    require_regional(request.user)
    get_object_or_404(Absence, pk=pk, user=request.user).delete()
    messages.success(request, "Absence supprimée.")
    return redirect("desk:absences")
