"""Handing actions over, and saying when one is away."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from actors.models import Absence, User
from proposals.forms.fields import DateInput
from proposals.models import Action, Handover
from sress import clock


class ActionsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code} {obj.title}"


class HandoverForm(forms.Form):
    """Which actions go to which colleague."""

    actions = ActionsField(
        Action.objects.none(),
        label="Actions à confier",
        error_messages={"required": "Cochez au moins une action."},
    )
    to = forms.ModelChoiceField(
        User.objects.none(), label="À qui", empty_label="Choisir une personne"
    )
    word = forms.CharField(
        label="Un mot pour la suite",
        required=False,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lu par la personne sur son suivi : où en est le dossier, qui appeler.",
    )

    def __init__(self, *args: Any, giver: User, actions: QuerySet[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver = giver
        for name, rows in (("actions", actions), ("to", User.objects.regional())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def hand_over(self) -> int:
        """Give the actions; how many changed hands."""
        said = self.cleaned_data
        return Handover.objects.hand_over(
            said["actions"], by=self.giver, to=said["to"], word=said["word"]
        )


class AbsenceForm(forms.ModelForm):
    """When I am away, and who stands in."""

    class Meta:
        model = Absence
        fields = ("starts_on", "ends_on", "deputy")
        widgets = {"starts_on": DateInput(), "ends_on": DateInput()}
        labels = {"deputy": "Qui vous supplée"}

    def __init__(self, *args: Any, absent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.user = absent
        colleagues = User.objects.regional().exclude(pk=absent.pk)
        field = self.fields["deputy"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, field.empty_label = colleagues, "Choisir une personne"
        self.fields["starts_on"].widget.attrs["min"] = clock.today().isoformat()

    def clean_ends_on(self) -> Any:
        day = self.cleaned_data["ends_on"]
        if day < clock.today():
            raise ValidationError("Cette absence est déjà finie.")
        return day

    def _get_validation_exclusions(self) -> set[str]:
        """The rules of an absence also speak of who is away."""
        return super()._get_validation_exclusions() - {"user"}  # type: ignore[misc]
