"""One-page sheets by proposal, as a text document that officers rework before a committee."""

from typing import Any

import odfdo
from odfdo import Cell, Document, Header, Paragraph, Row, Style, Table

from proposals.documents.content import Content, ProposalSheet, shares
from proposals.models import Status
from sress.spreadsheets.writing import saved
from sress.templatetags.french import NBSP, percent

# What one page holds; what is longer is cut, and says so.
LONGEST_DESCRIPTION = 700
LONGEST_TEXT = 260
MOST_ACTIONS = 9


def sheets_odt(content: Content) -> bytes:
    """An .odt: a page for each proposal, with its state, its means and its actions."""
    document = Document("text")
    _set_styles(document)
    document.meta.title = f"{content.strategy.title} : {content.as_of}"
    document.meta.language = "fr-FR"
    body = document.body
    body.clear()
    for axis in content.axes:
        for sheet in axis.sheets:
            above = f"{content.strategy.axis_label} {axis.axis.number} : {axis.axis.title}"
            for part in _sheet(content, sheet, above):
                body.append(part)
    return saved(document)


def _sheet(content: Content, sheet: ProposalSheet, above: str) -> list[Any]:
    """The parts of a page."""
    proposal, tally = sheet.proposal, sheet.tally
    title = f"{content.strategy.proposal_label} {proposal.number} : {proposal.title}"
    state = f"{tally.status.label}, {percent(tally.progress)} d'avancement"
    parts: list[Any] = [
        Paragraph(above, style="Fiche_20_axe"),
        _heading(1, title),
        Paragraph(" · ".join([state, *sheet.marks]), style="Fiche_20_etat"),
        Paragraph(f"{content.as_of}. {content.caution}".strip(), style="Fiche_20_date"),
    ]
    if proposal.description:
        parts.append(_text(cut(proposal.description, LONGEST_DESCRIPTION)))
    if means := shares(sheet.means):
        parts.append(_heading(2, "Moyens"))
        parts.append(_text(" · ".join(f"{label}{NBSP}: {amount}" for label, amount in means)))
    parts.append(_heading(2, "Actions prioritaires"))
    if not sheet.lines:
        parts.append(_text("Aucune action à cette date."))
        return parts
    parts.append(_actions(sheet))
    more = len(sheet.lines) - MOST_ACTIONS
    if more > 0:
        parts.append(_text(f"… et {more} de plus, dans le tableau."))
    return parts


def _actions(sheet: ProposalSheet) -> Table:
    table = Table(f"Actions {sheet.proposal.number}", style="Fiche")
    widths = ("Fiche.A", "Fiche.B", "Fiche.C", "Fiche.D")
    for style in widths:
        table.append(odfdo.Column(style=style))
    heads = _row(["Code", "Action", "État", "Échéance"], style="Table_20_Heading")
    # A header that screen readers announce, and that comes again on the next page.
    head = odfdo.Element.from_tag("<table:table-header-rows/>")
    head.append(heads)
    table.append(head)
    for line in sheet.lines[:MOST_ACTIONS]:
        action = line.action
        told = [action.title, cut(line.text, LONGEST_TEXT)]
        state = f"{Status(action.status).label}, {percent(action.progress)}"
        due = f"{line.due} {line.slippage}".strip()
        table.append(_row([action.code, told, state, due]))
    return table


def _row(cells: list[str | list[str]], style: str = "Table_20_Contents") -> Row:
    row = Row()
    for told in cells:
        cell = Cell(style="Fiche.cellule")
        for text in told if isinstance(told, list) else [told]:
            if text:
                cell.append(Paragraph(text, style=style))
        row.append(cell)
    return row


def _heading(level: int, text: str) -> Header:
    return Header(level, text, style=f"Heading_20_{level}")


def _text(text: str) -> Paragraph:
    return Paragraph(text, style="Text_20_body")


def cut(text: str, longest: int) -> str:
    """The beginning of a text, up to a word; the whole of a short one."""
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def _set_styles(document: Document) -> None:
    """The look of the sheets: named styles, which officers can change in one place."""
    # A new document numbers its headings: « 1.Proposition 12 ».
    styles: Any = document.get_part("styles.xml")
    for level in styles.get_elements("//text:outline-level-style"):
        level.set_attribute("style:num-format", "")
        level.set_attribute("style:num-suffix", "")
    new_page = {"fo:break-before": "page"}
    for style in (
        _paragraph("Fiche_20_axe", "Fiche : axe", "9pt", "#4a5568", spacing=new_page),
        _paragraph("Fiche_20_etat", "Fiche : état", "11pt", "#0d5c52", weight="bold"),
        _paragraph("Fiche_20_date", "Fiche : date", "9pt", "#4a5568"),
        _paragraph("Table_20_Contents", "Contenu de tableau", "9pt", "#1a202c"),
        _paragraph("Table_20_Heading", "Titre de tableau", "9pt", "#1a202c", weight="bold"),
    ):
        document.insert_style(style)
    document.insert_style(Style("table", name="Fiche", width="17cm"), automatic=True)
    for letter, width in zip("ABCD", ("1.4cm", "8.4cm", "3.2cm", "4cm"), strict=True):
        column = Style("table-column", name=f"Fiche.{letter}", width=width)
        document.insert_style(column, automatic=True)
    cell = Style("table-cell", name="Fiche.cellule")
    cell.set_properties(
        {"fo:padding": "0.12cm", "fo:border-bottom": "0.5pt solid #c5cbc0"}, area="table-cell"
    )
    document.insert_style(cell, automatic=True)


def _paragraph(
    name: str,
    shown: str,
    size: str,
    colour: str,
    weight: str = "normal",
    spacing: dict[str, str] | None = None,
) -> Style:
    style = Style("paragraph", name=name, display_name=shown, parent_style="Standard")
    style.set_properties(
        {
            "fo:font-size": size,
            "fo:color": colour,
            "fo:font-weight": weight,
            "fo:font-family": "Liberation Sans",
        },
        area="text",
    )
    style.set_properties({"fo:margin-bottom": "0.1cm", **(spacing or {})}, area="paragraph")
    return style
