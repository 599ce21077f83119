"""The progress form: a report, or the draft that it is first."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from actors.models import User
from proposals.forms.fields import DateInput, FilesField
from proposals.forms.state import StateForm, draft_said
from proposals.models import Action, Attachment, Milestone, ProgressReport, ProgressReportDraft
from proposals.models.attachment import MOST_PER_REPORT
from sress import clock, refusals


class ReportForm(StateForm):
    """Everything that a report can say of an action and its milestones, with attachments."""

    pieces = FilesField(
        label="Pièces jointes",
        help_text="PDF, document, tableur, présentation, image ou texte ; 10 Mo chacune, cinq au "
        "plus.",
    )
    removed = forms.ModelMultipleChoiceField(Attachment.objects.none(), required=False)
    inherit = forms.ModelMultipleChoiceField(Attachment.objects.none(), required=False)

    def __init__(
        self,
        *args: Any,
        action: Action,
        author: User,
        milestones: Iterable[Milestone] = (),
        correcting: ProgressReport | None = None,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        # Asked for by `draft`, before Django's own work starts.
        self.action, self.author, self.correcting = action, author, correcting
        said = draft_said(self.draft) if self.draft else initial or {}
        super().__init__(
            *args,
            action=action,
            author=author,
            correcting=correcting,
            initial={"seen": action.reports.count(), **said},
            **kwargs,
        )
        self.milestones = list(milestones)
        self.fields["reported_on"].widget.attrs["max"] = clock.today().isoformat()
        self.fields["reported_on"].widget.attrs["min"] = action.exists_from.isoformat()
        for milestone in self.milestones:
            self.fields[f"etape_{milestone.pk}_atteinte"] = forms.BooleanField(
                label=f"Étape atteinte : {milestone.title}", required=False
            )
            self.fields[f"etape_{milestone.pk}_echeance"] = forms.DateField(
                label=f"Nouvelle échéance de l'étape : {milestone.title}",
                required=False,
                widget=DateInput(),
            )
        self.joined = list(self.draft.attachments.all()) if self.draft else []
        self.inherited = list(correcting.attachments.filter(erased_at=None)) if correcting else []
        for name, offered in (("removed", self.joined), ("inherit", self.inherited)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = Attachment.objects.filter(pk__in=[one.pk for one in offered])

    @property
    def inheriting(self) -> set[int]:
        """Which attachments of the corrected report go with it: all, unless unticked."""
        if not self.is_bound:
            return {one.pk for one in self.inherited}
        return {int(pk) for pk in self.data.getlist("inherit") if pk.isdecimal()}  # type: ignore[attr-defined]

    def milestone_rows(self) -> list[tuple[Milestone, forms.BoundField, forms.BoundField]]:
        """For the template: a milestone, its box and its new date."""
        return [
            (m, self[f"etape_{m.pk}_atteinte"], self[f"etape_{m.pk}_echeance"])
            for m in self.milestones
        ]

    def milestones_said(self) -> dict[Milestone, dict[str, Any]]:
        said = {}
        for milestone in self.milestones:
            reached = self.typed.get(f"etape_{milestone.pk}_atteinte", False)
            revised = self.typed.get(f"etape_{milestone.pk}_echeance")
            if reached or revised:
                said[milestone] = {"reached": reached, "revised_due_date": revised}
        return said

    # --- Attachments: kept with the draft at once, so that an error never loses them

    @property
    def _sent(self) -> list[tuple[str, str, bytes]]:
        field = self.fields["pieces"]
        assert isinstance(field, FilesField)
        return field.accepted

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kept = len(self.joined) - len(cleaned.get("removed", ())) + len(self.inheriting)
        if kept + len(self._sent) > MOST_PER_REPORT:
            self.add_error(
                "pieces",
                f"Un point a {MOST_PER_REPORT} pièces jointes au plus : aucune de celles que vous "
                "venez de choisir n'est gardée.",
            )
            self._sent.clear()
        return cleaned

    def save_draft(self) -> bool:
        saved = super().save_draft()
        if self.draft:
            self.draft.attachments.filter(pk__in=self.typed.get("removed", ())).delete()
            self.join_to(self.draft)
        return saved

    def join_to(self, draft: ProgressReportDraft) -> None:
        """Join the files that were just sent to a draft."""
        for name, kind, data in self._sent:
            Attachment.objects.keep(draft, name, kind, data)
        self._sent.clear()
        self.joined = list(draft.attachments.all())

    def keep_files(self) -> None:
        """Keep the files that were just sent, whatever else is to be mended."""
        if self._sent:
            errors = self.errors
            self.save_draft()
            self._errors = errors

    def record(self, *, validated_by: User | None = None) -> ProgressReport | None:
        self.keep_files()
        report = super().record(validated_by=validated_by)
        if report is None:
            self.keep_files()  # under the form's next name, if this one was published already
        return report

    def says_the_same(self, report: ProgressReport) -> bool:
        """The same files too: one that is new makes another report."""
        removed = {one.pk for one in self.cleaned_data["removed"]}
        wanted = {hashlib.sha256(data).hexdigest() for _, _, data in self._sent}
        wanted |= {one.sha256 for one in self.joined if one.pk not in removed}
        there = set(report.attachments.values_list("sha256", flat=True))
        return super().says_the_same(report) and wanted <= there

    def recorded(self, report: ProgressReport) -> None:
        files = Attachment.objects.filter(draft__in=self.own_draft())
        files.filter(pk__in=self.cleaned_data["removed"]).delete()
        files.update(report=report, draft=None)
        for attachment in self.cleaned_data["inherit"]:
            attachment.copy_to(report)

    def submit(self) -> bool:
        self.keep_files()
        return super().submit()


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
                    # What the public never saw, it is not told of either.
                    public_from=report.public_from,
                    text=self.cleaned_data["text"],
                )
        except IntegrityError as error:
            self.add_error(None, refusals.message(error))
            return False
        return True
