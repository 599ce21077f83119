from proposals.models.act import Act, Amendment, Convention, Event
from proposals.models.action import Action, Milestone, Partnership, Series, Territory
from proposals.models.attachment import Attachment, AttachmentContent
from proposals.models.campaign import Campaign
from proposals.models.decision import Decision, DecisionAction, DecisionFollowUp
from proposals.models.draft import ProgressReportDraft
from proposals.models.edition import Edition, EditionContent, EditionDocument
from proposals.models.exchange import StrategyFile
from proposals.models.grant import Grant
from proposals.models.handover import Handover
from proposals.models.initiative import Initiative, InitiativePicture
from proposals.models.ledger import Authorisation, Movement, Nature, Programme, Stage
from proposals.models.means import CreditLine, Funding, HumanMeans
from proposals.models.meeting import AgendaItem, Highlight, Meeting
from proposals.models.progress import (
    MilestoneUpdate,
    ProgressReport,
    Status,
)
from proposals.models.rectification import Rectification
from proposals.models.reminder import Kind, Reminder, ReminderReply, ReminderRule
from proposals.models.results import Indicator, IndicatorTarget, IndicatorValue
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
    "AgendaItem",
    "Amendment",
    "Attachment",
    "AttachmentContent",
    "Authorisation",
    "Axis",
    "Campaign",
    "Contribution",
    "Convention",
    "CreditLine",
    "Decision",
    "DecisionAction",
    "DecisionFollowUp",
    "Edition",
    "EditionContent",
    "EditionDocument",
    "Event",
    "Family",
    "Funding",
    "Grant",
    "Handover",
    "Highlight",
    "HumanMeans",
    "Indicator",
    "IndicatorTarget",
    "IndicatorValue",
    "Initiative",
    "InitiativePicture",
    "Kind",
    "Meeting",
    "Milestone",
    "MilestoneUpdate",
    "Movement",
    "Nature",
    "Partnership",
    "Programme",
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
    "Stage",
    "Status",
    "Strategy",
    "StrategyFile",
    "Tag",
    "Territory",
]
