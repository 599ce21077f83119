"""Meetings, what they look at, what they decided, and what became of it."""

import uuid
from datetime import date

from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory

from proposals import models as proposals
from proposals.models import Meeting
from tests.factories.actors import UserFactory
from tests.factories.base import Factory, noon
from tests.factories.strategy import ActionFactory, StrategyFactory


class MeetingFactory(Factory):
    class Meta:
        model = proposals.Meeting

    strategy = SubFactory(StrategyFactory)
    kind = Meeting.Kind.STEERING
    date = date(2019, 3, 12)
    submission = LazyFunction(uuid.uuid4)


class AgendaItemFactory(Factory):
    class Meta:
        model = proposals.AgendaItem

    meeting = SubFactory(MeetingFactory)
    rank = Sequence(lambda n: n + 1)
    subject = "Calendrier de la conférence"
    submission = LazyFunction(uuid.uuid4)


class HighlightFactory(Factory):
    class Meta:
        model = proposals.Highlight

    meeting = SubFactory(MeetingFactory)
    rank = Sequence(lambda n: n + 1)
    text = "Le guichet a ouvert."
    submission = LazyFunction(uuid.uuid4)


class DecisionFactory(Factory):
    """Of a record that waits: `validated(decision.meeting)` makes it a fact."""

    class Meta:
        model = proposals.Decision

    meeting = SubFactory(MeetingFactory)
    number = Sequence(lambda n: n + 1)
    text = "Relancer le marché"
    owner = None
    carried_by = "Service Économie sociale et solidaire"
    recorded_at = LazyAttribute(lambda o: noon(o.meeting.date))
    submission = LazyFunction(uuid.uuid4)


class DecisionActionFactory(Factory):
    class Meta:
        model = proposals.DecisionAction

    decision = SubFactory(DecisionFactory)
    action = SubFactory(ActionFactory, strategy=SelfAttribute("..decision.meeting.strategy"))


class DecisionFollowUpFactory(Factory):
    """Validates the record that it needs."""

    class Meta:
        model = proposals.DecisionFollowUp

    decision = LazyFunction(lambda: decided())
    day = date(2019, 4, 1)
    state = "faite"
    author = SubFactory(UserFactory)
    recorded_at = LazyAttribute(lambda o: noon(o.day))
    submission = LazyFunction(uuid.uuid4)


def validated(meeting, day=None, by=None):
    """Its record is validated, on the day of the meeting unless said otherwise."""
    meeting.validated_at = noon(day or meeting.date)
    meeting.validated_by = by or UserFactory()
    meeting.save()
    return meeting


def decided(*actions, validated_on=None, **said):
    """A decision of a validated record, about some actions."""
    decision = DecisionFactory(**said)
    for action in actions:
        DecisionActionFactory(decision=decision, action=action)
    validated(decision.meeting, validated_on)
    return decision
