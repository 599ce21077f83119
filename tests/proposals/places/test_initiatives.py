"""Initiatives: shown from their publication on, with a picture that is safe and described."""

import io
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from proposals import exchange
from proposals.models import Initiative, InitiativePicture
from sress.spreadsheets.reading import read_workbook
from tests import factories as make
from tests.admin.kit import errors, filled, url
from tests.factories import noon
from tests.proposals.test_guards import refused
from tests.proposals.test_pages import text

pytestmark = pytest.mark.django_db
LIST = "/sress/initiatives/"


def shown(client, address):
    return unescape(text(client, address))


@pytest.fixture
def told(strategy):
    event = make.EventFactory(strategy=strategy, date=date(2019, 10, 15), title="Conférence")
    initiative = make.InitiativeFactory(
        strategy=strategy,
        slug="un-jardin",
        title="Un jardin partagé",
        epci=make.EpciFactory(name="Val d'Essai"),
        organisation=make.OrganisationFactory(name="Structure exemple 3"),
        published_on=date(2019, 6, 1),
    )
    initiative.events.add(event)
    return make.pictured(initiative)


class TestPages:
    def test_it_is_told_where_it_belongs(self, anonymous, told):
        event = told.events.get()
        pages = (
            "/sress/",
            LIST,
            f"{LIST}?evenement={event.pk}",
            f"/territoires/{told.epci.siren}/fiche/",
        )
        for address in pages:
            page = shown(anonymous, address)
            assert "Un jardin partagé" in page, address
            assert f'alt="{told.picture_alt}"' in page
            assert told.picture_credit in page
        page = shown(anonymous, told.get_absolute_url())
        assert "La récolte va à une épicerie solidaire." in page
        assert "Structure exemple 3" in page
        assert "Val d'Essai" in page
        assert f"{LIST}?evenement={event.pk}" in shown(anonymous, "/sress/")

    def test_the_days_before_know_nothing_of_it(self, anonymous, told):
        for address in ("/sress/", LIST, f"/territoires/{told.epci.siren}/fiche/"):
            assert "Un jardin partagé" not in shown(anonymous, f"{address}?au=2019-05-31")
            assert "Un jardin partagé" in shown(anonymous, f"{address}?au=2019-06-01")
        address = told.get_absolute_url()
        assert anonymous.get(f"{address}?au=2019-05-31").status_code == 404

    def test_what_is_not_published_has_no_page_and_no_picture(self, anonymous, told):
        address = told.small_picture
        assert anonymous.get(address).status_code == 200
        for day in (None, date(2019, 11, 16)):
            Initiative.objects.update(published_on=day)
            assert "Un jardin partagé" not in shown(anonymous, LIST)
            assert anonymous.get(told.get_absolute_url()).status_code == 404
            assert anonymous.get(address).status_code == 404

    def test_its_action_is_named_only_where_it_is_public(self, anonymous, told):
        action = make.ActionFactory(strategy=told.strategy, title="SECRÈTE", published=False)
        Initiative.objects.update(action=action)
        assert "SECRÈTE" not in shown(anonymous, told.get_absolute_url())
        type(action).objects.update(published=True)
        assert "SECRÈTE" in shown(anonymous, told.get_absolute_url())

    def test_what_is_highlighted_comes_first_and_three_at_most(self, anonymous, strategy):
        for month in range(1, 6):
            make.InitiativeFactory(
                strategy=strategy, title=f"Récit {month}", published_on=date(2019, month, 1)
            )
        Initiative.objects.filter(title="Récit 1").update(highlighted=True)
        page = shown(anonymous, "/sress/")
        places = [page.find(f"Récit {month}") for month in (1, 5, 4)]
        assert places == sorted(places)
        assert -1 not in places
        assert "Récit 3" not in page

    @pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "1'"])
    def test_an_event_that_is_none_is_a_clear_404(self, anonymous, strategy, asked):
        assert anonymous.get(LIST, {"evenement": asked}).status_code == 404

    def test_an_edition_does_not_know_what_was_published_after_it(self, anonymous, strategy):
        late = make.InitiativeFactory(
            strategy=strategy, title="APRÈS", published_on=None, recorded_at=noon(date(2019, 3, 1))
        )
        make.EditionFactory(
            strategy=strategy, number=1, day=date(2019, 9, 1), known_at=noon(date(2019, 9, 1))
        )
        late.published_on = date(2019, 8, 1)  # said afterwards
        late.save()
        make.InitiativeFactory(strategy=strategy, title="APRÈS", published_on=date(2019, 7, 1))
        for address in ("/sress/", LIST):
            assert "APRÈS" in shown(anonymous, f"{address}?au=2019-09-01")
            assert "APRÈS" not in shown(anonymous, f"{address}?edition=1")

    def test_pages_cost_the_same_few_queries(self, anonymous, told):
        event = told.events.get()
        pages = [LIST, told.get_absolute_url(), f"{LIST}?evenement={event.pk}"]

        def counts():
            found = []
            for address in pages:
                with CaptureQueriesContext(connection) as queries:
                    text(anonymous, address)
                found.append(len(queries))
            return found

        few = counts()
        for _ in range(8):
            more = make.InitiativeFactory(strategy=told.strategy, epci=make.EpciFactory())
            more.events.add(event)
            told.events.add(make.EventFactory(strategy=told.strategy))
        assert counts() == few
        assert max(few) <= 12


