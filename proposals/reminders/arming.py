"""What is armed: each fact that a rule watches, the date it counts from, and who is told.

| kind       | counted from                          | who is told                                |
|------------|---------------------------------------|--------------------------------------------|
| action due | the due date, as last revised         | who answers for the action                 |
| milestone  | its due date, as last revised         | the same                                   |
| silence    | the last report, else the start       | the same                                   |
| difficulty | the first report in a row to say so   | the same                                   |
| decision   | its due date, as last deferred        | who carries it out, else the coordination  |
| campaign   | the day of the committee              | the same, for each action not up to date   |
| validation | when the draft was sent               | who validates it                           |
| answer     | the validation, or the return         | the author of the draft                    |
| reassign   | « ce n'est plus moi »                 | the coordination                           |
| target     | the target date of the strategy       | the coordination                           |
| convention | its term, as last amended             | the coordination                           |
| grant      | the last day to publish it            | the coordination                           |
| result     | the end of the last period unmeasured | the first referent of it whose account is  |
|            |                                       | open, else the coordination                |
| refused    | the mail                              | administrators other than whose mail it is |

*Who answers for an action*: its referent, else the referent of its proposal, else the coordination
of its strategy, else the administrators; whoever said « ce n'est plus moi », and was not handed the
action again since, is passed over. Only actions that are open, public and not archived arm
anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from proposals.models import Kind, ReminderRule
from proposals.reminders.facts import ActionFact, DraftFact, Facts, StrategyFact
from sress.clock import PARIS


@dataclass(frozen=True, slots=True)
class Armed:
    """A fact that a rule watches."""

    rule: ReminderRule
    origin: date
    anchor: str
    recipients: Sequence[int]
    strategy: int | None = None
    action: int | None = None
    milestone: int | None = None
    convention: int | None = None
    campaign: int | None = None
    answered_on: date | None = None
    """When somebody last reported on it; None where a report is no answer."""
    reviewers: Sequence[int] = ()
    """Who reads of it in the synthesis, when it lasts."""
    about: int | None = None
    """The draft, the report or the mail that it is about."""


class Arming:
    """Arms the facts of a day."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.disowned = {
            (one.user, one.action)
            for one in facts.replies
            if one.until is None and not _after(facts.handed.get((one.action, one.user)), one.at)
        }
        self.handed: dict[int, datetime] = {}
        for (action, _), at in facts.handed.items():
            self.handed[action] = max(at, self.handed.get(action, at))

    def everything(self) -> Iterator[Armed]:
        """Each fact that an active rule watches."""
        yield from self._actions()
        yield from self._milestones()
        yield from self._campaigns()
        yield from self._drafts()
        yield from self._disowned()
        yield from self._decisions()
        yield from self._strategies()
        yield from self._refused()

    def rule(self, kind: Kind, strategy: int | None) -> ReminderRule | None:
        """The active rule of that kind: the strategy's own, else the general one."""
        rules = self.facts.rules
        found = rules.get((kind, strategy)) or rules.get((kind, None))
        return found if found and found.active else None

    def coordination(self, strategy: int) -> Sequence[int]:
        """Those who coordinate a strategy; nobody does: the administrators."""
        return self.facts.strategies[strategy].coordinators or self.facts.administrators

    def answering(self, action: ActionFact) -> Sequence[int]:
        """Those who answer for an action."""
        for user in (action.referent, action.proposal_referent):
            person = self.facts.people.get(user) if user else None
            if person and person.regional and (user, action.pk) not in self.disowned:
                return (person.pk,)
        return self._others(action)

    def _of_action(
        self,
        kind: Kind,
        action: ActionFact,
        day: date,
        anchor: str,
        *,
        milestone: int | None = None,
        campaign: int | None = None,
    ) -> Iterator[Armed]:
        rule = self.rule(kind, action.strategy)
        if rule:
            yield Armed(
                *(rule, day, anchor, self.answering(action)),
                strategy=action.strategy,
                action=action.pk,
                milestone=milestone,
                campaign=campaign,
                answered_on=action.answered_on,
                reviewers=self.coordination(action.strategy),
            )

    def _actions(self) -> Iterator[Armed]:
        for action in self.facts.actions.values():
            if action.due_date:
                anchor = _report(action.revised_by)
                yield from self._of_action(Kind.ACTION_DUE, action, action.due_date, anchor)
            anchor = _report(action.report)
            yield from self._of_action(Kind.SILENCE, action, action.silent_since, anchor)
        for pk, (report, since) in self.facts.difficulties.items():
            action = self.facts.actions[pk]
            yield from self._of_action(Kind.DIFFICULTY, action, since, _report(report))

    def _milestones(self) -> Iterator[Armed]:
        for one in self.facts.milestones:
            action, anchor = self.facts.actions[one.action], _report(one.revised_by)
            yield from self._of_action(
                Kind.MILESTONE_DUE, action, one.due_date, anchor, milestone=one.pk
            )

    def _campaigns(self) -> Iterator[Armed]:
        for campaign in self.facts.campaigns:
            for action in self.facts.actions.values():
                chosen = action.pk in campaign.actions or not campaign.actions
                up_to_date = action.answered_on and action.answered_on >= campaign.opens_on
                if chosen and action.strategy == campaign.strategy and not up_to_date:
                    yield from self._of_action(
                        *(Kind.CAMPAIGN, action, campaign.committee_on),
                        campaign.committee_on.isoformat(),
                        campaign=campaign.pk,
                    )

    def _drafts(self) -> Iterator[Armed]:
        for draft in self.facts.drafts:
            action = self.facts.actions.get(draft.action)
            if action is None:
                continue
            kind = Kind.ANSWER if draft.returned else Kind.VALIDATION
            rule = self.rule(kind, action.strategy)
            if rule and draft.returned and draft.author in self.facts.people:
                yield Armed(
                    *(rule, draft.since, f"renvoi {draft.pk} {draft.since}", (draft.author,)),
                    strategy=action.strategy,
                    action=action.pk,
                    about=draft.pk,
                )
            elif rule and not draft.returned:
                yield Armed(
                    *(rule, draft.since, f"brouillon {draft.pk} {draft.since}"),
                    self._validators(draft, action),
                    strategy=action.strategy,
                    action=action.pk,
                    reviewers=self.coordination(action.strategy),
                    about=draft.pk,
                )
        for report in self.facts.validated:
            known = self.facts.actions.get(report.action)
            rule = self.rule(Kind.ANSWER, known.strategy) if known else None
            if known and rule and report.author in self.facts.people:
                yield Armed(
                    *(rule, report.on, _report(report.report), (report.author,)),
                    strategy=known.strategy,
                    action=known.pk,
                    about=report.report,
                )

    def _validators(self, draft: DraftFact, action: ActionFact) -> Sequence[int]:
        strategy = self.facts.strategies[action.strategy]
        for group in (self.answering(action), strategy.coordinators):
            able = [one for one in group if one != draft.author and self._validates(one, strategy)]
            if able:
                return able
        return self.facts.administrators

    def _validates(self, user: int, strategy: StrategyFact) -> bool:
        """As `proposals.models.rights.validatable` has it, of who answers for the action."""
        above = user in strategy.coordinators or user in self.facts.administrators
        return above or strategy.officers_publish

    def _disowned(self) -> Iterator[Armed]:
        for reply in self.facts.replies:
            action = self.facts.actions.get(reply.action)
            if reply.until is not None or action is None or self._follower(action) != reply.user:
                continue
            rule = self.rule(Kind.REASSIGN, action.strategy)
            if rule and not _after(self.handed.get(action.pk), reply.at):
                on, anchor = reply.at.astimezone(PARIS).date(), f"réponse {reply.pk}"
                yield Armed(
                    *(rule, on, anchor, self._others(action)),
                    strategy=action.strategy,
                    action=action.pk,
                    about=reply.user,
                )

    def _others(self, action: ActionFact) -> Sequence[int]:
        """The coordination of an action, but for who does not follow it any more."""
        told = self.coordination(action.strategy)
        left = [one for one in told if (one, action.pk) not in self.disowned]
        return left or self.facts.administrators

    def _follower(self, action: ActionFact) -> int | None:
        """Who follows an action in name, whatever they answered."""
        named = (action.referent, action.proposal_referent)
        return next((user for user in named if user in self.facts.people), None)

    def _decisions(self) -> Iterator[Armed]:
        for one in self.facts.decisions:
            if rule := self.rule(Kind.DECISION, one.strategy):
                above = self.coordination(one.strategy)
                owner = self.facts.people.get(one.owner) if one.owner else None
                yield Armed(
                    *(rule, one.due_date, f"décision {one.pk} {one.due_date}"),
                    (owner.pk,) if owner else above,
                    strategy=one.strategy,
                    reviewers=above,
                    about=one.pk,
                )

    def _strategies(self) -> Iterator[Armed]:
        for strategy in self.facts.strategies.values():
            if rule := self.rule(Kind.TARGET, strategy.pk):
                day, anchor = strategy.target_date, strategy.target_date.isoformat()
                told = self.coordination(strategy.pk)
                yield Armed(rule, day, anchor, told, strategy=strategy.pk)
        for convention in self.facts.conventions:
            if rule := self.rule(Kind.CONVENTION, convention.strategy):
                yield Armed(
                    *(rule, convention.ends_on, convention.anchor),
                    self.coordination(convention.strategy),
                    strategy=convention.strategy,
                    convention=convention.pk,
                )

        for due in self.facts.publications:
            if rule := self.rule(Kind.GRANT, due.strategy):
                yield Armed(
                    *(rule, due.publish_by, f"publication {due.publish_by}"),
                    self.coordination(due.strategy),
                    strategy=due.strategy,
                )

        for lack in self.facts.results:
            if rule := self.rule(Kind.RESULT, lack.strategy):
                known = [self.facts.people.get(one) for one in lack.referents]
                asked = [one.pk for one in known if one and one.regional]
                yield Armed(
                    *(rule, lack.missing_on, f"indicateur {lack.indicator} {lack.missing_on}"),
                    asked[:1] or self.coordination(lack.strategy),
                    strategy=lack.strategy,
                    about=lack.indicator,
                )

    def _refused(self) -> Iterator[Armed]:
        rule = self.rule(Kind.REFUSED, None)
        for mail, user, on in self.facts.refused if rule else ():
            others = [one for one in self.facts.administrators if one != user]
            assert rule
            yield Armed(rule, on, f"courriel {mail}", others, about=mail)


def _report(pk: int | None) -> str:
    """The anchor that a report is; without any, things are as they were voted."""
    return f"point {pk}" if pk else "initiale"


def _after(handed: object, at: object) -> bool:
    return handed is not None and handed > at  # type: ignore[operator]
