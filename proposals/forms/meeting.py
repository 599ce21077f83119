"""Which committee meets, when and where."""

import uuid
from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from proposals.forms.fields import DateInput
from proposals.forms.together import Together
from proposals.models import Meeting
from sress import refusals


class EventField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.date:%d/%m/%Y})"


class MeetingForm(Together):
    """Which committee meets, when and where."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    event = EventField(
        None,
        label="Événement public",
        required=False,
        empty_label="Aucun",
        help_text="Sa trace dans les repères publics de la stratégie, s'il y en a une.",
    )

    class Meta:
        model = Meeting
        fields = (
            *("kind", "date", "time", "place", "title", "participants"),
            *("visibility", "event", "cancelled"),
        )
        widgets = {
            "date": DateInput(),
            "time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "participants": forms.Textarea(attrs={"rows": 4}),
        }
        labels = {"cancelled": "La réunion est annulée"}

    def __init__(self, data: Any, *, instance: Meeting) -> None:
        super().__init__(data, instance=instance)
        events = self.fields["event"]
        assert isinstance(events, forms.ModelChoiceField)
        events.queryset = instance.strategy.events.filter(date_is_month=False).order_by(
            "-date", "pk"
        )
        self.fields["submission"].show_hidden_initial = False
        if instance.pk is None:
            del self.fields["cancelled"]

    def _get_validation_exclusions(self) -> set[str]:
        """Its rules also speak of its strategy."""
        return super()._get_validation_exclusions() - {"strategy", "validated_at", "cancelled"}  # type: ignore[misc]

    def twin(self) -> Meeting | None:
        """What this very form wrote already, when it is sent again."""
        sent = self["submission"].data if self.is_bound and self.instance.pk is None else ""
        try:
            return Meeting.objects.filter(submission=uuid.UUID(sent or "")).first()
        except ValueError:
            return None

    def keep(self) -> Meeting | None:
        """The meeting; None when refused, which the form then says. Sent twice, it is one."""
        if self.instance.pk is None:
            self.instance.submission = self.cleaned_data["submission"]
        try:
            with transaction.atomic():
                return self.written()  # type: ignore[return-value]
        except IntegrityError as error:
            found = self.twin()
            if found is None:
                self.add_error(None, refusals.message(error))
            return found


def lock(meeting: Meeting) -> Meeting:
    """The meeting as it is now; others who write on it wait until this transaction ends."""
    return (
        Meeting.objects.select_for_update(no_key=True, of=("self",))
        .select_related("strategy__region", "strategy__service")
        .get(pk=meeting.pk)
    )
