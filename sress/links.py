"""Addresses of the site for who reads them elsewhere: in a mail, in a feed."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def absolute(name: str, *args: Any, **kwargs: Any) -> str:
    """The whole address of a page, by its name."""
    return f"{settings.SITE_URL}{reverse(name, args=args, kwargs=kwargs)}"
