"""Priority actions in the administration: forms, bulk actions."""

from datetime import date
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry

from actors.models import (
    Membership,
)
from proposals import models as proposals
from proposals.models import Action, Rectification
from proposals.models.action import FROZEN
from tests import factories as make
from tests.admin.kit import errors, filled, said, url

pytestmark = pytest.mark.django_db


class TestActions:
    def test_the_form_saves_what_it_shows(self, administrator, one_of_each):
        """Sent back untouched, it changes nothing: tables, lookups and dates included."""
        action = Action.objects.first()
        make.TerritoryFactory(action=action)
        before = Action.objects.values().get(pk=action.pk)
        page = url(Action, "change", action.pk)
        assert administrator.post(page, filled(administrator, page)).status_code == 302
        assert Action.objects.values().get(pk=action.pk) == before
        assert LogEntry.objects.get().change_message == "[]"

    def test_a_published_action_shows_its_voted_fields_and_where_to_rectify(self, administrator):
        action = make.ActionFactory()
        response = administrator.get(url(Action, "change", action.pk))
        shown = response.context["adminform"].form.fields
        assert not {*FROZEN, "strategy"} & set(shown)
        assert f"{url(Rectification, 'add')}?action={action.pk}" in response.content.decode()

    def test_an_unpublished_one_offers_them(self, administrator):
        action = make.ActionFactory(published=False)
        shown = administrator.get(url(Action, "change", action.pk)).context["adminform"].form.fields
        assert set(FROZEN) <= set(shown)
        assert "strategy" not in shown

    def test_what_was_published_once_stays_frozen(self, administrator):
        action = make.ActionFactory()
        page = url(Action, "change", action.pk)
        data = filled(administrator, page)
        del data["published"]
        assert administrator.post(page, data).status_code == 302
        response = administrator.get(page)
        assert not Action.objects.get().published
        assert not set(FROZEN) & set(response.context["adminform"].form.fields)
        data = {"action": action.pk, "field": "weight", "new_value": "2", "motive": "Erreur"}
        response = administrator.post(url(Rectification, "add"), data)
        assert response.status_code == 302, errors(response)
        assert Action.objects.get().weight == 2

    @pytest.mark.parametrize("published", [True, False])
    def test_an_error_keeps_the_form_as_it_was(self, published, administrator):
        """Ticking « publiée » freezes nothing, unticking it frees nothing."""
        action = make.ActionFactory(published=published)
        page = url(Action, "change", action.pk)
        data = {**filled(administrator, page), "title": "", "weight": "7"}
        data["published"] = "" if published else "on"
        response = administrator.post(page, data)
        assert errors(response) == ["Ce champ est obligatoire."]
        assert ('name="weight" value="7"' in response.content.decode()) is not published

    def test_a_new_action_exists_from_its_vote(self, administrator):
        act = make.ActFactory(date=date(2018, 6, 28))
        proposal = make.ProposalFactory(strategy=act.strategy)
        page = url(Action, "add")
        data = {
            **filled(administrator, page),
            "proposal": proposal.pk,
            "code": "1.1",
            "title": "Ouvrir un guichet",
            "year": 2019,
            "start_date": "01/01/2019",
            "act": act.pk,
        }
        assert administrator.post(page, data).status_code == 302
        assert Action.objects.get().exists_from == date(2018, 6, 28)

    def test_without_any_date_says_which_is_missing(self, administrator):
        proposal = make.ProposalFactory()
        page = url(Action, "add")
        data = {**filled(administrator, page), "proposal": proposal.pk, "code": "1.1"}
        data |= {"title": "Ouvrir un guichet", "year": 2019}
        assert errors(administrator.post(page, data)) == [
            "Indiquez depuis quand l'action existe, ou sa date de début."
        ]

    def test_a_new_row_chooses_its_strategy_first(self, administrator):
        current = make.StrategyFactory(adopted_on=date(2018, 6, 28))
        other = make.StrategyFactory(adopted_on=date(2012, 6, 28), short_title="SRESS 2012")
        make.ProposalFactory(strategy=other, number=7, title="Ailleurs")
        page = administrator.get(url(Action, "add"))
        field = page.context["adminform"].form["strategy"]
        assert [value for value, _ in field.field.choices] == [current.pk]
        assert f'<a href="?strategy={other.pk}">SRESS 2012</a>' in page.content.decode()
        page = administrator.get(url(Action, "add"), {"strategy": other.pk})
        field = page.context["adminform"].form["strategy"]
        assert [value for value, _ in field.field.choices] == [other.pk]
        assert f'data-ajax--url="/admin/autocomplete/?strategy={other.pk}"' in page.content.decode()

    def test_relations_stay_inside_the_strategy(self, administrator):
        action = make.ActionFactory(published=False)
        elsewhere = make.ActFactory()
        page = url(Action, "change", action.pk)
        response = administrator.post(page, {**filled(administrator, page), "act": elsewhere.pk})
        assert errors(response) == ["Ce choix n'existe pas dans la stratégie."]
        found = administrator.get(
            "/admin/autocomplete/",
            {
                "app_label": "proposals",
                "model_name": "action",
                "field_name": "act",
                "term": "",
                "strategy": action.strategy_id,
            },
        )
        assert found.json()["results"] == []

    def test_publish_and_unpublish_together(self, administrator):
        hidden = make.ActionFactory(published=False, strategy__published=False)
        shown = make.ActionFactory(strategy=hidden.strategy)
        both = {"_selected_action": [hidden.pk, shown.pk]}
        asked = administrator.post(url(Action, "changelist"), {"action": "publish", **both})
        assert "sont visibles de tous" in asked.content.decode()
        assert str(hidden) in unescape(asked.content.decode())
        assert not Action.objects.get(pk=hidden.pk).published
        both["confirmed"] = "1"
        response = administrator.post(
            url(Action, "changelist"), {"action": "publish", **both}, follow=True
        )
        assert said(response)[0].startswith("1 action(s) publiée(s)")
        assert "n'est pas publiée" in said(response)[1]
        assert LogEntry.objects.get().object_id == str(hidden.pk)
        response = administrator.post(
            url(Action, "changelist"), {"action": "unpublish", **both}, follow=True
        )
        assert said(response)[0].startswith("2 action(s) dépubliée(s)")
        assert not Action.objects.filter(published=True).exists()

    def test_many_change_hands_at_once(self, administrator):
        actions = [make.ActionFactory(referent=make.UserFactory()) for _ in range(25)]
        colleague = make.UserFactory()
        chosen = {"action": "change_referent", "_selected_action": [one.pk for one in actions]}
        page = administrator.post(url(Action, "changelist"), chosen).content.decode()
        assert "… et 5 de plus" in page
        chosen |= {"confirmed": "1"}
        refused = administrator.post(url(Action, "changelist"), chosen)
        assert "obligatoire" in refused.content.decode()
        answer = {"to": colleague.pk, "word": "Nouvelle organisation"}
        administrator.post(url(Action, "changelist"), chosen | answer)
        assert set(Action.objects.values_list("referent", flat=True)) == {colleague.pk}
        assert colleague.handovers.filter(word="Nouvelle organisation").count() == 25

    def test_archived_and_taken_out_again(self, administrator):
        action = make.ActionFactory()
        chosen = {"_selected_action": [action.pk], "confirmed": "1"}
        administrator.post(url(Action, "changelist"), {"action": "archive", **chosen})
        assert Action.objects.get().archived
        administrator.post(url(Action, "changelist"), {"action": "take_out", **chosen})
        assert not Action.objects.get().archived

    @pytest.mark.parametrize("made_up", ["x", "0", "-1", "99999999999999999999", "1'"])
    def test_made_up_addresses_are_no_fault(self, made_up, administrator):
        make.StrategyFactory()
        for model in (Action, Rectification, proposals.Proposal, Membership):
            asked = dict.fromkeys(("strategy", "action", "proposal", "epci", "commune"), made_up)
            assert administrator.get(url(model, "add"), asked).status_code == 200

    def test_forged_keys_are_no_fault(self, administrator):
        make.CommuneFactory()
        for page in ("change", "delete", "history"):
            response = administrator.get(f"/admin/actors/commune/%00/{page}/")
            assert response.status_code in (302, 404)
        data = {"commune": "\0", "epci": "x"}
        assert len(errors(administrator.post(url(Membership, "add"), data))) == 2
        for chosen in ("x", "\0"):
            data = {"action": "publish", "_selected_action": [chosen]}
            assert administrator.post(url(Action, "changelist"), data).status_code == 302

    def test_what_a_deletion_takes_is_counted(self, administrator):
        strategy = make.StrategyFactory()
        for _ in range(3):
            make.ProposalFactory(strategy=strategy)
        make.ActFactory(strategy=strategy)
        page = administrator.get(url(proposals.Strategy, "delete", strategy.pk)).content.decode()
        assert "1 actes" in page
        administrator.post(url(proposals.Strategy, "delete", strategy.pk), {"post": "yes"})
        assert proposals.Strategy.objects.exists()
