"""What changed between two dates, or two éditions: held against the states at both."""

import re
from datetime import date, timedelta
from html import unescape
from random import Random

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals import state
from proposals.evolution import between
from proposals.models import Action, Edition, Movement
from proposals.state import Moment
from tests import factories as make
from tests.proposals.money.test_pages import text

pytestmark = pytest.mark.django_db

PAGE = "/sress/evolution/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy():
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    make.EventFactory(
        strategy=strategy, kind="conference", title="Deuxième conférence", date=date(2018, 10, 2)
    )
    return strategy


def action(strategy, code, *reports, **facts):
    """An action that exists since the vote, with reports: (day, what it says)."""
    facts = {"exists_from": date(2018, 6, 28), "initial_due_date": date(2019, 6, 30), **facts}
    made = make.ActionFactory(strategy=strategy, code=code, title=f"Titre {code}", **facts)
    for day, said in reports:
        make.ProgressReportFactory(action=made, reported_on=day, **said)
    return made


def section(client, of, query=""):
    """The words of a section of the page, by the id of its heading."""
    page = unescape(client.get(PAGE + query).content.decode())
    found = re.search(f'<section aria-labelledby="{of}">(.*?)</section>', page, re.DOTALL)
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", found[1])) if found else ""


def test_by_default_since_the_last_conference(strategy, anonymous):
    early = (date(2018, 9, 3), {"status": "realisee", "progress": 100})
    action(strategy, "1.1", early)
    action(strategy, "1.2", (date(2019, 3, 1), {"status": "realisee", "progress": 100}))
    page = text(anonymous, PAGE)
    assert "Du 2\xa0octobre\xa02018 (Deuxième conférence) au 15\xa0novembre\xa02019" in page
    assert "1\xa0action réalisée," in page
    assert "Titre 1.2" in section(anonymous, "realise")
    assert "Titre 1.1" not in page
    whole = text(anonymous, f"{PAGE}?du=2018-07-01")
    assert "2\xa0actions réalisées," in whole


def test_tells_what_slipped_by_how_much_and_why(strategy, anonymous):
    later = {"revised_due_date": date(2019, 12, 31), "revision_motive": "Bail retardé"}
    action(strategy, "1.1", (date(2019, 3, 1), {"status": "en_cours", "progress": 50, **later}))
    inside = {**later, "revision_motive": "Entre nous", "visibility": "interne"}
    action(strategy, "1.2", (date(2019, 3, 1), {"status": "en_cours", "progress": 50, **inside}))
    page = text(anonymous, PAGE)
    told = section(anonymous, "deplace")
    assert "Reportée du 30\xa0juin\xa02019 au 31\xa0décembre\xa02019 (+\xa0184\xa0jours)" in told
    assert "Motif : Bail retardé" in told
    assert "Titre 1.2" in told
    assert "Entre nous" not in page


def test_tells_what_is_in_difficulty_overdue_new_and_given_up(strategy, anonymous):
    trouble = {"status": "difficulte", "progress": 25, "difficulty_motive": "financement"}
    action(strategy, "1.1", (date(2018, 9, 1), trouble))
    action(strategy, "1.2", (date(2019, 9, 1), trouble))
    action(strategy, "1.3", initial_due_date=date(2019, 1, 31))
    action(strategy, "1.4", exists_from=date(2019, 1, 18), initial_due_date=None)
    action(
        strategy,
        "1.5",
        (date(2019, 2, 1), {"status": "non_poursuivie", "progress": 25, "decision": "CP 2019"}),
    )
    trouble_told = section(anonymous, "difficulte")
    assert "Titre 1.1 Financement l'était déjà" in trouble_told
    assert "Titre 1.2 Financement" in trouble_told
    overdue = section(anonymous, "depasse")
    assert [code for code in ("1.1", "1.2", "1.3", "1.4") if f"Titre {code}" in overdue] == [
        *("1.1", "1.2", "1.3")
    ]
    assert "Titre 1.5" in section(anonymous, "arrete")
    assert "Titre 1.4" in section(anonymous, "nouveau")


