"""Answers to a reminder."""

from datetime import date

from django import forms

from proposals.reminders.replies import put_off_dates
from sress.templatetags.french import day as french_day


class PutOffForm(forms.Form):
    """Until when."""

    until = forms.TypedChoiceField(
        label="Me le rappeler", coerce=date.fromisoformat, widget=forms.RadioSelect
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        dates = put_off_dates()
        field = self.fields["until"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (day.isoformat(), f"{said}, le {french_day(day)}") for day, said in dates.items()
        ]
        field.initial = next(iter(dates)).isoformat()


class DisownForm(forms.Form):
    """A word to the coordination."""

    word = forms.CharField(
        label="Un mot pour la coordination",
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
