"""The log, and what hangs on it."""

from datetime import date
from typing import Any

import factory
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory

from proposals import models as proposals
from proposals.models.progress import Motive, Status
from tests.factories.actors import UserFactory
from tests.factories.base import Agreed, Factory, noon
from tests.factories.strategy import ActionFactory, MilestoneFactory, StrategyFactory

PROGRESS_OF = {
    Status.UPCOMING: 0,
    Status.SCOPING: 25,
    Status.ONGOING: 50,
    Status.DIFFICULTY: 50,
    Status.SUSPENDED: 25,
    Status.DELIVERED: 100,
    Status.DROPPED: 25,
}


class ProgressReportFactory(Factory):
    """What goes with a status, a revised date or a retraction is filled in."""

    class Meta:
        model = proposals.ProgressReport

    action = Agreed(ActionFactory, "supersedes.action")
    author = SubFactory(UserFactory)
    reported_on = date(2019, 3, 1)
    recorded_at = LazyAttribute(lambda o: noon(o.reported_on))
    is_retraction = False
    status = LazyAttribute(lambda o: "" if o.is_retraction else Status.ONGOING)
    progress = LazyAttribute(lambda o: None if o.is_retraction else PROGRESS_OF[o.status])
    text = "Le guichet est ouvert à Bourges et à Chartres."
    revised_due_date = None
    revision_motive = LazyAttribute(lambda o: "Marché infructueux" if o.revised_due_date else "")
    difficulty_motive = LazyAttribute(
        lambda o: Motive.FUNDING if o.status == Status.DIFFICULTY else ""
    )
    decision = LazyAttribute(
        lambda o: "CPR du 5 avril 2019, n° 19.03" if o.status == Status.DROPPED else ""
    )


class MilestoneUpdateFactory(Factory):
    class Meta:
        model = proposals.MilestoneUpdate

    class Params:
        action = Agreed(ActionFactory, "report.action", "milestone.action")

    report = SubFactory(ProgressReportFactory, action=SelfAttribute("..action"))
    milestone = SubFactory(MilestoneFactory, action=SelfAttribute("..action"))
    reached = True


class ProgressReportDraftFactory(Factory):
    class Meta:
        model = proposals.ProgressReportDraft

    action = SubFactory(ActionFactory)
    author = SubFactory(UserFactory)
    reported_on = date(2019, 3, 1)
    status = Status.ONGOING
    progress = 50
    text = "À compléter après le comité."


class AttachmentFactory(Factory):
    """A file of a draft, unless `report` is given; its content is written with it."""

    class Meta:
        model = proposals.Attachment

    draft = SubFactory(ProgressReportDraftFactory)
    name = "convention.pdf"
    content_type = "application/pdf"
    size = 9
    sha256 = Sequence(lambda n: f"{n:064x}")
    content = factory.RelatedFactory(
        "tests.factories.AttachmentContentFactory", factory_related_name="attachment"
    )


class AttachmentContentFactory(Factory):
    class Meta:
        model = proposals.AttachmentContent

    attachment = SubFactory(AttachmentFactory, content=None)
    data = b"%PDF-1.7\n"


def attached(report: proposals.ProgressReport, **facts: Any) -> proposals.Attachment:
    """An attachment of a report that is written in this very transaction."""
    return AttachmentFactory(report=report, draft=None, **facts)


class HandoverFactory(Factory):
    class Meta:
        model = proposals.Handover

    action = SubFactory(ActionFactory)
    given_by = SubFactory(UserFactory)
    given_to = SubFactory(UserFactory)
    word = "Le comité est le 12."
    given_at = noon(date(2019, 11, 14))


class StrategyFileFactory(Factory):
    class Meta:
        model = proposals.StrategyFile

    name = "suivi.csv"
    content = b"Axe;Proposition;Titre de l'action\n"
    fingerprint = "0" * 64
    target = SubFactory(StrategyFactory)
    author = SubFactory(UserFactory)


class RectificationFactory(Factory):
    """The row alone, as if the weight had been 2: `Rectification.objects.apply` changes it too."""

    class Meta:
        model = proposals.Rectification

    action = SubFactory(ActionFactory)
    field = "weight"
    old_value = "2.00"
    new_value = "1.00"
    motive = "Erreur de saisie au vote"
    author = SubFactory(UserFactory)
    recorded_at = LazyAttribute(lambda o: noon(date(2019, 2, 1)))
