"""The home of the site, of a strategy and of an axis."""

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals import initiatives, state
from proposals.models import Act, Event, ProgressReport, Strategy
from proposals.state import Tally
from proposals.views.reading import Reading
from sress import clock
from sress.faults import NotFound


@open_to(Access.PUBLIC)
def current(request: HttpRequest) -> HttpResponse:
    """`/` leads to the strategy in force."""
    strategy = Strategy.objects.current(clock.today())
    if strategy is None:
        return render(request, "proposals/empty.html")
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(strategy.get_absolute_url() + query)


@open_to(Access.PUBLIC)
def home(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the strategy stands, in ten seconds; before its vote, what led to it."""
    reading = Reading.of(request, slug)
    strategy, moment = reading.strategy, reading.moment
    if not reading.is_adopted:
        context = reading.context(landmarks=landmarks(reading))
        return render(request, "proposals/before.html", context)
    axes = state.outline(reading.moment, reading.strategy)
    return render(
        request,
        "proposals/strategy.html",
        reading.context(
            axes=axes,
            tally=Tally.total(item.tally for item in axes),
            days_left=(strategy.target_date - moment.day).days,
            upcoming=reading.states()
            .filter(is_open=True, due_date__gte=moment.day)
            .order_by("due_date", "pk")[:5],
            latest=latest_reports(reading),
            landmarks=landmarks(reading),
            initiatives=initiatives.at(moment, strategy).order_by(
                "-highlighted", "-published_on", "-pk"
            )[:3],
            strategies=Strategy.objects.published()
            .filter(Q(adopted_on=None) | Q(adopted_on__lte=moment.day))
            .exclude(pk=strategy.pk),
        ),
    )


def landmarks(reading: Reading) -> list[Act | Event]:
    """What was voted and what took place by that date, newest first."""
    acts = reading.strategy.acts.filter(date__lte=reading.moment.day)
    told = initiatives.at(reading.moment, reading.strategy).filter(events=OuterRef("pk"))
    counted = told.order_by().values("strategy").annotate(count=Count("pk")).values("count")
    events = reading.strategy.events.filter(date__lte=reading.moment.day).annotate(
        initiatives_told=Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    )
    return sorted([*acts, *events], key=lambda landmark: landmark.date, reverse=True)


def latest_reports(reading: Reading) -> list[ProgressReport]:
    """The last report of each of the actions that moved last, newest first."""
    moved = reading.states().exclude(report_id=None).order_by("-reported_on", "-report_id")[:4]
    states = {action.report_id: action for action in moved}
    reports = list(ProgressReport.objects.filter(pk__in=states))
    for report in reports:
        report.action = states[report.pk]
    return reports


@open_to(Access.PUBLIC)
def axis(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """An axis and its proposals."""
    reading = Reading.of_adopted(request, slug)
    strategy, axes = reading.strategy, state.outline(reading.moment, reading.strategy)
    shown = next((item for item in axes if item.axis.number == number), None)
    if shown is None:
        raise NotFound(
            f"Cette stratégie n'a pas de numéro {number} parmi ses {strategy.axis_word_plural}."
        )
    return render(request, "proposals/axis.html", reading.context(axes=axes, shown=shown))
