"""Open data on grants: valid for somebody else's validator, whatever their number."""

import csv
import io
import tracemalloc
from datetime import date
from decimal import Decimal

import pytest
from frictionless import Resource, Schema, system

from proposals.exchange import scdl
from proposals.models import Grant
from tests import factories as make
from tests.proposals.money.kit import FILES, accepted

MANY = 20_000


def report_on(path):
    """What frictionless says of a file, by the schema."""
    with system.use_context(trusted=True):
        resource = Resource(path=str(path), schema=Schema.from_descriptor(str(scdl.SCHEMA)))
        return resource.validate()


def written(grants, path):
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(scdl.lines(grants))
    return path


def rows_of(grants):
    return list(csv.DictReader(io.StringIO("".join(scdl.lines(grants)))))


@pytest.fixture
def action(strategy):
    return strategy.actions.get(code="1.1")


def test_the_example_is_valid_coming_in_and_going_out(strategy, tmp_path):
    assert report_on(FILES / "subventions.csv").valid
    accepted((FILES / "subventions.csv").read_bytes(), strategy, "exemple.csv")
    report = report_on(written(strategy.grants.all(), tmp_path / "subventions.csv"))
    assert report.flatten(["rowNumber", "fieldName", "note"]) == []
    assert report.tasks[0].stats["rows"] == 9


def test_the_validator_would_tell_what_is_wrong(strategy, action, tmp_path):
    make.GrantFactory(action=action)
    path = written(strategy.grants.all(), tmp_path / "subventions.csv")
    path.write_text(path.read_text("utf-8").replace("aide en numéraire", "en numéraire"), "utf-8")
    assert not report_on(path).valid


def test_values_are_written_as_the_standard_wants_them(action):
    make.GrantFactory(
        action=action,
        amount=Decimal("24000.50"),
        share=Decimal("0.250000"),
        purpose='Un "guichet", deux lieux',
        scheme="=1+1",
        eu_notified=True,
    )
    make.GrantFactory(action=action, amount=Decimal("1200000.00"), signed_on=date(2019, 5, 1))
    first, second = rows_of(Grant.objects.all())
    assert (first["montant"], first["pourcentageSubvention"]) == ("24000.5", "0.25")
    assert (second["montant"], second["pourcentageSubvention"]) == ("1200000", "1")
    assert (first["notificationUE"], second["notificationUE"]) == ("oui", "non")
    assert (first["dateConvention"], second["dateConvention"]) == ("2019-04-05", "2019-05-01")
    assert first["objet"] == 'Un "guichet", deux lieux'
    assert first["dispositifAide"] == "=1+1"
    assert not "".join(scdl.lines(Grant.objects.all())).startswith("\ufeff")


def test_only_what_is_published_goes_out_and_nobody(strategy, action):
    day = date(2019, 6, 1)
    for on in (None, date(2019, 6, 2), day):
        make.GrantFactory(action=action, published_on=on)
    make.GrantFactory(action=action, is_person=True)
    assert list(scdl.published(strategy.grants.all(), day)) == [Grant.objects.get(published_on=day)]
    assert len(rows_of(strategy.grants.all())) == 3


def test_a_long_list_is_never_whole_in_memory(strategy, action):
    one = make.GrantFactory.build(strategy=strategy, action=action)
    Grant.objects.bulk_create(
        make.GrantFactory.build(strategy=strategy, action=action, granting_siret=one.granting_siret)
        for _ in range(MANY)
    )
    tracemalloc.start()
    count = sum(1 for _ in scdl.lines(strategy.grants.all()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == MANY + 1
    assert peak < 15 * 2**20
