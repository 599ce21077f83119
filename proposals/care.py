"""What needs care, first thing in the administration: counted, and where it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from actors.models import Role, User
from proposals import state
from proposals.models import Action, ProgressReportDraft, Strategy
from proposals.reminders.facts import NEWS
from proposals.state import Moment
from sress import clock
from sress.models import Mail

# A draft that waits longer has been forgotten by somebody.
WAITS_TOO_LONG = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Care:
    """So many rows to look at, and where."""

    count: int
    what: str
    url: str


def needing(user: Any) -> list[Care]:
    """What `user` can mend, in the strategies that they administer."""
    found = [*_actions(user), *_drafts(user)]
    if user.is_superuser:
        found += _site()
    return [care for care in found if care.count]


def _actions(user: Any) -> Iterator[Care]:
    actions = Action.objects.editable_by(user)
    for lookup, what in (
        ({"referent__isnull": "True"}, "actions sans personne référente : nul ne sera relancé"),
        ({"lead__isnull": "True"}, "actions sans porteur"),
        ({"initial_due_date__isnull": "True"}, "actions sans échéance initiale"),
        ({"published__exact": "0"}, "actions non publiées"),
    ):
        yield _listed(actions, lookup, what)
    gone = {"referent__is_active__exact": "0"}
    yield _listed(actions, gone, "actions dont la personne référente n'a plus de compte ouvert")
    now = state.actions(Moment.today(embargoed=True), actions)
    desk = f"{reverse('desk:home')}?perimetre=tout&seules="
    overdue, silent = now.filter(is_overdue=True), now.filter(is_silent=True)
    yield Care(overdue.count(), "actions à échéance dépassée", f"{desk}depassees")
    yield Care(silent.count(), "actions sans nouvelle depuis 90 jours", f"{desk}silencieuses")


def _listed(actions: QuerySet[Action], lookup: dict[str, str], what: str) -> Care:
    as_filters = {
        name: value in ("1", "True") if value in ("0", "1", "True") else value
        for name, value in lookup.items()
    }
    shown = {**lookup, "archived__exact": "0"}
    url = f"{reverse('admin:proposals_action_changelist')}?{urlencode(shown)}"
    return Care(actions.filter(**as_filters).count(), what, url)


def _drafts(user: Any) -> Iterator[Care]:
    long_ago = clock.now() - WAITS_TOO_LONG
    waiting = ProgressReportDraft.objects.awaiting(user).filter(submitted_at__lt=long_ago)
    yield Care(
        waiting.count(), "brouillons à valider depuis plus d'une semaine", reverse("desk:home")
    )


def _site() -> Iterator[Care]:
    accounts = reverse("admin:actors_user_changelist")
    strategies = reverse("admin:proposals_strategy_changelist")
    never = User.objects.filter(is_active=True, last_login=None)
    yield Care(
        never.count(),
        "comptes ouverts qui n'ont jamais servi : invitation perdue ?",
        f"{accounts}?is_active__exact=1&last_login__isnull=True",
    )
    alone = Q(organisation__partnerships=None, organisation__led_actions=None)
    yield Care(
        User.objects.filter(alone, role=Role.CONTRIBUTOR, is_active=True).count(),
        "contributeurs dont l'organisme n'est partenaire d'aucune action",
        f"{accounts}?role__exact={Role.CONTRIBUTOR}",
    )
    lost = Mail.objects.filter(state__in=[Mail.State.REFUSED, Mail.State.FAILED])
    recent = lost.filter(created_at__gte=clock.now() - NEWS)
    yield Care(recent.count(), "courriels non remis depuis deux mois", reverse("desk:mails"))
    without = Strategy.objects.exclude(coordinators__is_active=True)
    yield Care(without.count(), "stratégies sans coordination", strategies)
