"""The rules that a new site begins with: calm. Administrators change them; none is taken back."""

from typing import Any

from proposals.models import Kind, ReminderRule

DEFAULTS: dict[Kind, dict[str, Any]] = {
    Kind.ACTION_DUE: {"thresholds": [-30, -7, 7], "monthly": True, "escalates_after": 14},
    Kind.MILESTONE_DUE: {"thresholds": [-30, -7, 7], "monthly": True, "escalates_after": 14},
    Kind.CAMPAIGN: {"thresholds": [-14, -3]},
    Kind.VALIDATION: {"thresholds": [5], "escalates_after": 14},
    Kind.DIFFICULTY: {"thresholds": [30], "monthly": True, "escalates_after": 30},
    Kind.SILENCE: {"thresholds": [90], "monthly": True, "escalates_after": 30},
    Kind.ANSWER: {"thresholds": [0]},
    Kind.REASSIGN: {"thresholds": [0]},
    Kind.DECISION: {"thresholds": [-14, -3, 7], "monthly": True, "escalates_after": 14},
    Kind.GRANT: {"thresholds": [-30, -7, 7]},
    Kind.RESULT: {"thresholds": [15, 45]},
    Kind.CONVENTION: {"thresholds": [-90, -30]},
    Kind.TARGET: {"thresholds": [-365, -180, -90, -30]},
    Kind.REFUSED: {"thresholds": [0]},
}


def ensure_rules(using: str, **kwargs: Any) -> None:
    """Give each kind of reminder its general rule, where it has none yet; after migrations."""
    rules = ReminderRule.objects.using(using)
    present = set(rules.filter(strategy=None).values_list("kind", flat=True))
    rules.bulk_create(
        ReminderRule(kind=kind, **said) for kind, said in DEFAULTS.items() if kind not in present
    )
