"""Answers to a line of a mail, by a signed link: without signing in, and never by opening it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from actors.access import Access, open_to
from actors.models import User
from proposals.forms.reply import DisownForm, PutOffForm
from proposals.forms.unchanged import nothing_new
from proposals.models import Action
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from proposals.views.desk.common import action_for
from sress.audit.context import by_link
from sress.templatetags.french import day as french_day

FORMS = {What.SNOOZE: PutOffForm, What.NOT_MINE: DisownForm}
DONE = "fait"


@open_to(Access.DOOR)
@never_cache
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether that is what is meant; then do it, and say so."""
    said = replies.read(token)
    if said is None:
        return _over(request, "Ce lien est incomplet, ou date de plus de deux mois.")
    person = User.objects.filter(pk=said.user, is_active=True).first()
    action = action_for(person, pk=said.action) if person else None
    if person is None or action is None or not action.may_report:
        return _over(request, "Cette action n'est plus entre vos mains : rien à répondre.")
    context = {
        "action": action,
        "person": person,
        "what": said.what,
        "seen": action.reports.count(),
    }
    if DONE in request.GET:
        return render(request, "proposals/desk/replied.html", context)
    if reason := _pointless(action, person, said):
        return _over(request, reason)
    form_class = FORMS.get(said.what)
    form = form_class(request.POST or None) if form_class else None
    if request.method == "POST" and (form is None or form.is_valid()):
        by_link(person.pk)
        if _done(request, action, person, said, form):
            return redirect(f"{request.path}?{DONE}")
    status = 422 if form and form.errors else 200
    return render(request, "proposals/desk/reply.html", {**context, "form": form}, status=status)


def _pointless(action: Any, person: User, said: Link) -> str:
    """Why there is nothing to answer, in French; "" when there is."""
    if not action.is_open:
        return "Cette action est terminée : il n'y a plus de relance."
    if said.what == What.NOT_MINE:
        if not replies.is_theirs(action, person.pk):
            return "Cette action est confiée à quelqu'un d'autre : rien à répondre."
        if replies.disowned(action, person):
            return "Vous l'avez déjà dit : la coordination de la stratégie est prévenue."
    return ""


@transaction.atomic
def _done(request: HttpRequest, action: Any, person: User, said: Link, form: Any) -> bool:
    # Two clicks wait here for one another.
    Action.objects.select_for_update(no_key=True).get(pk=action.pk)
    if said.what == What.SNOOZE:
        until = form.cleaned_data["until"]
        replies.put_off(action, person, until)
        messages.success(request, f"La prochaine relance viendra le {french_day(until)}.")
        return True
    if said.what == What.NOT_MINE:
        replies.disown(action, person, form.cleaned_data["word"])
        messages.success(
            request, "La coordination est prévenue : elle confiera l'action à quelqu'un d'autre."
        )
        return True
    answer = nothing_new(
        action,
        person,
        submission=request.POST.get("submission", ""),
        seen=request.POST.get("seen", ""),
    )
    if answer.refusal:
        messages.warning(request, answer.refusal)
        return False
    messages.success(
        request,
        "« Rien de nouveau » : envoyé, à valider."
        if answer.awaits
        else "« Rien de nouveau » : c'est enregistré, à la date d'aujourd'hui.",
    )
    return True


def _over(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "proposals/desk/reply_over.html", {"reason": reason}, status=410)
