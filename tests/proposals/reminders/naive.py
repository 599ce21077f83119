"""Reminders, computed the plain way: day by day, from the words of the rules and nothing else.

Shares no code with `proposals.reminders`: its own calendar, its own thresholds, its own order.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
COORDINATOR = 9
CLOSED = ("realisee", "non_poursuivie")


@dataclass
class Report:
    number: int
    on: date
    status: str = "en_cours"
    new_due: date | None = None


@dataclass
class Followed:
    number: int
    referent: int
    start: date
    due: date | None
    reports: list[Report] = field(default_factory=list)

    def known(self, day):
        return [one for one in self.reports if one.on <= day]


@dataclass
class Story:
    """What happens in a small world, told once; both sides read it."""

    actions: list[Followed]
    daily: set[int]
    away: list[tuple[int, int, date, date]]
    """(who, deputy, first day, last day)"""
    put_off: list[tuple[int, int, date, date]]
    """(who, action, said on, until), in the order said."""
    disowned: list[tuple[int, int, date]]
    rules: dict[str, tuple[list[int], bool, int | None]]
    """By subject: thresholds, monthly, days before the synthesis."""
    grants: list[tuple[date, date | None]]
    """(signed on, published on)"""


def easter(year):
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_off(day):
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    moving = {easter(day.year) + n * DAY for n in (1, 39, 50)}
    return day.weekday() >= 5 or (day.month, day.day) in fixed or day in moving


def nothing_leaves(day):
    quiet = (
        day.month == 8 or (day.month == 12 and day.day >= 24) or (day.month == 1 and day.day < 3)
    )
    return quiet or is_off(day)


def digest_on_or_before(day):
    """The first day of a week on which mails leave; up to nine weeks back."""
    for weeks in range(9):
        monday = day - (day.weekday() + 7 * weeks) * DAY
        for n in range(7):
            if not nothing_leaves(monday + n * DAY):
                if monday + n * DAY <= day:
                    return monday + n * DAY
                break
    return None


def day_of(threshold, origin):
    if threshold != -1:
        return origin + threshold * DAY
    before = origin - DAY
    while is_off(before):
        before -= DAY
    return before


def watched(action, day):
    """What is to be said of an open action: (subject, anchor, origin)."""
    reports = action.known(day)
    if reports and reports[-1].status in CLOSED:
        return
    due, anchor = action.due, "initiale"
    for one in reports:
        if one.new_due:
            due, anchor = one.new_due, f"point {one.number}"
    if due:
        yield "echeance_action", anchor, due
    last = reports[-1] if reports else None
    yield (
        "silence",
        f"point {last.number}" if last else "initiale",
        last.on if last else action.start,
    )
    if last and last.status == "difficulte":
        first = last
        for one in reversed(reports):
            if one.status != "difficulte":
                break
            first = one
        yield "difficulte", f"point {first.number}", first.on


def three_months_after(day):
    month = day.month + 3
    first = date(day.year + month // 13, (month - 1) % 12 + 1, 1)
    end = first + 27 * DAY
    while (end + DAY).month == first.month:
        end += DAY
    return min(first + (day.day - 1) * DAY, end)


def unpublished(story, day):
    """The last days to publish what was signed and is not published."""
    return sorted(
        {
            three_months_after(signed)
            for signed, published in story.grants
            if signed <= day and not (published and published <= day)
        }
    )


def passed(rule, origin, day):
    """(threshold, its day) to be said on `day`, or None."""
    thresholds, monthly, _ = rule
    over = [(day_of(t, origin), t) for t in thresholds if day_of(t, origin) <= day]
    if not over:
        return None
    first_of_month = date(day.year, day.month, 1)
    if monthly and first_of_month >= max(day_of(t, origin) for t in thresholds) + 14 * DAY:
        return (first_of_month - origin).days, first_of_month
    on, threshold = max(over)
    if threshold < 0:
        return (threshold, on) if day <= origin else None
    return (threshold, on) if monthly or day <= on + 60 * DAY else None


def mails(story, first, last, runs_on=lambda day: True):
    """[(day, reader, {(subject, action, anchor, threshold, whose, in the synthesis)})]"""
    told, announced, sent = set(), {}, []
    for n in range((last - first).days + 1):
        day = first + n * DAY
        if not runs_on(day) or nothing_leaves(day):
            continue
        lines = []
        for action in story.actions:
            owner = action.referent
            if any(u == owner and a == action.number and on <= day for u, a, on in story.disowned):
                owner = COORDINATOR
            for subject, anchor, origin in watched(action, day):
                rule = story.rules.get(subject)
                now = rule and passed(rule, origin, day)
                if not now:
                    continue
                threshold, on = now
                reports = action.known(day)
                if reports and reports[-1].on >= on - 14 * DAY:
                    continue
                what = (subject, action.number, anchor, threshold)
                said = [
                    (rank, until)
                    for rank, (u, a, when, until) in enumerate(story.put_off)
                    if u == owner and a == action.number and when <= day
                ]
                rank, until = said[-1] if said else (None, on)
                if not (said and until > day):
                    pressing = subject == "echeance_action" and -7 <= threshold <= 0
                    lines.append((owner, (*what, owner, False), rank, max(on, until), pressing))
                after = rule[2]
                fact = (subject, action.number, anchor)
                if threshold > 0 and after is not None and owner != COORDINATOR:
                    known = announced.get(fact)
                    if known and known + after * DAY <= day:
                        since = max(on, known + after * DAY)
                        key = (*what, COORDINATOR, True)
                        lines.append((COORDINATOR, key, None, since, False))
        for by in unpublished(story, day):
            rule = story.rules.get("subvention")
            now = rule and passed(rule, by, day)
            if now:
                key = ("subvention", None, f"publication {by}", now[0], COORDINATOR, False)
                lines.append((COORDINATOR, key, None, now[1], -7 <= now[0] <= 0))
        by_reader = {}
        for owner, key, rank, since, pressing in lines:
            # Who heard of it in the synthesis does not hear of it again as theirs.
            if (key[:5], rank) in told:
                continue
            deputies = {u: d for u, d, start, end in story.away if start <= day <= end}
            reader = deputies.get(owner, owner)
            if reader not in deputies:
                by_reader.setdefault(reader, []).append((key, rank, since, pressing))
        digest = digest_on_or_before(day)
        for reader, theirs in by_reader.items():
            if not (
                reader in story.daily
                or any(pressing or (digest and since <= digest) for _, _, since, pressing in theirs)
            ):
                continue
            sent.append((day, reader, frozenset((*key, rank) for key, rank, _, _ in theirs)))
            for key, rank, _, _ in theirs:
                told.add((key[:5], rank))
                if key[3] > 0 and not key[5]:
                    announced.setdefault(key[:3], day)
    return sorted(sent, key=lambda one: (one[0], one[1]))
