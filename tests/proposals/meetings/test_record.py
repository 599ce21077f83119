"""A meeting held, its record validated once, and what becomes of its decisions."""

import re
from html import unescape

import pytest

from proposals.models import Decision, DecisionFollowUp
from tests import factories as make
from tests.factories import date, decided
from tests.proposals.meetings.test_preparation import opened, page_of, send

pytestmark = pytest.mark.django_db


def text(response):
    said = re.sub(r"<[^>]+>", "", unescape(response.content.decode()))
    return said.replace("\xa0", " ").replace("\u202f", " ")


class TestSession:
    def test_a_decision_is_written_once(self, coordination, held, strategy, lead):
        action = make.ActionFactory(strategy=strategy, code="4.2")
        address = page_of(held, "seance")
        said = {
            **opened(coordination, address),
            "nouvelle-text": "Chercher un cofinanceur.",
            "nouvelle-owner": lead.user.pk,
            "nouvelle-due_on": "2020-01-31",
            "nouvelle-codes": "4.2",
        }
        for _ in range(2):
            assert coordination.post(address, said).status_code == 302
        decision = held.decisions.get()
        assert (decision.number, decision.owner) == (1, lead.user)
        assert decision.carried_by == lead.user.service.name
        assert list(decision.actions.all()) == [action]

    def test_says_what_is_wrong_and_loses_nothing(self, coordination, held):
        address = page_of(held, "seance")
        said = {
            **opened(coordination, address),
            "nouvelle-text": "Une décision.",
            "nouvelle-codes": "99.9",
            "nouvelle-due_on": "2019-01-01",
        }
        answer = coordination.post(address, said)
        assert answer.status_code == 422
        page = text(answer)
        assert "Aucune action de la stratégie ne porte le code 99.9" in page
        assert "ne précède pas la réunion" in page
        assert "Dites qui porte la décision" in page
        assert "Une décision." in page
        assert not Decision.objects.exists()

    def test_open_decisions_come_first_with_what_became_of_them(self, coordination, held, strategy):
        decision = decided(
            meeting__strategy=strategy, text="Relancer le marché", due_on=date(2019, 9, 30)
        )
        address = page_of(held, "seance")
        page = text(coordination.get(address))
        assert page.index("Relancer le marché") < page.index("Ordre du jour")
        name = f"suite{decision.pk}"
        said = {
            **opened(coordination, address),
            f"{name}-state": "reportee",
            f"{name}-due_on": "2020-02-28",
        }
        for _ in range(2):
            assert coordination.post(address, said).status_code == 302
        follow_up = decision.follow_ups.get()
        assert (follow_up.day, follow_up.due_on) == (held.date, date(2020, 2, 28))

    def test_two_who_say_what_became_of_it_are_told(
        self, coordination, administrator, held, strategy
    ):
        decision = decided(meeting__strategy=strategy)
        address, name = page_of(held, "seance"), f"suite{decision.pk}-state"
        mine, theirs = opened(coordination, address), opened(administrator, address)
        send(administrator, address, theirs, **{name: "faite"})
        note = {name.replace("state", "note"): "Sans suite"}
        answer = send(coordination, address, mine, **{name: "abandonnee"}, **note)
        assert answer.status_code == 422
        assert "quelqu'un d'autre a dit" in text(answer)
        assert decision.follow_ups.get().state == "faite"

    def test_is_closed_before_its_day(self, coordination, coming):
        answer = coordination.get(page_of(coming, "seance"))
        assert answer["Location"] == coming.get_absolute_url()


class TestRecord:
    def test_is_validated_once_and_changes_no_more(self, coordination, held, outsider):
        make.DecisionFactory(meeting=held, text="Écrire aux maires")
        address = page_of(held, "releve")
        assert "Projet de relevé" in text(outsider.get(address))
        for _ in range(2):
            answer = coordination.post(f"{address}validation/")
            assert answer["Location"] == address
        held.refresh_from_db()
        assert held.validated_by == coordination.user
        page = text(outsider.get(address))
        assert "Relevé validé le 15 novembre 2019" in page
        assert "Écrire aux maires" in page
        assert "À mettre en œuvre" in page

    def test_is_validated_by_the_coordination(self, outsider, lead, held):
        assert outsider.post(f"{page_of(held, 'releve')}validation/").status_code == 403
        held.refresh_from_db()
        assert not held.is_validated


