"""Links that keep the date, and the marks of state that every page shares."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from proposals.models import DecisionFollowUp, Status
from proposals.state import Moment, Tally

register = template.Library()

ICONS = {
    Status.UPCOMING: "circle-dashed",
    Status.SCOPING: "drafting-compass",
    Status.ONGOING: "circle-play",
    Status.DIFFICULTY: "triangle-alert",
    Status.SUSPENDED: "circle-pause",
    Status.DELIVERED: "circle-check",
    Status.DROPPED: "circle-slash",
}


@register.simple_tag(takes_context=True)
def href(context: Any, target: Any, *args: Any, **query: Any) -> str:
    """The address of an object or of a named page, at the date being read."""
    path = reverse(target, args=args) if isinstance(target, str) else target.get_absolute_url()
    moment: Moment | None = context.get("moment")
    if moment:
        query |= moment.query
    return f"{path}?{urlencode(query)}" if query else path


@register.simple_tag(takes_context=True)
def narrowed(context: Any, target: str, *args: Any, query: Mapping[str, Any], **more: Any) -> str:
    """The address of a list narrowed by filters that a view has chosen, at the date being read."""
    return href(context, target, *args, **query, **more)


@register.simple_tag(takes_context=True)
def today_address(context: Any) -> str:
    """The same page, filters included, as things stand today."""
    query = context["request"].GET.copy()
    for name in ("au", "edition", "page"):
        query.pop(name, None)
    path: str = context["request"].path
    return f"{path}?{query.urlencode()}" if query else path


@register.simple_tag(takes_context=True)
def other_page(context: Any, number: int) -> str:
    """The same address with another page number."""
    query = context["request"].GET.copy()
    query["page"] = number
    return f"?{query.urlencode()}"


@register.simple_tag
def new_submission() -> str:
    """Names one form: sent twice, it is recorded once."""
    return str(uuid.uuid4())


@register.filter
def follow_ups(noted: list[dict[str, Any]]) -> list[DecisionFollowUp]:
    """The follow-ups that a query gave as JSON (see `decisions.noted`)."""
    return [DecisionFollowUp(**{**one, "day": date.fromisoformat(one["day"])}) for one in noted]


@register.inclusion_tag("proposals/_status.html")
def status(value: str) -> dict[str, Any]:
    """A status as an icon and a word."""
    known = Status(value)
    return {"value": known.value, "label": known.label, "icon_name": ICONS[known]}


@register.inclusion_tag("proposals/_bar.html", takes_context=True)
def tally_bar(context: Any, tally: Tally) -> dict[str, Any]:
    """The actions of a strategy by status, as one bar, and words that lead to their lists."""
    parts, start = [], 0
    for known in Status:
        count = tally.by_status.get(known, 0)
        if count:
            slug = context["strategy"].slug
            address = href(context, "actions", slug, statut=known.value)
            parts.append(
                {
                    "value": known.value,
                    "label": known.label,
                    "count": count,
                    "start": start,
                    "address": address,
                }
            )
            start += count
    return {"parts": parts, "total": start}
