"""The report as an accessible pdf (PDF/UA-1): tagged, titled, in French, the same for ever."""

import json
from pathlib import Path
from typing import Any

import typst

from proposals.documents.content import AxisSheets, Content, ProposalSheet, shares, standing
from proposals.models import Status
from sress.templatetags.french import counted, euros, percent
from sress.templatetags.french import day as french_day

TEMPLATE = Path(__file__).with_name("report.typ")
# Of the light scheme of the site's style sheet, which has as many.
COLOURS = ["#0d5c52", "#6a3789", "#94460f", "#1c4d8e"]


def report_pdf(content: Content) -> bytes:
    """A cover that says where the strategy stands, then each axis with its proposals."""
    said = {
        **_cover(content),
        "decisions": [
            [decision.text, decision.meeting.name, decision.carried_by, standing(decision)]
            for decision in content.decisions
        ],
        "axes": [_axis(content, axis) for axis in content.axes],
    }
    pdf = typst.compile(
        str(TEMPLATE),
        sys_inputs={"said": json.dumps(said)},
        pdf_standards=["ua-1"],
        # Embedded fonts alone: the same pages on every machine.
        ignore_system_fonts=True,
        timestamp=0,
    )
    assert isinstance(pdf, bytes)
    return pdf


def _cover(content: Content) -> dict[str, Any]:
    strategy, tally, moment = content.strategy, content.tally, content.moment
    left = (strategy.target_date - moment.day).days
    return {
        "title": strategy.title,
        "region": strategy.region.name,
        "edition": str(content.edition or ""),
        "as_of": content.as_of,
        "caution": content.caution,
        "date": [moment.day.year, moment.day.month, moment.day.day],
        "left": f"il reste {counted(left, 'jour,jours')}" if left > 0 else "",
        "target": french_day(strategy.target_date),
        "figures": [
            [f"{tally.delivered} sur {tally.actions}", "actions réalisées"],
            [percent(tally.progress), "avancement moyen"],
            [f"{tally.in_difficulty} sur {tally.actions}", "en difficulté"],
            [f"{tally.overdue} sur {tally.actions}", "à échéance dépassée"],
        ],
        "statuses": [
            [known.label, str(tally.by_status[known])]
            for known in Status
            if tally.by_status.get(known)
        ],
        "words": [strategy.axis_label, strategy.proposal_label, strategy.proposal_word_plural],
        "means": [
            ["Voté", euros(content.means.voted)],
            *map(list, shares(content.means)),
        ]
        if content.means
        else [],
    }


def _axis(content: Content, axis: AxisSheets) -> dict[str, Any]:
    tally, means = axis.tally, axis.means
    return {
        "number": str(axis.axis.number),
        "title": axis.axis.title,
        "colour": COLOURS[(axis.axis.number - 1) % len(COLOURS)],
        "status": tally.status.label,
        "progress": tally.progress or 0,
        "progress_text": percent(tally.progress),
        "delivered": f"{tally.delivered} sur {tally.actions}",
        "overdue": str(tally.overdue),
        "means": [euros(means.affected), euros(means.committed), euros(means.paid)],
        "proposals": [_proposal(sheet) for sheet in axis.sheets],
    }


def _proposal(sheet: ProposalSheet) -> dict[str, Any]:
    return {
        "number": str(sheet.proposal.number),
        "title": sheet.proposal.title,
        "description": sheet.proposal.description,
        "status": sheet.tally.status.label,
        "progress": sheet.tally.progress or 0,
        "progress_text": percent(sheet.tally.progress),
        "marks": sheet.marks,
        "means": [list(pair) for pair in shares(sheet.means)],
        "actions": [
            {
                "code": line.action.code,
                "title": line.action.title,
                "status": Status(line.action.status).label,
                "progress": percent(line.action.progress),
                "due": line.due,
                "slippage": line.slippage,
                "text": line.text,
            }
            for line in sheet.lines
        ],
    }
