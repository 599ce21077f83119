"""« J-30, J-7, J+7 »: thresholds as people write them."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from proposals.reminders import wording

_ONE = re.compile(r"^[jJ]?\s*(?P<sign>[-−–+]?)\s*(?P<days>\d{1,4})?$")


class ThresholdsField(forms.CharField):
    """Days before or after a date, in any order; said again sorted, each once."""

    def prepare_value(self, value: Any) -> Any:
        return said(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return read(value or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != sorted(initial or ()))
        except ValidationError:
            return True


def said(thresholds: Iterable[int]) -> str:
    """« J-30, J-7, J+7 »."""
    return ", ".join(wording.threshold(one) for one in sorted(thresholds))


def read(text: str) -> list[int]:
    """The days of « J-30; +7 ». Raises ValidationError, which names what cannot be read."""
    found = set()
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        one = _ONE.match(part.strip())
        if one is None or not (one["days"] or part.strip() in ("j", "J")):
            typed = part.strip()[:20]
            raise ValidationError(f"« {typed} » n'est pas un seuil : écrivez J-7, J ou J+7.")
        days = int(one["days"] or 0)
        found.add(days if one["sign"] in ("", "+") else -days)
    return sorted(found)
