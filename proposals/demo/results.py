"""Writes the indicators, targets and values that `resultats.toml` tells, once."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from proposals.demo.builder import SUBMISSIONS
from proposals.demo.cast import Cast
from proposals.models import Indicator, IndicatorTarget, IndicatorValue, Strategy
from sress.clock import PARIS

PLAIN = ("title", "unit", "better", "period", "decimals", "definition", "baseline_on")


def load(strategy: Strategy, told: Iterable[Mapping[str, Any]], cast: Cast) -> None:
    """The results of a strategy; an indicator that has some is left alone."""
    for one in told:
        if one["strategy"] == strategy.slug:
            _indicator(strategy, one, cast)


def _indicator(strategy: Strategy, told: Mapping[str, Any], cast: Cast) -> None:
    found = strategy.indicators.filter(code=told["code"]).first()
    indicator = found or Indicator(strategy=strategy, code=told["code"])
    if found and (found.targets.exists() or found.values.exists()):
        return
    author, voted = cast.accounts[told["author"]], strategy.adopted_on or date(2018, 6, 28)
    for name in PLAIN:
        if name in told:
            setattr(indicator, name, told[name])
    if "baseline" in told:
        indicator.baseline = Decimal(told["baseline"])
    indicator.owner = author
    if "axis" in told:
        indicator.axis = strategy.axes.get(number=told["axis"])
    if "proposal" in told:
        indicator.proposal = strategy.proposals.get(number=told["proposal"])
    if "action" in told:
        indicator.action = strategy.actions.get(code=told["action"])
    indicator.recorded_at = max(_noon(voted), _noon(told.get("baseline_on", voted)))
    indicator.save()
    for year, value in told["targets"].items():
        IndicatorTarget.objects.create(
            indicator=indicator,
            year=int(year),
            value=Decimal(value),
            decided_on=indicator.recorded_at.date(),
            recorded_at=indicator.recorded_at,
        )
    for one in told["values"]:
        named = f"{strategy.slug}/{indicator.code}/{one['of']}"
        IndicatorValue.objects.create(
            indicator=indicator,
            measured_on=one["of"],
            value=Decimal(one["value"]),
            reported_on=one["on"],
            author=author,
            recorded_at=_noon(one["on"]),
            submission=uuid.uuid5(SUBMISSIONS, named),
        )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), PARIS)
