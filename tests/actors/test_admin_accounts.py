"""The administration of accounts: by e-mail, closed rather than deleted, no way to rise."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from actors.models import User
from tests import factories as make
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

LIST = "/admin/actors/user/"


def page(user, name="change"):
    return reverse(f"admin:actors_user_{name}", args=[user.pk])


def test_an_account_is_opened_by_address(administrator):
    service = make.ServiceFactory()
    person = {
        "email": "Jeanne.Petit@Region.example.org",
        "full_name": "Jeanne Petit",
        "role": "agent",
        "service": service.pk,
    }
    assert administrator.post(f"{LIST}add/", person).status_code == 302
    user = User.objects.get(full_name="Jeanne Petit")
    assert user.email == "jeanne.petit@region.example.org"
    assert not user.has_usable_password()
    again = administrator.post(f"{LIST}add/", person)
    assert "Un compte existe déjà avec cette adresse." in again.content.decode()


def test_who_wrote_is_not_deleted(administrator):
    report = make.ProgressReportFactory()
    response = administrator.get(page(report.author, "delete"))
    assert "1 points d&#x27;avancement" in response.content.decode()
    administrator.post(page(report.author, "delete"), {"post": "yes"})
    assert User.objects.filter(pk=report.author.pk).exists()


def test_who_administered_is_not_deleted(administrator):
    other = make.UserFactory(role="administration")
    SignedIn(other).post("/admin/proposals/tag/add/", {"name": "Climat", "slug": "climat"})
    assert administrator.get(page(other, "delete")).status_code == 403
    assert administrator.get(page(administrator.user, "delete")).status_code == 403


def test_who_did_nothing_is_deleted(administrator):
    user = make.UserFactory()
    assert administrator.post(page(user, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()


def test_accounts_are_closed_and_opened_together_but_for_ones_own(administrator):
    user = make.UserFactory()
    chosen = {"_selected_action": [user.pk, administrator.user.pk]}
    response = administrator.post(LIST, {"action": "close_accounts", **chosen}, follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert said[0].startswith("Votre propre compte reste ouvert")
    assert said[1].startswith("1 compte(s) fermé(s)")
    assert set(User.objects.filter(is_active=False)) == {user}
    assert LogEntry.objects.get().object_id == str(user.pk)
    assert "delete_selected" not in response.content.decode()
    administrator.post(LIST, {"action": "open_accounts", **chosen})
    assert not User.objects.filter(is_active=False).exists()


def test_one_keeps_ones_own_rights(administrator):
    fields = administrator.get(page(administrator.user)).context["adminform"].form.fields
    assert not {"is_active", "role"} & set(fields)


def test_a_coordinator_reads_accounts_and_changes_none(coordinator):
    user = make.UserFactory()
    assert coordinator.get(LIST).status_code == 200
    assert not coordinator.get(page(user)).context["adminform"].form.fields
    risen = {"email": user.email, "full_name": "Nom", "role": "administration"}
    assert coordinator.post(page(user), risen).status_code == 403
    assert coordinator.post(page(user, "delete"), {"post": "yes"}).status_code == 403
    assert coordinator.get(f"{LIST}add/").status_code == 403
    coordinator.post(LIST, {"action": "close_accounts", "_selected_action": [user.pk]})
    user.refresh_from_db()
    assert (user.is_active, user.role) == (True, "agent")


def test_a_contributor_is_of_an_organisation_and_others_are_not(administrator):
    person = {"email": "a@example.org", "full_name": "A", "role": "contributeur"}
    refused = administrator.post(f"{LIST}add/", person).content.decode()
    assert "Un contributeur est d&#x27;un organisme partenaire" in refused
    partner = make.OrganisationFactory()
    accepted = administrator.post(f"{LIST}add/", {**person, "organisation": partner.pk})
    assert accepted.status_code == 302
    assert User.objects.get(email="a@example.org").organisation == partner
