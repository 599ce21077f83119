"""« Rien de nouveau »: a report, dated today, that keeps the state. Sent twice, it is one."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from actors.models import User
from proposals.forms.report import ReportForm
from proposals.forms.starting import same_state
from proposals.models import ProgressReport
from proposals.state import Moment


@dataclass(frozen=True, slots=True)
class Said:
    """What became of it: the report, the draft that waits for validation, or why neither."""

    report: ProgressReport | None = None
    awaits: bool = False
    refusal: str = ""


def nothing_new(action: Any, author: User, *, submission: str, seen: str) -> Said:
    """Say for `author` that nothing is new in `action` (with its state and their rights).

    `seen` is how many reports of the action they had read.
    """
    said = QueryDict(mutable=True)
    moment = Moment.today(embargoed=author.is_regional)
    for name, value in same_state(action, moment).items():
        said[name] = "" if value is None else str(value)
    said["text"] = "Rien de nouveau."
    said["submission"], said["seen"] = submission, seen
    form = ReportForm(said, action=action, author=author)
    if form.draft:
        return Said(refusal="Vous avez un brouillon sur cette action : reprenez-le plutôt.")
    if not form.is_valid():
        return Said(refusal="L'état actuel demande un point complet.")
    if action.may_publish:
        if report := form.record():
            return Said(report=report)
    elif form.submit():
        return Said(awaits=True)
    return Said(refusal=" ".join(str(error) for error in form.non_field_errors()))
