"""Actions of a strategy that is there, namesakes, who may, and two clicks."""

import pytest

from actors.models import Organisation, Role, User
from proposals.models import Action, StrategyFile
from tests.conftest import SignedIn
from tests.factories import (
    ActionFactory,
    EpciFactory,
    OrganisationFactory,
    ServiceFactory,
    StrategyFactory,
    UserFactory,
    luhn,
)
from tests.proposals.exchange.lists.kit import (
    INVITED,
    PEOPLE,
    UPLOAD,
    applied,
    faults,
    messages,
    rehearsed,
    text,
    xlsx,
)
from tests.proposals.test_concurrency import at_once

pytestmark = pytest.mark.django_db


def planned(action, **changes):
    said = {
        "Axe": action.proposal.axis.number,
        "Proposition": action.proposal.number,
        "Code": action.code,
        "Titre de l'action": action.title,
        **changes,
    }
    return [list(said), list(said.values())]


class TestActionsOfAStrategyThatIsThere:
    def test_load_alone(self, administrator, strategy):
        action = ActionFactory(strategy=strategy, proposal__number=1, code="1.1", published=False)
        rows = planned(action, Descriptif="Décrite", **{"Référent·e": "Zoé <zoe@example.org>"})
        done = applied(administrator, xlsx(Actions=rows), target=strategy.pk)
        assert any(INVITED in message for message in messages(done))
        action.refresh_from_db()
        assert (action.description, action.referent.email) == ("Décrite", "zoe@example.org")

    @pytest.mark.parametrize("sheet", ["Actions", "Propositions"])
    def test_are_led_by_people_of_the_region(self, administrator, strategy, sheet):
        action = ActionFactory(strategy=strategy, proposal__number=1, code="1.1")
        contributor = UserFactory(
            full_name="Rémi Loges", role=Role.CONTRIBUTOR, organisation=OrganisationFactory()
        )
        closed = UserFactory(full_name="Parti Loin", is_active=False)
        for person, why in ((contributor, "contributeur"), (closed, "fermé")):
            rows = planned(action, **{"Référent·e": person.email})
            if sheet == "Propositions":
                rows = [["Axe", "Proposition", "Référent·e"], [rows[1][0], 1, person.email]]
            (said,) = faults(administrator, xlsx(**{sheet: rows}), target=strategy.pk)
            assert f"feuille « {sheet} », ligne 2, colonne" in said
            assert "(Référent·e)" in said
            assert f"« {person} » est" in said
            assert why in said

    def test_keep_a_referent_whose_account_is_closed(self, administrator, strategy):
        closed = UserFactory(full_name="Parti Loin", is_active=False)
        action = ActionFactory(
            strategy=strategy, proposal__number=1, code="1.1", referent=closed, description=""
        )
        rows = planned(action, **{"Référent·e": closed.email})
        _, outcome = rehearsed(administrator, xlsx(Actions=rows), target=strategy.pk)
        assert (outcome.remarks.errors, outcome.changes) == ([], [])

    def test_are_not_led_by_who_becomes_a_contributor_in_the_same_file(
        self, administrator, strategy
    ):
        action = ActionFactory(strategy=strategy, proposal__number=1, code="1.1")
        people = [PEOPLE, ["r@example.org", "Rémi", None, "Contributeur", "Association neuve"]]
        rows = planned(action, **{"Référent·e": "r@example.org"})
        content = xlsx(Personnes=people, Actions=rows)
        (said,) = faults(administrator, content, target=strategy.pk)
        assert "feuille « Actions », ligne 2" in said
        assert not Action.objects.filter(referent__email="r@example.org").exists()


def test_organisations_of_one_name_are_told_apart_by_their_numbers(administrator, strategy):
    numbers = [luhn(f"{luhn('81000000')}000{n}") for n in (1, 2)]
    OrganisationFactory(name="Emmaüs", siret=numbers[0])
    rows = [["Nom", "SIRET", "Sigle"]]
    rows += [["Emmaüs", numbers[0], "Tours"], ["Emmaüs", numbers[1], "Blois"]]
    content = xlsx(Organisations=rows)
    applied(administrator, content)
    assert set(Organisation.objects.filter(name="Emmaüs").values_list("siret", "short_name")) == {
        (numbers[0], "Tours"),
        (numbers[1], "Blois"),
    }
    assert rehearsed(administrator, content)[1].changes == []


def test_public_bodies_of_one_name_are_told_apart_by_their_siren(administrator, strategy):
    known, new = luhn("20000001"), luhn("20000002")
    EpciFactory(name="CC du Bois", siren=known)
    rows = [["Nom", "SIREN", "Nature", "Sigle"]]
    rows += [["CC du Bois", known, "EPCI", "Un"], ["CC du Bois", new, "Commune", "Deux"]]
    content = xlsx(Organisations=rows)
    applied(administrator, content)
    assert set(
        Organisation.objects.filter(name="CC du Bois").values_list("siren", "short_name")
    ) == {
        (known, "Un"),
        (new, "Deux"),
    }
    assert rehearsed(administrator, content)[1].changes == []


def test_an_organisation_named_before_its_own_line_is_one(administrator, strategy):
    rows = [["Nom", "Nature", "Structure porteuse"]]
    rows += [["Tiers-lieu", "Structure de l'ESS", "Porteuse"], ["Porteuse", "Financeur", None]]
    applied(administrator, xlsx(Organisations=rows))
    assert Organisation.objects.get(name="Porteuse").kind == "financeur"
    assert Organisation.objects.get(name="Tiers-lieu").carrier.name == "Porteuse"


@pytest.mark.parametrize("who", ["outsider", "coordinator"])
def test_only_administrators_see_the_way_in(who, request, administrator, strategy):
    client = (
        SignedIn(UserFactory(role=Role.COORDINATOR))
        if who == "coordinator"
        else request.getfixturevalue(who)
    )
    for page in ("actors/user", "actors/organisation", "proposals/action"):
        link = f'<a href="{UPLOAD}">Importer un fichier</a>'
        assert link in administrator.get(f"/admin/{page}/").content.decode()
        assert link not in client.get(f"/admin/{page}/").content.decode()
    assert "de quelle région" in administrator.get(UPLOAD).content.decode()
    assert client.get(UPLOAD).status_code == (403 if who == "coordinator" else 302)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_import():
    StrategyFactory()
    user = UserFactory(role=Role.ADMINISTRATOR, service=ServiceFactory())
    client = SignedIn(user)
    content = text([PEOPLE[:2], *([f"p{n}@example.org", f"Alex {n}"] for n in range(20))])
    address, outcome = rehearsed(client, content, "comptes.csv")

    def click(n):
        response = SignedIn(user).post(address, {"digest": outcome.digest})
        return response.status_code

    assert at_once(4, click) == [302] * 4
    assert User.objects.filter(full_name__startswith="Alex").count() == 20
    assert StrategyFile.objects.get().applied_at is not None
