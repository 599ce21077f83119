"""How results are told and drawn."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import template

from proposals.models import Indicator
from proposals.results import Dated, Result
from sress.templatetags.french import NARROW_NBSP, NBSP, figure

register = template.Library()

# The drawing, in its own units: a strip wide enough for two years, low enough for many in a page.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320, 96, 10, 10, 10, 20


@register.filter
def in_unit(value: Decimal | None, indicator: Indicator) -> str:
    """« 85 268 salariés », « 12,5 % »."""
    space = NARROW_NBSP if indicator.unit.startswith("%") else NBSP
    said = figure(value, indicator.decimals)
    return said if value is None else f"{said}{space}{indicator.unit}"


@register.inclusion_tag("proposals/_result_chart.html")
def result_chart(result: Result) -> dict[str, Any]:
    """The measures as a line, against the path to the targets; nothing for a single figure."""
    measures, path = result.measures, result.path
    dated = [*measures, *path]
    days = sorted({one.day for one in dated})
    if len(days) < 2:
        return {"drawn": False}
    scale = _Scale(days[0], days[-1], dated)
    return {
        "drawn": True,
        "width": WIDTH,
        "height": HEIGHT,
        "ground": HEIGHT - BOTTOM,
        "right": WIDTH - RIGHT,
        "left": LEFT,
        "label_at": HEIGHT - 5,
        "line": scale.points(measures),
        "path": scale.points(path),
        "dots": [scale.at(one) for one in measures],
        "aims": [scale.at(one) for one in path if one in result.targets],
        "first": days[0].year,
        "last": days[-1].year,
        "now": scale.x(result.day) if days[0] < result.day < days[-1] else "",
    }


class _Scale:
    """Where days and figures are in the drawing; from zero unless they are far from it."""

    def __init__(self, first: date, last: date, dated: Sequence[Dated]) -> None:
        values = [one.value for one in dated]
        low, high = min(values), max(values)
        self.low = Decimal(0) if 0 <= low < high * Decimal("0.7") or low == high > 0 else low
        self.spread = (high - self.low) or Decimal(1)
        self.first, self.length = first, (last - first).days

    def x(self, day: date) -> str:
        part = Decimal((day - self.first).days) / self.length
        return f"{LEFT + part * (WIDTH - LEFT - RIGHT):.1f}"

    def at(self, one: Dated) -> tuple[str, str]:
        part = (one.value - self.low) / self.spread
        return self.x(one.day), f"{HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM):.1f}"

    def points(self, line: Sequence[Dated]) -> str:
        return " ".join(",".join(self.at(one)) for one in line)
