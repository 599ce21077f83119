"""What the tests of the administration share: addresses, forms as a browser sends them."""

from django.apps import apps
from django.urls import reverse

from actors.models import (
    AccountEvent,
    Contour,
)
from proposals import models as proposals
from proposals.models import MilestoneUpdate, ProgressReport, Rectification, Territory
from sress.audit.version import Version
from sress.models import Heartbeat, Mail

OURS = [
    model
    for app in ("sress", "actors", "proposals")
    for model in apps.get_app_config(app).get_models()
    # Versions are read in the history of their object, and in the journal.
    if model
    not in (proposals.AttachmentContent, proposals.EditionContent, proposals.InitiativePicture)
    and not issubclass(model, Version)
]
# Added on the site by officers, by background processes, or in the form of their parent.
NOT_ADDED = {
    AccountEvent,
    Contour,
    Heartbeat,
    Mail,
    MilestoneUpdate,
    ProgressReport,
    proposals.AgendaItem,
    proposals.Amendment,
    proposals.Attachment,
    proposals.Decision,
    proposals.DecisionAction,
    proposals.DecisionFollowUp,
    proposals.Edition,
    proposals.EditionDocument,
    proposals.Handover,
    proposals.Highlight,
    proposals.Milestone,
    proposals.Partnership,
    proposals.ProgressReportDraft,
    proposals.ProposalScheme,
    proposals.Reminder,
    proposals.ReminderReply,
    proposals.StrategyFile,
    Territory,
}
FACTS = [
    AccountEvent,
    Contour,
    Heartbeat,
    Mail,
    MilestoneUpdate,
    ProgressReport,
    proposals.Attachment,
    proposals.DecisionAction,
    proposals.DecisionFollowUp,
    proposals.Edition,
    proposals.EditionDocument,
    proposals.Handover,
    proposals.ProgressReportDraft,
    Rectification,
    proposals.Reminder,
    proposals.ReminderReply,
    proposals.StrategyFile,
    proposals.Movement,
    proposals.CreditLine,
    proposals.Funding,
    proposals.HumanMeans,
    proposals.IndicatorTarget,
    proposals.IndicatorValue,
]
MOST = 30
OTHERS = ["anonymous", "outsider", "lead"]


def named(model):
    return model._meta.label_lower


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fields_of(form):
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        widget = bound.field.widget
        name = bound.html_name
        if hasattr(value, "all") or isinstance(value, list):
            data[name] = [getattr(item, "pk", item) for item in value]
        else:
            data[name] = "on" if value is True else (widget.format_value(value) or "")
            if isinstance(data[name], list):
                data[name] = data[name][0]
    return data


def filled(client, address):
    """The data that the browser would send for the page at `address`, unchanged."""
    context = client.get(address).context
    data = fields_of(context["adminform"].form)
    for rows in context["inline_admin_formsets"]:
        data.update(fields_of(rows.formset.management_form))
        for form in rows.formset.forms:
            data.update(fields_of(form))
    return data


def errors(response):
    """What the page reproaches the form with."""
    assert response.status_code == 200, response
    return [str(message) for found in response.context["errors"] for message in listed(found)]


def listed(found):
    return [found] if isinstance(found, str) else found


def said(response):
    return [str(message) for message in response.context["messages"]]
