"""French typography for dates and numbers (Lexique de l'Imprimerie nationale)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sress import clock
from sress.money import to_cent

register = template.Library()

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
MINUS = "\u2212"


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


@register.filter
def more(value: int, forms: str) -> str:
    """A difference and its noun: « + 184 jours », « − 1 jour »."""
    return (
        f"{'+' if value > 0 else MINUS if value else ''}{NBSP}{counted(abs(value), forms)}".strip()
    )


@register.filter
def more_euros(value: Decimal) -> str:
    """A difference of money: « + 1 200 € », « − 50 € »; a dash for none."""
    return f"{'+' if value > 0 else MINUS}{NBSP}{euros(abs(value))}" if value else "—"


@register.filter
def euros(value: Decimal | None) -> str:
    """« 120 000 € », « 1 234,56 € »: cents are written when there are some. A dash for none."""
    if value is None:
        return "—"
    if value != value.to_integral_value():
        return euros_and_cents(value)
    return f"{value:,.0f}".replace(",", NARROW_NBSP).replace("-", MINUS) + f"{NBSP}€"


@register.filter
def euros_and_cents(value: Decimal) -> str:
    """« 0,62 € », rounded to the cent."""
    text = f"{to_cent(value):,.2f}".replace(",", NARROW_NBSP).replace(".", ",")
    return f"{text.replace('-', MINUS)}{NBSP}€"


@register.filter
def quantity(value: Decimal) -> str:
    """« 0,5 », without idle zeros; a dash for none."""
    return f"{value.normalize():f}".replace(".", ",") if value else "—"


@register.filter
def figure(value: Decimal | None, decimals: int = 0) -> str:
    """« 85 268 », « 12,5 »: with that many decimals, half up; a dash for none."""
    if value is None:
        return "—"
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{rounded:,f}".replace(",", NARROW_NBSP).replace(".", ",")
    return text.replace("-", MINUS)


@register.filter
def unlocalised(value: Decimal) -> str:
    """A number as drawings want it: « 12.5 »."""
    return f"{value:f}"


@register.simple_tag
def percent_of(part: Decimal, whole: Decimal) -> str:
    """How wide `part` is drawn when `whole` is a hundred; never beyond."""
    return unlocalised(min(max(to_cent(100 * part / whole), Decimal(0)), Decimal(100)))


@register.filter
def rate(value: Decimal | None) -> str:
    """A part of one in whole percent, half up: « 45 % »; a dash of nothing."""
    return percent(None if value is None else (value * 100).quantize(Decimal(1), ROUND_HALF_UP))
