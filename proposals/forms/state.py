"""What every form that says where an action stands shares: the rules, publishing, drafts."""

import uuid
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.forms.utils import ErrorDict

from actors.models import User
from proposals.forms.fields import DateInput
from proposals.models import Action, Milestone, ProgressReport, ProgressReportDraft, Status
from proposals.models.progress import Motive, NewerReportError, Progress
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


PAST_DEADLINE = "Cette échéance précède la date des faits : vérifiez l'année."
# A second form with the same words, so soon, is the first one again.
A_MOMENT = timedelta(minutes=15)


class StateForm(forms.ModelForm):
    """Says where an action stands. The database has the last word on every rule.

    `correcting` is the report that this one supersedes, if any. `submission` names this very form:
    sent twice, it is recorded once. `seen` is how many reports of the action its author had read.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    class Meta:
        model = ProgressReport
        fields: tuple[str, ...] = CONTENT
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
            "public_from": "Rendre public à partir du",
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
        correcting: ProgressReport | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.action, self.author, self.correcting = action, author, correcting
        self.instance.action, self.instance.author = action, author
        self.instance.supersedes = correcting
        self.instance.recorded_at = clock.now()
        self.newer: list[ProgressReport] = []
        self._choose("status", Status.choices)
        self._choose("progress", Progress.choices)
        self._choose("difficulty_motive", [("", "—"), *Motive.choices])
        self.fields["status"].required = self.fields["progress"].required = True

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    # --- The rules

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._forget_what_went_with_the_last_state(cleaned)
        untouched = cleaned.get("progress") == self.initial.get("progress")
        if cleaned.get("status") == Status.DELIVERED and untouched:
            cleaned["progress"] = Progress.DONE  # what is delivered is done
        # Before the rules of a report, which do not bind a draft, take fields away.
        self.typed = dict(self.cleaned_data)
        self.unreadable = [name for name in self.errors if name in self.fields and self[name].data]
        self._refuse_dates_that_are_past(cleaned)
        return cleaned

    def _refuse_dates_that_are_past(self, cleaned: dict[str, Any]) -> None:
        """A deadline is not put off to before the facts; an embargo does not begin lifted."""
        due, on = cleaned.get("revised_due_date"), cleaned.get("reported_on")
        if due and on and due < on:
            self.add_error("revised_due_date", PAST_DEADLINE)
        until = cleaned.get("public_from")
        was_lifted = self.correcting and self.correcting.public_from == until
        if until and until <= clock.today() and not was_lifted:
            self.add_error("public_from", "Cette date est passée : videz-la pour publier.")

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
            self._tell(declared.get(str(error.message)), error)

    def _tell(self, field: str | None, error: Any) -> None:
        """An error, at its field where this form has it."""
        self.add_error(field if field in self.fields else None, error)

    # --- The report

    def content(self) -> dict[str, Any]:
        """What the report says, once the form is valid."""
        return {name: self.cleaned_data[name] for name in CONTENT if name in self.fields}

    def milestones_said(self) -> dict[Milestone, dict[str, Any]]:
        """What the report says of milestones: see `ProgressReport.objects.record`."""
        return {}

    def record(self, *, validated_by: User | None = None) -> ProgressReport | None:
        """Publish the report. None, with the error on the form, when it may not be as it is.

        `validated_by` decides of somebody else's draft; the report stays its author's.
        """
        submission = self.cleaned_data["submission"]
        if twin := self._just_published():
            self.own_draft().delete()
            return twin
        try:
            with transaction.atomic():
                report, created = ProgressReport.objects.record(
                    submission=submission,
                    seen=self.cleaned_data["seen"],
                    action=self.action,
                    author=self.author,
                    validated_by=validated_by,
                    supersedes=self.correcting,
                    milestones=self.milestones_said(),
                    **self.content(),
                )
                if created:
                    self.recorded(report)
                    self.own_draft().delete()
        except NewerReportError:
            self._show_what_came_in_between()
            return None
        except IntegrityError as error:
            self._tell(FIELD_OF_RULE.get(refusals.rule(error)), refusals.message(error))
            return None
        if not created and not self.says_the_same(report):
            self._ask_again(report)
            return None
        # A draft that a second click may have saved meanwhile.
        self.own_draft(submission=submission).delete()
        return report

    def _just_published(self) -> ProgressReport | None:
        """The last report of the action, if the same author published the same words a moment ago:
        the browser's « back » makes a new form of an old one."""
        last = self.action.reports.order_by("-recorded_at", "-pk").first()
        if last is None or last.recorded_at <= clock.now() - A_MOMENT:
            return None
        mine = last.author_id == self.author.pk and last.supersedes == self.correcting
        return last if mine and self.says_the_same(last) else None

    def recorded(self, report: ProgressReport) -> None:
        """What else belongs to the report, in the same transaction."""

    def says_the_same(self, report: ProgressReport) -> bool:
        """Whether a report recorded from this very form says what the form says now."""
        said = {
            update.milestone: {
                "reached": update.reached,
                "revised_due_date": update.revised_due_date,
            }
            for update in report.milestone_updates.select_related("milestone")
        }
        same = all(getattr(report, name) == value for name, value in self.content().items())
        return same and said == self.milestones_said()

    def _ask_again(self, first: ProgressReport) -> None:
        """The browser's « back » sends an old form with new words: it must not be lost silently."""
        self.typed["submission"] = uuid.uuid4()
        self._send_next_time(submission=str(self.typed["submission"]))
        self.add_error(
            None,
            ValidationError(
                "Ce formulaire a déjà été publié à %(time)s avec un autre contenu. Pour publier "
                "ceci comme un nouveau point, envoyez-le de nouveau.",
                params={"time": first.recorded_at.astimezone(clock.PARIS).strftime("%H h %M")},
            ),
        )

    def _show_what_came_in_between(self) -> None:
        """The reports that were not read yet, above the form; sent again, it knows them."""
        reports = self.action.reports.select_related("author__service", "author__organisation")
        count = reports.count()
        unread = count - self.cleaned_data["seen"]
        self.newer = list(reports.order_by("-recorded_at", "-pk")[:unread])
        self._send_next_time(seen=str(count))
        self.add_error(
            None,
            "Un point a été publié sur cette action pendant que vous écriviez : lisez-le. Envoyez "
            "de nouveau le vôtre s'il a toujours lieu d'être.",
        )

    def tell_of_unread(self) -> bool:
        """Whether somebody published meanwhile, which the form then says."""
        seen = self.cleaned_data.get("seen")
        unread = seen is not None and self.action.reports.count() > seen
        sent = {"submission": self.cleaned_data.get("submission")}
        if unread and not ProgressReport.objects.filter(**sent).exists():
            self._show_what_came_in_between()
            return True
        return False

    def _send_next_time(self, **values: str) -> None:
        data = self.data.copy()  # type: ignore[attr-defined]
        for name, value in values.items():
            data[self.add_prefix(name)] = value
        self.data = data

    # --- The draft

    @cached_property
    def draft(self) -> ProgressReportDraft | None:
        """This author's draft of this report, if any."""
        return self.own_draft().first()

    def own_draft(self, **more: Any) -> QuerySet[ProgressReportDraft]:
        """The same, to be changed or deleted."""
        return ProgressReportDraft.objects.filter(
            action=self.action, author=self.author, supersedes=self.correcting, **more
        )

    def save_draft(self) -> bool:
        """Keep what is typed, complete or not, for this author alone.

        False, with the errors on the form, when something typed cannot be read (« 32/1/2020 »):
        nothing is dropped silently. What can be read is kept all the same.
        """
        self.is_valid()
        refused = [name for name in self.unreadable if name in self.errors]
        submission = self.typed.get("submission") or uuid.uuid4()
        blank = dict.fromkeys(("reported_on", "progress", "revised_due_date", "public_from"))
        with transaction.atomic():
            # After who publishes it, or before them: never in the middle.
            Action.objects.select_for_update(no_key=True).get(pk=self.action.pk)
            if ProgressReport.objects.filter(submission=submission).exists():
                return True  # published meanwhile by a second click, or by another window
            self.draft, _ = self.own_draft().update_or_create(
                action=self.action,
                author=self.author,
                supersedes=self.correcting,
                defaults={
                    **blank,
                    **self.said_so_far(),
                    "submission": submission,
                    "milestones": [
                        {
                            "milestone": milestone.pk,
                            "reached": told["reached"],
                            "revised_due_date": _iso(told["revised_due_date"]),
                        }
                        for milestone, told in self.milestones_said().items()
                    ],
                    "updated_at": clock.now(),
                    "submitted_at": None,
                },
            )
        # What a report must say may still be missing, or contradict itself: a draft may.
        self._errors = ErrorDict({name: self.errors[name] for name in refused})
        return not refused

    def said_so_far(self) -> dict[str, Any]:
        """What a draft keeps: all that is typed and can be read."""
        return {name: self.typed[name] for name in CONTENT if self.typed.get(name) is not None}

    def submit(self) -> bool:
        """Send the draft for validation. False, with the error on the form, as for `record`.

        It is rehearsed as a report first: who validates should meet no rule that its author can
        still mend.
        """
        with transaction.atomic():
            recorded = self.record()
            transaction.set_rollback(True)
        if recorded is None or not self.save_draft():
            return False
        self.own_draft().update(submitted_at=clock.now(), returned_by=None, word="")
        return True


def draft_said(draft: ProgressReportDraft) -> dict[str, Any]:
    """The fields of a form as `draft` left them."""
    said = {name: getattr(draft, name) for name in CONTENT}
    for told in draft.milestones:
        said[f"etape_{told['milestone']}_atteinte"] = told["reached"]
        said[f"etape_{told['milestone']}_echeance"] = told["revised_due_date"]
    return {**said, "submission": draft.submission}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
