"""The pages of errors that nobody wanted."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


class NotFound(Http404):
    """A page that is not there, with the reason in French for the reader."""


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 404 handler: only reasons written for readers are shown."""
    reason = str(exception) if isinstance(exception, NotFound) else ""
    of_another_time = request.GET.keys() & {"au", "edition"}
    today = request.path if reason and of_another_time else ""
    return render(request, "404.html", {"reason": reason, "same_page_today": today}, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 403 handler: the reason, where a view gives one for readers."""
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's 500 handler: a lost database is a 503 that asks to come back in a moment.

    The templates get no context: asking who is signed in would need the database.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Retry-After"] = "30"
    else:
        response = HttpResponse(render_to_string("500.html"), status=500)
    response["Cache-Control"] = "no-store"
    return response
