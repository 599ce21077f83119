"""Lists of the administration as spreadsheets: the rows shown, which import again as they are."""

import csv
import io
from datetime import date
from html import unescape

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actors.models import Organisation, Role, User
from proposals import demo
from proposals.exchange import listing
from proposals.models import Action
from sress.spreadsheets.reading import read_workbook
from tests.conftest import SignedIn
from tests.factories import (
    ActionFactory,
    EpciFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProgressReportFactory,
    ProposalFactory,
    RegionalCouncilFactory,
    RegionFactory,
    ServiceFactory,
    StrategyFactory,
    TagFactory,
    TerritoryFactory,
    UserFactory,
)
from tests.proposals.exchange.lists.kit import applied, rehearsed

pytestmark = pytest.mark.django_db

KINDS = ["xlsx", "ods", "csv"]
PAGES = {
    "personnes": "/admin/actors/user/",
    "organisations": "/admin/actors/organisation/",
    "actions": "/admin/proposals/action/",
}
# What a spreadsheet would compute, and what looks as if an apostrophe kept it from it.
FORMULAS = ["=1+1", "+33 2 38 00 00 00", "-2 actions", "@SUM(A1)", "'=1+1", '=HYPERLINK("x")']


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SRESS_TODAY = date(2019, 11, 15)


@pytest.fixture
def strategy(db):
    return StrategyFactory(
        slug="sress", region=RegionFactory(organisation=RegionalCouncilFactory())
    )


@pytest.fixture
def service(strategy):
    return ServiceFactory(organisation=strategy.region.organisation, name="Direction ESS (DESS)")


@pytest.fixture
def administrator(service):
    return SignedIn(UserFactory(role=Role.ADMINISTRATOR, service=service))


@pytest.fixture
def coordinator(strategy, service):
    user = UserFactory(role=Role.COORDINATOR, service=service)
    user.coordinated.add(strategy)
    return SignedIn(user)


@pytest.fixture
def rows(strategy, service):
    """A few of everything that the three lists show."""
    partner = OrganisationFactory(name="Réseau (Loges ; Cher)", registered=True)
    OrganisationFactory(
        name="Tiers-lieu", carrier=partner, epci=EpciFactory(), kind=Organisation.Kind.OTHER
    )
    officer = UserFactory(service=service)
    elsewhere = ServiceFactory(organisation=partner, name="Pôle (Sud)")
    UserFactory(role=Role.CONTRIBUTOR, organisation=partner, service=elsewhere)
    proposal = ProposalFactory(strategy=strategy, number=1, axis__number=1)
    for n in range(3):
        action = ActionFactory(
            proposal=proposal, code=f"1.{n}", referent=officer, service=service, lead=partner
        )
        action.tags.add(TagFactory(name=f"Climat {n}", slug=f"climat-{n}"))
        PartnershipFactory(action=action, organisation=partner)
        TerritoryFactory(action=action)
        ProgressReportFactory(action=action, author=officer)


def address(table, kind, query=""):
    return reverse("admin:list_export", args=[table, kind]) + query


def content(client, table, kind, query=""):
    response = client.get(address(table, kind, query))
    assert response.status_code == 200, response
    assert f'filename="{table}-2019-11-15.{kind}"' in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    return b"".join(response.streaming_content) if response.streaming else response.content


def lines(client, table, kind, query=""):
    """The rows of the sheet of an export, as dictionaries."""
    sheets = read_workbook(f"f.{kind}", content(client, table, kind, query)).sheets
    assert [sheet.name for sheet in sheets if not sheet.hidden] == [sheets[0].name]
    header, *rows = sheets[0].rows
    return [dict(zip(header, row, strict=False)) for row in rows]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", PAGES)
def test_what_goes_out_comes_back_without_a_change(administrator, strategy, rows, table, kind):
    file = content(administrator, table, kind)
    fields = {"target": strategy.pk} if table == "actions" else {}
    _, outcome = rehearsed(administrator, file, f"liste.{kind}", **fields)
    assert [str(error) for error in outcome.remarks.errors] == []
    assert [str(question) for question in outcome.remarks.questions] == []
    assert (outcome.changes, outcome.kept) == ([], [])
    assert len(lines(administrator, table, kind)) == len(
        {"personnes": User, "organisations": Organisation, "actions": Action}[table].objects.all()
    )


