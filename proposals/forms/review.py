"""The review grid: many actions in one table, of which only the rows that changed are recorded."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict

from actors.models import User
from proposals.forms.fields import DateInput
from proposals.forms.state import CONTENT, StateForm
from proposals.models import Action, Status
from proposals.models.progress import Visibility
from sress import clock

# Not pursuing an action takes a decision, with its reference: the whole form asks for it.
STATUSES = [(value, label) for value, label in Status.choices if value != Status.DROPPED]
STEPS = [(0, "0 %"), (25, "25 %"), (50, "50 %"), (75, "75 %"), (100, "100 %")]


class Common(forms.Form):
    """What is so for all rows."""

    reported_on = forms.DateField(label="Ces faits datent du", widget=DateInput())
    visibility = forms.ChoiceField(label="Textes et motifs", choices=Visibility.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reported_on"].widget.attrs["max"] = clock.today().isoformat()


class Row(StateForm):
    """One action. What its page showed is sent along, to tell what its author changed."""

    class Meta(StateForm.Meta):
        fields: tuple[str, ...] = (
            "status",
            "progress",
            "text",
            "difficulty_motive",
            "revised_due_date",
            "revision_motive",
        )
        widgets = {
            "status": forms.Select,
            "progress": forms.Select,
            "text": forms.Textarea(attrs={"rows": 2}),
            "revised_due_date": DateInput(),
        }
        help_texts: dict[str, str] = {}

    def __init__(self, *args: Any, same: dict[str, Any], common: Common, **kwargs: Any) -> None:
        self.same, self.common = same, common
        super().__init__(*args, **kwargs)
        if self.initial["status"] != Status.DROPPED:
            self._choose("status", STATUSES)
        self._choose("progress", STEPS)
        for name in ("status", "progress", "difficulty_motive"):
            self.fields[name].show_hidden_initial = True

    @property
    def is_wrong(self) -> bool:
        """Whether it was checked, and has something to mend."""
        return self.is_bound and bool(self._errors)

    @property
    def changed(self) -> bool:
        """Whether its author changed anything."""
        return bool(set(self.changed_data) - {"submission", "seen"})

    def content(self) -> dict[str, Any]:
        said = {name: self.same.get(name) for name in CONTENT if name in self.same}
        said |= self.common.cleaned_data
        said |= super().content()
        # What is interne does not become public by being repeated.
        repeated = said["difficulty_motive"] and not self.changed_in("difficulty_motive")
        if repeated and self.same["visibility"] == Visibility.INTERNAL:
            said["visibility"] = Visibility.INTERNAL
        if said["status"] != Status.DROPPED:
            said["decision"] = ""
        return said

    def said_so_far(self) -> dict[str, Any]:
        return self.content()

    def changed_in(self, name: str) -> bool:
        """Whether its author changed this field."""
        return name in self.changed_data


class ReviewForm:
    """The grid. All changed rows are recorded together, or none."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        actions: Iterable[Any],
        same: dict[int, dict[str, Any]],
        author: User,
    ) -> None:
        self.is_bound = data is not None
        today = {"reported_on": clock.today(), "visibility": Visibility.PUBLIC}
        self.common = Common(data, initial=today)
        self.rows = [
            Row(
                data,
                prefix=f"a{action.pk}",
                action=action,
                author=author,
                same=same[action.pk],
                common=self.common,
                initial={**same[action.pk], "seen": action.reports_count},
            )
            for action in actions
        ]

    @property
    def errors(self) -> int:
        """How many rows are to be mended, the common part counted as one."""
        if not self.is_bound:
            return 0
        return bool(self.common.errors) + sum(row.is_wrong for row in self.rows)

    def save(self) -> int | None:
        """Record what changed; how many rows. None, with the errors at their rows, and nothing
        recorded."""
        changed = [row for row in self.rows if row.changed]
        # All of them, so that all errors are told at once.
        valid = [self.common.is_valid(), *[row.is_valid() for row in changed]]
        unread = [row.tell_of_unread() for row in changed]
        if not all(valid) or any(unread):
            return None
        with transaction.atomic():
            # In one order for everybody: two grids wait for each other instead of blocking.
            theirs = Action.objects.filter(pk__in=[row.action.pk for row in changed])
            list(theirs.order_by("pk").select_for_update(no_key=True).values("pk"))
            kept = [self._keep(row) for row in changed]
            if not all(kept):
                transaction.set_rollback(True)
                return None
        return len(changed)

    def _keep(self, row: Row) -> bool:
        if row.action.may_publish:  # type: ignore[attr-defined]
            return row.record() is not None
        if row.draft and row.draft.submission != row.cleaned_data["submission"]:
            row.add_error(None, "Vous avez un brouillon sur cette action : reprenez-le plutôt.")
            return False
        return row.submit()