class TestPictures:
    def test_they_are_kept_for_good_under_an_address_of_their_own(self, anonymous, told):
        before = told.large_picture
        response = anonymous.get(before)
        assert response["Content-Type"] == "image/webp"
        assert "immutable" in response["Cache-Control"]
        assert Image.open(io.BytesIO(response.content)).size == (900, 600)
        small = Image.open(io.BytesIO(anonymous.get(told.small_picture).content))
        assert small.size == told.small_size == (640, 427)
        make.pictured(told, Image.new("RGB", (800, 800), "red"))
        assert told.large_picture != before
        assert anonymous.get(before).status_code == 404

    @pytest.mark.parametrize("digest", ["0" * 16, "a", "%"])
    def test_an_address_that_was_made_up_is_a_404(self, anonymous, told, digest):
        for size in ("petite", "grande", "moyenne"):
            address = f"{told.get_absolute_url()}image-{digest}-{size}.webp"
            assert anonymous.get(address).status_code == 404

    def test_the_bytes_are_those_that_it_says(self, told):
        with refused("initiative_picture_kept", "envoyez-la à nouveau"):
            Initiative.objects.update(picture="b" * 64)
        with refused("initiative_picture_kept"):
            InitiativePicture.objects.update(large=b"autre")
        with refused("initiative_picture_kept"):
            InitiativePicture.objects.all().delete()

    def test_they_go_with_it(self, told):
        told.show(None)
        assert not InitiativePicture.objects.exists()
        make.pictured(told)
        told.delete()
        assert not InitiativePicture.objects.exists()


def test_what_it_cites_is_of_its_strategy(strategy):
    other = make.StrategyFactory()
    with refused("initiative_action_same_strategy", "autre stratégie"):
        make.InitiativeFactory(strategy=strategy, action=make.ActionFactory(strategy=other))
    with refused("initiative_proposal_same_strategy"):
        make.InitiativeFactory(strategy=strategy, proposal=make.ProposalFactory(strategy=other))
    initiative = make.InitiativeFactory(strategy=strategy)
    with refused("initiative_event_same_strategy"):
        initiative.events.add(make.EventFactory(strategy=other))
    with refused("initiative_stays_in_its_strategy"):
        Initiative.objects.update(strategy=other)


class TestAdministration:
    def send(self, client, initiative, **changed):
        address = url(Initiative, "change", initiative.pk)
        return client.post(address, filled(client, address) | changed)

    def picture(self, name="photo.png"):
        written = io.BytesIO()
        Image.new("RGB", (2000, 1000), "teal").save(written, "PNG")
        return SimpleUploadedFile(name, written.getvalue())

    def test_a_picture_is_sent_shown_and_taken_away(self, administrator, anonymous, strategy):
        initiative = make.InitiativeFactory(strategy=strategy)
        described = {"picture_alt": "Un jardin", "picture_credit": "Structure exemple 3"}
        sent = self.send(administrator, initiative, file=self.picture(), **described)
        assert sent.status_code == 302
        initiative.refresh_from_db()
        assert initiative.picture_width == 1600
        assert anonymous.get(initiative.large_picture).status_code == 200
        page = administrator.get(url(Initiative, "change", initiative.pk)).content.decode()
        assert "data:image/webp;base64," in page
        assert self.send(administrator, initiative, without_picture="on").status_code == 302
        initiative.refresh_from_db()
        assert initiative.picture == ""

    def test_it_is_described_and_credited(self, administrator, strategy):
        initiative = make.InitiativeFactory(strategy=strategy)
        said = errors(self.send(administrator, initiative, file=self.picture()))
        assert said == ["Ce champ est nécessaire quand il y a une image."] * 2
        make.pictured(initiative)
        assert errors(self.send(administrator, initiative, picture_alt=""))

    @pytest.mark.parametrize(
        ("name", "data", "why"),
        [("a.jpg", b"Bonjour", "n'est pas une image lisible"), ("a.png", b"", "vide")],
    )
    def test_what_is_no_picture_is_told_in_french(self, administrator, strategy, name, data, why):
        initiative = make.InitiativeFactory(strategy=strategy)
        sent = self.send(administrator, initiative, file=SimpleUploadedFile(name, data))
        assert why in " ".join(errors(sent))
        assert not InitiativePicture.objects.exists()

    def test_coordinators_write_those_of_their_strategy(self, coordinator, strategy):
        strategy.coordinators.add(coordinator.user)
        own = make.InitiativeFactory(strategy=strategy)
        other = make.InitiativeFactory()
        assert self.send(coordinator, own, title="Retitrée").status_code == 302
        own.refresh_from_db()
        assert own.title == "Retitrée"
        assert coordinator.get(url(Initiative, "change", other.pk)).status_code == 302


class TestFiles:
    def test_they_come_back_as_they_left_and_keep_their_picture(self, told, administrator):
        strategy = told.strategy
        action = make.ActionFactory(strategy=strategy, code="12.3")
        Initiative.objects.update(action=action, proposal=action.proposal, highlighted=True)
        content = exchange.export(strategy, "xlsx")
        before = Initiative.objects.values().get()
        picture = before["picture"]
        told.events.clear()
        Initiative.objects.update(action=None, proposal=None, epci=None, title="Autre")
        book = read_workbook("a.xlsx", content)
        outcome = exchange.load(book, author=administrator.user, agree=lambda outcome: True)
        assert [str(one) for one in outcome.remarks.errors] == []
        assert Initiative.objects.values().get() == before
        assert [one.title for one in told.events.all()] == ["Conférence"]
        assert Initiative.objects.get().picture == picture
