"""What every page knows of the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from sress import clock


def site(request: HttpRequest) -> dict[str, Any]:
    """Today's date, and whether this is a demonstration with a fixed clock (pages say so)."""
    return {
        "today": clock.today(),
        "demonstration": settings.SRESS_DEMO,
        "clock_is_fixed": settings.SRESS_TODAY is not None,
    }
