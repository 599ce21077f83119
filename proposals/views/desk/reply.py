"""Answers to a line of a mail, without signing in."""

from django.http import HttpRequest, HttpResponse

from actors.access import Access, open_to
from sress.faults import NotFound


@open_to(Access.DOOR)
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether that is what is meant; then do it."""
    raise NotFound("Ce lien n'est plus valable.")