def test_all_the_organisations_of_the_demonstration_come_back(administrator):
    demo.load()
    names = Organisation.objects.values_list("name", flat=True)
    assert len(names) > len(set(names))  # several share one
    _, outcome = rehearsed(administrator, content(administrator, "organisations", "csv"), "l.csv")
    assert [str(error) for error in outcome.remarks.errors] == []
    assert [str(question) for question in outcome.remarks.questions] == []
    assert (outcome.changes, outcome.kept) == ([], [])


@pytest.mark.parametrize(
    ("table", "heading", "value", "told"),
    [
        ("personnes", "Nom complet", "Nom nouveau", "nom complet"),
        ("organisations", "Sigle", "NEUF", "nom court ou sigle"),
        ("actions", "Descriptif", "Neuf", "descriptif"),
    ],
)
def test_one_cell_changed_is_the_one_difference(
    administrator, strategy, rows, table, heading, value, told
):
    book = openpyxl.load_workbook(io.BytesIO(content(administrator, table, "xlsx")))
    sheet = book.worksheets[0]
    column = [cell.value for cell in sheet[1]].index(heading) + 1
    sheet.cell(3, column).value = value
    changed = io.BytesIO()
    book.save(changed)
    fields = {"target": strategy.pk} if table == "actions" else {}
    _, outcome = rehearsed(administrator, changed.getvalue(), **fields)
    (change,) = outcome.changes
    (difference,) = change.differences
    assert (difference.label, difference.new) == (told, value)
    applied(administrator, changed.getvalue(), **fields)
    assert value in [row[heading] for row in lines(administrator, table, "xlsx")]


class TestRows:
    def test_are_those_of_the_list(self, administrator, rows):
        for query, name in (
            (f"?role__exact={Role.CONTRIBUTOR}", User.objects.get(role=Role.CONTRIBUTOR)),
            (f"?q={administrator.user.email}", administrator.user),
        ):
            (row,) = lines(administrator, "personnes", "csv", query)
            assert row["Nom complet"] == name.full_name
        assert lines(administrator, "organisations", "xlsx", "?q=zzz") == []
        assert [r["Nom"] for r in lines(administrator, "organisations", "ods", "?q=tiers")] == [
            "Tiers-lieu"
        ]

    def test_are_those_of_all_its_pages(self, administrator, strategy):
        OrganisationFactory.create_batch(60)
        listed = administrator.get(PAGES["organisations"]).context["cl"]
        assert len(listed.result_list) == 50
        found = lines(administrator, "organisations", "csv")
        assert len(found) == listed.result_count > 60

    def test_are_in_the_order_of_the_list(self, administrator, rows):
        found = [row["Code"] for row in lines(administrator, "actions", "csv", "?o=-1")]
        assert found == ["1.2", "1.1", "1.0"]

    def test_are_linked_with_the_filters_of_the_list(self, administrator, rows):
        for table, page in PAGES.items():
            shown = unescape(administrator.get(f"{page}?q=a&p=1").content.decode())
            for kind in KINDS:
                assert f'href="{address(table, kind)}?q=a"' in shown
        window = administrator.get(f"{PAGES['organisations']}?_popup=1").content.decode()
        assert "Exporter" not in window


class TestActions:
    def test_of_two_strategies_do_not_share_a_sheet(self, administrator, strategy, rows):
        ActionFactory(strategy=StrategyFactory(slug="autre", region=strategy.region))
        refused = administrator.get(address("actions", "xlsx", "?q=guichet"), follow=True)
        assert refused.redirect_chain == [(f"{PAGES['actions']}?q=guichet", 302)]
        assert "d'une seule stratégie" in str(*refused.context["messages"])
        query = f"?strategy__id__exact={strategy.pk}"
        assert len(lines(administrator, "actions", "xlsx", query)) == 3

    def test_speak_the_words_of_their_strategy(self, administrator, strategy, rows):
        strategy.axis_word, strategy.proposal_word = "enjeu", "objectif"
        strategy.save()
        assert {"Enjeu", "Objectif"} <= set(lines(administrator, "actions", "csv")[0])

    def test_may_be_none(self, administrator):
        assert lines(administrator, "actions", "csv") == []

    def test_tell_where_they_stand(self, administrator, rows):
        assert lines(administrator, "actions", "ods")[0]["État"] == "En cours"


