"""Public pages: what they say, at which date, and what they keep to themselves."""

from datetime import date
from html import unescape

import pytest
import time_machine
from django.test import Client

from proposals.models import Rectification, Status
from proposals.models.progress import Visibility
from tests.factories import (
    ActFactory,
    ActionFactory,
    AxisFactory,
    EventFactory,
    MilestoneFactory,
    PartnershipFactory,
    ProgressReportFactory,
    ProposalFactory,
    StrategyFactory,
    UserFactory,
    noon,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy():
    return StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))


@pytest.fixture
def action(strategy):
    return ActionFactory(
        strategy=strategy, code="12.3", title="Ouvrir une pépinière", exists_from=date(2018, 9, 1)
    )


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_a_report_shows_from_its_date_on_and_not_before(anonymous, action):
    ProgressReportFactory(
        action=action, reported_on=date(2019, 2, 4), status=Status.ONGOING, text="Bail signé."
    )
    address = action.get_absolute_url()
    assert "Bail signé." in text(anonymous, address)
    assert "Bail signé." in text(anonymous, f"{address}?au=2019-02-04")
    before = text(anonymous, f"{address}?au=2019-02-03")
    assert "Bail signé." not in before
    assert "À venir" in before


def test_the_past_knows_nothing_later_on_any_page(anonymous, strategy, action):
    later = ActionFactory(
        strategy=strategy, code="9.1", title="TROP TARD", exists_from=date(2019, 1, 1)
    )
    ProgressReportFactory(action=action, reported_on=date(2019, 2, 4), text="TROP TARD")
    MilestoneFactory(action=action, title="TROP TARD", exists_from=date(2019, 2, 4))
    PartnershipFactory(action=action, organisation__name="TROP TARD", since=date(2019, 1, 1))
    EventFactory(strategy=strategy, title="TROP TARD", date=date(2019, 1, 1))
    action.act = ActFactory(strategy=strategy, title="TROP TARD", date=date(2018, 10, 3))
    action.save()
    Rectification.objects.apply(action, "weight", 2, author=UserFactory(), motive="TROP TARD")
    naming_facts = (
        "/sress/",
        f"/sress/propositions/{later.proposal.number}/",
        "/sress/actions/",
        "/sress/actions/12-3/",
    )
    counting_them = (
        f"/sress/axes/{action.proposal.axis.number}/",
        "/sress/propositions/",
        f"/sress/propositions/{action.proposal.number}/",
    )
    for page in naming_facts + counting_them:
        assert "TROP TARD" not in text(anonymous, f"{page}?au=2018-10-02"), page
    for page in naming_facts:
        assert "TROP TARD" in text(anonymous, page), page


def test_what_was_recorded_later_says_so(anonymous, action):
    ProgressReportFactory(
        action=action, reported_on=date(2019, 1, 10), recorded_at=noon(date(2019, 3, 1))
    )
    late = "saisi le"
    assert late in text(anonymous, f"{action.get_absolute_url()}?au=2019-01-15")
    assert late not in text(anonymous, f"{action.get_absolute_url()}?au=2019-03-01")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2019-11-16", "est à venir"),
        ("9999-12-31", "est à venir"),
        ("1066-10-14", "précède la loi"),
        ("2018-02-30", "n&#x27;est pas une date"),
        ("hier", "n&#x27;est pas une date"),
        ("2018-10-02' OR 1=1", "n&#x27;est pas une date"),
        ("٢٠١٨-١٠-٠٢", "n&#x27;est pas une date"),
        ("20181002", "n&#x27;est pas une date"),
        ("2018-W40-2", "n&#x27;est pas une date"),
        ("2018-10-02\0", "n&#x27;est pas une date"),
        ("2" * 5000, "n&#x27;est pas une date"),
    ],
)
@pytest.mark.parametrize("page", ["", "actions/", "propositions/", "actions/12-3/"])
def test_a_date_that_is_none_is_a_clear_404(anonymous, action, page, asked, said):
    response = anonymous.get(f"/sress/{page}", {"au": asked})
    assert response.status_code == 404
    assert said in response.content.decode()


