"""Fields that several forms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from proposals.models.attachment import MOST_PER_REPORT
from sress import uploads
from sress.spreadsheets import values


class DateInput(forms.DateInput):
    """The browser's own date picker, which speaks ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class EurosField(forms.DecimalField):
    """An amount as people write it, « 1 234,50 € » too: the reader is that of spreadsheets."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, localize=True, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal"}

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return values.euros(value, lambda guess: None)
        except values.Unreadable as error:
            raise ValidationError(f"{error}.") from None


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else []


class FilesField(forms.FileField):
    """Files of known kinds: gives (name, type, bytes) for each, and says all that is wrong.

    The good ones are also in `accepted` when others are refused, so that nobody sends them again.
    """

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"accept": uploads.ACCEPT, "multiple": True}
        self.accepted: list[tuple[str, str, bytes]] = []

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent: list[UploadedFile] = [one for one in data or () if one]
        wrong = []
        if len(sent) > MOST_PER_REPORT:
            raise ValidationError(
                f"Joignez {MOST_PER_REPORT} fichiers au plus : aucun de ceux-ci n'est gardé."
            )
        for one in sent:
            try:
                self.accepted.append(uploads.checked(one))
            except ValidationError as error:
                wrong.append(error)
        if wrong:
            raise ValidationError(wrong)
        return self.accepted
