"""What needs care, on the first page of the administration."""

from typing import Any

from django import template

from proposals.care import needing

register = template.Library()


@register.inclusion_tag("admin/_care.html", takes_context=True)
def what_needs_care(context: Any) -> dict[str, Any]:
    """The list of what needs care, for the person who looks."""
    return {"found": needing(context["request"].user)}
