"""The demonstration loads whole, again without a change, and never among real facts."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from actors.models import Organisation, Service, User
from proposals import demo, reference
from proposals.models import (
    Axis,
    ProgressReport,
    Proposal,
    Rectification,
    Status,
    Strategy,
)
from sress.audit.version import Version
from sress.clock import PARIS
from tests.factories import ActionFactory, ProgressReportFactory, ProposalFactory
from tests.proposals.demo.kit import TODAY

pytestmark = pytest.mark.django_db


def facts() -> dict[str, list[Any]]:
    """Every row in words, territories apart: a key is replaced by what it points to."""
    tables: dict[str, list[Any]] = {}
    ours: list[type[models.Model]] = [
        Organisation,
        Service,
        User,
        *(m for m in apps.get_app_config("proposals").get_models() if not issubclass(m, Version)),
    ]
    for model in ours:
        near = [field.name for field in model._meta.fields if field.is_relation]
        rows = [said(row) for row in model._default_manager.select_related(*near)]
        tables[model.__name__] = sorted(rows, key=lambda row: json.dumps(row, default=str))
    return tables


def said(row: models.Model) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in row._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.OneToOneField):
            values[field.name] = str(getattr(row, field.name))
        elif isinstance(field, models.ManyToManyField):
            values[field.name] = sorted(map(str, getattr(row, field.name).all()))
        elif isinstance(field, models.Field) and not isinstance(field, models.AutoField):
            value = getattr(row, field.name)
            values[field.name] = value.hex() if isinstance(value, bytes) else value
    values.pop("password", None)  # salted
    return values


def digest() -> str:
    return hashlib.sha256(json.dumps(facts(), cls=DjangoJSONEncoder).encode()).hexdigest()


def test_two_loads_into_a_clean_database_give_the_same_facts() -> None:
    digests = []
    for _ in range(2):
        with transaction.atomic():
            demo.load()
            digests.append(digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    assert not Strategy.objects.exists()


def test_it_refuses_a_database_with_real_reports() -> None:
    reference.load()
    axis = Axis.objects.get(number=2)
    real = ActionFactory(proposal=ProposalFactory(axis=axis))
    ProgressReportFactory(action=real, reported_on=date(2019, 3, 1))
    with pytest.raises(CommandError, match=r"1\spoint d'avancement réel"):
        call_command("load_demo")
    assert not Strategy.objects.filter(is_demonstration=True).exists()
    assert not User.objects.filter(email="admin@example.org").exists()


def test_it_refuses_to_mix_with_real_proposals() -> None:
    reference.load()
    ProposalFactory(axis=Axis.objects.get(number=2))
    with pytest.raises(CommandError, match="vraies propositions"):
        call_command("load_demo")
    assert Proposal.objects.count() == 1


def test_the_command_prints_the_accounts(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SRESS_DEMO = True
    call_command("load_demo")
    output = capsys.readouterr().out
    for name in ("officier1", "officier2", "officier3", "officier4", "admin", "structure"):
        assert f"{name}@example.org" in output
        assert User.objects.get(email=f"{name}@example.org").check_password("demonstration")
    assert "demonstration" in output
    assert User.objects.filter(role="administration").count() == 1


def test_a_public_password_opens_nothing_outside_of_demonstration_mode(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SRESS_DEMO = False
    call_command("load_demo")
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert "sans mot de passe" in capsys.readouterr().out
    settings.SRESS_DEMO = True
    call_command("load_demo")
    assert all(user.check_password("demonstration") for user in User.objects.all())


class TestAgain:
    """A demonstration that is already there."""

    def test_a_second_run_writes_nothing(self, loaded: Any) -> None:
        with CaptureQueriesContext(connection) as queries:
            demo.load()
        writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert writes == []

    def test_what_visitors_did_since_stays(self, strategy: Strategy) -> None:
        proposal = Proposal.objects.get(strategy=strategy, number=1)
        proposal.title = "Titre changé par un visiteur"
        proposal.save()
        Organisation.objects.filter(kind="region").update(short_name="Conseil régional")
        overdue = strategy.actions.get(code="2.2")
        ProgressReport.objects.create(
            action=overdue,
            author=User.objects.get(email="officier1@example.org"),
            reported_on=TODAY,
            recorded_at=datetime(2019, 11, 15, 10, tzinfo=PARIS),
            status=Status.DELIVERED,
            progress=100,
        )
        overdue.drafts.all().delete()
        renumbered = strategy.actions.get(code="3.2")
        Rectification.objects.apply(
            renumbered,
            "code",
            "3.9",
            author=User.objects.get(email="admin@example.org"),
            motive="Erreur de numérotation",
        )
        before = digest()
        demo.load()
        assert digest() == before
