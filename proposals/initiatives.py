"""Which initiatives are told at a moment: those published by then, as was recorded by then."""

from django.db.models import QuerySet

from proposals.models import Initiative, Strategy
from proposals.state import Moment


def at(moment: Moment, strategy: Strategy) -> QuerySet[Initiative]:
    """Those that pages of a strategy show at the moment, with what cards name; the last first."""
    rows = strategy.initiatives.filter(published_on__lte=moment.day)
    if moment.known_at is not None:
        rows = rows.filter(recorded_at__lte=moment.known_at)
    return rows.select_related("strategy", "epci", "organisation")
