"""What leaves on paper, opened with the libraries that read it."""

import io
import re
import zipfile
from datetime import date
from html import unescape

import odfdo
import pytest
import time_machine

from proposals import documents
from proposals.models import Movement
from proposals.state import Moment
from tests import factories as make

pytestmark = pytest.mark.django_db

K = Movement.Kind


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
        yield


@pytest.fixture
def strategy():
    strategy = make.StrategyFactory(slug="sress", adopted_on=date(2018, 6, 28))
    for number in (1, 2):
        proposal = make.ProposalFactory(
            strategy=strategy, number=number, title=f"Proposition numéro {number}"
        )
        action = make.ActionFactory(
            proposal=proposal,
            code=f"{number}.1",
            title="Ouvrir le guichet « unique »",
            initial_due_date=date(2019, 6, 30),
        )
    make.ProgressReportFactory(
        action=action,
        reported_on=date(2019, 3, 1),
        text="Bail signé.",
        revised_due_date=date(2019, 12, 31),
        revision_motive="Travaux",
    )
    make.ProgressReportFactory(
        action=strategy.actions.get(code="1.1"),
        reported_on=date(2019, 3, 1),
        text="Entre nous",
        visibility="interne",
    )
    authorisation = make.AuthorisationFactory(strategy=strategy)
    make.MovementFactory(authorisation=authorisation, amount=2000, date=date(2019, 1, 15))
    make.MovementFactory(
        authorisation=authorisation,
        action=action,
        kind=K.AFFECTATION,
        amount="1234.5",
        date=date(2019, 1, 15),
    )
    return strategy


def content(strategy, day=date(2019, 11, 15)):
    return documents.gather(Moment(day), strategy)


def opened(data):
    return odfdo.Document(io.BytesIO(data))


def xml(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read("content.xml").decode()


def words(data):
    """The text of a document, paragraph by paragraph, cells included."""
    ends = re.sub(r"</text:(p|h)>", "\n", xml(data))
    return unescape(re.sub(r"<[^>]+>", "", ends))


def test_sheets_are_a_page_by_proposal_with_headings_and_the_language(strategy):
    data = documents.sheets_odt(content(strategy))
    sheets, told = opened(data), words(data)
    first = re.findall(r'<text:h [^>]*text:outline-level="1"[^>]*>(.*?)</text:h>', xml(data))
    assert first == [
        "Proposition 1 : Proposition numéro 1",
        "Proposition 2 : Proposition numéro 2",
    ]
    assert sheets.meta.language == "fr-FR"
    assert "31\xa0décembre\xa02019" in told
    assert "+\xa0184\xa0jours" in told
    assert "Bail signé." in told
    assert "Entre nous" not in told
    assert "1\u202f234,50\xa0€" in told
    breaks = sheets.get_style("paragraph", "Fiche_20_axe").get_properties(area="paragraph")
    assert breaks["fo:break-before"] == "page"


def test_a_long_proposal_stays_on_its_page_and_says_what_is_cut(strategy):
    proposal = strategy.proposals.get(number=1)
    type(proposal).objects.filter(pk=proposal.pk).update(description="Un mot de plus. " * 200)
    for number in range(2, 16):
        make.ActionFactory(proposal=proposal, code=f"1.{number}")
    told = words(documents.sheets_odt(content(strategy)))
    assert "… et 6 de plus, dans le tableau." in told
    assert re.search("(Un|mot|de|plus)…", told)


def test_the_table_has_real_dates_numbers_and_amounts(strategy):
    table = opened(documents.table_ods(content(strategy)))
    actions = table.body.get_table(name="Actions")
    header = [cell.value for cell in actions.get_row(0).cells]
    second = dict(zip(header, actions.get_row(2).cells, strict=True))
    assert second["Échéance"].type == "date"
    assert second["Échéance"].value == date(2019, 12, 31)
    assert second["Glissement (jours)"].value == 184
    assert second["Échéance dépassée"].value == "non"
    proposals = table.body.get_table(name="Propositions")
    header = [cell.value for cell in proposals.get_row(0).cells]
    affected = dict(zip(header, proposals.get_row(2).cells, strict=True))["Affecté"]
    assert (affected.type, float(affected.value)) == ("currency", 1234.5)


def test_decisions_are_in_the_table_with_what_became_of_them(strategy):
    decision = make.decided(
        meeting__strategy=strategy,
        meeting__date=date(2019, 10, 15),
        text="Réunir les têtes de réseau.",
        visibility="public",
    )
    table = opened(documents.table_ods(content(strategy))).body.get_table(name="Décisions")
    told = [cell.value for cell in table.get_row(1).cells]
    assert "Réunir les têtes de réseau." in told
    assert decision.carried_by in told


def test_the_report_is_accessible_and_always_the_same_bytes(strategy):
    pdf = documents.report_pdf(content(strategy))
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf or b"/StructTreeRoot" in pdf
    assert b"pdfuaid" in pdf
    assert documents.report_pdf(content(strategy)) == pdf


@pytest.mark.parametrize("written", [documents.sheets_odt, documents.table_ods])
def test_of_the_same_content_the_same_bytes(written, strategy):
    with time_machine.travel("2019-11-15T09:00:00Z"):
        first = written(content(strategy))
    with time_machine.travel("2019-11-15T10:00:00Z"):
        assert written(content(strategy)) == first


def test_the_report_of_the_day_has_a_name_of_its_own(strategy, anonymous):
    response = anonymous.get("/sress/rapport.pdf?au=2019-03-02")
    assert response["Content-Type"] == "application/pdf"
    assert "rapport-sress-2019-03-02.pdf" in response["Content-Disposition"]


def test_what_is_typed_is_never_code(strategy):
    """Typst has a language of its own: words are data, whatever they hold."""
    action = strategy.actions.get(code="2.1")
    for text in ('#panic("x")', "$ x $ *gras* _i_ <balise> \\ @cite", "<text:p/> &amp; ]]>"):
        make.ProgressReportFactory(action=action, reported_on=date(2019, 11, 14), text=text)
        assert documents.report_pdf(content(strategy)).startswith(b"%PDF-")
        assert text in words(documents.sheets_odt(content(strategy)))
