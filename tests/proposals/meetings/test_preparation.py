"""Preparing a committee: highlights, agenda, who owes a report; twice, by two, and once."""

import re
import uuid
from html import unescape

import pytest

from proposals.models import AgendaItem, Campaign, Highlight, Meeting
from tests import factories as make
from tests.factories import date, decided

pytestmark = pytest.mark.django_db


def page_of(meeting, page="preparer"):
    return f"/suivi/sress/reunions/{meeting.pk}/{page}/"


def opened(client, address):
    """What the form of the page holds, as the browser would send it."""
    response = client.get(address)
    assert response.status_code == 200
    html = unescape(response.content.decode())
    form = html[html.index('<form method="post" class="form') :]
    data = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if said.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        data[said["name"]] = said.get("value", "")
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        data[name] = body.strip("\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        data[name] = chosen.group(1) if chosen else ""
    data.pop("csrfmiddlewaretoken", None)
    return data


def send(client, address, data, **changes):
    return client.post(address, {**data, **changes})


@pytest.fixture
def stuck(strategy):
    made = make.ActionFactory(
        strategy=strategy, code="1.1", title="Ouvrir le guichet", initial_due_date=None
    )
    make.ProgressReportFactory(
        action=made,
        reported_on=date(2019, 10, 7),
        status="difficulte",
        progress=50,
        difficulty_motive="financement",
        text="Le cofinancement manque.",
    )
    return made


class TestHighlights:
    def test_a_report_is_ticked_then_reworded(self, coordination, last, coming, stuck):
        address, report = page_of(coming), stuck.reports.get()
        send(coordination, address, opened(coordination, address), marquant=report.pk)
        chosen = coming.highlights.get()
        assert (chosen.report, chosen.text) == (report, "Le cofinancement manque.")
        form = opened(coordination, address)
        send(coordination, address, form, **{f"marquant{chosen.pk}-text": "Un tour de table."})
        chosen.refresh_from_db()
        assert chosen.text == "Un tour de table."
        assert report.text == "Le cofinancement manque."

    def test_one_is_typed_and_one_is_taken_back(self, coordination, coming):
        address = page_of(coming)
        form = opened(coordination, address)
        for _ in range(2):
            assert send(coordination, address, form, highlight="Prix reçu.").status_code == 302
        chosen = coming.highlights.get()
        form = opened(coordination, address)
        for _ in range(2):
            send(coordination, address, form, faire=f"retirer-marquant:{chosen.pk}")
        assert not coming.highlights.exists()


class TestAgenda:
    def test_one_click_puts_an_action_on_it_once(self, coordination, coming, stuck):
        address = page_of(coming)
        page = coordination.get(address).content.decode()
        assert f'value="ajouter:action:{stuck.pk}"' in page
        form = opened(coordination, address)
        for _ in range(2):
            send(coordination, address, form, faire=f"ajouter:action:{stuck.pk}")
        item = coming.agenda.get()
        assert (item.subject, item.action) == ("1.1 Ouvrir le guichet", stuck)
        page = coordination.get(address).content.decode()
        assert f'value="ajouter:action:{stuck.pk}"' not in page

    def test_suggests_what_is_overdue_and_what_was_decided(self, coordination, coming, strategy):
        late = make.ActionFactory(strategy=strategy, code="2.1", initial_due_date=date(2019, 10, 1))
        decision = decided(meeting__strategy=strategy, meeting__kind="cotech")
        page = coordination.get(page_of(coming)).content.decode()
        assert f'value="ajouter:action:{late.pk}"' in page
        assert f'value="ajouter:decision:{decision.pk}"' in page
        form = opened(coordination, page_of(coming))
        send(coordination, page_of(coming), form, faire=f"ajouter:decision:{decision.pk}")
        assert coming.agenda.get().decision == decision

    def test_a_free_subject_sent_twice_is_one(self, coordination, coming):
        address = page_of(coming)
        form = opened(coordination, address)
        for _ in range(2):
            send(coordination, address, form, subject="Calendrier 2020", kind="information")
        item = coming.agenda.get()
        assert (item.subject, item.kind) == ("Calendrier 2020", "information")

    def test_subjects_move_one_place_a_click(self, coordination, coming):
        for rank, subject in enumerate(("A", "B", "C"), start=1):
            make.AgendaItemFactory(meeting=coming, rank=rank, subject=subject)
        address = page_of(coming)
        form = opened(coordination, address)
        last = coming.agenda.get(subject="C")
        for _ in range(2):
            send(coordination, address, form, faire=f"monter:{last.pk}:3")
        assert [one.subject for one in coming.agenda.all()] == ["A", "C", "B"]
        send(coordination, address, opened(coordination, address), faire=f"descendre:{last.pk}:2")
        assert [one.subject for one in coming.agenda.all()] == ["A", "B", "C"]

    def test_any_button_keeps_all_that_is_typed(self, coordination, coming, stuck):
        item = make.AgendaItemFactory(meeting=coming, subject="Avant")
        address = page_of(coming)
        send(
            coordination,
            address,
            opened(coordination, address),
            **{f"point{item.pk}-subject": "Après", "subject": "Divers"},
            marquant=stuck.reports.get().pk,
            faire=f"ajouter:action:{stuck.pk}",
        )
        assert {one.subject for one in coming.agenda.all()} == {
            "Après",
            "Divers",
            "1.1 Ouvrir le guichet",
        }
        assert coming.highlights.count() == 1


class TestTwoAtOnce:
    """Two officers have the page open."""

    @pytest.fixture
    def item(self, coming):
        return make.AgendaItemFactory(meeting=coming, subject="Avant", kind="arbitrage")

    @pytest.fixture
    def colleague(self, administrator):
        return administrator

    def test_each_keeps_what_they_changed(self, coordination, colleague, coming, item, stuck):
        address = page_of(coming)
        mine, theirs = opened(coordination, address), opened(colleague, address)
        send(colleague, address, theirs, **{f"point{item.pk}-kind": "information"})
        send(colleague, address, opened(colleague, address), marquant=stuck.reports.get().pk)
        send(coordination, address, mine, **{f"point{item.pk}-subject": "Après"})
        item.refresh_from_db()
        assert (item.subject, item.kind) == ("Après", "information")
        assert coming.highlights.count() == 1

    def test_who_comes_second_reads_what_the_first_wrote(
        self, coordination, colleague, coming, item
    ):
        address, name = page_of(coming), f"point{item.pk}-subject"
        mine, theirs = opened(coordination, address), opened(colleague, address)
        send(colleague, address, theirs, **{name: "Le leur"})
        answer = send(coordination, address, mine, **{name: "Le mien", "subject": "Autre"})
        assert answer.status_code == 422
        page = unescape(answer.content.decode())
        assert "quelqu'un d'autre a écrit : « Le leur »" in page.replace("\xa0", " ")
        assert 'value="Le mien"' in page
        item.refresh_from_db()
        assert item.subject == "Le leur"
        assert coming.agenda.count() == 1
        # Sent again, knowing it, mine is kept.
        again = {**mine, name: "Le mien", f"initial-{name}": "Le leur"}
        assert send(coordination, address, again).status_code == 302
        item.refresh_from_db()
        assert item.subject == "Le mien"

    def test_what_a_colleague_took_away_is_no_error(self, coordination, colleague, coming, item):
        address = page_of(coming)
        mine = opened(coordination, address)
        send(colleague, address, opened(colleague, address), faire=f"retirer-point:{item.pk}")
        assert send(coordination, address, mine, subject="Autre").status_code == 302
        assert [one.subject for one in coming.agenda.all()] == ["Autre"]


class TestReportsThatAreOwed:
    def test_names_who_owes_one_and_asks_them_by_mail(self, coordination, coming, strategy):
        owing = make.ActionFactory(
            strategy=strategy,
            code="3.1",
            referent=make.UserFactory(full_name="Noé Référent"),
            start_date=date(2019, 1, 1),
        )
        address = page_of(coming)
        page = coordination.get(address).content.decode()
        assert "Noé Référent" in page
        form = opened(coordination, address)
        for _ in range(2):
            send(coordination, address, form, faire="relancer")
        campaign = Campaign.objects.get()
        assert (campaign.committee, campaign.committee_on) == ("COPIL", date(2019, 12, 5))
        assert list(campaign.actions.all()) == [owing]
        assert "collecte est ouverte" in coordination.get(address).content.decode()


class TestMeetings:
    FORM = "/suivi/sress/reunions/nouvelle/"

    def said(self, client, **changes):
        form = opened(client, self.FORM)
        return {**form, "kind": "copil", "date": "2019-12-05", **changes}

    def test_a_new_one_sent_twice_is_one(self, coordination, strategy):
        said = self.said(coordination)
        for _ in range(2):
            answer = coordination.post(self.FORM, said)
            assert answer.status_code == 302
        meeting = Meeting.objects.get()
        assert answer["Location"] == page_of(meeting)
        assert meeting.name.replace("\xa0", " ") == "COPIL du 5 décembre 2019"

    def test_the_same_committee_meets_once_a_day(self, coordination, coming):
        answer = coordination.post(self.FORM, self.said(coordination))
        assert answer.status_code == 422
        assert "se réunit déjà ce jour-là" in answer.content.decode()

    def test_two_who_change_it_are_told(self, coordination, administrator, coming):
        address = page_of(coming, "modification")
        mine, theirs = opened(coordination, address), opened(administrator, address)
        administrator.post(address, {**theirs, "place": "Tours", "date": "2019-12-12"})
        answer = coordination.post(address, {**mine, "title": "COPIL n° 4"})
        assert answer.status_code == 302
        coming.refresh_from_db()
        assert (coming.place, coming.title, coming.date) == (
            "Tours",
            "COPIL n° 4",
            date(2019, 12, 12),
        )
        answer = coordination.post(address, {**mine, "place": "Blois"})
        assert answer.status_code == 422
        assert "Tours" in answer.content.decode()

    def test_a_validated_one_changes_no_more(self, coordination, last):
        for page in ("preparer", "modification", "seance"):
            answer = coordination.get(page_of(last, page))
            assert answer.status_code == 302
            assert answer["Location"] == last.get_absolute_url()

    def test_what_was_typed_survives_an_expired_log_in(self, coordination, anonymous, coming):
        address = page_of(coming)
        form = opened(coordination, address)
        coordination.logout()
        answer = coordination.post(address, {**form, "subject": "Une idée"})
        assert answer["Location"].startswith("/compte/connexion/")
        session = coordination.session["kept"]
        assert session["path"] == address
        assert "Une+id" in session["body"]

    def test_lists_what_comes_and_what_was_held(self, coordination, last, coming, held):
        page = coordination.get("/suivi/sress/reunions/")
        assert [one.pk for one in page.context["coming"]] == [coming.pk]
        assert [one.pk for one in page.context["past"]] == [held.pk, last.pk]
        assert "relevé à valider" in page.content.decode()
        assert coordination.get("/suivi/reunions/")["Location"] == "/suivi/sress/reunions/"


def test_who_reads_and_who_writes(outsider, coordination, coming, anonymous, contributor, strategy):
    item = make.AgendaItemFactory(meeting=coming)
    for page in ("", "releve/"):
        address = f"{page_of(coming, '').rstrip('/')}/{page}"
        assert outsider.get(address).status_code == 200
        assert contributor.get(address).status_code == 403
        assert anonymous.get(address).status_code == 302
    form = {"subject": "Un sujet", "submission": str(uuid.uuid4())}
    assert outsider.post(page_of(coming), form).status_code == 403
    elsewhere = make.CoordinatorFactory()
    make.StrategyFactory(slug="ailleurs").coordinators.add(elsewhere)
    assert type(outsider)(elsewhere).post(page_of(coming), form).status_code == 403
    assert list(AgendaItem.objects.all()) == [item]
    assert not Highlight.objects.exists()
