"""Where decisions stand at a moment, computed from their follow-ups.

- A decision exists from the day of its meeting, once the record is validated; of a past moment of
  knowledge, when it was validated by then. The public knows of public ones alone.
- Follow-ups count from their day; in the order (day, recorded_at, id), the last one says whether
  the decision is done, abandoned, or still to be carried out.
- A deferral moves the due date from the later of its day and of its recording, so that a passed
  deadline is not rewritten afterwards.
- *Overdue*: to be carried out, and its due date is before the day.
"""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest, JSONObject, Length, Replace

from proposals.models import Decision, DecisionAction, DecisionFollowUp
from proposals.models.progress import Visibility
from proposals.state import Moment
from sress.functions import ParisDay

Said = DecisionFollowUp.State


class Standing(models.TextChoices):
    """Where a decision stands, in public words."""

    OPEN = "ouverte", "À mettre en œuvre"
    DONE = "faite", "Faite"
    ABANDONED = "abandonnee", "Abandonnée"


def decisions(moment: Moment, queryset: QuerySet[Decision]) -> QuerySet[Any]:
    """The decisions of `queryset` that exist at `moment`, each with where it stands, in one query.

    Adds standing, closed_on (None while open), due_date, is_deferred, is_open and is_overdue; all
    of them can be filtered and sorted on. Adds `told`: how many follow-ups it has, at any date.
    """
    said = follow_ups(moment).filter(decision=OuterRef("pk"))
    last = Subquery(said.values("state")[:1])
    in_effect = (
        said.filter(state=Said.DEFERRED)
        .annotate(effective_on=Greatest("day", ParisDay("recorded_at")))
        .filter(effective_on__lte=moment.day)
    )
    standing = Case(
        When(last_said=Said.DONE, then=Value(Standing.DONE)),
        When(last_said=Said.ABANDONED, then=Value(Standing.ABANDONED)),
        default=Value(Standing.OPEN),
        output_field=models.CharField(choices=Standing.choices),
    )
    is_open = ~Q(last_said__in=[Said.DONE, Said.ABANDONED])
    return queryset.filter(_exists(moment)).annotate(
        last_said=Coalesce(last, Value("")),
        standing=standing,
        closed_on=Case(When(is_open, then=None), default=Subquery(said.values("day")[:1])),
        due_date=Coalesce(Subquery(in_effect.values("due_on")[:1]), F("due_on")),
        is_deferred=models.Exists(in_effect),
        told=Coalesce(Subquery(_counted()), 0),
        is_open=Case(When(is_open, then=True), default=False),
        is_overdue=Case(When(is_open & Q(due_date__lt=moment.day), then=True), default=False),
    )


def _counted() -> QuerySet[Any]:
    rows = DecisionFollowUp.objects.filter(decision=OuterRef("pk")).order_by()
    return rows.values("decision").annotate(n=models.Count("pk")).values("n")


def follow_ups(moment: Moment) -> QuerySet[DecisionFollowUp]:
    """What was said of decisions by then, the latest first."""
    known = {} if moment.known_at is None else {"recorded_at__lte": moment.known_at}
    rows = DecisionFollowUp.objects.filter(day__lte=moment.day, **known)
    return rows.order_by("-day", "-recorded_at", "-pk")


def noted(moment: Moment) -> ArraySubquery:
    """To annotate decisions with: the follow-ups by then that say something, the latest first."""
    rows = follow_ups(moment).filter(decision=OuterRef("pk")).exclude(note="")
    return ArraySubquery(rows.values(json=JSONObject(state="state", day="day", note="note")))


def about(moment: Moment) -> ArraySubquery:
    """To annotate decisions with: the actions that they are about, that the reader may know of."""
    links = DecisionAction.objects.filter(decision=OuterRef("pk"))
    if not moment.embargoed:
        links = links.filter(action__published=True)
    return ArraySubquery(
        links.order_by(Length("action__code"), "action__code").values(
            json=JSONObject(
                code="action__code",
                url_code=Replace("action__code", Value("."), Value("-")),
                title="action__title",
            )
        )
    )


def _exists(moment: Moment) -> Q:
    validated = Q(meeting__validated_at__isnull=False)
    if moment.known_at is not None:
        validated &= Q(meeting__validated_at__lte=moment.known_at)
    public = Q() if moment.embargoed else Q(visibility=Visibility.PUBLIC)
    return Q(meeting__date__lte=moment.day) & validated & public
