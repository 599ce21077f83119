"""To whom each address is open: declared on its view, printed by `print_access`, tested by a crawl.

A declaration enforces that one is signed in, nothing more: what is whose is decided by querysets
(`proposals.models.rights`), the only doors. The crawl of the tests sends everyone to every address
and compares what they get with what is declared; an address that declares nothing fails it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import TextChoices
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe

View = TypeVar("View", bound=Callable[..., Any])


class Persona(TextChoices):
    """Who may come, as seen from one action: its referent, somebody else's contributor…"""

    ANONYMOUS = "anonymous", "anonyme"
    STRANGER = "stranger", "contributeur d'ailleurs"
    PARTNER = "partner", "contributeur partenaire"
    OFFICER = "officer", "agent"
    LEAD = "lead", "référent ou suppléant"
    COLLEAGUE = "colleague", "coordination d'ailleurs"
    COORDINATOR = "coordinator", "coordination"
    ADMINISTRATOR = "administrator", "administration"


P = Persona
_EVERYONE = frozenset(Persona)
_REGION = frozenset({P.OFFICER, P.LEAD, P.COLLEAGUE, P.COORDINATOR, P.ADMINISTRATOR})


class Access(Enum):
    """To whom an address is open; for one about an action, by what they are to that action."""

    PUBLIC = "read by all", _EVERYONE
    DOOR = "forms of who has no session: signing in, a forgotten password", _EVERYONE
    ACCOUNT = "whoever is signed in", _EVERYONE - {P.ANONYMOUS}
    REGION = "those who work for the Region", _REGION
    FOLLOW = "those who follow an action: the Region, its partners", _REGION | {P.PARTNER}
    REPORT = (
        "those who write on an action, published at once or validated",
        frozenset({P.PARTNER, P.LEAD, P.COORDINATOR, P.ADMINISTRATOR}),
    )
    LEAD = "those who answer for an action", frozenset({P.LEAD, P.COORDINATOR, P.ADMINISTRATOR})
    STAFF = "the administration", frozenset({P.COLLEAGUE, P.COORDINATOR, P.ADMINISTRATOR})
    COORDINATE = "who administers a strategy", frozenset({P.COORDINATOR, P.ADMINISTRATOR})
    ADMINISTER = "administrators", frozenset({P.ADMINISTRATOR})
    NOBODY = "facts, that are written elsewhere", frozenset[Persona]()

    @property
    def personas(self) -> frozenset[Persona]:
        return self.value[1]


def open_to(access: Access) -> Callable[[View], View]:
    """Declare to whom a view is open. What the public reads, it only reads."""

    def declare(view: View) -> View:
        declared: Any = view
        if access is Access.PUBLIC:
            declared = login_not_required(require_safe(view))
        elif access is Access.DOOR:
            declared = login_not_required(view)
        declared.access = access
        return declared

    return declare


# Django's own pages of an administration, by name.
_OF_SITE = {
    "index": Access.STAFF,
    "login": Access.DOOR,
    "logout": Access.STAFF,
    "password_change": Access.ACCOUNT,
    "admin_password": Access.ACCOUNT,
    "password_change_done": Access.STAFF,
    "autocomplete": Access.STAFF,
    "jsi18n": Access.STAFF,
    "view_on_site": Access.STAFF,
    "app_list": Access.STAFF,
    "journal": Access.ADMINISTER,
}
# What each page of a model is for, in Django's words.
_OF_MODEL = {
    "changelist": "view",
    "add": "add",
    "history": "view",
    "delete": "delete",
    "change": "view",
}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the site, and to whom it is open; None: it declares nothing."""

    name: str
    path: str
    access: Access | None
    writes: Access | None
    """Who may send a form to it: the same, but for pages that some only read."""
    admin: Any = None
    """The ModelAdmin whose page it is."""


def addresses() -> Iterator[Address]:
    """Every address of the site, the administration's at the end."""
    found = _below(get_resolver().url_patterns, "", "/")
    yield from sorted(found, key=lambda one: one.name.startswith("admin:"))


def _below(patterns: Any, names: str, path: str) -> Iterator[Address]:
    for pattern in patterns:
        here = path + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from _below(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern) and not _falls_through(pattern):
            yield _address(pattern, names, here)


def _plain(route: str) -> str:
    """A route as people read it: « (?P<key>.+)/$ » is « <key>/ »."""
    return re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).removeprefix("^").removesuffix("$")


def _falls_through(pattern: URLPattern) -> bool:
    """Django's old addresses of change pages and the administration's own 404: they lead on."""
    return pattern.name is None and str(pattern.pattern) in ("<path:object_id>/", "(?P<url>.*)$")


def _address(pattern: URLPattern, names: str, path: str) -> Address:
    view, name = pattern.callback, pattern.name or ""
    admin = getattr(view, "model_admin", None)
    declared = writes = getattr(view, "access", None)
    if declared is None and admin is not None:
        page = name.rpartition("_")[2]
        declared = writes = _of_model(admin, page, _OF_MODEL.get(page))
        if page == "change":
            writes = _of_model(admin, page, "change")
    elif declared is None and path.startswith("/admin/"):
        declared = writes = _OF_SITE.get(name)
    elif declared is None and getattr(view, "login_required", True) is False:
        declared = writes = Access.PUBLIC
    return Address(f"{names}{name}", path, declared, writes, admin)


def _of_model(admin: Any, page: str, what: str | None) -> Access | None:
    if what is None:
        return None
    if what in admin.closed:
        return Access.NOBODY
    if what not in admin.staff_may:
        return Access.ADMINISTER
    of_one_row = page in ("change", "delete", "history")
    scoped = bool(getattr(admin, "strategy_path", ""))
    return Access.COORDINATE if scoped and of_one_row else Access.STAFF
