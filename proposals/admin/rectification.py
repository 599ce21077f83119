"""Putting right what was voted: the only way, and it is kept and shown."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from proposals.admin.base import CoordinatedFacts, key
from proposals.models import Action, Proposal, Rectification
from proposals.models.action import FROZEN
from sress.admin import column

LABELS = [(name, str(Action._meta.get_field(name).verbose_name)) for name in FROZEN]  # type: ignore[union-attr]


class RectificationForm(forms.ModelForm):
    """The new value is typed as text, and read by the field that it is for."""

    field = forms.ChoiceField(label="Champ à rectifier", choices=[("", "—"), *LABELS])
    new_value = forms.CharField(
        label="Nouvelle valeur",
        required=False,
        max_length=250,
        help_text="Une date : 30/06/2019. Un poids : 1,5. Une proposition : son numéro. Vide : le "
        "début ou l'échéance n'est plus donné.",
    )

    class Meta:
        model = Rectification
        fields = ("action", "field", "new_value", "motive")
        help_texts = {"motive": "Publié avec la rectification, par exemple « Erreur de saisie »."}

    def clean_action(self) -> Action:
        action: Action = self.cleaned_data["action"]
        if not action.was_published:
            raise ValidationError(
                "Cette action n'a jamais été publiée : modifiez directement sa fiche."
            )
        return action

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        action, name = cleaned.get("action"), cleaned.get("field")
        if action and name and "new_value" in cleaned:
            try:
                self.value = self._read(action, name, cleaned["new_value"])
            except ValidationError as error:
                self.add_error("new_value", error)
            else:
                if self.value == getattr(action, name):
                    self.add_error("new_value", "C'est déjà la valeur enregistrée.")
        return cleaned

    def _read(self, action: Action, name: str, text: str) -> Any:
        """The Python value of `text` for the field `name`. Raises ValidationError."""
        if name == "proposal":
            number = key(text.strip()) or 0
            found = Proposal.objects.filter(strategy=action.strategy_id, number=min(number, 32767))
            if not found:
                raise ValidationError("Aucune proposition de la stratégie ne porte ce numéro.")
            return found[0]
        column: Any = Action._meta.get_field(name)
        # An action always exists from some day: its default is for new actions.
        required = not column.null
        options: dict[str, Any] = {} if name == "code" else {"localize": True}
        reader: Any = column.formfield(required=required, **options)
        value = reader.clean(text)
        column.run_validators(value)
        return value


class FieldFilter(admin.SimpleListFilter):
    """By field, under the names that readers know."""

    title = "champ"
    parameter_name = "champ"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return LABELS

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(field=self.value()) if self.value() else queryset


@admin.register(Rectification)
class RectificationAdmin(CoordinatedFacts):
    """Applied by administrators; never changed afterwards."""

    closed = ("change", "delete")
    strategy_path = "action__strategy"
    list_display = (
        column("action", "action"),
        column("recorded_at", "enregistrée le"),
        "label",
        "change",
        "motive",
        column("author", "auteur"),
    )
    list_filter = (FieldFilter, "action__strategy")
    list_select_related = ("action", "author")
    search_fields = ("^action__code", "action__title__unaccent__icontains", "old_value", "motive")
    search_help_text = "Code ou titre de l'action, ancienne valeur, motif."
    date_hierarchy = "recorded_at"
    ordering = ("-recorded_at", "-pk")
    autocomplete_fields = ("action",)
    not_added_here = ("action",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = RectificationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            fields = ("action", "field", "new_value", "motive")
            return ((None, {"fields": fields, "description": _about(request)}),)
        shown = ("action", "label", "change", "motive", "author", "recorded_at")
        description = "Une rectification ne se modifie pas : faites-en une autre."
        return ((None, {"fields": shown, "description": description}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("label", "change") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        applied = Rectification.objects.apply(
            obj.action,
            obj.field,
            form.value,
            author=request.user,  # type: ignore[arg-type]
            motive=obj.motive,
        )
        obj.pk = applied.pk
        obj.refresh_from_db()

    @admin.display(description="champ", ordering="field")
    def label(self, obj: Rectification) -> str:
        return obj.label

    @admin.display(description="changement")
    def change(self, obj: Rectification) -> str:
        return obj.change


def _about(request: HttpRequest) -> SafeString | str:
    """What the action says now, so that one sees what is to be put right."""
    rule = (
        "Pour corriger une erreur dans ce qui a été voté. L'ancienne valeur, le motif et la date "
        "restent visibles du public ; une rectification ne s'efface pas."
    )
    pk = key(request.GET.get("action")) or 0
    action = Action.objects.select_related("proposal", "strategy").filter(pk=pk).first()
    if action is None:
        return f"{rule} Le plus simple : ouvrez la fiche de l'action, puis « Rectifier »."
    values = format_html_join(
        "",
        "<br>{} : <strong>{}</strong>",
        [(label, _shown(getattr(action, name))) for name, label in LABELS],
    )
    return format_html(
        "{}<br><br>Aujourd'hui, l'action {} ({}) dit :{}", rule, action, action.strategy, values
    )


def _shown(value: Any) -> str:
    return "—" if value is None else str(formats.localize(value))
