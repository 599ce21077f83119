"""A strategy on 15 November 2019."""

from datetime import date

import pytest
import time_machine

from tests import factories as make


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy(db):
    return make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
