"""What goes out comes back in: the export of a strategy gives the same one in an empty site."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from actors.models import Organisation, Region, User
from proposals import demo, exchange, state
from proposals.models import Proposal, Strategy
from proposals.state import Moment
from sress.spreadsheets.reading import read_workbook
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SLUGS = ("sress-2018-2021", "demo-enjeux-objectifs")


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture(scope="module")
def files(django_db_setup: None, django_db_blocker: Any):
    """The demonstration's two strategies, as xlsx and ods."""
    with django_db_blocker.unblock(), transaction.atomic():
        from django.test import override_settings

        with override_settings(SRESS_TODAY=date(2019, 11, 15)):
            demo.load()
            with connection.cursor() as cursor:
                cursor.execute("SELECT proposals_refresh_statistics()")
            written = {
                (slug, kind): exchange.export(Strategy.objects.get(slug=slug), kind)
                for slug in SLUGS
                for kind in ("xlsx", "ods")
            }
            standing = {slug: standing_of(slug) for slug in SLUGS}
        transaction.set_rollback(True)
    return written, standing


def cells(content: bytes) -> dict[str, list[list[Any]]]:
    book = read_workbook("export", content)
    return {sheet.name: sheet.rows for sheet in book.sheets if sheet.name != "Lisez-moi"}


def standing_of(slug: str) -> dict[str, Any]:
    """What the public reads of each action today."""
    own = Strategy.objects.get(slug=slug).actions.all()
    actions = state.actions(Moment.today(embargoed=True), own)
    names = ("status", "progress", "due_date", "slippage", "is_overdue", "is_silent", "reported_on")
    return {row["code"]: row for row in actions.values("code", *names)}


def load(content: bytes) -> exchange.Outcome:
    author = User.objects.filter(role="administration").first() or UserFactory(
        email="import@example.org", full_name="Import", role="administration", service=None
    )
    book = read_workbook("export.xlsx", content)
    return exchange.load(book, author=author, agree=lambda outcome: True)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize("slug", SLUGS)
def test_an_export_gives_the_same_strategy_in_an_empty_site(files, slug, kind):
    written, standing = files
    content = written[slug, kind]
    assert not Region.objects.exists()
    if slug != SLUGS[0]:
        # An invented region is in no official list.
        Region.objects.create(code="XX", name="Exemple", departements=[])
    outcome = load(content)
    assert [str(error) for error in outcome.remarks.errors] == []
    assert [str(question) for question in outcome.remarks.questions] == []
    assert outcome.applied
    strategy = Strategy.objects.get(slug=slug)
    assert cells(exchange.export(strategy, kind)) == cells(content)
    assert standing_of(slug) == standing[slug]
    assert strategy.is_demonstration
    assert not User.objects.exclude(email="import@example.org").filter(is_active=False).exists()

    again = load(content)
    assert (again.applied, again.changes, again.kept, again.missing) == (True, [], [], [])


def test_both_formats_say_the_same(files):
    written, _ = files
    for slug in SLUGS:
        as_text = [
            {
                name: [[str(cell if cell is not None else "") for cell in row] for row in rows]
                for name, rows in cells(written[slug, kind]).items()
                if name != "Listes"
            }
            for kind in ("xlsx", "ods")
        ]
        assert as_text[0] == as_text[1]


def test_accounts_come_back_without_a_password(files):
    written, _ = files
    load(written[SLUGS[0], "xlsx"])
    created = User.objects.exclude(email="import@example.org")
    assert created
    assert not any(user.has_usable_password() for user in created)
    assert not created.filter(role__in=["coordination", "administration"]).exists()


def test_the_model_file_is_read_as_an_empty_strategy():
    book = read_workbook("modele.xlsx", exchange.model_file())
    outcome = exchange.load(book, author=None)
    # Nothing is filled in: its title is missing, and nothing else is wrong.
    assert {"Titre"} >= {error.place.label for error in outcome.remarks.errors} - {"Région"}
    assert not Proposal.objects.exists()
    assert not Organisation.objects.exists()
    assert call_command("check") is None
