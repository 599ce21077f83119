"""The officer's form: a progress report, or its draft."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.forms.utils import ErrorDict

from actors.models import User
from proposals.models import Action, Milestone, ProgressReport, ProgressReportDraft, Status
from proposals.models.progress import Motive, Progress
from sress import clock, refusals

# What a report says of its action, apart from its milestones.
CONTENT = (
    "reported_on",
    "status",
    "progress",
    "text",
    "revised_due_date",
    "revision_motive",
    "difficulty_motive",
    "decision",
    "visibility",
    "public_from",
)


# With which states a field goes on from one report to the next.
KEPT_WITH = {
    "difficulty_motive": (Status.DIFFICULTY, Status.SUSPENDED),
    "decision": (Status.DROPPED,),
}

# Where the form shows what a rule refuses.
FIELD_OF_RULE = {
    "report_not_in_future": "reported_on",
    "report_not_before_action": "reported_on",
    "report_done_means_delivered": "progress",
    "report_revision_has_motive": "revision_motive",
    "report_revision_plausible": "revised_due_date",
    "report_difficulty_has_motive": "difficulty_motive",
    "report_dropped_by_decision": "decision",
    "report_embargo_at_most_a_year": "public_from",
}


class DateInput(forms.DateInput):
    """The browser's own date picker, which speaks ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class ReportForm(forms.ModelForm):
    """Says where an action stands. The database has the last word on every rule.

    `correcting` is the report that this one supersedes, if any. `submission` names this very form:
    sent twice, it is recorded once.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = ProgressReport
        fields = CONTENT
        widgets = {
            "reported_on": DateInput(),
            "revised_due_date": DateInput(),
            "public_from": DateInput(),
            "status": forms.RadioSelect,
            "progress": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 6}),
            "visibility": forms.RadioSelect,
        }
        labels = {
            "reported_on": "Ces faits datent du",
            "text": "Ce qui s'est passé, ce qui vient",
            "difficulty_motive": "Nature de la difficulté",
        }
        help_texts = {
            "revision_motive": "Obligatoire avec une nouvelle échéance.",
            "difficulty_motive": "Obligatoire quand l'action est en difficulté.",
            "decision": "Obligatoire pour ne pas poursuivre : instance, date, référence.",
        }

    def __init__(
        self,
        *args: Any,
        action: Action,
        author: User,
        milestones: Iterable[Milestone] = (),
        correcting: ProgressReport | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.action, self.author, self.correcting = action, author, correcting
        self.instance.action, self.instance.author = action, author
        self.instance.supersedes = correcting
        self.instance.recorded_at = clock.now()
        self.milestones = list(milestones)
        self._choose("status", Status.choices)
        self._choose("progress", Progress.choices)
        self._choose("difficulty_motive", [("", "—"), *Motive.choices])
        self.fields["status"].required = self.fields["progress"].required = True
        self.fields["reported_on"].widget.attrs["max"] = clock.today().isoformat()
        self.fields["reported_on"].widget.attrs["min"] = action.exists_from.isoformat()
        for milestone in self.milestones:
            self.fields[f"etape_{milestone.pk}_atteinte"] = forms.BooleanField(
                label="Atteinte", required=False
            )
            self.fields[f"etape_{milestone.pk}_echeance"] = forms.DateField(
                label="Nouvelle échéance", required=False, widget=DateInput()
            )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def milestone_rows(self) -> list[tuple[Milestone, forms.BoundField, forms.BoundField]]:
        """For the template: a milestone, its box and its new date."""
        return [
            (m, self[f"etape_{m.pk}_atteinte"], self[f"etape_{m.pk}_echeance"])
            for m in self.milestones
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._forget_what_went_with_the_last_state(cleaned)
        # Before the rules of a report, which do not bind a draft, take fields away.
        self.typed = dict(self.cleaned_data)
        self.unreadable = [name for name in self.errors if name in self.fields and self[name].data]
        return cleaned

    def _forget_what_went_with_the_last_state(self, cleaned: dict[str, Any]) -> None:
        """A motive or a decision that the form was filled in with, and that nobody chose."""
        for name, states in KEPT_WITH.items():
            if cleaned.get("status") not in states and cleaned.get(name) == self.initial.get(name):
                cleaned[name] = ""

    def _get_validation_exclusions(self) -> set[str]:
        """Rules that also speak of what no one types are checked here too, so that all errors come
        at once."""
        return super()._get_validation_exclusions() - {"recorded_at", "is_retraction"}  # type: ignore[misc]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        declared = {
            str(constraint.violation_error_message): FIELD_OF_RULE[constraint.name]
            for constraint in ProgressReport._meta.constraints
            if constraint.name in FIELD_OF_RULE
        }
        refused = self.errors.pop(NON_FIELD_ERRORS, None)
        for error in refused.as_data() if refused else ():
            self.add_error(declared.get(str(error.message)), error)

    def record(self) -> ProgressReport | None:
        """Publish the report. None, with the error on the form, when the database refuses it."""
        content = {name: self.cleaned_data[name] for name in CONTENT}
        try:
            with transaction.atomic():
                report, created = ProgressReport.objects.record(
                    submission=self.cleaned_data["submission"],
                    action=self.action,
                    author=self.author,
                    supersedes=self.correcting,
                    milestones=self._milestones_said(),
                    **content,
                )
                if not self.correcting:
                    self.draft().delete()
        except IntegrityError as error:
            self.add_error(FIELD_OF_RULE.get(refusals.rule(error)), refusals.message(error))
            return None
        if not created and not self._says_the_same(report, content):
            self._ask_again(report)
            return None
        return report

    def _says_the_same(self, report: ProgressReport, content: dict[str, Any]) -> bool:
        """Whether a report recorded from this very form says what the form says now."""
        said = {
            update.milestone: {
                "reached": update.reached,
                "revised_due_date": update.revised_due_date,
            }
            for update in report.milestone_updates.select_related("milestone")
        }
        same = all(getattr(report, name) == content[name] for name in CONTENT)
        return same and said == self._milestones_said()

    def draft(self) -> QuerySet[ProgressReportDraft]:
        """This author's draft on this action, if any."""
        return ProgressReportDraft.objects.filter(action=self.action, author=self.author)

    def save_draft(self) -> bool:
        """Keep what is typed, complete or not, for this author alone.

        False, with the errors on the form, when something typed cannot be read (« 32/1/2020 »):
        nothing is dropped silently.
        """
        self.is_valid()
        if self.unreadable:
            return False
        # What a report must say may still be missing, or contradict itself.
        self._errors = ErrorDict()
        content = {name: self.typed[name] for name in CONTENT if self.typed.get(name) is not None}
        ProgressReportDraft.objects.update_or_create(
            action=self.action,
            author=self.author,
            defaults={
                **dict.fromkeys(("reported_on", "progress", "revised_due_date", "public_from")),
                **content,
                "milestones": [
                    {
                        "milestone": milestone.pk,
                        "reached": said["reached"],
                        "revised_due_date": _iso(said["revised_due_date"]),
                    }
                    for milestone, said in self._milestones_said().items()
                ],
                "updated_at": clock.now(),
            },
        )
        return True

    def _milestones_said(self) -> dict[Milestone, dict[str, Any]]:
        said = {}
        for milestone in self.milestones:
            reached = self.typed.get(f"etape_{milestone.pk}_atteinte", False)
            revised = self.typed.get(f"etape_{milestone.pk}_echeance")
            if reached or revised:
                said[milestone] = {"reached": reached, "revised_due_date": revised}
        return said

    def _ask_again(self, first: ProgressReport) -> None:
        """The browser's « back » sends an old form with new words: it must not be lost silently."""
        self.data = {**self.data.dict(), "submission": str(uuid.uuid4())}  # type: ignore[attr-defined]
        self.add_error(
            None,
            ValidationError(
                "Ce formulaire a déjà été publié à %(time)s avec un autre contenu. Pour publier "
                "ceci comme un nouveau point, envoyez-le de nouveau.",
                params={"time": first.recorded_at.astimezone(clock.PARIS).strftime("%H h %M")},
            ),
        )


class RetractionForm(forms.Form):
    """Withdraws a report that should not have been written, and says why."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label="Pourquoi ce point est-il retiré ?",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Cette raison sera publiée. Le point retiré reste lisible, barré.",
    )

    def record(self, report: ProgressReport, author: User) -> bool:
        """Retract `report`. False, with the error on the form, when the database refuses it."""
        try:
            with transaction.atomic():
                ProgressReport.objects.record(
                    submission=self.cleaned_data["submission"],
                    action=report.action,
                    author=author,
                    reported_on=clock.today(),
                    supersedes=report,
                    is_retraction=True,
                    text=self.cleaned_data["text"],
                )
        except IntegrityError as error:
            self.add_error(None, refusals.message(error))
            return False
        return True


def draft_initial(draft: ProgressReportDraft) -> dict[str, Any]:
    """The fields of the form as `draft` left them."""
    initial = {name: getattr(draft, name) for name in CONTENT}
    for said in draft.milestones:
        initial[f"etape_{said['milestone']}_atteinte"] = said["reached"]
        initial[f"etape_{said['milestone']}_echeance"] = said["revised_due_date"]
    return initial


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
