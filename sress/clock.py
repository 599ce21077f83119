"""The only source of the present: every rule that needs a date asks here.

In demonstration mode `SRESS_TODAY` fixes the day, and the hour runs on, so that facts recorded one
after the other keep their order.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

# The legal time of the strategies' authority. Database constraints name it too.
PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """The present moment, aware, in Paris time."""
    real = timezone.now().astimezone(PARIS)
    fixed: date | None = settings.SRESS_TODAY
    if fixed is None:
        return real
    return datetime.combine(fixed, real.time(), tzinfo=PARIS)


def today() -> date:
    """The present day in Paris."""
    return now().date()
