"""Inline icons. Always beside a word, so they are hidden from screen readers."""

from functools import cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, size: int = 18) -> SafeString:
    """The Lucide icon of that name as inline SVG."""
    # `class` is a word of Python, so it cannot be a named argument.
    return SafeString(lucide(name, size=size, aria_hidden="true", **{"class": "icon"}))
