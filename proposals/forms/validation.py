"""The form of who decides of somebody else's draft."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction

from actors.models import User
from proposals.forms.report import ReportForm
from proposals.models import Action, ProgressReport, ProgressReportDraft

CHANGED = (
    "Son auteur a changé ce brouillon depuis que vous l'avez ouvert : lisez sa nouvelle version "
    "ci-dessous, puis envoyez de nouveau votre décision."
)


class ValidationForm(ReportForm):
    """The author's report, as they wrote it; amended here, it is published as theirs.

    `version` is the draft as it was read: what its author changed meanwhile is read again.
    """

    version = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(
        label="Votre mot à l'auteur",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Pour renvoyer le brouillon : ce qui manque, ce qui est à reprendre. Il repart "
        "tel que son auteur l'a écrit, sans vos retouches.",
    )

    def __init__(
        self, *args: Any, waiting: ProgressReportDraft, action: Action, **kwargs: Any
    ) -> None:
        super().__init__(
            *args, action=action, author=waiting.author, correcting=waiting.supersedes, **kwargs
        )
        self.waiting = waiting
        self.changed_draft: ProgressReportDraft | None = None
        self.initial["version"] = _version(waiting.updated_at)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("version") != _version(self.waiting.updated_at):
            self._show_what_its_author_sent()
        return cleaned

    def _show_what_its_author_sent(self) -> None:
        """The new version, above the form; sent again, it is known."""
        self.changed_draft = self.waiting
        self._send_next_time(version=_version(self.waiting.updated_at))
        self.add_error(None, CHANGED)

    def publish(self, user: User) -> ProgressReport | None:
        """Publish the draft as its author's report, validated by `user`.

        None, with the error on the form, when it may not be as it is, or no longer waits as read.
        """
        with transaction.atomic():
            # Its author, who would change it now, waits until this is decided.
            waiting = ProgressReportDraft.objects.select_for_update().filter(
                pk=self.waiting.pk, updated_at=self.waiting.updated_at
            )
            if waiting.exists():
                return self.record(validated_by=user)
        published = ProgressReport.objects.filter(submission=self.waiting.submission).first()
        if published is None:
            self._show_what_its_author_sent()
        return published

    def keep_files(self) -> None:
        """Join them to the draft that waits, whose words stay its author's."""
        self.join_to(self.waiting)

    def give_back(self, user: User) -> bool:
        """Return the draft with a word. False, with the error on the form, without one."""
        word = str(self.data.get("word", "")).strip()
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        if not word:
            self.add_error("word", "Dites en un mot ce qui est à reprendre.")
            return False
        same = self.data.get("version") == _version(self.waiting.updated_at)
        if not same or not self.waiting.give_back(user, word[:500]):
            self._show_what_its_author_sent()
            return False
        return True


def _version(moment: datetime) -> str:
    return moment.isoformat()