class TestTexts:
    @pytest.mark.parametrize("kind", KINDS)
    def test_never_become_formulas_and_come_back(self, administrator, kind):
        for text in FORMULAS:
            OrganisationFactory(name=text)
        file = content(administrator, "organisations", kind)
        assert set(FORMULAS) <= {row["Nom"] for row in lines(administrator, "organisations", kind)}
        if kind == "xlsx":
            cells = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]["A"]
            assert "f" not in {cell.data_type for cell in cells}
        if kind == "csv":
            raw = csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=";")
            assert not [row for row in raw for cell in row if cell[:1] in ("=", "+", "-", "@")]
        assert rehearsed(administrator, file, f"liste.{kind}")[1].changes == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_may_hold_what_no_file_can(self, administrator, kind):
        OrganisationFactory(name="Une\x01 cloche")
        names = {row["Nom"] for row in lines(administrator, "organisations", kind)}
        assert {"Une cloche", "Une\x01 cloche"} & names

    def test_open_in_excel(self, administrator):
        OrganisationFactory(name="Œuvre", is_esus=True)
        file = content(administrator, "organisations", "csv")
        assert file.startswith(b"\xef\xbb\xbfNom;Sigle;")
        assert "Œuvre;" in file.decode()
        assert ";oui;" in file.decode()


class TestWho:
    @pytest.mark.parametrize("who", ["anonymous", "outsider", "coordinator", "administrator"])
    def test_exports_the_lists_that_they_read_but_for_people(self, request, rows, who):
        client = request.getfixturevalue(who)
        for table, page in PAGES.items():
            listed = client.get(page)
            expected = listed.status_code
            if table == "personnes" and who == "coordinator":
                expected = 403
            for kind in KINDS:
                assert client.get(address(table, kind)).status_code == expected, (table, kind)
            if expected == 200:
                found = lines(client, table, "csv")
                assert len(found) == listed.context["cl"].result_count
                assert "Exporter" in listed.content.decode()
            else:
                assert "Exporter" not in listed.content.decode()

    def test_reads_them(self, anonymous, outsider, coordinator, administrator, rows):
        """So that what is above says something."""
        page = PAGES["organisations"]
        asked = [who.get(page) for who in (anonymous, outsider, coordinator, administrator)]
        assert [response.status_code for response in asked] == [302, 302, 200, 200]


class TestOddAddresses:
    @pytest.mark.parametrize("kind", KINDS)
    def test_lead_back_to_the_list(self, administrator, kind):
        odd = ["?p=x", "?role__exact=%00", "?service__id__exact=99999999999999999999"]
        for query in odd:
            response = administrator.get(address("personnes", kind, query))
            assert response.status_code in (200, 302, 400), query
        response = administrator.get(address("personnes", kind, "?is_active__exact=abc"))
        assert response["Location"] == f"{PAGES['personnes']}?e=1"

    @pytest.mark.parametrize("name", ["personnes.pdf", "services.xlsx", "rien.csv"])
    def test_are_not_there(self, administrator, name):
        response = administrator.get(f"/admin/proposals/strategy/listes/{name}")
        assert response.status_code == 404


class TestSize:
    @pytest.mark.parametrize("kind", ["xlsx", "ods"])
    def test_of_a_workbook_is_limited(self, administrator, monkeypatch, kind):
        monkeypatch.setitem(listing.MOST, kind, 3)
        OrganisationFactory.create_batch(4, name="Scop")
        response = administrator.get(address("organisations", kind, "?q=scop"), follow=True)
        assert response.redirect_chain == [(f"{PAGES['organisations']}?q=scop", 302)]
        said = str(*response.context["messages"])
        assert f"Un fichier .{kind} a 3 lignes au plus, la liste en a 4" in said
        assert len(lines(administrator, "organisations", "csv", "?q=scop")) == 4

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("table", PAGES)
    def test_does_not_change_the_number_of_queries(
        self, administrator, strategy, service, rows, table, kind
    ):
        def count():
            with CaptureQueriesContext(connection) as queries:
                content(administrator, table, kind)
            return len(queries)

        few = count()
        for n in range(12):
            partner = OrganisationFactory(carrier=OrganisationFactory(), epci=EpciFactory())
            UserFactory(role=Role.CONTRIBUTOR, organisation=partner, service=ServiceFactory())
            proposal = ProposalFactory(strategy=strategy, number=n + 2)
            action = ActionFactory(
                proposal=proposal,
                lead=partner,
                referent=UserFactory(service=service),
                service=ServiceFactory(),
            )
            action.tags.add(TagFactory())
            PartnershipFactory(action=action)
            TerritoryFactory(action=action)
            ProgressReportFactory(action=action)
        assert count() == few <= 20
