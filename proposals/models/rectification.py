"""The only way to change what was voted: an administrator's rectification, kept and shown."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction

from actors.models import User
from proposals.models.action import FROZEN, Action
from proposals.models.strategy import Proposal
from sress import clock
from sress.audit.tracking import tracked
from sress.templatetags.french import day


class RectificationManager(models.Manager["Rectification"]):
    @transaction.atomic
    def apply(
        self, action: Action, field: str, value: Any, *, author: User, motive: str
    ) -> "Rectification":
        """Change a frozen field of a published action; keep the old value, motive and author.

        `value` is the field's Python value (a Proposal for `proposal`). Raises IntegrityError when
        the new value breaks a rule of the action.
        """
        action = Action.objects.select_for_update().get(pk=action.pk)
        old_value = _as_text(action, field)
        setattr(action, field, value)
        rectification = self.create(
            action=action,
            field=field,
            old_value=old_value,
            new_value=_as_text(action, field),
            author=author,
            motive=motive,
            recorded_at=clock.now(),
        )
        action.save(update_fields=[field])
        return rectification


@tracked(under=("action",))
class Rectification(models.Model):
    """A voted fact of an action was wrong and was put right. Append-only."""

    action = models.ForeignKey(
        Action, models.PROTECT, related_name="rectifications", verbose_name="action"
    )
    field = models.CharField("champ", max_length=20, choices=[(name, name) for name in FROZEN])
    old_value = models.CharField("ancienne valeur", max_length=250)
    new_value = models.CharField("nouvelle valeur", max_length=250)
    motive = models.CharField("motif", max_length=250)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="rectifications",
        verbose_name="auteur",
    )
    recorded_at = models.DateTimeField("enregistrée le")

    objects = RectificationManager()

    class Meta:
        verbose_name = "rectification"
        ordering = ["-recorded_at", "-pk"]
        indexes = [
            models.Index(fields=["action", "field", "recorded_at"], name="rectification_lookup")
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(motive=""),
                name="rectification_has_motive",
                violation_error_message="Une rectification donne son motif.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.action.code} : {self.label}"

    @property
    def change(self) -> str:
        """« 30 septembre 2019, au lieu de 30 juin 2019 »; an empty value is « — »."""
        return f"{self.readable(self.new_value)}, au lieu de {self.readable(self.old_value)}"

    def readable(self, value: str) -> str:
        """A stored value as French readers write it."""
        column = Action._meta.get_field(self.field)
        if not value:
            return "—"
        if isinstance(column, models.DateField):
            return day(date.fromisoformat(value))
        if isinstance(column, models.DecimalField):
            return f"{Decimal(value).normalize():f}".replace(".", ",")
        if self.field == "proposal":
            found = Proposal.objects.filter(pk=value).first()
            return str(found.number) if found else value
        return value

    @property
    def label(self) -> str:
        """The field as readers know it: « échéance initiale »."""
        return str(Action._meta.get_field(self.field).verbose_name)  # type: ignore[union-attr]


def _as_text(action: Action, field: str) -> str:
    """The value as the database writes it, which a trigger compares with the change."""
    column = Action._meta.get_field(field)
    if isinstance(column, models.DecimalField):
        return f"{Decimal(getattr(action, field)):.{column.decimal_places}f}"
    return column.value_to_string(action)  # type: ignore[union-attr]
