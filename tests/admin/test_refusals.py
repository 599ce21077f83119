"""What the database refuses comes back on the form; rows named by hand are no fault."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from actors.admin import ServiceAdmin
from actors.models import (
    Commune,
    Epci,
    Membership,
    Organisation,
    Service,
)
from proposals.admin.action import ActionAdmin
from proposals.models import Action, Territory
from tests import factories as make
from tests.admin.kit import errors, filled, said, url

pytestmark = pytest.mark.django_db


class TestRefusals:
    """What the database refuses comes back on the form, and nothing is written."""

    def test_shares_that_do_not_sum_to_one_are_said_beside_the_table(self, administrator):
        action = make.ActionFactory()
        data = self.with_territories(administrator, action, "0,5", "0,4")
        response = administrator.post(url(Action, "change", action.pk), data)
        assert any("leur somme fasse 1" in error for error in errors(response))
        assert "Somme actuelle : 0,9" in response.content.decode()
        assert not Territory.objects.exists()

    def test_shares_are_written_when_they_sum_to_one(self, administrator):
        action = make.ActionFactory()
        data = self.with_territories(administrator, action, "0,5", "0.5")
        assert administrator.post(url(Action, "change", action.pk), data).status_code == 302
        assert Territory.objects.count() == 2

    def test_the_rule_checked_at_commit_is_said_too(self, administrator):
        """The form of one territory does not know the others: the database does."""
        action = make.ActionFactory()
        make.TerritoryFactory(action=action, share="0.5")
        other = make.TerritoryFactory(action=action, share="0.5")
        page = url(Territory, "change", other.pk)
        response = administrator.post(page, {**filled(administrator, page), "share": "0,3"})
        assert errors(response) == [
            "Les parts des territoires d'une action sont toutes données et leur somme est 1."
        ]
        assert not said(response)
        other.refresh_from_db()
        assert other.share == Decimal("0.5")
        assert not LogEntry.objects.exists()

    @pytest.mark.parametrize("bulk", [False, True])
    def test_a_refused_deletion_is_explained(self, bulk, administrator):
        action = make.ActionFactory()
        kept = make.TerritoryFactory(action=action, share="0.5")
        make.TerritoryFactory(action=action, share="0.5")
        if bulk:
            page = url(Territory, "changelist")
            data = {"action": "delete_selected", "_selected_action": [kept.pk], "post": "yes"}
        else:
            page, data = url(Territory, "delete", kept.pk), {"post": "yes"}
        response = administrator.post(page, data, follow=True)
        assert said(response) == [
            "Les parts des territoires d'une action sont toutes données et leur somme est 1."
        ]
        assert Territory.objects.count() == 2
        assert not LogEntry.objects.exists()

    def test_a_frozen_field(self, administrator, monkeypatch):
        """Someone publishes between the opening of the form and its sending."""
        action = make.ActionFactory(published=False)
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "code": "99.9"}
        save = ActionAdmin.save_model

        def published_meanwhile(*args):
            Action.objects.filter(pk=action.pk).update(published=True)
            save(*args)

        monkeypatch.setattr(ActionAdmin, "save_model", published_meanwhile)
        response = administrator.post(page, data)
        assert "ne changent que par une rectification motivée" in errors(response)[0]
        assert Action.objects.get(pk=action.pk).code == action.code

    def test_a_code_already_taken(self, administrator):
        action, other = make.ActionFactory(published=False), make.ActionFactory()
        taken = make.ActionFactory(strategy=action.strategy)
        page = url(Action, "change", action.pk)
        response = administrator.post(page, {**filled(administrator, page), "code": taken.code})
        assert "Ce code est déjà pris dans la stratégie." in errors(response)
        assert other.code

    def test_existence_after_a_report(self, administrator):
        action = make.ActionFactory(published=False)
        make.ProgressReportFactory(action=action, reported_on=date(2019, 3, 1))
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "exists_from": "01/06/2019"}
        response = administrator.post(page, data)
        assert errors(response) == ["Un point d'avancement est antérieur à cette date."]
        action.refresh_from_db()
        assert action.exists_from == date(2019, 1, 1)

    def test_two_memberships_at_a_time(self, administrator):
        member = make.MembershipFactory()
        epci = make.EpciFactory()
        data = {"commune": member.commune.pk, "epci": epci.pk}
        response = administrator.post(url(Membership, "add"), data)
        assert errors(response) == ["Cette commune appartient déjà à un EPCI à cette période."]

    def test_a_row_that_disappears_meanwhile(self, administrator, monkeypatch):
        service = make.ServiceFactory()
        organisation = make.OrganisationFactory()
        save = ServiceAdmin.save_model

        def deleted_meanwhile(self, request, obj, *args):
            obj.organisation_id = 0
            save(self, request, obj, *args)

        monkeypatch.setattr(ServiceAdmin, "save_model", deleted_meanwhile)
        page = url(Service, "change", service.pk)
        data = {**filled(administrator, page), "organisation": organisation.pk}
        assert "recommencez" in errors(administrator.post(page, data))[0]

    def with_territories(self, client, action, *shares):
        data = filled(client, url(Action, "change", action.pk))
        data["territories-TOTAL_FORMS"] = len(shares)
        for row, share in enumerate(shares):
            data[f"territories-{row}-epci"] = make.EpciFactory().pk
            data[f"territories-{row}-share"] = share
        return data


def test_search_ignores_accents(administrator):
    make.OrganisationFactory(name="Épicerie solidaire d'Orléans")
    make.OrganisationFactory(name="Autre")
    page = administrator.get(url(Organisation, "changelist"), {"q": "epicerie orleans"})
    assert [str(found) for found in page.context["cl"].result_list] == [
        "Épicerie solidaire d'Orléans"
    ]


def test_a_code_does_not_change(administrator):
    commune = make.CommuneFactory()
    page = url(Commune, "change", commune.pk)
    data = {**filled(administrator, page), "code": "99999", "name": "Saint-Ay"}
    assert administrator.post(page, data).status_code == 302
    assert Commune.objects.get().name == "Saint-Ay"
    assert Commune.objects.get().pk == commune.pk


def test_an_epci_keeps_its_shape_and_kind(administrator):
    epci = make.ContourFactory().epci
    make.MembershipFactory(epci=epci)
    page = url(Epci, "change", epci.pk)
    data = {**filled(administrator, page), "departements": "45, 18", "population": "30000"}
    assert administrator.post(page, data).status_code == 302
    epci.refresh_from_db()
    assert (epci.departements, epci.population) == (["45", "18"], 30_000)
    assert epci.contours.get().geometry["type"] == "Point"
    data = {**data, "name": "Cœur de Beauce", "siren": "200070159"}
    assert administrator.post(url(Epci, "add"), data).status_code == 302
    assert Epci.objects.get(name="Cœur de Beauce").kind == Organisation.Kind.EPCI


def test_only_pages_that_the_public_reads_are_linked(administrator):
    action = make.ActionFactory()
    page = administrator.get(url(Action, "change", action.pk)).content.decode()
    assert f'href="{action.get_absolute_url()}"' in page
    Action.objects.update(published=False)
    page = administrator.get(url(Action, "change", action.pk)).content.decode()
    assert f'href="{action.get_absolute_url()}"' not in page