def test_tells_the_money_of_both_dates(strategy, anonymous):
    paid = action(strategy, "1.1")
    authorisation = make.AuthorisationFactory(strategy=strategy)
    steps = [("vote", None), ("affectation", paid), ("engagement", paid), ("mandat", paid)]
    for rank, (kind, of) in enumerate(steps):
        make.MovementFactory(
            authorisation=authorisation,
            action=of,
            kind=Movement.Kind(kind),
            amount=1000 - 100 * rank,
            date=date(2018, 9, 1) + timedelta(days=60 * rank),
        )
    page = text(anonymous, PAGE)
    assert "Voté 1\u202f000\xa0€ 1\u202f000\xa0€ —" in page
    assert "Mandaté 0\xa0€ 700\xa0€ +\xa0700\xa0€" in page


def test_two_editions_are_compared_as_they_were_known(strategy, anonymous):
    late = action(strategy, "1.1")
    frozen = [
        make.EditionFactory(strategy=strategy, number=number, day=day)
        for number, day in ((1, date(2019, 1, 15)), (2, date(2019, 6, 18)))
    ]
    make.ProgressReportFactory(
        action=late, reported_on=date(2019, 3, 1), status="realisee", progress=100
    )
    assert Edition.objects.count() == len(frozen)
    known_then = text(anonymous, f"{PAGE}?du_edition=1&edition=2")
    assert "0\xa0action réalisée" in known_then
    known_now = text(anonymous, f"{PAGE}?du=2019-01-15&au=2019-06-18")
    assert "1\xa0action réalisée" in known_now
    page = unescape(anonymous.get("/sress/editions/2/").content.decode())
    assert "/sress/evolution/?du_edition=1&edition=2" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?du=2019-11-16", "est à venir"),
        ("?du=hier", "n'est pas une date"),
        ("?du=2019-06-01&au=2019-05-31", "échangez-les"),
        ("?du_edition=7", "pas d'édition de ce numéro"),
    ],
)
def test_dates_that_cannot_be_compared_are_a_clear_404(query, told, strategy, anonymous):
    response = anonymous.get(PAGE + query)
    assert response.status_code == 404
    assert told in unescape(response.content.decode())


@pytest.mark.parametrize("seed", range(3))
def test_the_differences_add_up_to_the_states(seed, strategy):
    chance = Random(seed)
    said = [("en_cours", 50), ("en_cours", 75), ("realisee", 100), ("suspendue", 25)]
    for number in range(1, 13):
        reports = []
        for _ in range(chance.randrange(4)):
            status, progress = chance.choice(said)
            day = date(2018, 7, 1) + timedelta(days=chance.randrange(480))
            reports.append((day, {"status": status, "progress": progress}))
        first = date(2018, 6, 28) + timedelta(days=chance.choice([0, 0, 200]))
        reports = [one for one in reports if one[0] >= first]
        action(strategy, f"1.{number}", *reports, exists_from=first)
    for _ in range(6):
        days = sorted(date(2018, 7, 1) + timedelta(chance.randrange(480)) for _ in range(2))
        start, end = map(Moment, days)
        rows = Action.objects.filter(strategy=strategy)
        changed = between(start, end, strategy, rows)
        before = {one.pk: one for one in state.actions(start, rows)}
        after = {one.pk: one for one in state.actions(end, rows)}
        done = [pk for pk, one in after.items() if one.status == "realisee"]
        was_done = [pk for pk, one in before.items() if one.status == "realisee"]
        assert {one.after.pk for one in changed.delivered} == set(done) - set(was_done)
        assert {one.after.pk for one in changed.new} == set(after) - set(before)
        gained = sum(one.progressed for one in changed.changes)
        assert gained == sum(one.progress for one in after.values()) - sum(
            one.progress for one in before.values()
        )


def test_the_same_queries_for_one_action_and_for_many(strategy, anonymous):
    def count():
        with CaptureQueriesContext(connection) as queries:
            text(anonymous, PAGE)
        return len(queries)

    delivered = (date(2019, 3, 1), {"status": "realisee", "progress": 100})
    action(strategy, "1.1", delivered)
    count()
    few = count()
    for number in range(2, 20):
        action(strategy, f"{number}.1", delivered)
        make.EditionFactory(strategy=strategy, number=number)
    assert count() == few <= 12
