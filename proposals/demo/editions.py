"""The éditions of the demonstration: what a conference and a committee had under their eyes."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from proposals import documents
from proposals.demo.cast import Cast
from proposals.models import Edition, Strategy


def load(strategy: Strategy, told: Iterable[Mapping[str, Any]], cast: Cast) -> None:
    """Freeze the éditions that are not yet, the oldest first."""
    frozen = set(strategy.editions.values_list("title", flat=True))
    for one in told:
        if one["title"] in frozen:
            continue
        edition = Edition(
            strategy=strategy,
            title=one["title"],
            day=one["day"],
            event=strategy.events.filter(title=one.get("event", "")).first(),
            author=cast.accounts[one["author"]],
            submission=uuid.uuid5(uuid.NAMESPACE_URL, f"{strategy.slug} {one['title']}"),
        )
        Edition.objects.freeze(edition, documents.of_edition, known_at=one["known_at"])
