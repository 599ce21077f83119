"""Forms of rows that two people may have open at once.

What its author changed is written; what they only had under their eyes is not. Where somebody else
changed the same field meanwhile, the form says what they wrote, and asks again.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class Together(forms.ModelForm):
    """Its page holds, beside each field, what its author saw in it (Django's hidden initial).

    Made from the row as it is now, under a lock that other writers wait for.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for bound in self:
            if bound.field.show_hidden_initial:
                self._reconcile(bound, cleaned)
        return cleaned

    def _reconcile(self, bound: Any, cleaned: dict[str, Any]) -> None:
        """Leave alone what was not changed here; refuse what was changed in two ways."""
        name, field = bound.name, bound.field
        if name not in self.changed_data:
            self.errors.pop(name, None)
            cleaned[name] = self._now(name)
            return
        data: Any = self.data
        current = self.get_initial_for_field(field, name)
        seen = field.hidden_widget().value_from_datadict(data, {}, bound.html_initial_name)
        sent = field.widget.value_from_datadict(data, {}, bound.html_name)
        if field.has_changed(current, seen) and field.has_changed(current, sent):
            self._show_next_time(bound, current)
            theirs = self._in_words(name) or "rien"
            message = "Entre-temps, quelqu'un d'autre a écrit : «\u00a0%(theirs)s\u00a0». "
            message += "Enregistrez de nouveau pour garder ce que vous avez écrit."
            self.add_error(name, ValidationError(message, params={"theirs": theirs}))

    def _now(self, name: str) -> Any:
        """What the row says now."""
        if name in {field.name for field in self._meta.model._meta.fields}:
            return getattr(self.instance, name)
        return self.initial.get(name)

    def _in_words(self, name: str) -> str:
        display = getattr(self.instance, f"get_{name}_display", None)
        value = display() if display else self._now(name)
        return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value or "")

    def _show_next_time(self, bound: Any, current: Any) -> None:
        """Sent again, the form knows what the other wrote."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        shown = bound.field.prepare_value(current)
        data[bound.html_initial_name] = "" if shown is None else str(shown)
        self.data = data

    def written(self) -> models.Model:
        """Save what was changed."""
        if self.changed_data:
            return self.save()
        return self.instance
