"""What the database knows on a day, read in a number of queries that does not grow with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from actors.models import Absence, Pace, User
from proposals import publication, results, state
from proposals.decisions import decisions
from proposals.models import (
    Action,
    Campaign,
    Convention,
    Decision,
    Handover,
    Indicator,
    Milestone,
    ProgressReport,
    ProgressReportDraft,
    Reminder,
    ReminderReply,
    ReminderRule,
    Status,
    Strategy,
)
from proposals.state import Moment
from sress.functions import ParisDay
from sress.outbox.models import Mail


@dataclass(frozen=True, slots=True)
class ActionFact:
    """An action that is open, public and followed, with its state."""

    pk: int
    strategy: int
    referent: int | None
    proposal_referent: int | None
    due_date: date | None
    revised_by: int | None
    report: int | None
    silent_since: date
    """The effective date of the last report; without any, when it existed and had started."""
    answered_on: date | None
    """When somebody last recorded a report."""
    status: str


@dataclass(frozen=True, slots=True)
class MilestoneFact:
    pk: int
    action: int
    due_date: date
    revised_by: int | None


@dataclass(frozen=True, slots=True)
class DraftFact:
    """A draft that waits, or that came back to its author."""

    pk: int
    action: int
    author: int
    since: date
    returned: bool


@dataclass(frozen=True, slots=True)
class ConventionFact:
    pk: int
    strategy: int
    ends_on: date
    anchor: str


@dataclass(frozen=True, slots=True)
class PublicationFact:
    """Grants of a strategy that are to be published by the same day, and are not yet."""

    strategy: int
    publish_by: date


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """A decision of a committee that is to be carried out by a day."""

    pk: int
    strategy: int
    owner: int | None
    due_date: date


@dataclass(frozen=True, slots=True)
class ResultFact:
    """An indicator of which a value is missing."""

    indicator: int
    strategy: int
    missing_on: date
    """The last day of the last period that has no value."""
    referents: tuple[int, ...]
    """Who may be asked, the first whose account is open."""


@dataclass(frozen=True, slots=True)
class CampaignFact:
    pk: int
    strategy: int
    opens_on: date
    committee_on: date
    actions: frozenset[int]
    """Empty: all those of the strategy."""


@dataclass(frozen=True, slots=True)
class StrategyFact:
    pk: int
    target_date: date
    officers_publish: bool
    coordinators: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Validated:
    """A report that somebody else published in its author's name."""

    report: int
    action: int
    author: int
    on: date


@dataclass(frozen=True, slots=True)
class Reply:
    pk: int
    user: int
    action: int
    at: datetime
    until: date | None
    """The end of a snooze; None: no longer theirs."""


@dataclass(frozen=True, slots=True)
class Person:
    pk: int
    daily: bool
    regional: bool


