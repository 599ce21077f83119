"""Handing actions over, and saying when one is away."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from actors.models import Absence, User
from proposals.forms.fields import DateInput
from proposals.models import Action, Handover
from sress import clock


class ActionsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        held = f" ({obj.referent})" if obj.referent else " (sans référent·e)"
        return f"{obj.code} {obj.title}{held}"


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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        # A reversed period is told by the model.
        if first and last and first <= last < clock.today():
            self.add_error("ends_on", "Cette absence est déjà finie.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """The rules of an absence also speak of who is away."""
        return super()._get_validation_exclusions() - {"user"}  # type: ignore[misc]
