"""When: a day, what was known of it, and who reads. Its parts of SQL say what counts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from proposals.models import Status
from sress import clock

SILENT_AFTER_DAYS = 90
CLOSED = (Status.DELIVERED, Status.DROPPED)


@dataclass(frozen=True, slots=True)
class Moment:
    """What was so at the end of `day`, as known at `known_at` (now when None).

    `embargoed` lets facts count that are not public yet: for officers' own pages. `edition` is the
    number of the édition that froze this moment, if one did.
    """

    day: date
    known_at: datetime | None = None
    embargoed: bool = False
    edition: int | None = None

    @classmethod
    def today(cls, *, embargoed: bool = False) -> Self:
        """The present, as known now."""
        return cls(clock.today(), embargoed=embargoed)

    @property
    def is_today(self) -> bool:
        return self.day == clock.today() and self.known_at is None

    @property
    def query(self) -> dict[str, Any]:
        """What an address says to be read at this moment; nothing for the present."""
        if self.edition is not None:
            return {"edition": self.edition}
        return {} if self.is_today else {"au": self.day.isoformat()}

    @property
    def sql_day(self) -> str:
        return f"DATE '{self.day.isoformat()}'"

    def known(self, alias: str) -> str:
        """SQL: the row was recorded by then."""
        if self.known_at is None:
            return "TRUE"
        return f"{alias}.recorded_at <= TIMESTAMPTZ '{self.known_at.isoformat()}'"

    def visible(self, report: str) -> str:
        """SQL: the report was recorded by then, and its embargo was lifted for the reader."""
        if self.embargoed:
            return self.known(report)
        read_on = self.known_at.astimezone(clock.PARIS).date() if self.known_at else clock.today()
        lifted = f"COALESCE({report}.public_from <= DATE '{read_on.isoformat()}', TRUE)"
        return f"({self.known(report)} AND {lifted})"

    def counted(self, report: str) -> str:
        """SQL: the report is a fact at this moment, whatever its effective date."""
        after = f"after_{report}"
        return f"""(
            {self.visible(report)} AND NOT {report}.is_retraction
            AND NOT EXISTS (
                SELECT 1 FROM proposals_progressreport {after}
                WHERE {after}.chain_id = {report}.chain_id
                  AND {after}.chain_rank > {report}.chain_rank AND {self.visible(after)}
            )
        )"""

    def as_known(self, column: str, sql_type: str) -> str:
        """SQL: a voted column of action `a`, before the rectifications that came later."""
        if self.known_at is None:
            return f"a.{column}"
        return f"""(
            SELECT was.value FROM (
                SELECT NULLIF(x.old_value, '')::{sql_type} AS value, x.id
                FROM proposals_rectification x
                WHERE x.action_id = a.id AND x.field = '{column.removesuffix("_id")}'
                  AND NOT {self.known("x")}
                UNION ALL SELECT a.{column}, NULL
            ) was ORDER BY was.id NULLS LAST LIMIT 1
        )"""
