"""Administration of strategies, one module per part of the model."""

from proposals.admin import (
    act,
    action,
    attachment,
    edition,
    initiative,
    meeting,
    money,
    progress,
    rectification,
    reminder,
    results,
    strategy,
)

__all__ = [
    "act",
    "action",
    "attachment",
    "edition",
    "initiative",
    "meeting",
    "money",
    "progress",
    "rectification",
    "reminder",
    "results",
    "strategy",
]
