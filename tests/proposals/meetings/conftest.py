"""A strategy whose last committee was in March, and the next one is in December 2019."""

import pytest
import time_machine

from tests import factories as make
from tests.factories import date


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy(db):
    return make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))


@pytest.fixture
def last(strategy):
    """The COPIL of 12 March, its record validated."""
    return make.validated(make.MeetingFactory(strategy=strategy, date=date(2019, 3, 12)))


@pytest.fixture
def coming(strategy):
    """The COPIL of 5 December."""
    return make.MeetingFactory(strategy=strategy, date=date(2019, 12, 5))


@pytest.fixture
def held(strategy):
    """The COPIL of yesterday, whose record waits."""
    return make.MeetingFactory(strategy=strategy, date=date(2019, 11, 14))


@pytest.fixture
def coordination(coordinator, strategy):
    strategy.coordinators.add(coordinator.user)
    return coordinator
