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


class NothingNew:
    """What `author` would say of `action` (with its state and their rights).

    `seen` is how many reports of the action they had read.
    """

    def __init__(self, action: Any, author: User, *, submission: str, seen: str) -> None:
        said = QueryDict(mutable=True)
        moment = Moment.today(embargoed=author.is_regional)
        for name, value in same_state(action, moment).items():
            said[name] = "" if value is None else str(value)
        said["text"] = "Rien de nouveau."
        said["submission"], said["seen"] = submission, seen
        self.action, self.submission = action, submission
        self.form = ReportForm(said, action=action, author=author)

    @property
    def awaits(self) -> bool:
        """Whether that very draft was sent already, and waits."""
        draft = self.form.draft
        return bool(draft and draft.submitted_at and str(draft.submission) == self.submission)

    @property
    def refusal(self) -> str:
        """Why it takes more than a click, in French; "" when nothing stands in the way."""
        if self.form.draft and not self.awaits:
            return "Vous avez un brouillon sur cette action : reprenez-le plutôt."
        if not self.form.is_valid():
            return "L'état actuel demande un point complet."
        return ""

    def say(self) -> Said:
        """Publish the report, or send it to be validated."""
        if self.awaits:
            return Said(awaits=True)
        if self.refusal:
            return Said(refusal=self.refusal)
        if self.action.may_publish:
            if report := self.form.record():
                return Said(report=report)
        elif self.form.submit():
            return Said(awaits=True)
        return Said(refusal=" ".join(str(error) for error in self.form.non_field_errors()))
