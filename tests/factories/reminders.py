"""Rules, what was planned and told by them, and the mails."""

from datetime import date

from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory

from proposals import models as proposals
from proposals.models import Kind
from sress.models import Mail
from sress.outbox.writing import written
from tests.factories.actors import UserFactory
from tests.factories.base import Factory, noon
from tests.factories.strategy import ActionFactory, StrategyFactory


class ReminderRuleFactory(Factory):
    """A strategy's own; the general ones come with the database."""

    class Meta:
        model = proposals.ReminderRule

    kind = Kind.ACTION_DUE
    strategy = SubFactory(StrategyFactory)
    thresholds = (-30, -7, 7)


class CampaignFactory(Factory):
    class Meta:
        model = proposals.Campaign

    strategy = SubFactory(StrategyFactory)
    committee = "COPIL"
    opens_on = date(2019, 11, 4)
    committee_on = date(2019, 11, 29)


class MailFactory(Factory):
    class Meta:
        model = Mail

    key = Sequence(lambda n: f"essai/{n}")
    recipient = SubFactory(UserFactory)
    to = SelfAttribute("recipient.email")
    subject = "Échéance dans 7 jours"
    content = LazyAttribute(
        lambda o: written(
            key=o.key,
            to=o.to,
            subject=o.subject,
            text="Bonjour,\n\nune échéance approche.",
            html="<p>Bonjour,</p><p>une échéance approche.</p>",
            list_id="relances",
        )
    )
    created_at = noon(date(2019, 11, 15))


class ReminderFactory(Factory):
    class Meta:
        model = proposals.Reminder

    action = SubFactory(ActionFactory)
    strategy = SelfAttribute("action.strategy")
    recipient = SubFactory(UserFactory)
    rule = SubFactory(ReminderRuleFactory, strategy=SelfAttribute("..strategy"))
    anchor = "initiale"
    threshold = -30
    planned_on = date(2019, 11, 15)


class ReminderReplyFactory(Factory):
    class Meta:
        model = proposals.ReminderReply

    user = SubFactory(UserFactory)
    action = SubFactory(ActionFactory)
    what = "plus_tard"
    until = LazyAttribute(lambda o: date(2019, 12, 2) if o.what == "plus_tard" else None)
    replied_at = noon(date(2019, 11, 15))
