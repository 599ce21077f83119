"""Which new due dates hold at a moment, of actions and of milestones alike."""

from dataclasses import dataclass

from proposals.state.moment import Moment

ORDER_OF_FACTS = "r.reported_on DESC, r.recorded_at DESC, r.id DESC"


@dataclass(frozen=True, slots=True)
class Revisions:
    """New due dates of an action, or of a milestone `m`: which row of a report carries them."""

    of_milestone: bool = False

    def source(self, report: str) -> str:
        """SQL: reports of that alias, with the row that carries what they say."""
        if not self.of_milestone:
            return f"proposals_progressreport {report}"
        return f"""proposals_progressreport {report} JOIN proposals_milestoneupdate u_{report}
            ON u_{report}.report_id = {report}.id AND u_{report}.milestone_id = m.id"""

    def row(self, report: str) -> str:
        return f"u_{report}" if self.of_milestone else report

    def effective_on(self, report: str) -> str:
        """SQL: when the new date takes effect."""
        return f"GREATEST({report}.reported_on, {self.row(report)}.revision_recorded_on)"

    def in_effect(self, moment: Moment, report: str) -> str:
        """SQL: the report gives a new date, which took effect by then."""
        return f"""(
            {self.row(report)}.revised_due_date IS NOT NULL AND NOT {report}.is_retraction
            AND {self.effective_on(report)} <= {moment.sql_day} AND {moment.visible(report)}
        )"""

    def holds(self, moment: Moment, report: str) -> str:
        """SQL: it is the last link of its chain to do so, and the chain still gives a date."""
        return f"""(
            {self.in_effect(moment, report)}
            AND NOT EXISTS (
                SELECT 1 FROM {self.source("other")}
                WHERE other.chain_id = {report}.chain_id
                  AND other.chain_rank > {report}.chain_rank AND {self.in_effect(moment, "other")}
            )
            AND EXISTS (
                SELECT 1 FROM {self.source("tip")}
                WHERE tip.chain_id = {report}.chain_id
                  AND {self.row("tip")}.revised_due_date IS NOT NULL AND {moment.counted("tip")}
            )
        )"""

    def last(self, moment: Moment, of: str) -> str:
        """SQL: the due date of the last revision in effect, and the report that gives it; `of`
        chooses the reports."""
        return f"""
            SELECT {self.row("r")}.revised_due_date AS due_date, r.id AS report_id
            FROM {self.source("r")}
            WHERE {of} AND {self.holds(moment, "r")}
            ORDER BY {ORDER_OF_FACTS} LIMIT 1
        """


OF_ACTION, OF_MILESTONE = Revisions(), Revisions(of_milestone=True)
