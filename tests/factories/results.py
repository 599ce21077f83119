"""Indicators, their targets and values."""

from datetime import date
from decimal import Decimal

from factory import LazyAttribute, Sequence, SubFactory

from proposals import models as proposals
from tests.factories.actors import UserFactory
from tests.factories.base import Agreed, Factory, noon
from tests.factories.strategy import StrategyFactory


class IndicatorFactory(Factory):
    """Of a strategy, an axis, a proposal or an action; no value is expected of it."""

    class Meta:
        model = proposals.Indicator

    strategy = Agreed(StrategyFactory, "action.strategy", "proposal.strategy", "axis.strategy")
    code = Sequence(lambda n: f"indicateur-{n}")
    title = "Projets accompagnés"
    unit = "projets"
    recorded_at = noon(date(2018, 7, 1))


class IndicatorTargetFactory(Factory):
    class Meta:
        model = proposals.IndicatorTarget

    indicator = SubFactory(IndicatorFactory)
    year = 2019
    value = Decimal(100)
    decided_on = date(2018, 10, 2)
    recorded_at = LazyAttribute(lambda o: noon(o.decided_on))


class IndicatorValueFactory(Factory):
    class Meta:
        model = proposals.IndicatorValue

    indicator = SubFactory(IndicatorFactory)
    measured_on = date(2018, 12, 31)
    value = Decimal(40)
    reported_on = LazyAttribute(lambda o: o.measured_on)
    author = SubFactory(UserFactory)
    recorded_at = LazyAttribute(lambda o: noon(o.reported_on))
