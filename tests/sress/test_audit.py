"""The audit trail: every change leaves a version, whoever makes it; none can be silenced."""

import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import ResolverMatch, reverse

from actors.models import Organisation, User
from proposals.models import Action, AttachmentContent, ProgressReport, Reminder
from sress.audit.tracking import registry
from sress.audit.version import Version
from sress.logs import safe_path
from sress.models import Heartbeat
from sress.tasks import heartbeat
from tests import factories as make
from tests.sress import servers

pytestmark = pytest.mark.django_db

# Fields whose values are kept out of versions, each for a reason.
LEFT_OUT = {
    # A counter that writers of the ledger wait for one another at.
    "proposals.Authorisation": {"writes"},
    "actors.User": {"password", "last_login"},  # a secret, and a sign-in is no change
    "actors.Contour": {"geometry"},  # from files that are shipped; heavy
    "proposals.StrategyFile": {"content"},  # bytes that do not stay
    "proposals.AttachmentContent": {"data"},  # bytes that may have to be erased
    "proposals.InitiativePicture": {"large", "small"},  # bytes that may have to be erased
    "proposals.EditionContent": {"data"},  # bytes that never change
    "proposals.ProgressReportDraft": {  # not published: its author's own
        *("status", "progress", "text", "revised_due_date", "revision_motive"),
        *("difficulty_motive", "decision", "visibility", "public_from"),
        *("reported_on", "milestones", "submission", "updated_at"),
    },
}


# A log itself, planned by the thousand: what was told to whom, and what was cancelled, stays.
A_LOG = {Reminder}


def versions(model: Any, **of: Any) -> list[Any]:
    """What was kept of the rows of a model, oldest first."""
    return list(registry[model].version.objects.filter(**of).order_by("pgh_id"))


def labels(model: Any, **of: Any) -> list[str]:
    return [one.pgh_label for one in versions(model, **of)]


def ours() -> list[Any]:
    models = [
        model
        for app in ("actors", "proposals")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    return [one for one in models if not issubclass(one, Version) and one not in A_LOG]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_model_is_tracked_with_all_its_fields(model):
    kept = {field.name for field in registry[model].version._meta.fields}
    own = {field.name for field in model._meta.local_fields}
    assert own - kept == LEFT_OUT.get(model._meta.label, set())


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_every_table_has_its_triggers(model):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'O'",
            [f'"{model._meta.db_table}"'],
        )
        assert {"audit_insert", "audit_update", "audit_delete"} <= {n for (n,) in cursor}


def test_a_row_leaves_a_version_when_it_comes_changes_and_goes():
    partnership = make.PartnershipFactory(role="operateur")
    partnership.role = "financeur"
    partnership.save()
    pk = partnership.pk
    partnership.delete()
    kept = versions(type(partnership), id=pk)
    assert [(one.pgh_label, one.role) for one in kept] == [
        ("insert", "operateur"),
        ("update", "financeur"),
        ("delete", "financeur"),
    ]
    assert {one.action_id for one in kept} == {partnership.action_id}


def test_a_save_that_changes_nothing_leaves_no_version():
    action = make.ActionFactory()
    action.save()
    Action.objects.filter(pk=action.pk).update(title=action.title)
    assert labels(Action, id=action.pk) == ["insert"]


def test_plain_sql_is_tracked_in_bulk_without_context():
    one, two = make.TagFactory(), make.TagFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE proposals_tag SET name = name || ' !' WHERE id = %s", [one.pk])
        cursor.execute("DELETE FROM proposals_tag")
    assert labels(type(one), id=one.pk) == ["insert", "update", "delete"]
    assert labels(type(one), id=two.pk) == ["insert", "delete"]
    assert versions(type(one), id=one.pk)[-1].pgh_context is None


def test_a_row_whose_number_is_changed_by_hand_is_not_lost():
    tag = make.TagFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE proposals_tag SET id = id + 1000 WHERE id = %s", [tag.pk])
    assert labels(type(tag), id=tag.pk + 1000) == ["update"]