@dataclass(frozen=True, slots=True)
class Away:
    user: int
    deputy: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that decides of reminders on `day`."""

    day: date
    rules: Mapping[tuple[str, int | None], ReminderRule]
    actions: Mapping[int, ActionFact]
    milestones: Iterable[MilestoneFact]
    strategies: Mapping[int, StrategyFact]
    people: Mapping[int, Person]
    """Those whose account is open."""
    administrators: tuple[int, ...]
    difficulties: Mapping[int, tuple[int, date]] = field(default_factory=dict)
    """By action in difficulty: the report that said so first, and its effective date."""
    drafts: Iterable[DraftFact] = ()
    validated: Iterable[Validated] = ()
    conventions: Iterable[ConventionFact] = ()
    publications: Iterable[PublicationFact] = ()
    decisions: Iterable[DecisionFact] = ()
    results: Iterable[ResultFact] = ()
    campaigns: Iterable[CampaignFact] = ()
    refused: Iterable[tuple[int, int | None, date]] = ()
    """Mails: id, whose, since when."""
    replies: Iterable[Reply] = ()
    handed: Mapping[tuple[int, int], datetime] = field(default_factory=dict)
    """When (action, person) was last handed over."""
    absences: Iterable[Away] = ()
    announced: Mapping[tuple[Any, ...], date] = field(default_factory=dict)
    """When something late was first told to who answers for it, by `planning.Fact`."""


# News older than that are none.
NEWS = timedelta(days=60)


def gather(day: date, known_at: datetime | None = None) -> Facts:
    """The facts of `day`, as known at `known_at` (now when None)."""
    moment = Moment(day, known_at, embargoed=True)
    followed = Action.objects.published().filter(archived=False)
    actions = dict(_actions(moment, followed))
    people = {one.pk: one for one in _people()}
    strategies = {one.pk: one for one in _strategies(people)}
    return Facts(
        day=day,
        rules=ReminderRule.objects.in_force(),
        actions=actions,
        milestones=_milestones(moment, followed, actions),
        strategies=strategies,
        people=people,
        administrators=tuple(User.objects.administrators().values_list("pk", flat=True)),
        difficulties=_difficulties(moment, actions),
        drafts=list(_drafts(moment)),
        validated=list(_validated(moment)),
        conventions=list(_conventions(day)),
        publications=list(_publications(moment)),
        decisions=list(_decisions(moment)),
        results=list(_results(moment)),
        campaigns=list(_campaigns(day)),
        refused=list(_refused(moment)),
        replies=list(_replies(moment)),
        handed=_handed(moment),
        absences=[Away(*row) for row in _absences(day)],
        announced=_announced(moment),
    )


def _known(moment: Moment, column: str) -> Q:
    return Q() if moment.known_at is None else Q(**{f"{column}__lte": moment.known_at})


def _actions(moment: Moment, followed: QuerySet[Action]) -> Iterable[tuple[int, ActionFact]]:
    recorded = (
        ProgressReport.objects.filter(
            _known(moment, "recorded_at"), action=OuterRef("pk"), is_retraction=False
        )
        .order_by()
        .values("action")
        .annotate(last=Max("recorded_at"))
        .values("last")
    )
    rows = (
        state.actions(moment, followed)
        .filter(is_open=True)
        .order_by()
        .annotate(answered_on=ParisDay(Subquery(recorded)))
        .values_list(
            *("pk", "strategy_id", "referent_id", "proposal__referent_id", "due_date"),
            *("revised_by", "report_id", "reported_on", "exists_from", "start_date"),
            *("answered_on", "status"),
        )
    )
    for pk, strategy, referent, of_proposal, due, revised_by, report, *dates in rows.iterator():
        reported_on, exists_from, start, answered_on, status = dates
        since = reported_on or max(exists_from, start or exists_from)
        yield (
            pk,
            ActionFact(
                *(pk, strategy, referent, of_proposal, due, revised_by, report),
                *(since, answered_on, status),
            ),
        )


def _milestones(
    moment: Moment, followed: QuerySet[Action], actions: Mapping[int, ActionFact]
) -> list[MilestoneFact]:
    rows = state.milestones(moment, Milestone.objects.filter(action__in=followed))
    waiting = rows.filter(is_reached=False).order_by()
    found = waiting.values_list("pk", "action_id", "due_date", "revised_by")
    return [MilestoneFact(*row) for row in found.iterator() if row[1] in actions]


def _difficulties(moment: Moment, actions: Mapping[int, ActionFact]) -> dict[int, tuple[int, date]]:
    """Since when each has been in difficulty: the first of its last reports in a row to say so."""
    stuck = [one.pk for one in actions.values() if one.status == Status.DIFFICULTY]
    reports = state.history(moment, ProgressReport.objects.filter(action__in=stuck).latest_first())
    found: dict[int, tuple[int, date]] = {}
    over: set[int] = set()
    rows = reports.filter(is_counted=True)
    for action, pk, status, on in rows.values_list("action_id", "pk", "status", "reported_on"):
        if status != Status.DIFFICULTY:
            over.add(action)
        elif action not in over:
            found[action] = (pk, on)
    return found


def _strategies(people: Mapping[int, Person]) -> Iterable[StrategyFact]:
    coordinators: dict[int, list[int]] = {}
    pairs = Strategy.coordinators.through.objects.order_by("pk")
    for strategy, user in pairs.values_list("strategy_id", "user_id"):
        if user in people:
            coordinators.setdefault(strategy, []).append(user)
    for row in Strategy.objects.published().values_list("pk", "target_date", "officers_publish"):
        yield StrategyFact(*row, coordinators=tuple(coordinators.get(row[0], ())))


def _people() -> Iterable[Person]:
    for one in User.objects.filter(is_active=True).only("pk", "pace", "role", "is_active"):
        yield Person(one.pk, one.pace == Pace.DAILY, one.is_regional)


def _drafts(moment: Moment) -> Iterable[DraftFact]:
    drafts = ProgressReportDraft.objects.filter(_known(moment, "updated_at"))
    sent = drafts.filter(submitted_at__isnull=False).annotate(since=ParisDay("submitted_at"))
    back = drafts.filter(returned_by__isnull=False).annotate(since=ParisDay("updated_at"))
    for rows, returned in ((sent, False), (back, True)):
        for row in rows.values_list("pk", "action_id", "author_id", "since"):
            yield DraftFact(*row, returned=returned)


def _validated(moment: Moment) -> Iterable[Validated]:
    rows = (
        ProgressReport.objects.filter(
            _known(moment, "recorded_at"), validated_by__isnull=False, is_retraction=False
        )
        .exclude(author=F("validated_by"))
        .annotate(on=ParisDay("recorded_at"))
        .filter(on__gt=moment.day - NEWS, on__lte=moment.day)
    )
    for row in rows.values_list("pk", "action_id", "author_id", "on"):
        yield Validated(*row)


def _conventions(day: date) -> Iterable[ConventionFact]:
    running = Convention.objects.filter(strategy__published=True, signed_on__lte=day)
    for one in running.prefetch_related("amendments"):
        ends_on, by = one.term_on(day)
        anchor = f"avenant {by.pk}" if by else "initiale"
        yield ConventionFact(one.pk, one.strategy_id, ends_on, anchor)


def _publications(moment: Moment) -> Iterable[PublicationFact]:
    late = publication.waiting(moment, Strategy.objects.published())
    for row in late.order_by().values_list("strategy_id", "publish_by").distinct():
        yield PublicationFact(*row)


def _decisions(moment: Moment) -> Iterable[DecisionFact]:
    of_published = Decision.objects.filter(meeting__strategy__published=True)
    waiting = decisions(moment, of_published).filter(is_open=True, due_date__isnull=False)
    names = ("pk", "meeting__strategy_id", "owner_id", "due_date")
    for row in waiting.order_by().values_list(*names):
        yield DecisionFact(*row)


def _results(moment: Moment) -> Iterable[ResultFact]:
    asked = Indicator.objects.published().filter(strategy__published=True)
    living = asked.filter(Q(action=None) | Q(action__archived=False))
    for one in results.awaited(moment, living):
        indicator = one.indicator
        yield ResultFact(
            *(indicator.pk, indicator.strategy_id, one.missing[-1], tuple(indicator.referents))
        )


def _campaigns(day: date) -> Iterable[CampaignFact]:
    running = Campaign.objects.filter(opens_on__lte=day, committee_on__gte=day)
    for one in running.prefetch_related("actions"):
        chosen = frozenset(action.pk for action in one.actions.all())
        yield CampaignFact(one.pk, one.strategy_id, one.opens_on, one.committee_on, chosen)


def _refused(moment: Moment) -> Iterable[tuple[int, int | None, date]]:
    lost = [Mail.State.REFUSED, Mail.State.FAILED]
    rows = Mail.objects.filter(_known(moment, "created_at"), state__in=lost)
    dated = rows.annotate(on=ParisDay("created_at")).filter(on__gt=moment.day - NEWS)
    yield from dated.values_list("pk", "recipient_id", "on")


def _replies(moment: Moment) -> Iterable[Reply]:
    rows = ReminderReply.objects.filter(_known(moment, "replied_at")).order_by("pk")
    for row in rows.values_list("pk", "user_id", "action_id", "replied_at", "until"):
        yield Reply(*row)


def _handed(moment: Moment) -> dict[tuple[int, int], datetime]:
    rows = Handover.objects.filter(_known(moment, "given_at")).order_by("given_at")
    return {(a, u): at for a, u, at in rows.values_list("action_id", "given_to_id", "given_at")}


def _absences(day: date) -> Iterable[tuple[Any, ...]]:
    rows = Absence.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return rows.values_list("user_id", "deputy_id", "starts_on", "ends_on")


def _announced(moment: Moment) -> dict[tuple[Any, ...], date]:
    late = Reminder.objects.sent().filter(
        threshold__gt=0, escalated=False, rule__escalates_after__isnull=False
    )
    dated = late.annotate(on=ParisDay("mail__sent_at")).order_by("-on")
    names = ("rule_id", "action_id", "milestone_id", "anchor")
    return {tuple(fact): on for *fact, on in dated.values_list(*names, "on")}
