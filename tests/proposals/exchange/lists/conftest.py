"""A day, a strategy, and who administers it."""

from datetime import date

import pytest

from actors.models import Role
from tests.conftest import SignedIn
from tests.factories import (
    RegionalCouncilFactory,
    RegionFactory,
    ServiceFactory,
    StrategyFactory,
    UserFactory,
)


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def administrator(strategy):
    service = ServiceFactory(organisation=strategy.region.organisation)
    return SignedIn(UserFactory(role=Role.ADMINISTRATOR, service=service))


@pytest.fixture
def strategy(db):
    return StrategyFactory(
        slug="sress", region=RegionFactory(organisation=RegionalCouncilFactory())
    )
