"""Answers to a reminder."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format

from actors.models import User
from proposals.forms.fields import DateInput
from proposals.reminders import replies
from sress import clock
from sress.templatetags.french import day as french_day

OTHER = "autre"


class PutOffForm(forms.Form):
    """Until when; `until` is then the day of the mail that reminds again."""

    when = forms.ChoiceField(
        label="Me relancer",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez quand."},
    )
    day = forms.DateField(label="Pas avant le", required=False, widget=DateInput())

    def __init__(self, data: Any = None, *, action: Any, person: User) -> None:
        self.person, self.offered = person, replies.put_off_dates(action, person)
        self.first, self.last = clock.today() + timedelta(days=1), replies.furthest(action)
        super().__init__(data, initial={"when": next(iter(self.offered), OTHER)})
        when, day = self.fields["when"], self.fields["day"]
        assert isinstance(when, forms.ChoiceField)
        when.choices = [
            *((said, f"{said}, le {weekday(until)}") for said, until in self.offered.items()),
            (OTHER, "Un autre jour"),
        ]
        day.help_text = f"Au plus tard le {french_day(self.last)}."
        day.widget.attrs |= {"min": self.first.isoformat(), "max": self.last.isoformat()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        when, day = cleaned.get("when"), cleaned.get("day")
        if when in self.offered:
            cleaned["until"] = self.offered[when]
        elif when == OTHER and "day" not in self.errors:
            if day is None:
                self.add_error("day", "Donnez le jour.")
            elif not self.first <= day <= self.last:
                span = f"entre demain et le {french_day(self.last)}"
                self.add_error("day", f"Choisissez un jour {span}.")
            else:
                cleaned["until"] = replies.comes_back(day, self.person)
        return cleaned


class DisownForm(forms.Form):
    """A word to the coordination."""

    word = forms.CharField(
        label="Un mot pour la coordination",
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def weekday(day: date) -> str:
    """« lundi 2 décembre 2019 »."""
    return f"{date_format(day, 'l')} {french_day(day)}"
