"""Writes the meetings that `reunions.toml` tells, once."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from proposals.demo.builder import SUBMISSIONS
from proposals.demo.cast import Cast
from proposals.models import (
    Action,
    AgendaItem,
    Decision,
    DecisionAction,
    DecisionFollowUp,
    Highlight,
    Meeting,
    Strategy,
)
from sress.clock import PARIS


def load(strategy: Strategy, told: Mapping[str, Any], cast: Cast) -> None:
    """The meetings of a strategy, unless it has some."""
    if strategy.meetings.exists():
        return
    actions = {one.code: one for one in strategy.actions.all()}
    for one in told["meetings"]:
        _meeting(strategy, dict(one), actions, cast)


def _named(*parts: Any) -> uuid.UUID:
    """The same at each loading."""
    return uuid.uuid5(SUBMISSIONS, "/".join(map(str, parts)))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), PARIS)


def _meeting(
    strategy: Strategy, said: dict[str, Any], actions: Mapping[str, Action], cast: Cast
) -> None:
    agenda, highlights = said.pop("agenda", []), said.pop("highlights", [])
    decided, validated_on = said.pop("decisions", []), said.pop("validated_on", None)
    key = (strategy.slug, said["kind"], said["date"])
    meeting = Meeting.objects.create(strategy=strategy, submission=_named(*key), **said)
    for rank, one in enumerate(agenda, start=1):
        about = {**one, "action": actions[one["action"]] if "action" in one else None}
        submission = _named(*key, "sujet", rank)
        AgendaItem.objects.create(meeting=meeting, rank=rank, submission=submission, **about)
    for rank, one in enumerate(highlights, start=1):
        last = actions[one["action"]].reports.filter(reported_on__lte=meeting.date).first()
        submission = _named(*key, "marquant", rank)
        Highlight.objects.create(
            meeting=meeting, rank=rank, submission=submission, report=last, text=one["text"]
        )
    written = [
        (_decision(meeting, number, one, actions, cast), one.get("follow_ups", []))
        for number, one in enumerate(decided, start=1)
    ]
    if validated_on:
        meeting.validated_at, meeting.validated_by = _noon(validated_on), cast.coordinators[0]
        meeting.save(update_fields=["validated_at", "validated_by"])
    for decision, follow_ups in written:
        for one in follow_ups:
            DecisionFollowUp.objects.create(
                **{**one, "author": cast.accounts[one["author"]]},
                decision=decision,
                recorded_at=_noon(one["day"]),
                submission=_named(*key, decision.number, one["day"]),
            )


def _decision(
    meeting: Meeting,
    number: int,
    told: Mapping[str, Any],
    actions: Mapping[str, Action],
    cast: Cast,
) -> Decision:
    owner = cast.accounts[told["owner"]]
    decision = Decision.objects.create(
        meeting=meeting,
        number=number,
        text=told["text"],
        owner=owner,
        carried_by=owner.public_name,
        due_on=told.get("due_on"),
        visibility=told.get("visibility", "interne"),
        recorded_at=_noon(meeting.date),
        submission=_named(meeting.strategy.slug, meeting.kind, meeting.date, number),
    )
    DecisionAction.objects.bulk_create(
        DecisionAction(decision=decision, action=actions[code]) for code in told.get("actions", ())
    )
    return decision
