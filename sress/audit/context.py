"""Who does it, and from where: what versions of rows keep beside what they say.

A change made by a page holds `user` (an id, never a name: names are erased), `path` and `method`,
and `mail` when the page was opened by a signed link of a mail instead of a log-in; one made by a
command or a background task holds its name. SQL written by hand holds nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pghistory
from celery import Task
from django.http import HttpRequest, HttpResponse

from sress.logs import safe_path


class AuditMiddleware:
    """Changes made while a page is served are those of who asks for it.

    After LoginRequiredMiddleware, which has just asked who that is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with pghistory.context(path=safe_path(request), method=request.method):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Now the route is known, hence what is secret in the address."""
        known: dict[str, Any] = {"path": safe_path(request)}
        if request.user.is_authenticated:
            known["user"] = request.user.pk
        pghistory.context(**known)


def by_link(user: int) -> None:
    """For a page opened by the signed link of a mail: what it changes is of whom the link is."""
    pghistory.context(user=user, mail=True)


def command(arguments: list[str]) -> AbstractContextManager[Any]:
    """For manage.py: changes are those of the command, whose arguments may hold names."""
    name = next((word for word in arguments[1:] if not word.startswith("-")), "")
    return pghistory.context(command=name)


class AuditedTask(Task):
    """A background task whose changes bear its name."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with pghistory.context(task=self.name):
            return super().__call__(*args, **kwargs)
