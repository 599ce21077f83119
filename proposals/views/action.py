"""The actions of a strategy, and the history of one."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from actors.access import Access, open_to
from proposals import state
from proposals.filters import ActionFilter
from proposals.models import Decision, Partnership, Rectification, Tag, Territory
from proposals.state import Moment
from proposals.views.decision import public
from proposals.views.desk.common import log_of, rights_of
from proposals.views.means import means_of
from proposals.views.reading import Reading
from proposals.views.results import results_of
from sress.faults import NotFound
from sress.templatetags.french import day as french_day

PAGE_SIZE = 50
# What hangs on an action, fetched with it.
AROUND = {
    "served": ArraySubquery(
        Territory.objects.filter(action=OuterRef("pk"))
        .order_by("epci__name", "pk")
        .values(json=JSONObject(siren="epci__siren", name="epci__name"))
    ),
    "tagged": ArraySubquery(
        Tag.objects.filter(actions=OuterRef("pk"))
        .order_by("name")
        .values(json=JSONObject(slug="slug", name="name"))
    ),
}


def partners(moment: Moment) -> ArraySubquery:
    """Who takes part in an action on that day, and how: fetched with it."""
    in_force = Q(since=None) | Q(since__lte=moment.day), Q(until=None) | Q(until__gte=moment.day)
    rows = Partnership.objects.filter(*in_force, action=OuterRef("pk"))
    name = Coalesce(NullIf("organisation__short_name", Value("")), "organisation__name")
    return ArraySubquery(
        rows.order_by("organisation__name", "pk").values(json=JSONObject(role="role", name=name))
    )


def rectified(moment: Moment) -> ArraySubquery:
    """What had been put right in an action by then, the latest first: fetched with it."""
    known = {} if moment.known_at is None else {"recorded_at__lte": moment.known_at}
    rows = Rectification.objects.filter(
        action=OuterRef("pk"), recorded_at__date__lte=moment.day, **known
    )
    names = ("field", "old_value", "new_value", "motive", "recorded_at")
    return ArraySubquery(rows.values(json=JSONObject(**{name: name for name in names})))


@open_to(Access.PUBLIC)
def index(request: HttpRequest, slug: str) -> HttpResponse:
    """The actions, narrowed by the filters of the address, fifty a page."""
    reading = Reading.of_adopted(request, slug)
    narrowed = ActionFilter(
        request.GET,
        reading.states(),
        among=reading.actions(),
        strategy=reading.strategy,
        moment=reading.moment,
    )
    page = Paginator(narrowed.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "proposals/actions.html", reading.context(filter=narrowed, page=page))


@open_to(Access.PUBLIC)
def detail(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """An action: its state, its dates, its milestones, partners, territories and history."""
    reading = Reading.of_adopted(request, slug)
    moment, code = reading.moment, code.replace("-", ".")
    action = (
        reading.states(code=code)
        .select_related("lead", "service", "series", "act")
        .annotate(**rights_of(request.user), **AROUND)
        .annotate(partners=partners(moment), rectified=rectified(moment))
        .first()
    )
    if action is None:
        return _elsewhere(request, reading, code)
    action.proposal.strategy = action.proposal.axis.strategy = reading.strategy
    reports = log_of(action, moment, request.user)
    # The log is the latest first.
    revisions = [report for report in reversed(reports) if report.revision_holds]
    return render(
        request,
        "proposals/action.html",
        reading.context(
            action=action,
            reports=reports,
            revisions=revisions,
            milestones=state.milestones(moment, action.milestones.all()),
            partners=[
                {**one, "role": Partnership.Role(one["role"]).label} for one in action.partners
            ],
            rectifications=[
                Rectification(**{**one, "recorded_at": datetime.fromisoformat(one["recorded_at"])})
                for one in action.rectified
            ],
            means=means_of(moment, action),
            decisions=public(moment, Decision.objects.filter(actions=action)),
            results=results_of(reading, Q(action=action)),
        ),
    )


def _elsewhere(request: HttpRequest, reading: Reading, code: str) -> HttpResponse:
    """A renumbered code redirects; one that did not exist yet, or never did, says so."""
    later = reading.actions().filter(code=code).first()
    if later is not None:
        raise NotFound(
            f"L'action {code} n'existait pas encore le {french_day(reading.moment.day)} : "
            f"elle existe depuis le {french_day(later.exists_from)}."
        )
    renumbered = (
        Rectification.objects.filter(field="code", old_value=code, action__in=reading.actions())
        .select_related("action__strategy")
        .first()
    )
    if renumbered is None:
        raise NotFound(f"Aucune action publiée ne porte le code « {code[:20]} ».")
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(renumbered.action.get_absolute_url() + query, permanent=True)
