"""What somebody typed survives an expired log-in: it waits in the session for them to sign in.

A form sent without being signed in any more is kept, the person signs in, and the same page shows
the form again as they had filled it in. Nothing is saved before they send it again.
"""

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render

_KEY = "kept"
# Characters: the longest form, a review grid, has less.
_LONGEST = 200_000
_AGAIN = "Voici ce que vous aviez saisi. Rien n'est encore enregistré : relisez, puis envoyez."

View = Callable[..., HttpResponse]


def keeps_what_was_typed(view: View) -> View:
    """Decorate a view of signed-in people whose form must not be lost with their session."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if "automatique" in request.POST:
            return JsonResponse({"expired": True}, status=401)
        _keep(request)
        return redirect_to_login(request.get_full_path())

    wrapped.keeps = True  # type: ignore[attr-defined]
    return login_not_required(wrapped)


def typed(request: HttpRequest) -> QueryDict | None:
    """What the form of this page holds: what was just sent, else what was kept for it."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(_KEY, {})
    if kept.get("path") != request.path:
        return None
    del request.session[_KEY]
    again = f" Joignez de nouveau\u00a0: {', '.join(kept['files'])}." if kept["files"] else ""
    messages.warning(request, f"Votre connexion avait expiré. {_AGAIN}{again}")
    return QueryDict(kept["body"])


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view of a form whose security token is out of date, after a sign-in elsewhere.

    From a page of this very site, what was typed is kept and shown again; from anywhere else,
    nothing is done.
    """
    if "automatique" in request.POST:
        return JsonResponse({"expired": True}, status=401)
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    keeps = getattr(request.resolver_match and request.resolver_match.func, "keeps", False)
    if origin != request.get_host() or not keeps:
        context = {
            "reason": "Ce formulaire ne vient pas d'une page de ce site ouverte récemment",
            "advice": "Rouvrez la page du formulaire, puis recommencez.",
        }
        return render(request, "403.html", context, status=403)
    _keep(request)
    return HttpResponseRedirect(request.get_full_path())


def _keep(request: HttpRequest) -> None:
    said = request.POST.copy()
    said.pop("csrfmiddlewaretoken", None)
    body = said.urlencode()
    if body and len(body) <= _LONGEST:
        files = [sent.name for _, many in request.FILES.lists() for sent in many]
        request.session[_KEY] = {"path": request.path, "body": body, "files": files}