def test_links_of_the_past_stay_in_the_past(anonymous, strategy, action):
    page = text(anonymous, "/sress/?au=2018-10-02")
    assert "/sress/propositions/?au=2018-10-02" in page
    assert "/sress/actions/?au=2018-10-02" in page
    assert f"/sress/axes/{action.proposal.axis.number}/?au=2018-10-02" in page


def test_an_action_that_did_not_exist_yet_says_since_when(anonymous, action):
    response = anonymous.get("/sress/actions/12-3/?au=2018-08-31")
    assert response.status_code == 404
    assert "existe depuis le 1er\u00a0septembre\u00a02018" in response.content.decode()


def test_a_renumbered_code_redirects_and_keeps_the_date(anonymous, action):
    Rectification.objects.apply(action, "code", "12.4", author=UserFactory(), motive="Erreur")
    response = anonymous.get("/sress/actions/12-3/?au=2018-10-02")
    assert response.status_code == 301
    assert response["Location"] == "/sress/actions/12-4/?au=2018-10-02"


def test_interne_hides_words_never_state(anonymous, lead, action):
    action.referent = lead.user
    action.save()
    ProgressReportFactory(
        action=action,
        status=Status.DIFFICULTY,
        progress=25,
        text="SECRET",
        visibility=Visibility.INTERNAL,
        revised_due_date=date(2020, 6, 30),
        revision_motive="MOTIF SECRET",
    )
    page = text(anonymous, action.get_absolute_url())
    assert "SECRET" not in page
    assert "Financement" not in page
    assert "En difficulté" in page
    assert "30\u00a0juin\u00a02020" in page
    assert "SECRET" not in text(anonymous, "/sress/")
    assert "MOTIF SECRET" in text(lead, action.get_absolute_url())


def test_an_embargo_hides_the_whole_report_from_public_pages(anonymous, action):
    ProgressReportFactory(
        action=action, status=Status.DELIVERED, public_from=date(2019, 12, 1), text="SECRET"
    )
    page = text(anonymous, action.get_absolute_url())
    assert "SECRET" not in page
    assert "À venir" in page


@pytest.mark.parametrize("hidden", ["action", "strategy"])
def test_unpublished_is_hidden_at_every_date(anonymous, strategy, action, hidden):
    target = {"action": action, "strategy": strategy}[hidden]
    target.published = False
    target.save()
    for query in ("", "?au=2018-10-02"):
        assert anonymous.get(f"/sress/actions/12-3/{query}").status_code == 404


def test_officers_are_never_named(anonymous, action):
    author = UserFactory(full_name="Prénom Secret", email="prenom.secret@example.org")
    action.referent = author
    action.save()
    ProgressReportFactory(action=action, author=author)
    for page in ("/sress/", "/sress/actions/", "/sress/actions/12-3/"):
        page_text = text(anonymous, page)
        assert "Secret" not in page_text
        assert "prenom.secret" not in page_text


def test_a_correction_strikes_the_first_report(anonymous, action):
    wrong = ProgressReportFactory(action=action, status=Status.DELIVERED, text="Livré par erreur")
    right = ProgressReportFactory(action=action, supersedes=wrong, text="Pas encore livré")
    other = ProgressReportFactory(action=action, text="Doublon")
    ProgressReportFactory(action=action, supersedes=other, is_retraction=True, text="Doublon.")
    page = text(anonymous, action.get_absolute_url())
    assert f'<a href="#point-{right.pk}">Corrigé le ' in page
    assert ">Retiré le " in page
    assert "Livré par erreur" in page
    assert "0\u00a0action réalisée sur 1" in text(anonymous, "/sress/propositions/")


def test_before_its_vote_a_strategy_is_being_prepared(anonymous, strategy):
    EventFactory(strategy=strategy, date=date(2016, 4, 1), title="Forum de l'ESS")
    page = unescape(text(anonymous, "/sress/?au=2016-05-01"))
    assert "n'est pas encore votée" in page
    assert "Forum de l'ESS" in page
    assert "Avancement" not in page
    for address in ("axes/1/", "propositions/", "actions/"):
        response = anonymous.get(f"/sress/{address}?au=2016-05-01")
        assert response.status_code == 404
        assert "pas encore votée" in unescape(response.content.decode())


