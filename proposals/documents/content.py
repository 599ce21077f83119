"""What documents say of a strategy: gathered once, in a few queries, whatever the kind of file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from proposals import money, state
from proposals.decisions import Standing, about, decisions
from proposals.models import Action, Axis, Decision, Edition, ProgressReport, Proposal, Strategy
from proposals.models.progress import Visibility
from proposals.money import By, Sums
from proposals.state import Moment, Tally
from sress.templatetags.french import counted, euros, moment_of, more
from sress.templatetags.french import day as french_day


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action with its state, and the public text of its last report."""

    action: Any
    text: str

    @property
    def due(self) -> str:
        """« 31 décembre 2019 (échéance dépassée) »."""
        if not self.action.due_date:
            return "non fixée"
        late = " (échéance dépassée)" if self.action.is_overdue else ""
        return f"{french_day(self.action.due_date)}{late}"

    @property
    def slippage(self) -> str:
        """« + 184 jours »; "" for an action that was not put off."""
        return more(days, "jour,jours") if (days := self.action.slippage) else ""


@dataclass(frozen=True, slots=True)
class ProposalSheet:
    """A proposal on one page: its actions, its means."""

    proposal: Proposal
    tally: Tally
    lines: list[ActionLine]
    means: Sums

    @property
    def marks(self) -> list[str]:
        """What deserves attention, in words."""
        said = []
        if self.tally.overdue:
            late = counted(
                self.tally.overdue, "action à échéance dépassée,actions à échéance dépassée"
            )
            said.append(f"{late} sur {self.tally.actions}")
        if self.tally.in_difficulty:
            said.append(
                counted(self.tally.in_difficulty, "action en difficulté,actions en difficulté")
            )
        return said


@dataclass(frozen=True, slots=True)
class AxisSheets:
    """An axis and its proposals."""

    axis: Axis
    sheets: list[ProposalSheet]

    @property
    def tally(self) -> Tally:
        return Tally.total(sheet.tally for sheet in self.sheets)

    @property
    def means(self) -> Sums:
        return Sums.total(sheet.means for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Content:
    """A strategy at a moment, as its documents show it."""

    strategy: Strategy
    moment: Moment
    edition: Edition | None
    axes: list[AxisSheets]
    means: Sums
    """All the means, of which some are of no published action."""
    decisions: list[Any]
    """Public ones, those of the last meeting first, each with where it stands."""

    @property
    def tally(self) -> Tally:
        return Tally.total(axis.tally for axis in self.axes)

    @property
    def as_of(self) -> str:
        """« Situation au 2 octobre 2018, telle que connue le 3 octobre 2018 à 9 h 00 »."""
        said = f"Situation au {french_day(self.moment.day)}"
        if self.moment.known_at:
            said += f", telle que connue le {moment_of(self.moment.known_at)}"
        return said

    @property
    def caution(self) -> str:
        """What every page says of invented data; "" for a real strategy."""
        if not self.strategy.is_demonstration:
            return ""
        return "Données de démonstration : ce n'est ni le texte voté, ni un suivi réel."

    @property
    def file_name(self) -> str:
        """What the names of its files end with."""
        invented = "demonstration-" if self.strategy.is_demonstration else ""
        edition = self.edition
        of = f"edition-{edition.number}" if edition else self.moment.day.isoformat()
        return f"{invented}{self.strategy.slug}-{of}"


def gather(moment: Moment, strategy: Strategy, edition: Edition | None = None) -> Content:
    """Everything that documents say, in eight queries."""
    by_proposal = money.breakdown(moment, strategy, By.PROPOSAL)
    lines = _lines(moment, strategy)
    axes = [
        AxisSheets(
            axis.axis,
            [
                ProposalSheet(
                    item.proposal,
                    item.tally,
                    lines[item.proposal.pk],
                    by_proposal.get(item.proposal.pk, Sums()),
                )
                for item in axis.proposals
            ],
        )
        for axis in state.outline(moment, strategy)
    ]
    decided = decisions(moment, Decision.objects.filter(meeting__strategy=strategy))
    told = decided.annotate(about=about(moment)).select_related("meeting")
    return Content(
        strategy,
        moment,
        edition,
        axes,
        Sums.total(by_proposal.values()),
        list(told.order_by("-meeting__date", "meeting", "number")),
    )


def _lines(moment: Moment, strategy: Strategy) -> dict[int, list[ActionLine]]:
    """The actions of each proposal, by its id, in the order of their codes."""
    actions = list(state.actions(moment, Action.objects.published().filter(strategy=strategy)))
    texts = _texts(action.report_id for action in actions)
    found: dict[int, list[ActionLine]] = defaultdict(list)
    for action in actions:
        found[action.proposal_id].append(ActionLine(action, texts.get(action.report_id, "")))
    return found


def _texts(reports: Iterable[int | None]) -> dict[int | None, str]:
    """What the public reads of these reports."""
    public = ProgressReport.objects.filter(
        pk__in=[pk for pk in reports if pk], visibility=Visibility.PUBLIC
    )
    return dict(public.values_list("pk", "text"))


def standing(decision: Any) -> str:
    """« À mettre en œuvre avant le 31 octobre 2019 (échéance dépassée) », « Faite le … »."""
    said = str(Standing(decision.standing).label)
    if not decision.is_open:
        return f"{said} le {french_day(decision.closed_on)}"
    late = " (échéance dépassée)" if decision.is_overdue else ""
    return f"{said} avant le {french_day(decision.due_date)}{late}" if decision.due_date else said


def shares(sums: Sums) -> list[tuple[str, str]]:
    """Money by stage, in words; nothing where there is none."""
    stages: list[tuple[str, Decimal]] = [
        ("Affecté", sums.affected),
        ("Engagé", sums.committed),
        ("Mandaté", sums.paid),
    ]
    return [(label, euros(amount)) for label, amount in stages] if sums else []