def test_bulk_creation_and_upserts_are_tracked():
    names = ("Un", "Deux")
    Organisation.objects.bulk_create(
        [
            Organisation(name=name, kind="reseau", siret=f"1234567890000{n}")
            for n, name in enumerate(names)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO actors_organisation (name, short_name, kind, legal_family, is_esus, siren,"
            " siret, rna, source, legal_category, website, public_email)"
            " SELECT 'Trois', '', kind, '', false, '', siret, '', source, '', '', ''"
            " FROM actors_organisation WHERE name = 'Deux'"
            " ON CONFLICT (siret) WHERE NOT siret = '' DO UPDATE SET name = EXCLUDED.name"
        )
    two = Organisation.objects.get(name="Trois")
    assert labels(Organisation, id=two.pk) == ["insert", "update"]


def test_a_report_is_kept_as_the_database_completed_it():
    first = make.ProgressReportFactory()
    second = make.ProgressReportFactory(supersedes=first)
    (kept,) = versions(ProgressReport, id=second.pk)
    assert (kept.chain_id, kept.chain_rank) == (first.pk, 1)


def test_links_between_rows_are_tracked():
    action, tag = make.ActionFactory(), make.TagFactory()
    action.tags.add(tag)
    action.tags.clear()
    through = Action.tags.through
    assert labels(through, action_id=action.pk, tag_id=tag.pk) == ["insert", "delete"]


def test_what_is_rolled_back_never_was():
    with transaction.atomic():
        tag = make.TagFactory()
        transaction.set_rollback(True)
    assert labels(type(tag)) == []


def test_a_refused_change_leaves_no_version():
    with pytest.raises(IntegrityError), transaction.atomic():
        make.TerritoryFactory(share=2)
    assert labels(AttachmentContent) == []


def test_neither_a_sign_in_nor_a_password_shows(client):
    user = make.UserFactory()
    page = {"login": user.email, "password": "une phrase de passe"}
    assert client.post(reverse("account_login"), page).status_code == 302
    user.set_password("une autre phrase de passe")
    user.save()
    assert labels(User, id=user.pk) == ["insert"]


# Who, and from where


def test_a_page_leaves_who_asked_for_it_and_its_address_without_the_query(administrator):
    tag = make.TagFactory()
    address = reverse("admin:proposals_tag_change", args=[tag.pk])
    data = {"name": "Renommée", "slug": tag.slug}
    assert administrator.post(f"{address}?q=Camille", data).status_code == 302
    kept = versions(type(tag), id=tag.pk)[-1]
    assert kept.pgh_context == {
        "user": administrator.user.pk,
        "path": address,
        "method": "POST",
    }


def test_secrets_in_addresses_are_masked(rf):
    request = rf.get("/compte/cle/abc-12/fin/?q=Camille")
    request.resolver_match = ResolverMatch(lambda: None, (), {"key": "abc-12"})
    assert safe_path(request) == "/compte/cle/…/fin/"
    token = "c7x2p0-5e3f0c8e2f1b4d5a9c8b7a6f5e4d3c2b"
    assert safe_path(rf.get(f"/compte/inconnue/MQ/{token}/")) == "/compte/inconnue/MQ/…/"


def test_a_task_leaves_its_name():
    tag = make.TagFactory()

    @heartbeat.app.task(name="tests.rename", shared=False)
    def rename():
        tag.name = "Renommée"
        tag.save()

    rename.apply()
    assert versions(type(tag))[-1].pgh_context == {"task": "tests.rename"}


@pytest.mark.django_db(transaction=True)
def test_a_command_leaves_its_name():
    tag = make.TagFactory()
    code = "from proposals.models import Tag; Tag.objects.update(name='Renommée')"
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=servers.ROOT,
        env=servers.environment(),
        check=True,
        timeout=60,
    )
    assert versions(type(tag))[-1].pgh_context == {"command": "shell"}


# What the site's own role may not do


@pytest.fixture
def as_the_site(db):
    """Act as the database role of the running site, until the end."""
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        yield cursor
        cursor.execute("RESET ROLE")


def test_the_site_writes_versions_through_triggers_and_reads_them(as_the_site):
    tag = make.TagFactory()
    assert labels(type(tag), id=tag.pk) == ["insert"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO proposals_tag_version (id, pgh_label, pgh_created_at) VALUES (1, '', now())",
        "UPDATE proposals_tag_version SET name = 'autre'",
        "DELETE FROM proposals_tag_version",
        "TRUNCATE proposals_tag_version",
        "ALTER TABLE proposals_tag DISABLE TRIGGER audit_update",
        "DROP TRIGGER audit_update ON proposals_tag",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION public.sress_audit() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$",
        # A table of its own, to have versions written of what never was.
        "CREATE TEMP TABLE proposals_tag (id bigint, name text);"
        "CREATE TRIGGER forge AFTER INSERT ON pg_temp.proposals_tag REFERENCING NEW TABLE AS"
        " new_rows FOR EACH STATEMENT EXECUTE FUNCTION sress_audit('id')",
    ],
)
def test_the_site_may_neither_write_nor_silence_versions(as_the_site, statement):
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, transaction.atomic():
        as_the_site.execute(statement)


def test_the_setting_that_silences_other_triggers_silences_none_of_these(as_the_site):
    as_the_site.execute(
        "SELECT set_config('pgtrigger.ignore', '{audit_insert,audit_update}', false)"
    )
    tag = make.TagFactory()
    assert labels(type(tag), id=tag.pk) == ["insert"]


def test_a_temporary_table_does_not_catch_the_versions(as_the_site):
    as_the_site.execute("CREATE TEMP TABLE proposals_tag_version (LIKE proposals_tag_version)")
    tag = make.TagFactory()
    as_the_site.execute("DROP TABLE pg_temp.proposals_tag_version")
    assert labels(type(tag), id=tag.pk) == ["insert"]


def test_signs_of_life_are_no_changes():
    Heartbeat.beat(Heartbeat.Process.WORKER)
    assert Heartbeat not in registry
