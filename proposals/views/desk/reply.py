"""Answers to a line of a mail, by a signed link: without signing in, and never by opening it.

The page says what is so: asked, answered, or no longer to be answered. An answer leads back to it.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from actors.access import Access, open_to
from actors.models import User
from proposals.forms.reply import DisownForm, PutOffForm
from proposals.forms.unchanged import NothingNew
from proposals.models import Action, ProgressReport, ProgressReportDraft
from proposals.reminders import replies
from proposals.reminders.replies import What
from proposals.views.desk.common import action_for
from sress import clock
from sress.audit.context import by_link

# Who reported so lately, from their desk or from another mail, has nothing to add.
LATELY = timedelta(days=1)


@open_to(Access.DOOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether that is what is meant; do it when the form is sent; say what was answered."""
    response = _reply(request, token)
    response["X-Robots-Tag"] = "noindex"
    return response


@transaction.atomic
def _reply(request: HttpRequest, token: str) -> HttpResponse:
    said = replies.read(token)
    person = User.objects.filter(pk=said.user, is_active=True).first() if said else None
    if said is None or person is None:
        reason = "Ce lien est incomplet, date de plus de soixante jours, ou son compte est fermé."
        return _over(request, reason, status=410)
    if request.user.is_authenticated and request.user.pk != person.pk:
        reason = "Ce lien est celui d'un autre compte : déconnectez-vous, puis rouvrez-le."
        return _over(request, reason, status=403)
    if request.method == "POST":
        # Two clicks wait here for one another: the second one finds the answer of the first.
        Action.objects.select_for_update(no_key=True).filter(pk=said.action).first()
        by_link(person.pk)
    action = action_for(person, pk=said.action)
    if reason := _pointless(action):
        return _over(request, reason, status=410)
    if not action.may_report:
        reason = "Cette action n'est plus entre vos mains : vous n'avez rien à répondre."
        return _over(request, reason, status=403)
    sent = request.POST if request.method == "POST" else None
    answer = ANSWERS[said.what](action, person, token, sent)
    if sent is not None and answer.give():
        return redirect(request.path)
    context = {
        "action": action,
        "answer": answer,
        "form": answer.form,
        "person": person,
        "strategy": action.strategy,
        "what": said.what,
    }
    return render(request, answer.template, context, status=200 if sent is None else 422)


def _pointless(action: Any) -> str:
    """Why nobody has to answer any more, in French; "" when somebody has."""
    if action is None or not (action.published and action.strategy.published):
        return "Cette action n'est plus publiée : il n'y a rien à répondre."
    if action.archived:
        return "Cette action est archivée : il n'y a rien à répondre."
    if not action.is_open:
        return "Cette action est terminée : il n'y a rien à répondre."
    return ""


def _over(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    return render(request, "proposals/desk/reply_over.html", {"reason": reason}, status=status)


class Answer:
    """What `person` is asked about `action`, and what they answered already."""

    template: str
    form: Any = None
    refusal = ""
    """Why the answer that was just tried was not taken, in French."""

    def __init__(self, action: Any, person: User, token: str, sent: QueryDict | None) -> None:
        self.action, self.person, self.token, self.sent = action, person, token, sent

    @property
    def given(self) -> Any:
        """What was answered already; None before."""
        raise NotImplementedError

    @property
    def obstacle(self) -> str:
        """Why it cannot be answered so, in French; "" when it can."""
        return ""

    def give(self) -> bool:
        """Take the answer that was sent, once; whether it is given now."""
        raise NotImplementedError


class SayNothingNew(Answer):
    template = "proposals/desk/reply_nothing_new.html"

    @cached_property
    def report(self) -> ProgressReport | None:
        """What this link published; else what they published lately."""
        reports = self.action.reports.filter(is_retraction=False).order_by("-recorded_at")
        made = reports.filter(submission=replies.submission(self.token))
        own = reports.filter(author=self.person, superseded_by=None)
        return made.first() or own.filter(recorded_at__gt=clock.now() - LATELY).first()

    @cached_property
    def waiting(self) -> ProgressReportDraft | None:
        """Their report that somebody is to validate."""
        drafts = ProgressReportDraft.objects.filter(action=self.action, author=self.person)
        return drafts.filter(supersedes=None, submitted_at__isnull=False).first()

    @property
    def given(self) -> Any:
        return self.report or self.waiting

    @cached_property
    def seen(self) -> int:
        """How many reports of the action its state comes from."""
        return int(self.action.reports.count())

    @cached_property
    def obstacle(self) -> str:
        return self._said(str(self.seen)).refusal

    def give(self) -> bool:
        if not self.given:
            self.refusal = self._said((self.sent or QueryDict()).get("seen", "")).say().refusal
        return not self.refusal

    def _said(self, seen: str) -> NothingNew:
        named = replies.submission(self.token)
        return NothingNew(self.action, self.person, submission=named, seen=seen)


class PutOff(Answer):
    template = "proposals/desk/reply_later.html"

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self.form = PutOffForm(self.sent, action=self.action, person=self.person)

    @cached_property
    def given(self) -> Any:
        return replies.running(self.action, self.person.pk)

    def give(self) -> bool:
        if not self.form.is_valid():
            return False
        replies.put_off(self.action, self.person, self.form.cleaned_data["until"])
        return True


class Disown(Answer):
    template = "proposals/desk/reply_not_mine.html"

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self.form = DisownForm(self.sent)

    @cached_property
    def given(self) -> Any:
        return replies.disowned(self.action, self.person)

    @cached_property
    def obstacle(self) -> str:
        if replies.is_theirs(self.action, self.person.pk):
            return ""
        return (
            "Vous n'en êtes pas référent·e : ses relances vous parviennent parce que vous "
            "suppléez cette personne, ou coordonnez la stratégie."
        )

    @property
    def may_hand_over(self) -> bool:
        """Whether they may hand the action over themselves: a deputy may not."""
        return Action.objects.transferable_by(self.person).filter(pk=self.action.pk).exists()

    def give(self) -> bool:
        if self.obstacle or not self.form.is_valid():
            return False
        if "reprendre" in self.form.data:
            replies.take_back(self.action, self.person)
        else:
            replies.disown(self.action, self.person, self.form.cleaned_data["word"])
        return True


ANSWERS: dict[What, type[Answer]] = {
    What.NOTHING_NEW: SayNothingNew,
    What.SNOOZE: PutOff,
    What.NOT_MINE: Disown,
}
