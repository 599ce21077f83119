"""Freezing an édition."""

import uuid
from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from actors.models import User
from proposals import documents
from proposals.forms.fields import DateInput
from proposals.models import Edition, Strategy
from sress import clock, refusals


class EventField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.date:%d/%m/%Y})"


class EditionForm(forms.ModelForm):
    """The title of an édition and its day; its number and its instant are not typed."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    event = EventField(None, label="Présentée à", required=False, empty_label="Aucun événement")

    class Meta:
        model = Edition
        fields = ("title", "day", "event")
        widgets = {"day": DateInput()}
        help_texts = {"title": "Par exemple : « Comité de pilotage de novembre 2019 »."}

    def __init__(self, data: Any, *, strategy: Strategy, author: User) -> None:
        super().__init__(data, initial={"day": clock.today()})
        self.instance.strategy, self.instance.author = strategy, author
        events = self.fields["event"]
        assert isinstance(events, forms.ModelChoiceField)
        events.queryset = strategy.events.filter(date_is_month=False).order_by("-date", "pk")
        earliest = strategy.adopted_on
        self.fields["day"].widget.attrs |= {
            "max": clock.today().isoformat(),
            **({"min": earliest.isoformat()} if earliest else {}),
        }

    def clean_day(self) -> Any:
        day, adopted_on = self.cleaned_data["day"], self.instance.strategy.adopted_on
        if adopted_on and day < adopted_on:
            raise forms.ValidationError("La stratégie n'était pas encore votée ce jour-là.")
        return day

    def freeze(self) -> Edition | None:
        """The édition, with its documents; None when refused, which the form then says.

        A form sent twice gives the édition of the first time.
        """
        edition = self.instance
        edition.submission = self.cleaned_data["submission"]
        try:
            with transaction.atomic():
                return Edition.objects.freeze(edition, documents.of_edition)
        except IntegrityError as error:
            frozen = Edition.objects.filter(submission=edition.submission).first()
            if frozen is None:
                self.add_error(None, refusals.message(error))
            return frozen
