"""French typography for dates and numbers (Lexique de l'Imprimerie nationale)."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sress import clock

register = template.Library()

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"


@register.filter
def day(value: date | None) -> str:
    """« 1er juin 2018 », with spaces that do not break."""
    if value is None:
        return ""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NBSP}{formats.date_format(value, 'F')}{NBSP}{value.year}"


@register.filter
def month(value: date) -> str:
    """« avril 2016 »."""
    return f"{formats.date_format(value, 'F')}{NBSP}{value.year}"


@register.filter
def local_day(value: datetime) -> date:
    """The day of a moment, in Paris."""
    return value.astimezone(clock.PARIS).date()


@register.filter
def moment_of(value: datetime) -> str:
    """« 2 octobre 2018 à 14 h 05 », in Paris."""
    local = value.astimezone(clock.PARIS)
    return f"{day(local.date())} à {local.hour}{NBSP}h{NBSP}{local.minute:02}"


@register.simple_tag
def time_of(value: date) -> SafeString:
    """The day as text for readers and as <time> for machines."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), day(value))


@register.filter
def percent(value: int | Decimal | None) -> str:
    """« 45 % », or a dash where there is nothing to measure."""
    return "—" if value is None else f"{value}{NARROW_NBSP}%"


@register.filter
def number(value: int) -> str:
    """« 85 268 »."""
    return f"{value:,}".replace(",", NARROW_NBSP)


@register.filter
def counted(value: int, forms: str) -> str:
    """A number and its noun: `{{ n|counted:"action,actions" }}`; zero is singular in French."""
    singular, plural = forms.split(",")
    return f"{number(value)}{NBSP}{singular if abs(value) < 2 else plural}"