def test_the_date_is_changed_without_losing_the_filters(anonymous, action):
    page = text(anonymous, "/sress/actions/?axe=1&au=2019-01-01&page=2")
    assert '<input type="hidden" name="axe" value="1">' in page
    assert 'name="page"' not in page
    assert 'href="/sress/actions/?axe=1"' in page


def test_what_did_not_exist_yet_can_be_read_today(anonymous, action):
    response = anonymous.get("/sress/actions/12-3/?au=2018-07-01")
    assert response.status_code == 404
    assert 'href="/sress/actions/12-3/"' in response.content.decode()


def test_a_rectification_is_told_in_words(anonymous, action, administrator):
    Rectification.objects.apply(
        action,
        "initial_due_date",
        date(2020, 7, 31),
        author=administrator.user,
        motive="Erreur de saisie",
    )
    page = text(anonymous, "/sress/actions/12-3/")
    assert "31\u00a0juillet\u00a02020, au lieu de" in page


def test_slippage_is_told_with_its_motive(anonymous, strategy):
    action = ActionFactory(
        strategy=strategy,
        code="3.1",
        exists_from=date(2019, 1, 1),
        initial_due_date=date(2019, 6, 30),
    )
    for day, due in ((date(2019, 3, 1), date(2019, 9, 30)), (date(2019, 9, 1), date(2019, 12, 31))):
        ProgressReportFactory(
            action=action, reported_on=day, revised_due_date=due, revision_motive="Bail tardif"
        )
    page = text(anonymous, action.get_absolute_url())
    assert "reportée 2\u00a0fois" in page
    assert "+184\u00a0jours" in page
    assert "Bail tardif" in page


def test_a_backdated_revision_does_not_show_before_it_was_recorded(anonymous, strategy):
    action = ActionFactory(strategy=strategy, code="3.1", initial_due_date=date(2019, 6, 30))
    ProgressReportFactory(
        action=action,
        reported_on=date(2019, 6, 1),
        recorded_at=noon(date(2019, 8, 1)),
        revised_due_date=date(2019, 12, 31),
    )
    address = action.get_absolute_url()
    assert "Échéance dépassée" in text(anonymous, f"{address}?au=2019-07-15")
    assert "Échéance dépassée" not in text(anonymous, f"{address}?au=2019-08-01")


def test_a_strategy_speaks_its_own_words(anonymous):
    other = StrategyFactory(
        slug="ailleurs",
        axis_word="enjeu",
        axis_word_plural="enjeux",
        proposal_word="objectif",
        proposal_word_plural="objectifs",
    )
    proposal = ProposalFactory(strategy=other, axis=AxisFactory(strategy=other, number=2), number=7)
    ActionFactory(proposal=proposal, code="7.1")
    for page in ("", "axes/2/", "propositions/", "propositions/7/", "actions/", "actions/7-1/"):
        page_text = text(anonymous, f"/ailleurs/{page}")
        words = page_text.split("<main", 1)[1].lower()
        assert "enjeu" in words or "objectif" in words, page
        assert ">axe" not in words, page
        assert "proposition " not in words, page


def test_the_root_leads_to_the_strategy_in_force(anonymous, strategy):
    StrategyFactory(
        slug="ancienne", adopted_on=date(2012, 1, 1), period_start=2012, period_end=2017
    )
    response = anonymous.get("/?au=2018-10-02")
    assert response["Location"] == "/sress/?au=2018-10-02"


def test_an_empty_site_says_what_to_do(anonymous):
    assert "Aucune stratégie n'est encore publiée" in text(anonymous, "/")


def test_demonstration_data_is_marked_and_not_indexed(anonymous, strategy):
    assert "Données de démonstration" not in text(anonymous, "/sress/")
    strategy.is_demonstration = True
    strategy.save()
    page = text(anonymous, "/sress/")
    assert "Données de démonstration" in page
    assert '<meta name="robots" content="noindex">' in page
