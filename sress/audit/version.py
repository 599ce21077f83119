"""What every kind of version holds."""

from typing import Any, ClassVar

import pghistory.models
from django.db import models


class Version(pghistory.models.Event):
    """What a row said after an insert or update, or before its deletion. Written by triggers alone.

    Besides the row's own columns: `pgh_label` (insert, update, delete), `pgh_created_at` in real
    time (not the demonstration's), and `pgh_context` (see `sress.audit.context`), null for SQL
    written by hand.
    """

    pgh_id = models.BigAutoField(primary_key=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        abstract = True
