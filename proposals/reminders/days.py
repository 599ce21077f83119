"""Days on which mails leave: neither weekends, nor public holidays, nor quiet weeks."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import holidays
from django.conf import settings

ONE_DAY = timedelta(days=1)


def is_working(day: date) -> bool:
    """Whether people work: not on weekends and the public holidays of the Code du travail, L3133-1
    (with those of the territory, where PUBLIC_HOLIDAYS_OF names one)."""
    return day.weekday() < 5 and day not in _holidays(settings.PUBLIC_HOLIDAYS_OF)


def is_quiet(day: date) -> bool:
    """Whether the day is in one of the quiet periods (QUIET_PERIODS), of any year."""
    told = (day.month, day.day)
    return any(
        first <= told <= last if first <= last else told >= first or told <= last
        for first, last in settings.QUIET_PERIODS
    )


def leaves(day: date) -> bool:
    """Whether mails leave on that day."""
    return is_working(day) and not is_quiet(day)


def last_digest(day: date) -> date | None:
    """The last day of a digest, `day` included: the first one of a week on which mails leave.

    It is Monday, or Tuesday after a Monday off. None when none was in the two months before.
    """
    for monday in (day - timedelta(days=day.weekday() + 7 * week) for week in range(9)):
        first = next((one for one in _week(monday) if leaves(one)), None)
        if first and first <= day:
            return first
    return None


def next_leaving(day: date, *, digest: bool = False) -> date:
    """The first day from `day` on when mails leave, or a digest does."""
    while not leaves(day) or (digest and last_digest(day) != day):
        day += ONE_DAY
    return day


def add_working(day: date, count: int) -> date:
    """`count` working days after `day`, or before it when negative."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_working(day):
            day += step
    return day


def _week(monday: date) -> Iterator[date]:
    return (monday + timedelta(days=n) for n in range(7))


@cache
def _holidays(subdivision: str) -> holidays.HolidayBase:
    return holidays.country_holidays("FR", subdiv=subdivision or None)