class TestOwners:
    @pytest.fixture
    def decision(self, lead, strategy):
        return decided(
            meeting__strategy=strategy,
            owner=lead.user,
            text="Chercher un cofinanceur",
            due_on=date(2019, 10, 31),
        )

    def address(self, decision):
        return f"/suivi/decisions/{decision.pk}/"

    def test_the_owner_says_that_it_is_done_once(self, lead, decision):
        assert "Chercher un cofinanceur" in text(lead.get("/suivi/decisions/"))
        form = {**opened(lead, self.address(decision)), "state": "faite"}
        for _ in range(2):
            assert lead.post(self.address(decision), form).status_code == 302
        assert decision.follow_ups.get().author == lead.user
        assert "Faite le 15 novembre 2019" in text(lead.get("/suivi/decisions/"))

    def test_others_do_not(self, outsider, contributor, decision):
        form = {"state": "faite", "day": "2019-11-15", "seen": "0"}
        assert outsider.post(self.address(decision), form).status_code == 403
        assert contributor.post(self.address(decision), form).status_code == 404
        assert not DecisionFollowUp.objects.exists()

    def test_a_deputy_does(self, outsider, lead, decision):
        make.AbsenceFactory(
            user=lead.user,
            deputy=outsider.user,
            starts_on=date(2019, 11, 11),
            ends_on=date(2019, 11, 22),
        )
        assert outsider.get(self.address(decision)).status_code == 200

    def test_an_abandonment_says_why(self, lead, decision):
        form = {**opened(lead, self.address(decision)), "state": "abandonnee"}
        answer = lead.post(self.address(decision), form)
        assert answer.status_code == 422
        assert "Dites pourquoi" in text(answer)


class TestPublic:
    @pytest.fixture
    def action(self, strategy):
        return make.ActionFactory(strategy=strategy, code="4.2")

    def test_public_decisions_are_read_at_a_date(self, anonymous, strategy, action):
        decision = decided(
            action,
            meeting__strategy=strategy,
            text="Écrire aux maires",
            visibility="public",
            due_on=date(2019, 5, 31),
        )
        decided(action, meeting__strategy=strategy, meeting__kind="cotech", text="Entre nous")
        make.DecisionFollowUpFactory(decision=decision, day=date(2019, 7, 1))
        for address in ("/sress/decisions/", "/sress/actions/4-2/"):
            today = text(anonymous.get(address))
            assert "Écrire aux maires" in today
            assert "Faite le 1er juillet 2019" in today
            assert "Entre nous" not in today
            june = text(anonymous.get(f"{address}?au=2019-06-15"))
            assert "Échéance dépassée" in june
            assert "Écrire aux maires" not in text(anonymous.get(f"{address}?au=2019-03-01"))

    def test_a_record_is_public_when_it_says_so(self, anonymous, strategy):
        decision = decided(meeting__strategy=strategy, visibility="public", text="Pour tous")
        address = f"/sress/decisions/{decision.meeting.pk}/"
        assert anonymous.get(address).status_code == 404
        held = make.MeetingFactory(
            strategy=strategy, kind="conference", date=date(2019, 10, 2), visibility="public"
        )
        hidden = make.DecisionFactory(meeting=held, text="Entre nous")
        make.DecisionFactory(meeting=held, text="Devant tous", visibility="public")
        make.AgendaItemFactory(
            meeting=held, subject="Revoir ce qui est entre nous", decision=hidden
        )
        make.AgendaItemFactory(meeting=held, subject="Bilan")
        make.HighlightFactory(meeting=held, text="Un point interne")
        address = f"/sress/decisions/{held.pk}/"
        assert anonymous.get(address).status_code == 404
        make.validated(held)
        page = text(anonymous.get(address))
        assert "Devant tous" in page
        assert "Bilan" in page
        assert "entre nous" not in page.lower()
        assert "Un point interne" not in page
        assert anonymous.get(f"{address}?au=2019-10-01").status_code == 404

    def test_an_unpublished_action_is_not_named(self, anonymous, strategy, action):
        decided(action, meeting__strategy=strategy, visibility="public", text="Pour tous")
        action.published = False
        action.save()
        page = text(anonymous.get("/sress/decisions/"))
        assert "Pour tous" in page
        assert "4.2" not in page
