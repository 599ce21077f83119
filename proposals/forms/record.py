"""The record of a meeting: what it decided, and what became of what was decided before."""

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from actors.models import User
from proposals.forms.fields import DateInput
from proposals.forms.together import Together
from proposals.models import Action, Decision, DecisionAction, DecisionFollowUp, Meeting
from sress import clock, refusals
from sress.templatetags.french import NBSP

State = DecisionFollowUp.State


class DecisionForm(Together):
    """A decision, with the codes of the actions that it is about."""

    codes = forms.CharField(
        label="Actions",
        required=False,
        help_text="Leurs codes, par exemple « 12.3, 14.1 ».",
    )

    class Meta:
        model = Decision
        fields = ("text", "owner", "carried_by", "due_on", "visibility")
        widgets = {"text": forms.Textarea(attrs={"rows": 2}), "due_on": DateInput()}
        labels = {"owner": "Qui s'en charge"}
        help_texts = {"owner": "Reçoit les relances ; jamais nommé·e en public."}

    def __init__(self, data: Any, *, meeting: Meeting, people: list[Any], **kwargs: Any) -> None:
        instance = kwargs.pop("instance", None) or Decision(meeting=meeting)
        self.meeting = meeting
        self.linked = (
            [link.action for link in instance.links.all()] if instance.pk is not None else []
        )
        codes = ", ".join(action.code for action in self.linked)
        initial = {"codes": codes, **kwargs.pop("initial", {})}
        super().__init__(data, instance=instance, initial=initial, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = User.objects.filter(is_active=True)
        owner.choices = [("", "Personne de la Région"), *people]

    def clean_codes(self) -> list[Action]:
        asked = dict.fromkeys(re.split(r"[\s,;]+", self.cleaned_data["codes"].strip()))
        codes = [code for code in asked if code]
        found = {
            one.code: one for one in self.meeting.strategy.actions.filter(code__in=codes or [""])
        }
        if unknown := [code for code in codes if code not in found]:
            raise ValidationError(
                "Aucune action de la stratégie ne porte le code %(codes)s.",
                params={"codes": ", ".join(unknown)},
            )
        return [found[code] for code in codes]

    def clean_due_on(self) -> Any:
        due = self.cleaned_data["due_on"]
        if due and due < self.meeting.date:
            raise ValidationError("L'échéance d'une décision ne précède pas la réunion.")
        return due

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("owner") and not cleaned.get("carried_by"):
            cleaned["carried_by"] = cleaned["owner"].public_name
        return cleaned

    def _now(self, name: str) -> Any:
        return self.linked if name == "codes" else super()._now(name)

    def _in_words(self, name: str) -> str:
        if name == "codes":
            return ", ".join(action.code for action in self.linked)
        return super()._in_words(name)

    def save(self, commit: bool = True) -> Any:
        decision = super().save(commit)
        actions = self.cleaned_data["codes"]
        decision.links.exclude(action__in=actions).delete()
        known = {action.pk for action in self.linked}
        DecisionAction.objects.bulk_create(
            DecisionAction(decision=decision, action=one) for one in actions if one.pk not in known
        )
        return decision


class FollowUpForm(forms.ModelForm):
    """What became of a decision. `seen` is how many follow-ups its author had read."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    state = forms.ChoiceField(label="Suite donnée")

    class Meta:
        model = DecisionFollowUp
        fields = ("state", "day", "due_on", "note")
        widgets = {"day": DateInput(), "due_on": DateInput()}
        labels = {"day": "Date"}

    def __init__(self, data: Any, *, decision: Any, author: User, **kwargs: Any) -> None:
        self.decision = decision
        initial = {"seen": decision.told, "day": clock.today(), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, **kwargs)
        self.instance.decision, self.instance.author = decision, author
        self.instance.recorded_at = clock.now()
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        offered = [State.DONE, State.DEFERRED, State.ABANDONED]
        offered = offered if decision.is_open else [State.REOPENED]
        # One that was closed meanwhile is told of by `record`, in its words.
        field.choices = State.choices
        field.widget.choices = [("", "Choisir"), *((one.value, one.label) for one in offered)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, due, met = cleaned.get("day"), cleaned.get("due_on"), self.decision.meeting.date
        if day and day < met:
            self.add_error("day", f"La décision date du {met:%d/%m/%Y}.")
        if due and day and due < day:
            self.add_error("due_on", "La nouvelle échéance précède la date de ce report.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """The rule of its day also speaks of its recording."""
        return super()._get_validation_exclusions() - {"recorded_at"}  # type: ignore[misc]

    def record(self) -> DecisionFollowUp | None:
        """Write it once. None, with the reason on the form, when somebody wrote meanwhile, or when
        it is refused."""
        self.instance.submission = self.cleaned_data["submission"]
        try:
            with transaction.atomic():
                Decision.objects.select_for_update(no_key=True).get(pk=self.decision.pk)
                told = self.decision.follow_ups.all()
                if twin := told.filter(submission=self.instance.submission).first():
                    return twin
                if told.count() > self.cleaned_data["seen"]:
                    self._tell_of(told.order_by("-recorded_at", "-pk")[0], told.count())
                    return None
                self.instance.save()
                return self.instance
        except IntegrityError as error:
            self.add_error(None, refusals.message(error))
            return None

    def _tell_of(self, last: DecisionFollowUp, count: int) -> None:
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("seen")] = str(count)
        self.data = data
        self.add_error(
            None,
            f"Entre-temps, quelqu'un d'autre a dit{NBSP}: {str(last).lower()}. Envoyez de nouveau "
            "si ce que vous dites a toujours lieu d'être.",
        )


class SessionFollowUp(FollowUpForm):
    """The same, on the page of a meeting: left empty, nothing is said."""

    def __init__(self, data: Any, *, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(data, initial={"day": meeting.date}, **kwargs)
        self.fields["state"].required = False
        self.fields["day"].widget = forms.HiddenInput()
        self.empty_permitted, self.use_required_attribute = True, False

    @property
    def is_filled(self) -> bool:
        return bool(self["state"].value() or self["note"].value() or self["due_on"].value())


class Session:
    """All that the page of a meeting holds. Any of its buttons keeps everything typed."""

    def __init__(
        self,
        data: Any,
        *,
        meeting: Meeting,
        author: User,
        before: list[Any],
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.data, self.meeting = data, meeting
        people = [(one.pk, str(one)) for one in User.objects.regional()]
        common: dict[str, Any] = {"meeting": meeting, "people": people}
        self.follow_ups = [
            SessionFollowUp(
                data, meeting=meeting, decision=one, author=author, prefix=f"suite{one.pk}"
            )
            for one in before
        ]
        rows = meeting.decisions.select_related("owner").prefetch_related("links__action")
        self.decisions = [
            DecisionForm(
                data if data and f"decision{one.pk}-text" in data else None,
                instance=one,
                prefix=f"decision{one.pk}",
                **common,
            )
            for one in rows.order_by("number")
        ]
        self.new = DecisionForm(
            data,
            prefix="nouvelle",
            empty_permitted=True,
            use_required_attribute=False,
            initial=initial or {},
            **common,
        )
        self.submission = data.get("submission") if data else str(uuid.uuid4())

    @property
    def _sent(self) -> list[Any]:
        sent: list[Any] = [row for row in self.follow_ups if row.is_bound and row.is_filled]
        sent += [row for row in self.decisions if row.is_bound]
        return [*sent, self.new] if self.adds else sent

    @property
    def adds(self) -> bool:
        """Whether a decision is typed anew."""
        return bool(self.new.is_bound and self.new["text"].value())

    @property
    def errors(self) -> list[tuple[Any, str]]:
        """What is to be mended: the field (None: the whole row) and why."""
        return [
            (form[name] if name in form.fields else None, str(error))
            for form in (self._sent if self.data else [])
            for name, said in form.errors.items()
            for error in said
        ]

    def is_valid(self) -> bool:
        return not self.errors

    def keep(self) -> bool:
        """Write all that was typed, or nothing; whether it did."""
        try:
            with transaction.atomic():
                for row in self._sent:
                    self._write(row)
                button, _, which = str(self.data.get("faire", "")).partition(":")
                if button == "retirer" and which.isdecimal():
                    self.meeting.decisions.filter(pk=which).delete()
        except _NotWrittenError:
            return False
        except IntegrityError as error:
            self.new.add_error(None, refusals.message(error))
            return False
        return True

    def _write(self, row: Any) -> None:
        if isinstance(row, FollowUpForm):
            if row.record() is None:
                raise _NotWrittenError
        elif row is self.new:
            self._add(row)
        else:
            row.written()

    def _add(self, row: DecisionForm) -> None:
        """Once for each form: a second click adds nothing."""
        submission = uuid.uuid5(uuid.NAMESPACE_OID, str(self.submission))
        if Decision.objects.filter(submission=submission).exists():
            return
        last = self.meeting.decisions.aggregate(number=Max("number"))["number"] or 0
        row.instance.number, row.instance.submission = last + 1, submission
        row.save()


class _NotWrittenError(Exception):
    """A row says why."""
