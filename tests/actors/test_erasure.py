"""The erasure of a person: gone from every table, while the public record stays as it is."""

from collections.abc import Iterator
from datetime import date

import pghistory
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from actors import erasure
from actors.models import Absence, Role, User
from proposals import models as proposals
from sress.audit.tracking import registry
from sress.audit.version import Version
from sress.audit.wording import history
from tests import factories as make
from tests.actors.accounts.kit import give_application
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

NAME = "Maëlle O'Kerbrat-(Test)"
FORMER = "Maëlle Jeune-Fille"
ADDRESS = "maelle.okerbrat+ess@region.example.org"
WORDS = ["kerbrat", "jeune-fille"]  # of the names and of the address
PAGES = [
    "/sress/",
    "/sress/?au=2019-06-01",
    "/sress/propositions/",
    "/sress/propositions/1/",
    "/sress/actions/",
    "/sress/actions/1-1/",
]


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    with time_machine.travel("2019-11-15T09:00:00Z", tick=True):
        yield


@pytest.fixture
def present_everywhere(administrator: SignedIn) -> User:
    """Somebody who left a trace in everything that can hold one."""
    person = make.UserFactory(full_name=FORMER, email=ADDRESS, role=Role.COORDINATOR)
    colleague = make.UserFactory(full_name="Un collègue")
    client = SignedIn(person)
    client.get("/suivi/")
    unfinished = Client().session
    unfinished["pending"] = {"email": ADDRESS}
    unfinished.save()
    strategy = make.StrategyFactory(slug="sress")
    strategy.coordinators.add(person)
    axis = make.AxisFactory(strategy=strategy, number=1)
    proposal = make.ProposalFactory(axis=axis, number=1, referent=person)
    action = make.ActionFactory(proposal=proposal, code="1.1", referent=person)
    other = make.ActionFactory(proposal=proposal, code="1.2", referent=colleague)
    report = make.ProgressReportFactory(action=action, author=person)
    make.ProgressReportFactory(action=other, author=colleague, validated_by=person)
    make.ProgressReportFactory(supersedes=report, author=person, text="Corrigé.")
    make.ProgressReportDraftFactory(action=other, author=person, text=f"Vu par {NAME}.")
    make.ProgressReportDraftFactory(
        action=action, author=colleague, returned_by=person, word="À préciser"
    )
    make.RectificationFactory(action=action, author=person)
    make.StrategyFileFactory(
        name=f"suivi de {NAME}.csv", author=person, content=f"{NAME};{ADDRESS}".encode()
    )
    make.StrategyFileFactory(author=colleague, content=NAME.encode())
    make.StrategyFileFactory(
        name=f"plan {NAME}.csv", author=person, applied_at="2019-11-01T09:00Z", content=b""
    )
    give_application(person)
    make.AccountEventFactory(user=person)
    make.AccountEventFactory(user=colleague, by=person)
    account = SocialAccount.objects.create(
        user=person, provider="oidc", uid=ADDRESS, extra_data={"name": NAME, "email": ADDRESS}
    )
    application = SocialApp.objects.create(provider="oidc", name="Fournisseur", client_id="x")
    SocialToken.objects.create(account=account, app=application, token="jeton")
    UserSession.objects.create(
        user=person, session_key="ailleurs", ip="192.0.2.1", user_agent=f"Navigateur de {NAME}"
    )
    proposals.Handover.objects.create(
        action=action, given_by=colleague, given_to=person, word=f"Bonjour {NAME} !"
    )
    make.ReminderReplyFactory(action=action, user=person, what="plus_moi", word=f"Signé {NAME}")
    Absence.objects.create(
        user=person, deputy=colleague, starts_on=date(2019, 8, 1), ends_on=date(2019, 8, 9)
    )
    Absence.objects.create(
        user=colleague, deputy=person, starts_on=date(2019, 7, 1), ends_on=date(2019, 7, 9)
    )
    proposals.Attachment.objects.keep(
        proposals.ProgressReportDraft.objects.get(author=person), f"{NAME}.pdf", "a/b", b"x"
    )
    # A new name: the former one is in the audit trail alone.
    with pghistory.context(user=administrator.user.pk, path=f"/admin/{ADDRESS}/", note=NAME):
        person.full_name = NAME
        person.save()
    said = f'[{{"changed": {{"object": "{NAME}", "fields": ["{ADDRESS.upper()}"]}}}}]'
    LogEntry.objects.create(
        user=administrator.user,
        action_flag=CHANGE,
        object_id=person.pk,
        object_repr=f"{NAME}, {'x' * 170}",
        change_message=said,
    )
    LogEntry.objects.create(
        user=person, action_flag=CHANGE, object_id="1", object_repr="Autre", change_message=""
    )
    with connection.cursor() as cursor:
        # Of a library that nobody has heard of yet.
        cursor.execute("CREATE TABLE library_letter (id int, text text, data jsonb)")
        cursor.execute(
            "INSERT INTO library_letter VALUES (1, %s, jsonb_build_object('to', %s, 'cc', %s))",
            [f"Chère {NAME.upper()},", f'"{NAME}" <{ADDRESS}>', "x@example.org"],
        )
    return person


