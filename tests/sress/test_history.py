"""The audit trail as it is read: histories and the journal, in French."""

from datetime import timedelta
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.models import Role
from sress.audit.wording import history
from tests import factories as make
from tests.admin.kit import filled
from tests.conftest import SignedIn

pytestmark = pytest.mark.django_db


def plain(text: str) -> str:
    """With spaces that a test can be written with."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def told(obj: Any) -> list[str]:
    """The sentences of an object's history, oldest first."""
    return [plain(entry.sentence) for entry in reversed(history(obj))]


def test_the_history_of_an_action_tells_who_changed_what_from_where(administrator):
    action = make.ActionFactory(code="1.1", title="Ouvrir un guichet", published=False)
    address = reverse("admin:proposals_action_change", args=[action.pk])
    data = filled(administrator, address)
    data["initial_due_date"] = "31/12/2020"
    assert administrator.post(address, data).status_code == 302
    last = told(action)[-1]
    assert last.endswith(
        " · Dominique Admin a modifié : action « 1.1 Ouvrir un guichet »"
        " · échéance initiale : 31 décembre 2019 → 31 décembre 2020 · page de l'administration"
    )


def test_the_history_of_an_action_holds_what_hangs_on_it():
    action = make.ActionFactory(code="1.1", title="Ouvrir un guichet")
    milestone = make.MilestoneFactory(action=action, title="Comité de lancement")
    report = make.ProgressReportFactory(action=action)
    make.MilestoneUpdateFactory(report=report, milestone=milestone)
    make.TerritoryFactory(action=action, epci__name="Pays de Loches").delete()
    action.tags.add(make.TagFactory(name="Environnement"))
    make.ActionFactory(strategy=action.strategy, proposal=action.proposal, title="Autre")
    lines = told(action)
    below = "(de : action « 1.1 Ouvrir un guichet »)"
    assert [line.split(" · ")[1] for line in lines] == [
        "Le système a ajouté : action « 1.1 Ouvrir un guichet »",
        f"Le système a ajouté : étape « Comité de lancement » {below}",
        f"Le système a ajouté : point d'avancement « 1.1, 01/03/2019 » {below}",
        "Le système a ajouté : point sur une étape « Comité de lancement »"
        " (de : étape « Comité de lancement »)",
        f"Le système a ajouté : territoire « Pays de Loches » {below}",
        f"Le système a supprimé : territoire « Pays de Loches » {below}",
        f"Le système a ajouté : étiquettes « Environnement » {below}",
    ]
    assert all(line.endswith("en base de données") for line in lines)


def test_values_are_told_as_readers_know_them():
    before, after = make.UserFactory(full_name="Camille"), make.UserFactory(full_name="Alex")
    action = make.ActionFactory(published=False, referent=before, weight="1.50")
    action.referent, action.weight, action.published, action.start_date = after, 2, True, None
    action.save()
    changed = {
        one.field: (plain(one.before), plain(one.after)) for one in history(action)[0].details
    }
    assert changed == {
        "référent·e": ("Camille", "Alex"),
        "poids": ("1,5", "2"),
        "publiée": ("non", "oui"),
        "a été publiée": ("non", "oui"),
        "date de début": ("1er janvier 2019", "—"),
    }


def test_an_epci_is_told_with_what_it_is_as_an_organisation():
    epci = make.EpciFactory(name="Pays de Loches")
    epci.name = "Loches Sud Touraine"
    epci.save()
    assert "nom : Pays de Loches → Loches Sud Touraine" in told(epci)[-1]


@pytest.fixture
def eventful(db):
    """An action on which everything happened, `times` each."""
    action = make.ActionFactory()

    def happen(times):
        for _ in range(times):
            milestone = make.MilestoneFactory(action=action)
            make.PartnershipFactory(action=action).delete()
            make.TerritoryFactory(action=action)
            report = make.ProgressReportFactory(action=action, author=make.UserFactory())
            make.MilestoneUpdateFactory(report=report, milestone=milestone)
            make.ProgressReportDraftFactory(action=action)
            action.tags.add(make.TagFactory())
            with pghistory.context(user=make.UserFactory().pk, path="/suivi/"):
                action.referent = make.UserFactory()
                action.save()

    happen(5)
    return action, happen


def test_histories_cost_a_constant_number_of_queries(administrator, eventful):
    action, happen = eventful
    pages = [reverse("admin:proposals_action_history", args=[action.pk]), reverse("journal")]

    def counted(page):
        with CaptureQueriesContext(connection) as queries:
            assert administrator.get(page).status_code == 200
        return len(queries)

    few = [counted(page) for page in pages]
    happen(30)
    assert [counted(page) for page in pages] == few
    assert max(few) <= 30


def test_a_long_history_has_pages(administrator):
    tag = make.TagFactory()
    for n in range(60):
        tag.name = f"Nom {n:02}"
        tag.save()
    address = reverse("admin:proposals_tag_history", args=[tag.pk])
    first, second = (administrator.get(address, {"page": n}).content.decode() for n in (1, 2))
    assert "Nom 58 → Nom 59" in first
    assert "Nom 08 → Nom 09" not in first
    assert "Nom 08 → Nom 09" in second
    assert administrator.get(address, {"page": "x"}).status_code == 200


# The journal


def test_the_journal_finds_what_was_deleted(administrator):
    tag = make.TagFactory(name="Mobilité")
    tag.delete()
    make.SchemeFactory(name="Mobilité douce")
    search = {"table": "proposals_tag", "kind": "delete", "words": "mobilite"}
    page = administrator.get(reverse("journal"), search)
    (entry,) = page.context["entries"]
    assert (entry.verb, entry.name) == ("a supprimé", "Mobilité")


def test_the_journal_is_searched_by_person_and_date(administrator):
    camille = make.UserFactory(full_name="Camille Exemple")
    make.TagFactory(name="Par un autre")
    with pghistory.context(user=camille.pk, path="/suivi/"):
        make.TagFactory(name="Par Camille")

    def names(**search):
        page = administrator.get(reverse("journal"), {"table": "proposals_tag", **search})
        return [entry.name for entry in page.context["entries"]]

    today = timezone.localdate()
    assert names(who="camille") == ["Par Camille"]
    assert names(since=today) == ["Par Camille", "Par un autre"]
    assert names(until=today - timedelta(days=1)) == []
    assert names(since="pas une date") == []


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.OFFICER, Role.COORDINATOR])
def test_the_journal_is_for_administrators(role):
    organisation = make.OrganisationFactory() if role == Role.CONTRIBUTOR else None
    client = SignedIn(make.UserFactory(role=role, organisation=organisation))
    assert client.get(reverse("journal")).status_code in (302, 403)
