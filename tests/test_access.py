"""Every address × everyone × GET and POST: what they get is what is declared.

An address that declares nothing fails here, and so does one for which this test does not know which
row to ask for.
"""

from copy import copy
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from actors.access import Access, Persona, addresses
from proposals.models import Action, ProgressReport
from proposals.models.strategy import RESERVED_SLUGS
from tests import factories as make
from tests.world import World

pytestmark = pytest.mark.django_db

ALL = sorted(addresses(), key=lambda one: one.name)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


def is_refused(response):
    """Whether the answer keeps the page closed."""
    if response.status_code in (403, 404):
        return True
    # The administration leads away from a row that one may not know of.
    away = ("/compte/connexion/", "/admin/login/")
    target = response["Location"].split("?")[0] if response.status_code == 302 else ""
    return target in away or (target == "/admin/" and "/admin/" in response.request["PATH_INFO"])


def counts():
    """How many rows every table has."""
    ours = [model for model in apps.get_models() if model is not Session]
    return {model._meta.label: model._default_manager.count() for model in ours}


def ask(client, method, path):
    """The answer, of which nothing stays."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        before = counts() if method == "post" else None
        response = getattr(client, method)(path, DRAFTED if method == "post" else {})
        connection.check_constraints()
        written = method == "post" and counts() != before
        transaction.set_rollback(True)
    client.cookies = cookies
    return response, written


DRAFTED = {
    "submission": "6f1a4f4e-0000-4000-8000-000000000001",
    "reported_on": "2019-11-15",
    "status": "en_cours",
    "progress": "50",
    "text": "Un texte.",
    "visibility": "public",
    "post": "yes",
}


@pytest.mark.parametrize("persona", list(Persona))
def test_everyone_gets_what_is_declared(persona):
    world = World()
    client = world.client(persona)
    surprises = []
    for address in ALL:
        path = world.path(address, persona)
        for method in ("get", "post"):
            response, written = ask(client, method, path)
            declared = address.writes if method == "post" else address.access
            allowed = declared is not None and persona in declared.personas
            if address.access is Access.DOOR or response.status_code == 405:
                wrong = response.status_code >= 500
            else:
                wrong = response.status_code >= 500 or is_refused(response) == allowed
            if wrong:
                surprises.append(f"{method} {path}: {response.status_code}, {address.access}")
            elif not allowed and written:
                surprises.append(f"{method} {path}: it wrote")
    assert not surprises, "\n".join(surprises)


def test_every_address_declares_to_whom_it_is_open():
    assert [one.name for one in ALL if one.access is None] == []


def test_the_matrix_is_printed_without_a_hole():
    printed = StringIO()
    call_command("print_access", stdout=printed)
    rows = [line for line in printed.getvalue().splitlines() if line.startswith("| /")]
    assert len(rows) == len(ALL)
    for row in rows:
        assert len(row.split("|")) == len(Persona) + 3
        assert set(row.split("|")[2].strip()) <= set("ouilit·")


def test_an_address_without_declaration_is_a_hole(settings):
    settings.ROOT_URLCONF = "tests.undeclared"
    with pytest.raises(CommandError, match="/oubliee/"):
        call_command("print_access", stdout=StringIO())


class TestAbsence:
    """A deputy has the referent's rights in the period, and not a day more."""

    ADDRESS = "/suivi/sress/actions/1-1/point/"

    @pytest.mark.parametrize(
        ("day", "status"),
        [("2019-11-09", 403), ("2019-11-10", 200), ("2019-11-20", 200), ("2019-11-21", 403)],
    )
    def test_a_deputy_reports_from_the_first_day_to_the_last(self, outsider, day, status):
        action = make.ActionFactory(strategy__slug="sress", code="1.1", referent=make.UserFactory())
        make.AbsenceFactory(
            user=action.referent,
            deputy=outsider.user,
            starts_on=make.date(2019, 11, 10),
            ends_on=make.date(2019, 11, 20),
        )
        with time_machine.travel(f"{day}T09:00:00Z", tick=False):
            outsider.force_login(outsider.user)
            assert outsider.get(self.ADDRESS).status_code == status

    def test_rights_are_not_handed_on(self, outsider):
        action = make.ActionFactory(strategy__slug="sress", code="1.1", referent=make.UserFactory())
        deputy = make.UserFactory()
        make.AbsenceFactory(user=action.referent, deputy=deputy)
        make.AbsenceFactory(user=deputy, deputy=outsider.user)
        assert outsider.get(self.ADDRESS).status_code == 403

    def test_a_contributor_is_no_deputy(self, contributor):
        action = make.ActionFactory(strategy__slug="sress", code="1.1", referent=make.UserFactory())
        make.AbsenceFactory(user=action.referent, deputy=contributor.user)
        assert contributor.get(self.ADDRESS).status_code == 403


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        (None, None, 200),
        ("2019-11-15", None, 200),
        ("2019-11-16", None, 403),
        (None, "2019-11-15", 200),
        (None, "2019-11-14", 403),
    ],
)
def test_a_partner_drafts_while_they_are_partner(contributor, since, until, status):
    action = make.ActionFactory(strategy__slug="sress", code="1.1")
    make.PartnershipFactory(
        action=action, organisation=contributor.user.organisation, since=since, until=until
    )
    assert contributor.get("/suivi/sress/actions/1-1/point/").status_code == status


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        (Persona.ANONYMOUS, 302),
        (Persona.STRANGER, 404),
        (Persona.PARTNER, 200),
        (Persona.OFFICER, 404),
        (Persona.LEAD, 200),
        (Persona.COLLEAGUE, 404),
        (Persona.COORDINATOR, 200),
        (Persona.ADMINISTRATOR, 200),
    ],
)
def test_an_unpublished_action_is_unknown_to_outsiders(persona, status):
    world = World()
    Action.objects.update(published=False)
    client = world.client(persona)
    assert client.get("/suivi/sress/actions/1-1/point/").status_code == status
    assert client.get("/sress/actions/1-1/").status_code == 404


