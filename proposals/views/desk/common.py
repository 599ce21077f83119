"""What the pages of the desk share: who asks, about which action, and by which right."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest

from actors.models import User
from proposals import state
from proposals.models import Action, MilestoneUpdate
from proposals.models.progress import Visibility
from proposals.models.rights import reads_internal
from proposals.state import Moment
from sress.faults import NotFound


class SignedIn(HttpRequest):
    """A request of somebody who signed in, as the middleware requires here."""

    user: User


def known_action(request: SignedIn, slug: str, code: str) -> Any:
    """The action with its state and what this person may do with it.

    Adds `may_report`, `may_publish` and `may_lead`. Unknown to this person: 404.
    """
    action = action_for(request.user, strategy__slug=slug, code=code.replace("-", "."))
    if action is None:
        raise NotFound("Aucune action en cours ne porte ce code.")
    return action


def action_for(user: User, **wanted: Any) -> Any:
    """The same, found by other columns; None when there is no such action for `user`."""
    visible = Action.objects.filter(**wanted).visible_to(user)
    return (
        state.actions(present(user), visible)
        .select_related(
            "strategy__region", "strategy__service", "proposal__axis", "lead", "referent"
        )
        .annotate(**rights_of(user))
        .first()
    )


def present(user: User) -> Moment:
    """Today, as `user` may know it: what is under embargo is for the Region."""
    return Moment.today(embargoed=reads_internal(user))


def rights_of(user: User | AnonymousUser) -> dict[str, Exists]:
    """What `user` may do with each action of a queryset, to annotate it with."""
    mine = {
        "may_report": Action.objects.editable_by(user),
        "may_publish": Action.objects.publishable_by(user),
        "may_validate": Action.objects.validatable_by(user),
        "may_lead": Action.objects.led_by(user),
    }
    return {name: Exists(rows.filter(pk=OuterRef("pk"))) for name, rows in mine.items()}


def log_of(action: Any, moment: Moment, user: User | AnonymousUser) -> list[Any]:
    """The reports of `action` at `moment`, the latest first, each with what `user` may do.

    Adds `readable` (its text, motives and attachments), `may_correct` and `may_retract`. `action`
    has the rights of `rights_of`.
    """
    reports = (
        state.history(moment, action.reports.all())
        .select_related(
            "author__service",
            "author__organisation",
            "validated_by__service",
            "supersedes",
            "superseded_by",
        )
        .prefetch_related(
            Prefetch("milestone_updates", MilestoneUpdate.objects.select_related("milestone")),
            "attachments",
        )
    )
    listed = list(reports)
    for report in listed:
        own = report.author_id == user.pk
        public = report.visibility == Visibility.PUBLIC
        report.readable = reads_internal(user) or own or public
        report.may_retract = report.is_counted and action.may_lead and action.may_publish
        theirs = action.may_lead or (own and action.may_report)
        report.may_correct = report.is_counted and theirs
    return listed


def followed_action(request: SignedIn, slug: str, code: str) -> Any:
    """One that this person follows: the Region's people all of them, contributors their own."""
    action = known_action(request, slug, code)
    if not (reads_internal(request.user) or action.may_report):
        raise PermissionDenied("Cette action est suivie par d'autres organismes")
    return action


def editable_action(request: SignedIn, slug: str, code: str) -> Any:
    """One that this person may report on; known but not theirs: 403."""
    action = known_action(request, slug, code)
    if not action.may_report:
        raise PermissionDenied(whom_to_ask(action, request.user))
    return action


def led_action(request: SignedIn, slug: str, code: str) -> Any:
    """One that this person answers for; known but not theirs: 403."""
    action = known_action(request, slug, code)
    if not action.may_lead:
        raise PermissionDenied(whom_to_ask(action, request.user))
    return action


def whom_to_ask(action: Any, user: User) -> str:
    """Whom to ask; colleagues alone are told a name."""
    if action.archived:
        return "Cette action est archivée : personne n'y fait plus le point"
    if reads_internal(user) and action.referent:
        return f"Cette action est suivie par {action.referent}"
    return "Cette action est suivie par quelqu'un d'autre"


def require_regional(user: User) -> None:
    """403 for who does not work for the Region."""
    if not reads_internal(user):
        raise PermissionDenied("Cette page est réservée aux agents de la Région")
