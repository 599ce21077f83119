"""What officers and contributors type."""

from proposals.forms.report import ReportForm, RetractionForm

__all__ = ["ReportForm", "RetractionForm"]
