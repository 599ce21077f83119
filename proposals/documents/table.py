"""The actions and proposals as a spreadsheet, with real dates, numbers and amounts."""

from proposals.documents.content import Content, standing
from proposals.models import Status
from sress.spreadsheets.writing import Written, write


def table_ods(content: Content) -> bytes:
    """An .ods: what it is, the proposals, the actions, the decisions."""
    sheets = [_about(content), _proposals(content), _actions(content), _decisions(content)]
    return write("ods", sheets)


def _about(content: Content) -> Written:
    told = [
        ("Stratégie", content.strategy.title),
        ("Région", content.strategy.region.name),
        ("Édition", str(content.edition or "")),
        ("Date", content.as_of),
        ("Attention", content.caution),
    ]
    return Written("À propos", (), [row for row in told if row[1]], widths=(16, 90), vertical=True)


def _proposals(content: Content) -> Written:
    words = content.strategy
    header = [
        *(words.axis_label, "Numéro", words.proposal_label, "État", "Avancement (%)"),
        *("Actions", "Réalisées", "En difficulté", "Échéances dépassées"),
        *("Affecté", "Engagé", "Mandaté"),
    ]
    rows = [
        [
            *(axis.axis.number, sheet.proposal.number, sheet.proposal.title),
            *(sheet.tally.status.label, sheet.tally.progress, sheet.tally.actions),
            *(sheet.tally.delivered, sheet.tally.in_difficulty, sheet.tally.overdue),
            *(sheet.means.affected, sheet.means.committed, sheet.means.paid),
        ]
        for axis in content.axes
        for sheet in axis.sheets
    ]
    plural = words.proposal_word_plural.capitalize()
    return Written(
        plural,
        header,
        rows,
        widths=(8, 9, 60, 14, 15, 9, 10, 13, 18, 15, 15, 15),
        euros=(9, 10, 11),
    )


def _actions(content: Content) -> Written:
    header = [
        *(content.strategy.axis_label, content.strategy.proposal_label, "Code", "Action", "État"),
        *("Avancement (%)", "Échéance initiale", "Échéance", "Glissement (jours)"),
        *("Échéance dépassée", "Dernière actualisation", "Dernier point"),
    ]
    rows = [
        [
            *(axis.axis.number, sheet.proposal.number, line.action.code, line.action.title),
            *(Status(line.action.status).label, line.action.progress),
            *(line.action.initial_due_date, line.action.due_date, line.action.slippage),
            *(line.action.is_overdue, line.action.reported_on, line.text),
        ]
        for axis in content.axes
        for sheet in axis.sheets
        for line in sheet.lines
    ]
    widths = (8, 12, 8, 60, 14, 15, 17, 14, 18, 19, 22, 80)
    return Written("Actions", header, rows, widths=widths)


def _decisions(content: Content) -> Written:
    header = ["Réunion", "Date", "Numéro", "Décision", "Portée par", "Échéance", "Suite", "Actions"]
    rows = [
        [
            *(one.meeting.get_kind_display(), one.meeting.date, one.number, one.text),
            *(one.carried_by, one.due_date, standing(one)),
            ", ".join(action["code"] for action in one.about),
        ]
        for one in content.decisions
    ]
    return Written("Décisions", header, rows, widths=(20, 12, 9, 70, 30, 12, 40, 16))
