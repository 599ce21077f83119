"""Fields that several forms share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from proposals.models.attachment import MOST_PER_REPORT
from sress import uploads


class DateInput(forms.DateInput):
    """The browser's own date picker, which speaks ISO."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


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
