"""Writes a told strategy into the database: axes, proposals, actions and their reports.

What exists is left alone, an action with all its story: visitors may have gone on with it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from random import Random
from typing import Any

from actors.models import Role, User
from proposals.demo.cast import Cast
from proposals.demo.story import ActionTold, AxisTold, ProposalTold, ReportTold
from proposals.models import (
    Act,
    Action,
    Axis,
    Contribution,
    Family,
    Milestone,
    MilestoneUpdate,
    Partnership,
    ProgressReport,
    ProgressReportDraft,
    Proposal,
    ProposalScheme,
    Rectification,
    Scheme,
    Series,
    Strategy,
    Territory,
)
from sress.clock import PARIS

# Reports get the same identity at each load.
SUBMISSIONS = uuid.UUID("5e3c6b1a-2018-4c06-8028-000000000024")
OFFICE_HOURS = (9, 10, 11, 14, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds one strategy. `planned_on` is when actions without a vote were entered."""

    strategy: Strategy
    cast: Cast
    planned_on: date

    def axis(self, told: AxisTold) -> None:
        """An axis, its proposals and their actions."""
        known = self._known_codes()
        axis, _ = Axis.objects.get_or_create(
            strategy=self.strategy, number=told.number, defaults={"title": told.title}
        )
        for one in told.proposals:
            proposal = self._proposal(one, axis, told)
            for action in one.actions:
                if action.code not in known:
                    self._action(action, proposal, told)

    def _known_codes(self) -> set[str]:
        """The codes of the actions that are there, and those that they had before."""
        rectified = Rectification.objects.filter(action__strategy=self.strategy, field="code")
        return {
            *self.strategy.actions.values_list("code", flat=True),
            *rectified.values_list("old_value", flat=True),
        }

    def contributions(self, told: AxisTold) -> None:
        """The other proposals that actions contribute to, once all proposals exist."""
        numbers = dict(self.strategy.proposals.values_list("number", "pk"))
        for one in told.proposals:
            for action in one.actions:
                if action.contributes_to:
                    found = self.strategy.actions.filter(code=action.code).first()
                    if found and not found.contributes_to.exists():
                        found.contributes_to.set([numbers[n] for n in action.contributes_to])

    def _proposal(self, told: ProposalTold, axis: Axis, within: AxisTold) -> Proposal:
        strategy = self.strategy
        proposal, created = Proposal.objects.get_or_create(
            strategy=strategy,
            number=told.number,
            defaults={
                "axis": axis,
                "title": told.title,
                "description": told.description,
                "family": Family.objects.filter(strategy=strategy, slug=told.family).first(),
                "target_date": strategy.target_date,
                "referent": self.cast.accounts[within.referent],
                "lead": self.cast.organisation(within.lead),
            },
        )
        if created:
            proposal.tags.set(self.cast.tags[slug] for slug in told.tags)
            proposal.contributions.set(
                Contribution.objects.get(strategy=strategy, title=title)
                for title in told.contributions
            )
            schemes = {str(scheme): scheme for scheme in Scheme.objects.all()}
            for name, link in told.schemes.items():
                ProposalScheme.objects.create(proposal=proposal, scheme=schemes[name], link=link)
        return proposal

    def _action(self, told: ActionTold, proposal: Proposal, within: AxisTold) -> None:
        """An action with its whole story."""
        act = Act.objects.get(strategy=self.strategy, reference=told.act) if told.act else None
        # Entered in the morning of its vote: reports come after.
        recorded_at = datetime.combine(act.date if act else self.planned_on, time(9), PARIS)
        referent = self.cast.accounts[told.referent or within.referent]
        action = Action.objects.create(
            strategy=self.strategy,
            proposal=proposal,
            code=told.code,
            year=told.year,
            title=told.title,
            description=told.description,
            start_date=told.start,
            initial_due_date=told.due,
            exists_from=told.exists_from or min(told.start, act.date if act else told.start),
            weight=told.weight,
            act=act,
            referent=referent,
            service=self.cast.services[within.service],
            elected_function=told.elected,
            lead=self.cast.organisation(told.lead),
            series=self._series(told.series) if told.series else None,
            published=True,
            recorded_at=recorded_at,
        )
        action.tags.set(self.cast.tags[slug] for slug in told.tags)
        self._partners(action, told.partners)
        self._territories(action, told.territories)
        milestones = {
            one.title: Milestone.objects.create(
                action=action,
                title=one.title,
                initial_due_date=one.due,
                exists_from=action.exists_from,
                recorded_at=recorded_at,
            )
            for one in told.milestones
        }
        self._reports(action, told, milestones)
        if told.draft:
            author = self.cast.accounts[told.draft.author] if told.draft.author else referent
            self._draft(action, told.draft, author)

    def _series(self, name: str) -> Series:
        return Series.objects.get_or_create(strategy=self.strategy, name=name)[0]

    def _partners(self, action: Action, told: Mapping[str, Any]) -> None:
        for name, role in told.items():
            facts = {"role": role} if isinstance(role, str) else role
            Partnership.objects.create(
                action=action, organisation=self.cast.organisation(name), **facts
            )

    def _territories(self, action: Action, told: Any) -> None:
        shares = told if isinstance(told, Mapping) else dict.fromkeys(told)
        for name, share in shares.items():
            Territory.objects.create(
                action=action,
                epci=self.cast.territories[name],
                share=None if share is None else Decimal(share),
            )

    def _reports(
        self, action: Action, told: ActionTold, milestones: Mapping[str, Milestone]
    ) -> None:
        named: dict[str, ProgressReport] = {}
        for rank, one in enumerate(told.reports, start=1):
            submission = uuid.uuid5(SUBMISSIONS, f"{self.strategy.slug}/{action.code}/{rank}")
            author = self.cast.accounts[one.author] if one.author else action.referent
            assert author is not None
            report = ProgressReport.objects.create(
                action=action,
                author=author,
                reported_on=one.on,
                recorded_at=_recorded_at(one, submission),
                supersedes=named.get(one.corrects or one.retracts),
                is_retraction=bool(one.retracts),
                submission=submission,
                **_content(one),
            )
            if one.name:
                named[one.name] = report
            MilestoneUpdate.objects.bulk_create(
                MilestoneUpdate(
                    report=report,
                    milestone=milestones[title],
                    reached=title in one.reached,
                    revised_due_date=one.moved.get(title),
                )
                for title in dict.fromkeys([*one.reached, *one.moved])
            )

    def _draft(self, action: Action, told: ReportTold, author: User) -> None:
        """What a contributor writes waits for its validation."""
        submission = uuid.uuid5(SUBMISSIONS, f"draft/{self.strategy.slug}/{action.code}")
        moment = _recorded_at(told, submission)
        ProgressReportDraft.objects.create(
            action=action,
            author=author,
            reported_on=told.on,
            submission=submission,
            updated_at=moment,
            submitted_at=moment if author.role == Role.CONTRIBUTOR else None,
            **_content(told),
        )


def _content(told: ReportTold) -> dict[str, Any]:
    """What reports and drafts say alike."""
    return {
        "status": told.state,
        "progress": told.percent,
        "text": told.text,
        "revised_due_date": told.due,
        "revision_motive": told.why,
        "difficulty_motive": told.difficulty,
        "decision": told.decision,
        "visibility": told.visibility,
        "public_from": told.public_from,
    }


def _recorded_at(told: ReportTold, identity: uuid.UUID) -> datetime:
    """The told moment, else an hour of that day's office hours: the same at each load."""
    recorded = told.recorded or told.on
    if isinstance(recorded, datetime):
        return recorded.replace(tzinfo=PARIS)
    chance = Random(identity.int)
    hour = time(chance.choice(OFFICE_HOURS), chance.randrange(60), chance.randrange(60))
    return datetime.combine(recorded, hour, PARIS)
