"""A day, an action, and what a form of it says."""

import uuid

import pytest
import time_machine

from proposals.models import Status
from tests.factories import ActionFactory, date

ADDRESS = "/suivi/sress/actions/12-3/point/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def action(lead):
    return ActionFactory(
        strategy__slug="sress",
        code="12.3",
        referent=lead.user,
        initial_due_date=date(2019, 12, 31),
    )


def content(**changes):
    return {
        "submission": str(uuid.uuid4()),
        "seen": "0",
        "reported_on": "2019-11-15",
        "status": Status.ONGOING,
        "progress": "50",
        "text": "Bail signé.",
        "visibility": "public",
        **changes,
    }


def shown(client, address):
    """What the form of a page holds, as the browser would send it."""
    form = client.get(address).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if str(value) not in ("None", "False", "") and field.name not in ("pieces", "removed"):
            data[field.html_name] = field.field.widget.format_value(value)
            if isinstance(data[field.html_name], list):
                data[field.html_name] = data[field.html_name][0]
    return data
