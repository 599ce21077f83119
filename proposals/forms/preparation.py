"""Preparing a meeting: what to tell of, and what to decide upon."""

import uuid
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Max, QuerySet

from proposals.committee import Gathered, Line
from proposals.forms.together import Together
from proposals.models import AgendaItem, Campaign, Highlight, Meeting, Status
from sress import clock
from sress.templatetags.french import NBSP
from sress.templatetags.french import day as french_day

SUBJECT = 250


class HighlightRow(Together):
    class Meta:
        model = Highlight
        fields = ("text",)
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}


class AgendaRow(Together):
    class Meta:
        model = AgendaItem
        fields = ("subject", "kind")


class Added(forms.Form):
    """What is typed anew on the page of preparation."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    subject = forms.CharField(label="Autre sujet", max_length=SUBJECT, required=False)
    kind = forms.ChoiceField(
        label="Nature",
        choices=AgendaItem.Kind.choices,
        initial=AgendaItem.Kind.ARBITRATION,
        required=False,
    )
    highlight = forms.CharField(
        label="Autre fait marquant", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Suggestion:
    """Something to put on the agenda: an action to arbitrate, or a decision to come back to."""

    def __init__(self, *, line: Line | None = None, decision: Any = None) -> None:
        self.line, self.decision = line, decision

    @property
    def key(self) -> str:
        """What its button says."""
        if self.line:
            return f"action:{self.line.action.pk}"
        return f"decision:{self.decision.pk}"

    @property
    def subject(self) -> str:
        if self.line:
            return f"{self.line.action.code} {self.line.action.title}"[:SUBJECT]
        meeting = self.decision.meeting
        said = f"Décision n°{NBSP}{self.decision.number} du {meeting.get_kind_display()} du "
        said += f"{french_day(meeting.date)}{NBSP}: "
        return f"{said}{self.decision.text}"[:SUBJECT]


class Preparation:
    """All that the page of preparation holds. Any of its buttons keeps everything typed.

    Built, and kept, under the lock of the meeting: who prepares it elsewhere waits.
    """

    def __init__(self, data: Any, gathered: Gathered) -> None:
        self.data, self.gathered, self.meeting = data, gathered, gathered.meeting
        self.items = list(self.meeting.agenda.select_related("action", "decision__meeting"))
        self.told = list(self.meeting.highlights.select_related("report__action"))
        self.agenda = [self._row(AgendaRow, one, f"point{one.pk}", "subject") for one in self.items]
        self.highlights = [
            self._row(HighlightRow, one, f"marquant{one.pk}", "text") for one in self.told
        ]
        self.added = Added(data)

    def _row(self, form: type[Together], row: Any, prefix: str, name: str) -> Any:
        """One that appeared since the page was opened is not in what was sent."""
        sent = self.data is not None and f"{prefix}-{name}" in self.data
        return form(self.data if sent else None, instance=row, prefix=prefix)

    @property
    def rows(self) -> list[Any]:
        return [*self.agenda, *self.highlights]

    @property
    def candidates(self) -> list[Line]:
        """What came since and is not a highlight yet."""
        chosen = {one.report_id for one in self.told}
        return [line for line in self.gathered.news if line.last and line.last.pk not in chosen]

    @property
    def suggestions(self) -> list[Suggestion]:
        """Actions to arbitrate and decisions to come back to, that are not on the agenda yet."""
        actions = {one.action_id for one in self.items}
        known = {one.decision_id for one in self.items}
        lines = [*self.gathered.stuck, *self.gathered.overdue]
        to_arbitrate = {line.action.pk: line for line in lines if line.action.pk not in actions}
        return [
            *(Suggestion(line=line) for line in to_arbitrate.values()),
            *(
                Suggestion(decision=one)
                for one in self.gathered.open_decisions
                if one.pk not in known
            ),
        ]

    @property
    def ticked(self) -> set[str]:
        """The candidates that are ticked, to show them again."""
        return set(self.data.getlist("marquant")) if self.data else set()

    @property
    def errors(self) -> list[tuple[Any, str]]:
        """What is to be mended: the field and why."""
        forms = [*(row for row in self.rows if row.is_bound), self.added]
        return [
            (form[name], str(error))
            for form in forms
            if form.is_bound
            for name, said in form.errors.items()
            for error in said
        ]

    def is_valid(self) -> bool:
        return not self.errors

    @transaction.atomic
    def keep(self) -> str:
        """Write all that was typed, and do what the button says. Returns where to look next."""
        for row in self.rows:
            if row.is_bound:
                row.written()
        for line in self.candidates:
            assert line.last
            if str(line.last.pk) in self.ticked:
                self._add(
                    Highlight,
                    report=line.last,
                    text=line.last.text or _standing(line),
                )
        said, name = self.added.cleaned_data, "submission"
        if said["highlight"]:
            self._add(
                Highlight,
                submission=uuid.uuid5(said[name], "marquant"),
                text=said["highlight"],
            )
        if said["subject"]:
            self._add(
                AgendaItem,
                submission=uuid.uuid5(said[name], "sujet"),
                subject=said["subject"],
                kind=said["kind"] or AgendaItem.Kind.ARBITRATION,
            )
        return self._press(str(self.data.get("faire", "")))

    def _press(self, button: str) -> str:
        what, _, which = button.partition(":")
        done = {
            "ajouter": self._put_on_the_agenda,
            "monter": self._move_up,
            "descendre": self._move_down,
            "retirer-point": self._remove_item,
            "retirer-marquant": self._remove_highlight,
            "relancer": self._ask_again,
        }.get(what)
        return done(which) if done else what

    def _add(self, model: type[Any], **said: Any) -> None:
        """A line at the end, unless it is there: once for its report, action, decision or form."""
        unique = next(key for key in ("report", "action", "decision", "submission") if key in said)
        rows = model.objects.filter(meeting=self.meeting)
        last = rows.aggregate(rank=Max("rank"))["rank"] or 0
        key = {"meeting": self.meeting, unique: said.pop(unique)}
        model.objects.get_or_create(**key, defaults={**said, "rank": last + 1})

    def _put_on_the_agenda(self, which: str) -> str:
        for one in self.suggestions:
            if one.key == which:
                about = {"action": one.line.action} if one.line else {"decision": one.decision}
                self._add(AgendaItem, **about, subject=one.subject)
        return "ordre-du-jour"

    def _move_up(self, which: str) -> str:
        return self._move(which, -1)

    def _move_down(self, which: str) -> str:
        return self._move(which, 1)

    def _move(self, which: str, by: int) -> str:
        """« pk:rank »: clicked twice, the second finds it elsewhere and leaves it there."""
        pk, _, rank = which.partition(":")
        items = list(self.meeting.agenda.all())
        place = next((n for n, one in enumerate(items) if (str(one.pk)) == pk), None)
        if place is not None and str(items[place].rank) == rank and 0 <= place + by < len(items):
            items[place], items[place + by] = items[place + by], items[place]
            self._number(items)
        return "ordre-du-jour"

    @staticmethod
    def _number(items: list[Any]) -> None:
        for rank, one in enumerate(items, start=1):
            one.rank = rank
        if items:
            type(items[0]).objects.bulk_update(items, ["rank"])

    def _remove_item(self, which: str) -> str:
        self._remove(self.meeting.agenda.all(), which)
        return "ordre-du-jour"

    def _remove_highlight(self, which: str) -> str:
        self._remove(self.meeting.highlights.all(), which)
        return "marquants"

    def _remove(self, rows: QuerySet[Any], which: str) -> None:
        if which.isdecimal():
            rows.filter(pk=which).delete()
            self._number(list(rows.all()))

    def _ask_again(self, which: str) -> str:
        """A collection for this meeting: who owes a report is reminded of it by mail."""
        ask_again(self.meeting, self.gathered.owed)
        return "points-attendus"


def _standing(line: Line) -> str:
    """What a report without a text says."""
    return f"{line.action.title}{NBSP}: {Status(line.action.status).label.lower()}"


def ask_again(meeting: Meeting, owed: list[Line]) -> Campaign:
    """The collection of news before a meeting, with these actions in it; made if need be."""
    campaign, created = Campaign.objects.get_or_create(
        strategy=meeting.strategy,
        committee=meeting.get_kind_display(),
        committee_on=meeting.date,
        defaults={"opens_on": clock.today()},
    )
    # One that names no action is of all of them already.
    if created or campaign.actions.exists():
        campaign.actions.add(*(line.action for line in owed))
    return campaign
