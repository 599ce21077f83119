"""What is to come for one person, told to them: cheaply, from what is planned and from dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from actors.models import Absence, Pace, User
from proposals import state
from proposals.decisions import decisions
from proposals.models import (
    Action,
    Decision,
    Kind,
    Milestone,
    Reminder,
    ReminderReply,
    ReminderRule,
)
from proposals.reminders import days, wording
from proposals.reminders.planning import is_at_once, threshold_day
from proposals.state import Moment
from sress import clock
from sress.templatetags.french import counted
from sress.templatetags.french import day as french_day

AHEAD = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Coming:
    """A line of a mail to come."""

    leaves_on: date
    kind: str
    threshold: str
    subject: str
    action: Any
    about: str = ""
    """Why then, in words."""
    instead_of: User | None = None


def coming(user: User) -> list[Coming]:
    """What is planned for `user`, then what their dates announce if nothing changes."""
    return sorted(
        [*_planned(user), *_announced(user)],
        key=lambda one: (one.leaves_on, one.subject, one.kind),
    )


def snoozes(user: User) -> QuerySet[ReminderReply]:
    """What `user` put off and that does not come back yet."""
    return ReminderReply.objects.filter(
        user=user, what=ReminderReply.What.SNOOZE, until__gt=clock.today()
    ).select_related("action__strategy")


def _planned(user: User) -> Iterator[Coming]:
    today = clock.today()
    away = Absence.objects.today().filter(Q(user=user) | Q(deputy=user)).select_related("user")
    deputised = [one.user for one in away if one.deputy_id == user.pk]
    owners = deputised if any(one.user_id == user.pk for one in away) else [user, *deputised]
    rows = Reminder.objects.pending().filter(recipient__in=owners)
    for one in rows.select_related(
        "rule", "recipient", "action__strategy", "milestone", "convention", "campaign", "strategy"
    ):
        at_once = is_at_once(one.rule.kind, one.threshold, one.escalated)
        yield Coming(
            _leaves_on(user, today, at_once=at_once),
            one.rule.get_kind_display(),
            wording.threshold(one.threshold),
            str(one.milestone or one.action or one.convention or one.strategy or "Un courriel"),
            one.action,
            instead_of=one.recipient if one.recipient_id != user.pk else None,
        )


def _announced(user: User) -> Iterator[Coming]:
    """The thresholds of the deadlines of the actions that `user` answers for."""
    rules = ReminderRule.objects.in_force()
    theirs = (
        Action.objects.published()
        .filter(Q(referent=user) | Q(referent=None, proposal__referent=user))
        .filter(archived=False)
    )
    moment = Moment.today(embargoed=True)
    actions = {
        one.pk: one
        for one in state.actions(moment, theirs).filter(is_open=True).select_related("strategy")
    }
    steps = state.milestones(moment, Milestone.objects.filter(action__in=theirs))
    dated: list[tuple[Kind, Any, int, date, str]] = [
        (Kind.ACTION_DUE, one, one.strategy_id, one.due_date, str(one)) for one in actions.values()
    ]
    dated += [
        (Kind.MILESTONE_DUE, action, action.strategy_id, one.due_date, str(one))
        for one in steps.filter(is_reached=False)
        if (action := actions.get(one.action_id))
    ]
    dated += [
        (Kind.DECISION, None, one.meeting.strategy_id, one.due_date, one.text)
        for one in decisions(moment, Decision.objects.filter(owner=user))
        .filter(is_open=True)
        .select_related("meeting")
    ]
    for kind, action, strategy, due, subject in dated:
        rule = rules.get((kind, strategy)) or rules.get((kind, None))
        for threshold in rule.thresholds if rule and rule.active and due else ():
            on = threshold_day(kind, due, threshold)
            if clock.today() < on <= clock.today() + AHEAD:
                yield Coming(
                    _leaves_on(user, on, at_once=is_at_once(kind, threshold)),
                    kind.label,
                    wording.threshold(threshold),
                    subject,
                    action,
                    _said(threshold, due),
                )


def _said(threshold: int, due: date) -> str:
    if threshold == 0:
        return f"échéance le {french_day(due)}"
    side = "avant" if threshold < 0 else "après"
    return f"{counted(abs(threshold), 'jour,jours')} {side} l'échéance du {french_day(due)}"


def _leaves_on(user: User, on: date, *, at_once: bool) -> date:
    return days.next_leaving(on, digest=not (at_once or user.pace == Pace.DAILY))
