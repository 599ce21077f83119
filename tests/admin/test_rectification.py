"""Putting right what was voted."""

import pytest

from actors.models import (
    Role,
)
from proposals.models import Action, Rectification
from tests import factories as make
from tests.admin.kit import errors, said, url
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db


class TestRectification:
    @pytest.mark.parametrize(
        ("field", "typed", "old", "new"),
        [
            ("code", "9.9", "1.1", "9.9"),
            ("weight", "2,5", "1.00", "2.50"),
            ("initial_due_date", "30/09/2019", "2019-12-31", "2019-09-30"),
            ("start_date", "", "2019-01-01", ""),
            ("exists_from", "01/01/2018", "2019-01-01", "2018-01-01"),
        ],
    )
    def test_changes_the_field_and_keeps_the_old_value(self, field, typed, old, new, administrator):
        action = make.ActionFactory(code="1.1")
        assert self.rectify(administrator, action, field, typed).status_code == 302
        kept = Rectification.objects.get()
        assert (kept.old_value, kept.new_value, kept.author) == (old, new, administrator.user)
        action.refresh_from_db()
        changed = getattr(action, field)
        assert (str(changed) if changed else "") == new
        for address in (url(Rectification, "changelist"), url(Rectification, "change", kept.pk)):
            page = administrator.get(address).content.decode()
            assert f"{kept.readable(new)}, au lieu de {kept.readable(old)}" in page
            assert "Erreur de saisie" in page

    def test_moves_the_action_to_the_proposal_of_that_number(self, administrator):
        action = make.ActionFactory()
        proposal = make.ProposalFactory(strategy=action.strategy, number=77)
        assert self.rectify(administrator, action, "proposal", " 77 ").status_code == 302
        action.refresh_from_db()
        assert action.proposal == proposal

    @pytest.mark.parametrize(
        ("field", "typed", "message"),
        [
            ("code", "9.10", "Ce code est déjà pris dans la stratégie."),
            ("code", "neuf!", "Un code s'écrit comme"),
            ("code", "", "Ce champ est obligatoire."),
            ("code", "1.1", "C'est déjà la valeur enregistrée."),
            ("weight", "0", "Le poids doit être supérieur à zéro."),
            ("weight", "beaucoup", "Saisissez un nombre."),
            ("weight", "123456,78", "chiffres"),
            ("initial_due_date", "31/02/2019", "Saisissez une date valide."),
            ("initial_due_date", "01/01/2018", "L'échéance précède le début."),
            ("exists_from", "", "Ce champ est obligatoire."),
            ("exists_from", "01/09/2019", "Un point d'avancement est antérieur à cette date."),
            ("proposal", "999", "Aucune proposition de la stratégie ne porte ce numéro."),
            ("proposal", "99999999999999999999", "Aucune proposition"),
            ("proposal", "douze", "Aucune proposition"),
            ("titre", "x", "Sélectionnez un choix valide."),
        ],
    )
    def test_says_what_is_wrong(self, field, typed, message, administrator):
        action = make.ActionFactory(code="1.1")
        make.ActionFactory(strategy=action.strategy, code="9.10")
        make.ProgressReportFactory(action=action)
        before = Action.objects.values().get(pk=action.pk)
        response = self.rectify(administrator, action, field, typed)
        assert message in " ".join(errors(response))
        assert not said(response)
        assert not Rectification.objects.exists()
        assert Action.objects.values().get(pk=action.pk) == before

    def test_gives_a_motive(self, administrator):
        response = self.rectify(administrator, make.ActionFactory(), "weight", "2", motive=" ")
        assert errors(response) == ["Ce champ est obligatoire."]

    def test_is_for_published_actions(self, administrator):
        action = make.ActionFactory(published=False)
        response = self.rectify(administrator, action, "weight", "2")
        assert "modifiez directement sa fiche" in errors(response)[0]
        found = administrator.get(
            "/admin/autocomplete/",
            {"app_label": "proposals", "model_name": "rectification", "field_name": "action"},
        )
        assert found.json()["results"] == []

    def test_shows_what_the_action_says_now(self, administrator):
        action = make.ActionFactory(code="12.3")
        response = administrator.get(url(Rectification, "add"), {"action": action.pk})
        page = response.content.decode()
        assert "<strong>12.3</strong>" in page
        assert "31 décembre 2019" in page
        assert f'<option value="{action.pk}" selected' in page

    def test_is_for_administrators(self):
        action = make.ActionFactory()
        coordinator = make.UserFactory(role=Role.COORDINATOR)
        action.strategy.coordinators.add(coordinator)
        client = SignedIn(coordinator)
        assert client.get(url(Rectification, "changelist")).status_code == 200
        assert self.rectify(client, action, "weight", "2").status_code == 403

    def rectify(self, client, action, field, typed, motive="Erreur de saisie"):
        data = {"action": action.pk, "field": field, "new_value": typed, "motive": motive}
        return client.post(url(Rectification, "add"), data)