def whole_database() -> dict[str, str]:
    """Every text, JSON and bytes of every table, as text in lower case, by table and column."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        )
        for table, column, kind in cursor.fetchall():
            shown = f'"{column}"::text'
            if kind == "bytea":
                shown = f"encode(\"{column}\", 'escape')"
            cursor.execute(f"SELECT lower(string_agg({shown}, ' ')) FROM \"{table}\"")
            found[f"{table}.{column}"] = cursor.fetchone()[0] or ""
    return found


def traces() -> set[str]:
    return {
        place for place, said in whole_database().items() if any(word in said for word in WORDS)
    }


def test_an_erased_person_is_gone_from_every_table(present_everywhere, administrator):
    before = traces()
    assert {
        *("actors_user.full_name", "actors_user.email", "actors_user_version.full_name"),
        *("django_admin_log.object_repr", "django_admin_log.change_message"),
        *("proposals_handover.word", "proposals_handover_version.word", "library_letter.data"),
        *("proposals_reminderreply.word", "proposals_reminderreply_version.word"),
        *("proposals_strategyfile.content", "proposals_strategyfile_version.name"),
        *("actors_user_version.pgh_context", "proposals_attachment_version.name"),
    } <= before
    erasure.erase(present_everywhere, by=administrator.user)
    assert traces() == set()


def test_the_public_record_stays_byte_for_byte(present_everywhere, administrator, anonymous):
    reports = list(proposals.ProgressReport.objects.order_by("pk").values())
    pages = [anonymous.get(page).content for page in PAGES]
    erasure.erase(present_everywhere, by=administrator.user)
    assert [anonymous.get(page).content for page in PAGES] == pages
    assert list(proposals.ProgressReport.objects.order_by("pk").values()) == reports


def test_an_erased_account_is_closed_and_keeps_what_is_no_secret(present_everywhere, administrator):
    person, service = present_everywhere, present_everywhere.service
    erasure.erase(person, by=administrator.user)
    person.refresh_from_db()
    assert person.full_name == f"Personne effacée {person.pk}"
    assert person.email == f"efface-{person.pk}@example.invalid"
    assert not person.is_active
    assert not person.has_usable_password()
    assert person.service == service
    person.full_clean()
    sessions = [one.get_decoded() for one in Session.objects.all()]
    assert not [one for one in sessions if one.get("_auth_user_id") == str(person.pk)]
    assert ADDRESS not in str(sessions)
    assert not proposals.ProgressReportDraft.objects.filter(author=person).exists()
    assert not person.coordinated.exists()
    assert not person.reminder_replies.exists()
    assert list(LogEntry.objects.filter(user=person))  # what was done in the administration stays


def test_the_history_says_who_erased_whom_without_the_name(present_everywhere, administrator):
    person = present_everywhere
    page = reverse("admin:actors_user_erase", args=[person.pk])
    assert administrator.post(page).status_code == 302
    latest = history(User.objects.get(pk=person.pk))[0]
    assert latest.who == "Dominique Admin"
    assert latest.name == f"Personne effacée {person.pk}"
    assert not traces()


def test_a_namesake_keeps_their_name(present_everywhere, administrator):
    namesake = make.UserFactory(full_name=NAME)
    make.OrganisationFactory(name=f"Maison {NAME}")
    erasure.erase(present_everywhere, by=administrator.user)
    namesake.refresh_from_db()
    assert namesake.full_name == NAME
    assert registry[User].version.objects.filter(id=namesake.pk, full_name=NAME).exists()


def test_every_reference_to_an_account_says_what_becomes_of_it():
    known = {models.CASCADE, models.PROTECT, models.SET_NULL}
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, Version) or model._meta.proxy:
            continue
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model is User:
                assert field.remote_field.on_delete in known, f"{model._meta.label}.{field.name}"


def test_the_sites_own_role_erases_but_rewrites_nothing_else(present_everywhere, administrator):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE sress_app")
        # Its table is of the owner alone in this test: a library's comes by a migration.
        cursor.execute("RESET ROLE; GRANT SELECT ON library_letter TO sress_app")
        cursor.execute("SET ROLE sress_app")
        erasure.erase(present_everywhere, by=administrator.user)
        cursor.execute("RESET ROLE")
    assert traces() == set()


# Who may be erased, by whom


def test_nobody_erases_themselves(administrator):
    make.UserFactory(role=Role.ADMINISTRATOR)
    with pytest.raises(erasure.ErasureRefusedError, match="soi-même"):
        erasure.erase(administrator.user, by=administrator.user)


def test_the_last_administrator_stays(administrator):
    with pytest.raises(erasure.ErasureRefusedError, match="dernier compte"):
        erasure.erase(administrator.user, by=None)
    make.UserFactory(role=Role.ADMINISTRATOR)
    erasure.erase(administrator.user, by=None)


def test_an_erased_person_is_not_erased_again(administrator):
    person = make.UserFactory()
    erasure.erase(person, by=administrator.user)
    with pytest.raises(erasure.ErasureRefusedError, match="déjà effacée"):
        erasure.erase(person, by=administrator.user)


def test_the_page_says_what_goes_and_what_stays_and_where_a_text_names_them(
    present_everywhere, administrator
):
    make.EventFactory(title=f"Forum animé par {NAME}")
    address = reverse("admin:actors_user_change", args=[present_everywhere.pk])
    assert "Effacer la personne" in administrator.get(address).content.decode()
    page = administrator.get(reverse("admin:actors_user_erase", args=[present_everywhere.pk]))
    said = page.content.decode()
    for expected in ("Ce qui disparaît", "Ce qui reste", "Forum animé par"):
        assert expected in said
    assert User.objects.filter(email=ADDRESS).exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.COORDINATOR])
def test_only_administrators_erase(role):
    person, client = make.UserFactory(), SignedIn(make.UserFactory(role=role))
    page = reverse("admin:actors_user_erase", args=[person.pk])
    assert client.get(page).status_code in (302, 403)
    assert client.post(page).status_code in (302, 403)
    email = person.email
    person.refresh_from_db()
    assert person.email == email


def test_a_command_erases_too(capsys):
    person = make.UserFactory()
    call_command("erase_person", person.email.upper(), "--no-input")
    person.refresh_from_db()
    assert person.is_erased
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("erase_person", "inconnue@example.org", "--no-input")


def test_an_account_deleted_before_is_erased_by_the_command():
    person = make.UserFactory(full_name=NAME, email=ADDRESS)
    person.delete()
    assert traces() == {"actors_user_version.full_name", "actors_user_version.email"}
    call_command("erase_person", ADDRESS, "--no-input")
    assert traces() == set()


def test_an_erased_person_is_neither_reopened_nor_invited_nor_erased_again(administrator):
    person, other = make.UserFactory(), make.UserFactory(is_active=False)
    erasure.erase(person, by=administrator.user)
    users, page = (
        reverse("admin:actors_user_changelist"),
        reverse("admin:actors_user_change", args=[person.pk]),
    )
    chosen = {"_selected_action": [person.pk, other.pk]}
    told = administrator.post(users, {"action": "open_accounts", **chosen}, follow=True)
    assert "est effacée" in told.content.decode()
    other.refresh_from_db()
    assert other.is_active
    User.objects.filter(pk=other.pk).update(is_active=True)
    told = administrator.post(users, {"action": "invite", **chosen}, follow=True)
    assert "cette personne est effacée" in told.content.decode()
    asked = administrator.get(page).content.decode()
    assert "Effacer la personne" not in asked
    told = administrator.post(
        page,
        {
            "email": "retour@example.org",
            "full_name": "Retour",
            "role": person.role,
            "is_active": "on",
        },
    )
    assert "son compte ne se rouvre pas" in told.content.decode()
    person.refresh_from_db()
    assert person.is_erased
    assert not person.is_active
