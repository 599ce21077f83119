"""The administration of accounts: by e-mail, closed rather than deleted, no way to rise."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from actors.models import User
from tests import factories as make
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db

LIST = "/admin/actors/user/"


def page(user, name="change"):
    return reverse(f"admin:actors_user_{name}", args=[user.pk])


@pytest.fixture
def manager(db):
    """A member of staff who manages accounts without being a superuser."""
    user = make.UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    return SignedIn(user)


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
    other = make.UserFactory(is_staff=True, is_superuser=True)
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
    assert not {"is_active", "is_staff", "is_superuser"} & set(fields)


def test_who_is_no_superuser_makes_none(manager, administrator):
    user = make.UserFactory()
    group = Group.objects.create(name="Tous les droits")
    data = {"email": user.email, "full_name": "Nom nouveau", "is_active": "on"}
    risen = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk]}
    assert manager.post(page(user), {**data, **risen}).status_code == 302
    user.refresh_from_db()
    assert user.full_name == "Nom nouveau"
    assert not user.is_superuser
    assert not user.groups.exists()


def test_who_is_no_superuser_touches_none(manager, administrator):
    other = administrator.user
    assert manager.post(page(other), {"email": "a@example.org"}).status_code == 403
    assert manager.post(page(other, "delete"), {"post": "yes"}).status_code == 403
    manager.post(LIST, {"action": "close_accounts", "_selected_action": [other.pk]})
    other.refresh_from_db()
    assert other.is_active


def test_groups_are_found_by_typing(administrator):
    Group.objects.create(name="Chargés de mission")
    asked = {"app_label": "actors", "model_name": "user", "field_name": "groups", "term": "charg"}
    found = administrator.get("/admin/autocomplete/", asked).json()["results"]
    assert [group["text"] for group in found] == ["Chargés de mission"]
    assert administrator.get("/admin/autocomplete/", {**asked, "term": "\0"}).status_code == 200
    for page in ("/admin/auth/group/", "/admin/auth/group/add/"):
        assert administrator.get(page).status_code == 200
