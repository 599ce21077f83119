"""What reminders name, fetched in a number of queries that does not grow with them."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from actors.models import User
from proposals import publication, state
from proposals.models import (
    Action,
    Campaign,
    Convention,
    Decision,
    Indicator,
    Kind,
    Milestone,
    ProgressReport,
    ProgressReportDraft,
    ReminderReply,
    Strategy,
)
from proposals.reminders.facts import Facts
from proposals.reminders.planning import Due
from proposals.state import Moment
from sress.outbox.models import Mail


class Names:
    """The people, actions, strategies… of some reminders, by id."""

    def __init__(self, dues: Iterable[Due], day: Any) -> None:
        listed = list(dues)
        moment = Moment(day, embargoed=True)
        keys = [one.key for one in listed]
        about = {
            kind: {one.about for one in listed if one.kind == kind and one.about} for kind in Kind
        }
        targets = {one.key.strategy or 0 for one in listed if one.kind == Kind.TARGET}
        self.actions: dict[int, Any] = self._of(
            state.actions(
                moment, Action.objects.filter(pk__in={key.action for key in keys if key.action})
            ).select_related("strategy", "proposal__axis")
        )
        self.undelivered = self._undelivered(moment, targets)
        self.milestones = self._of(
            Milestone.objects.filter(pk__in={key.milestone for key in keys if key.milestone})
        )
        self.strategies = Strategy.objects.in_bulk({key.strategy for key in keys if key.strategy})
        self.unpublished = self._unpublished(
            moment, {one.key.strategy or 0 for one in listed if one.kind == Kind.GRANT}
        )
        conventions = {key.convention for key in keys if key.convention}
        self.conventions = self._of(
            Convention.objects.filter(pk__in=conventions).select_related("partner")
        )
        self.decisions = self._of(
            Decision.objects.filter(pk__in=about[Kind.DECISION]).select_related("meeting")
        )
        self.campaigns = Campaign.objects.in_bulk({key.campaign for key in keys if key.campaign})
        self.drafts = self._of(
            ProgressReportDraft.objects.filter(
                pk__in=about[Kind.VALIDATION] | about[Kind.ANSWER]
            ).select_related("author__organisation", "author__service", "returned_by")
        )
        self.reports = self._of(
            ProgressReport.objects.filter(pk__in=about[Kind.ANSWER]).select_related("validated_by")
        )
        self.indicators = Indicator.objects.in_bulk(about[Kind.RESULT])
        self.mails = self._of(
            Mail.objects.filter(pk__in=about[Kind.REFUSED]).select_related("recipient")
        )
        self.words = {
            (one.user_id, one.action_id): one.word
            for one in ReminderReply.objects.filter(
                user__in=about[Kind.REASSIGN], what=ReminderReply.What.NOT_MINE
            ).order_by("pk")
        }
        named = {key.recipient for key in keys} | about[Kind.REASSIGN]
        self.people = User.objects.in_bulk(named)

    @staticmethod
    def _of(rows: Any) -> dict[int, Any]:
        return {row.pk: row for row in rows}

    @staticmethod
    def _unpublished(moment: Moment, strategies: Iterable[int]) -> Counter[tuple[int, date]]:
        """How many grants of a strategy are to be published by a day."""
        chosen = Strategy.objects.filter(pk__in=list(strategies) or [0])
        late = publication.waiting(moment, chosen)
        return Counter(late.values_list("strategy_id", "publish_by"))

    @staticmethod
    def _undelivered(moment: Moment, strategies: Iterable[int]) -> dict[int, list[Any]]:
        """The open actions of strategies whose target date comes, by axis and proposal."""
        found: dict[int, list[Any]] = {}
        followed = Action.objects.published().filter(archived=False, strategy__in=strategies)
        rows = state.actions(moment, followed).filter(is_open=True)
        for action in rows.select_related("strategy", "proposal__axis").order_by(
            "proposal__axis__number", "proposal__number", "code"
        ):
            found.setdefault(action.strategy_id, []).append(action)
        return found


def names_of(leaving: dict[int, list[Due]], facts: Facts) -> Names:
    """What the mails of a day name."""
    return Names((one for lines in leaving.values() for one in lines), facts.day)
