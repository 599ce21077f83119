"""What leaves on paper: the report (pdf), one-page sheets by proposal (odt), their table (ods).

`content` gathers what all of them say, of published actions only, at a moment or in an édition;
each module writes one kind of file. The same content always gives the same bytes.
"""

from proposals.documents.content import Content, gather
from proposals.documents.pdf import report_pdf
from proposals.documents.sheets import sheets_odt
from proposals.documents.table import table_ods
from proposals.models import Edition
from proposals.models.edition import Document
from proposals.state import Moment

PDF = "application/pdf"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"

__all__ = [
    "ODS",
    "ODT",
    "PDF",
    "Content",
    "gather",
    "of_edition",
    "report_pdf",
    "sheets_odt",
    "table_ods",
]


def of_edition(edition: Edition) -> list[Document]:
    """The three files that an édition keeps, named after it."""
    moment = Moment(edition.day, edition.known_at, edition=edition.number)
    content = gather(moment, edition.strategy, edition)
    name = content.file_name
    return [
        (f"rapport-{name}.pdf", PDF, report_pdf(content)),
        (f"fiches-{name}.odt", ODT, sheets_odt(content)),
        (f"tableau-{name}.ods", ODS, table_ods(content)),
    ]
