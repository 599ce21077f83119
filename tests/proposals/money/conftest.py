"""A day, and a strategy that has an authorisation and actions."""

from datetime import date

import pytest

from tests import factories as make


@pytest.fixture
def today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def strategy(db, today):
    strategy = make.StrategyFactory(slug="sress", published=True)
    programme = make.ProgrammeFactory(strategy=strategy, code="P1", title="ESS")
    make.AuthorisationFactory(programme=programme, reference="AE-1", vintage=2018)
    for code in ("1.1", "1.2"):
        make.ActionFactory(strategy=strategy, code=code)
    return strategy
