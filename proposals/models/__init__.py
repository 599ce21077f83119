from proposals.models.act import Act, Amendment, Convention, Event
from proposals.models.action import Action, Milestone, Partnership, Series, Territory
from proposals.models.exchange import StrategyFile
from proposals.models.progress import (
    MilestoneUpdate,
    ProgressReport,
    ProgressReportDraft,
    Status,
)
from proposals.models.rectification import Rectification
from proposals.models.strategy import (
    Axis,
    Contribution,
    Family,
    Proposal,
    ProposalScheme,
    Scheme,
    Strategy,
    Tag,
)

__all__ = [
    "Act",
    "Action",
    "Amendment",
    "Axis",
    "Contribution",
    "Convention",
    "Event",
    "Family",
    "Milestone",
    "MilestoneUpdate",
    "Partnership",
    "ProgressReport",
    "ProgressReportDraft",
    "Proposal",
    "ProposalScheme",
    "Rectification",
    "Scheme",
    "Series",
    "Status",
    "Strategy",
    "StrategyFile",
    "Tag",
    "Territory",
]
