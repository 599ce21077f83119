"""The demonstration, loaded once for a class of tests, on its own day."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from proposals import demo
from proposals.models import (
    Action,
    Milestone,
    ProgressReport,
    Strategy,
)
from tests.proposals.demo.kit import TODAY


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The demonstration, loaded once for a class of tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = demo.load()
        with connection.cursor() as cursor:
            # Else the planner takes the tables for what they were before: empty.
            tables = (model._meta.db_table for model in (Action, Milestone, ProgressReport))
            cursor.execute(f"ANALYZE {', '.join(tables)}, proposals_milestoneupdate")
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def on_the_day_of_the_demonstration(settings: Any) -> None:
    settings.SRESS_TODAY = TODAY


@pytest.fixture
def strategy(loaded: Any) -> Strategy:
    return Strategy.objects.get(slug="sress-2018-2021")
