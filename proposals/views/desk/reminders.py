"""What was and what will be told to whom, by mail."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from actors.access import Access, open_to
from actors.models import Absence, User
from proposals.filters import MailFilter
from proposals.models import Reminder
from proposals.reminders.forecast import coming, snoozes
from proposals.reminders.run import resend
from proposals.views.desk.common import SignedIn
from sress.faults import NotFound
from sress.models import Mail

PAGE_SIZE = 50
ANSWERING = re.compile(r"(/relances/reponse/)\S+")
# The last mails shown to who received them.
RECENT = 12


class PaceForm(forms.ModelForm):
    """How often mails may come."""

    class Meta:
        model = User
        fields = ["pace"]
        widgets = {"pace": forms.RadioSelect}


@open_to(Access.ACCOUNT)
def reminders(request: SignedIn) -> HttpResponse:
    """My reminders: how often, what is to come, what was sent."""
    form = PaceForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        request.user.save(update_fields=["pace"])
        messages.success(request, "Votre rythme est enregistré.")
        return redirect("desk:reminders")
    context = {
        "form": form,
        "coming": coming(request.user),
        "sent": _with_lines(Mail.objects.filter(recipient=request.user))[:RECENT],
        "snoozes": snoozes(request.user),
        "absence": Absence.objects.today().filter(user=request.user).select_related("deputy"),
    }
    status = 422 if form.errors else 200
    return render(request, "proposals/desk/reminders.html", context, status=status)


@open_to(Access.ACCOUNT)
@require_POST
def forget_snooze(request: SignedIn, pk: int) -> HttpResponse:
    """Be reminded again at once of what one put off."""
    snoozes(request.user).filter(pk=pk).delete()
    messages.success(request, "Cette action n'est plus remise à plus tard.")
    return redirect("desk:reminders")


@open_to(Access.ADMINISTER)
def mails(request: SignedIn) -> HttpResponse:
    """Every mail of the site, with its state and what went wrong."""
    _administer(request)
    narrowed = MailFilter(request.GET, Mail.objects.select_related("recipient"))
    page = Paginator(narrowed.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "proposals/desk/mails.html", {"filter": narrowed, "page": page})


@open_to(Access.ACCOUNT)
def mail(request: SignedIn, pk: int) -> HttpResponse:
    """What a mail said; to who received it and to administrators."""
    found = _with_lines(_readable(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound("Aucun courriel à vous ne porte ce numéro.")
    # Whoever holds a link answers in the name of who received it: it is for the mail alone.
    said = ANSWERING.sub(r"\1…", found.readable())
    return render(request, "proposals/desk/mail.html", {"mail": found, "said": said})


@open_to(Access.ADMINISTER)
@require_POST
def resend_mail(request: SignedIn, pk: int) -> HttpResponse:
    """Send a mail again; clicked twice, it goes once."""
    _administer(request)
    found = Mail.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("Aucun courriel ne porte ce numéro.")
    told_anew = found.state == Mail.State.REFUSED and not found.in_doubt
    if not resend(found):
        messages.warning(request, "Ce courriel attend déjà de partir, ou a été remplacé.")
    elif told_anew:
        messages.success(
            request,
            "Ce qu'il disait repart avec le prochain courriel de cette personne, à l'adresse "
            "qu'elle aura alors.",
        )
    else:
        messages.success(request, "Le même courriel repart dans la minute.")
    return redirect("desk:mail", pk)


def _readable(request: SignedIn) -> QuerySet[Mail]:
    if request.user.is_superuser:
        return Mail.objects.all()
    return Mail.objects.filter(recipient=request.user)


def _with_lines(mails: QuerySet[Mail]) -> QuerySet[Any]:
    lines = Reminder.objects.select_related("rule", "action__strategy", "strategy", "convention")
    return mails.select_related("recipient").prefetch_related(Prefetch("reminders", lines))


def _administer(request: SignedIn) -> None:
    if not request.user.is_superuser:
        raise PermissionDenied("Cette page est réservée à l'administration du site")
