from proposals.models.act import Act, Amendment, Convention, Event
from proposals.models.action import Action, Milestone, Partnership, Series, Territory
from proposals.models.attachment import Attachment, AttachmentContent
from proposals.models.campaign import Campaign
from proposals.models.draft import ProgressReportDraft
from proposals.models.exchange import StrategyFile
from proposals.models.handover import Handover
from proposals.models.progress import (
    MilestoneUpdate,
    ProgressReport,
    Status,
)
from proposals.models.rectification import Rectification
from proposals.models.reminder import Kind, Reminder, ReminderReply, ReminderRule
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
    "Attachment",
    "AttachmentContent",
    "Axis",
    "Campaign",
    "Contribution",
    "Convention",
    "Event",
    "Family",
    "Handover",
    "Kind",
    "Milestone",
    "MilestoneUpdate",
    "Partnership",
    "ProgressReport",
    "ProgressReportDraft",
    "Proposal",
    "ProposalScheme",
    "Rectification",
    "Reminder",
    "ReminderReply",
    "ReminderRule",
    "Scheme",
    "Series",
    "Status",
    "Strategy",
    "StrategyFile",
    "Tag",
    "Territory",
]
