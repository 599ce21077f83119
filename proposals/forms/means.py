"""Movements of money on an action: added several at once, or taken back with a motive.

A form sent twice is recorded once: each row has an identity of its own, made from that of the form.
"""

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db import IntegrityError, connection, transaction

from proposals import money
from proposals.forms.fields import DateInput, EurosField
from proposals.models import Act, Action, Authorisation, Grant, Movement
from sress import clock, refusals
from sress.money import ZERO
from sress.templatetags.french import euros

# Rows that are offered: an affectation, its engagement and its mandats, most often.
ROWS = 4
OF_ACTION = [kind for kind in Movement.Kind if kind not in Movement.OF_AUTHORISATION]


class AuthorisationField(forms.ModelChoiceField):
    """Authorisations, each with what it still has to give."""

    def label_from_instance(self, obj: Any) -> str:
        left = euros(obj.voted - obj.affected)
        return f"{obj.reference}, {obj.programme} ({obj.nature} {obj.vintage}) : {left} à affecter"


class ActField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.reference or obj.title} ({obj.date:%d/%m/%Y})"


class GrantField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.shown_beneficiary} : {euros(obj.received)}, {obj.signed_on:%d/%m/%Y}"


class Recording(forms.Form):
    """What both forms share: movements written together, or refused in the database's words."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def _written(self, movements: Sequence[Movement]) -> bool:
        """Write them all, or say why not. What this very form wrote already is not an error."""
        try:
            with transaction.atomic():
                Movement.objects.record(movements)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError as error:
            if self._stands(movements):
                return True
            self.add_error(None, refusals.message(error))
            return False
        return True

    @staticmethod
    def _stands(movements: Sequence[Movement]) -> bool:
        """Whether these are in the ledger, as they are said here."""
        names = ("submission", "authorisation_id", "action_id", "kind", "date", "amount")
        found = Movement.objects.filter(submission__in=[one.submission for one in movements])
        said = {tuple(getattr(one, name) for name in names) for one in movements}
        return set(found.values_list(*names)) == said


class MovementRow(forms.ModelForm):
    """One movement. An empty row is none."""

    kind = forms.ChoiceField(
        label="Mouvement",
        choices=[("", "—"), *((kind.value, kind.label) for kind in OF_ACTION)],
    )
    amount = EurosField(label="Montant")
    exercise = forms.IntegerField(label="Exercice", required=False)

    class Meta:
        model = Movement
        fields = ("kind", "date", "amount", "reference", "label", "exercise")
        widgets = {"date": DateInput()}

    def __init__(self, data: Any, *, prefix: str, action: Action) -> None:
        super().__init__(data, prefix=prefix, empty_permitted=True, use_required_attribute=False)
        self.instance.action = action
        self.fields["exercise"].widget.attrs |= {"placeholder": "celui de la date"}
        self.fields["date"].widget.attrs["max"] = clock.today().isoformat()

    @property
    def is_wrong(self) -> bool:
        return self.is_bound and bool(self.errors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("date") and not cleaned.get("exercise"):
            cleaned["exercise"] = cleaned["date"].year
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """The rules of a movement also speak of its action and of the day it is recorded."""
        return super()._get_validation_exclusions() - {  # type: ignore[misc]
            "action",
            "recorded_at",
            "exercise",
        }


class MovementsForm(Recording):
    """Movements of one authorisation on an action, under one act."""

    authorisation = AuthorisationField(
        Authorisation.objects.none(), label="Autorisation", empty_label="Choisir une autorisation"
    )
    act = ActField(Act.objects.none(), label="Acte", required=False, empty_label="Aucun")
    grant = GrantField(
        Grant.objects.none(), label="Subvention versée", required=False, empty_label="Aucune"
    )

    def __init__(self, data: Any = None, *, action: Action, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        strategy = action.strategy
        authorisations = money.with_sums(strategy.authorisations.select_related("programme"))
        self.authorisations = self._offer("authorisation", authorisations)
        self._offer("act", strategy.acts.order_by("-date", "pk"))
        self.grants = self._offer("grant", action.grants.order_by("-signed_on", "pk"))
        self.rows = [
            MovementRow(data, prefix=f"ligne{rank}", action=action) for rank in range(1, ROWS + 1)
        ]

    def _offer(self, name: str, rows: Any) -> list[Any]:
        """Let a field offer these rows, fetched once."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset, offered = rows, list(rows)
        named = [(row.pk, field.label_from_instance(row)) for row in offered]
        field.choices = [("", field.empty_label), *named]
        return offered

    @property
    def filled(self) -> list[MovementRow]:
        return [row for row in self.rows if row.has_changed()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.filled:
            self.add_error(
                None, "Remplissez au moins une ligne : un mouvement, sa date, son montant."
            )
        wrong = [row for row in self.filled if not row.is_valid()]
        for row in wrong:
            rank = self.rows.index(row) + 1
            self.add_error(None, f"La ligne {rank} est à reprendre.")
        return cleaned

    def record(self) -> bool:
        """Write the movements; the form says why when they are refused."""
        said = self.cleaned_data
        movements = []
        for rank, row in enumerate(self.rows):
            if row in self.filled:
                movement = row.instance
                movement.authorisation = said["authorisation"]
                movement.act, movement.grant = said["act"], said["grant"]
                movement.submission = uuid.uuid5(said["submission"], str(rank))
                movements.append(movement)
        return self._written(movements)


class CorrectionForm(Recording):
    """The movement that takes another one back, whole or in part, with its motive."""

    amount = EurosField(label="Montant repris")
    date = forms.DateField(label="Date", widget=DateInput())
    motive = forms.CharField(
        label="Motif",
        max_length=250,
        help_text="Public : aucun nom de personne.",
        error_messages={"required": "Dites pourquoi."},
    )

    def __init__(self, data: Any, *, movement: Movement, left: Decimal) -> None:
        super().__init__(data, initial={"amount": left, "date": clock.today()})
        self.movement = movement
        self.fields["date"].widget.attrs |= {
            "min": movement.date.isoformat(),
            "max": clock.today().isoformat(),
        }

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if amount <= ZERO:
            raise forms.ValidationError("Un montant repris est supérieur à zéro.")
        return amount

    def record(self) -> bool:
        """Write the correction; the form says why when it is refused."""
        said, corrected = self.cleaned_data, self.movement
        correction = Movement(
            authorisation_id=corrected.authorisation_id,
            action_id=corrected.action_id,
            grant_id=corrected.grant_id,
            kind=Movement.CORRECTIONS[corrected.kind],
            corrects=corrected,
            amount=said["amount"],
            date=said["date"],
            exercise=said["date"].year,
            label=corrected.label,
            motive=said["motive"],
            submission=said["submission"],
        )
        return self._written([correction])