def test_nobody_reports_on_an_archived_action():
    world = World()
    Action.objects.update(archived=True)
    for persona in world.people:
        assert world.client(persona).get("/suivi/sress/actions/1-1/point/").status_code == 403
    assert Client().get("/sress/actions/1-1/").status_code == 200


def test_a_closed_account_does_nothing(lead):
    make.ActionFactory(strategy__slug="sress", code="1.1", referent=lead.user)
    lead.user.is_active = False
    lead.user.save()
    assert lead.get("/suivi/sress/actions/1-1/point/").status_code == 302
    assert not Action.objects.editable_by(lead.user).exists()


class TestCoordinators:
    """In the administration, a coordinator has the rows of their strategies, and no other."""

    def test_lists_hold_their_strategies_alone(self, coordinator):
        mine, other = make.ActionFactory(), make.ActionFactory()
        mine.strategy.coordinators.add(coordinator.user)
        page = coordinator.get("/admin/proposals/action/")
        assert [one.pk for one in page.context["cl"].result_list] == [mine.pk]
        assert coordinator.get(f"/admin/proposals/action/{other.pk}/change/").status_code == 302

    def test_nothing_is_added_to_another_strategy(self, coordinator):
        mine, other = make.StrategyFactory(), make.StrategyFactory()
        mine.coordinators.add(coordinator.user)
        said = {"strategy": other.pk, "name": "Une série"}
        response = coordinator.post("/admin/proposals/series/add/", said)
        assert response.status_code == 200
        assert not other.series.exists()
        coordinator.post("/admin/proposals/series/add/", {**said, "strategy": mine.pk})
        assert mine.series.count() == 1

    def test_bulk_actions_reach_no_further(self, coordinator):
        mine, other = make.ActionFactory(), make.ActionFactory()
        mine.strategy.coordinators.add(coordinator.user)
        chosen = {"_selected_action": [mine.pk, other.pk], "confirmed": "1"}
        coordinator.post("/admin/proposals/action/", {"action": "archive", **chosen})
        assert list(Action.objects.filter(archived=True)) == [mine]


def test_who_writes_what():
    """Drafts of some, reports of others: counted facts."""
    for persona, reports, drafts in (
        (Persona.STRANGER, 0, 0),
        (Persona.PARTNER, 0, 1),
        (Persona.OFFICER, 0, 0),
        (Persona.LEAD, 1, 0),
        (Persona.COORDINATOR, 1, 0),
        (Persona.ADMINISTRATOR, 1, 0),
    ):
        with transaction.atomic():
            world = World()
            world.draft.delete()
            world.client(persona).post("/suivi/sress/actions/1-1/point/", DRAFTED)
            assert ProgressReport.objects.count() - 1 == reports, persona
            assert world.action.drafts.filter(submitted_at__isnull=False).count() == drafts
            transaction.set_rollback(True)


def test_no_strategy_can_take_the_place_of_a_page_of_the_site():
    for pattern in [
        *get_resolver().url_patterns,
        *get_resolver("proposals.urls").url_patterns,
    ]:
        first = str(pattern.pattern).split("/")[0]
        if first and "<" not in first:
            assert first in RESERVED_SLUGS, first
