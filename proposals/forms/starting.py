"""What a form about an action starts from: the report to correct, or the present state."""

from typing import Any

from proposals import state
from proposals.forms.state import CONTENT
from proposals.models import Action, ProgressReport
from proposals.models.progress import Visibility
from proposals.state import Moment
from sress import clock


def pending_milestones(
    action: Action, correcting: ProgressReport | None, moment: Moment
) -> list[Any]:
    """The milestones not reached yet, and those that the corrected report speaks of."""
    milestones = state.milestones(moment, action.milestones.all())
    spoken_of = (
        set(correcting.milestone_updates.values_list("milestone_id", flat=True))
        if correcting
        else set()
    )
    return [m for m in milestones if not m.is_reached or m.pk in spoken_of]


def initial_content(
    action: Any, correcting: ProgressReport | None, moment: Moment
) -> dict[str, Any]:
    """What the form starts from without a draft: the report to correct, else today's state."""
    if not correcting:
        return same_state(action, moment)
    initial = {name: getattr(correcting, name) for name in CONTENT}
    for update in correcting.milestone_updates.all():
        initial[f"etape_{update.milestone_id}_atteinte"] = update.reached
        initial[f"etape_{update.milestone_id}_echeance"] = update.revised_due_date
    return initial


def same_state(action: Any, moment: Moment) -> dict[str, Any]:
    """What a report says that keeps the state that `action` has at that moment."""
    reports = state.history(moment, action.reports.all())
    return kept_state(action, reports.filter(is_counted=True).first())


def kept_state(action: Any, last: ProgressReport | None) -> dict[str, Any]:
    """The same, from the last counted report.

    What is interne or under embargo does not become public by being repeated.
    """
    said = {
        "reported_on": clock.today(),
        "status": action.status,
        "progress": action.progress,
        "difficulty_motive": last.difficulty_motive if last else "",
        "decision": last.decision if last else "",
        "visibility": Visibility.PUBLIC,
        "public_from": None,
    }
    if last and last.difficulty_motive:
        said["visibility"] = last.visibility
    if last and last.public_from and last.public_from > clock.today():
        said["public_from"] = last.public_from
    return said
