"""A value of an indicator: added, corrected or taken back, with a motive."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from actors.models import User
from proposals.forms.fields import DateInput
from proposals.models import Indicator, IndicatorValue
from proposals.results import Dated
from sress import clock, refusals
from sress.spreadsheets import values

# The button that takes a value back.
WITHDRAWS = "retirer"
FIELD_OF_RULE = {
    "indicator_value_replaced_with_motive": "motive",
    "indicator_value_withdrawn_with_motive": "motive",
    "indicator_value_withdraws_something": "measured_on",
    "indicator_value_measured_before_told": "measured_on",
    "indicator_value_date_plausible": "measured_on",
}


class FigureField(forms.DecimalField):
    """A figure as people write it, « 1 234,5 » too: the reader is that of spreadsheets."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=16, decimal_places=4, localize=True, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal"}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return values.decimal(value, lambda guess: None)
        except values.Unreadable as error:
            raise ValidationError(f"{error}.") from None


class ValueForm(forms.Form):
    """Sent twice, it is recorded once."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    measured_on = forms.DateField(label="Valeur au", widget=DateInput())
    value = FigureField(label="Valeur")
    note = forms.CharField(label="Précisions", max_length=250, required=False)
    motive = forms.CharField(
        label="Motif",
        max_length=250,
        required=False,
        help_text="Obligatoire pour remplacer ou retirer une valeur déjà enregistrée.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        indicator: Indicator,
        author: User,
        correcting: Dated | None = None,
        **kwargs: Any,
    ) -> None:
        if correcting:
            kwargs["initial"] = {
                "measured_on": correcting.day,
                "value": Decimal(f"{correcting.value.normalize():f}"),
            }
        super().__init__(data, **kwargs)
        self.indicator, self.author = indicator, author
        self.withdraws = bool(data) and WITHDRAWS in data
        self.fields["value"].required = not self.withdraws
        self.fields["value"].label = f"Valeur ({indicator.unit})"
        self.fields["measured_on"].widget.attrs["max"] = clock.today().isoformat()

    def clean_measured_on(self) -> Any:
        day = self.cleaned_data["measured_on"]
        if day > clock.today():
            raise ValidationError("Une valeur est d'un jour passé : aujourd'hui au plus tard.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.withdraws and not cleaned.get("motive"):
            self.add_error("motive", "Dites pourquoi vous la retirez.")
        return cleaned

    def record(self) -> bool:
        """Write the value; the form says why when it is refused."""
        said = self.cleaned_data
        line = IndicatorValue(
            indicator=self.indicator,
            measured_on=said["measured_on"],
            value=None if self.withdraws else said["value"],
            reported_on=clock.today(),
            motive=said["motive"],
            note=said["note"],
            author=self.author,
            submission=said["submission"],
        )
        try:
            with transaction.atomic():
                line.save(force_insert=True)
        except IntegrityError as error:
            if self._stands(line):
                return True
            self.add_error(FIELD_OF_RULE.get(refusals.rule(error)), refusals.message(error))
            return False
        return True

    @staticmethod
    def _stands(line: IndicatorValue) -> bool:
        """Whether this very form wrote the same already."""
        return IndicatorValue.objects.filter(
            submission=line.submission,
            indicator=line.indicator,
            measured_on=line.measured_on,
            value=line.value,
        ).exists()
