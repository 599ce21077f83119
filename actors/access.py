"""To whom each address is open: declared on its view, printed by `print_access`, tested by a crawl.

A declaration enforces that one is signed in, nothing more: what is whose is decided by the
querysets of `proposals.models.rights`, the only doors. The crawl of the tests sends everyone to
every address and compares what they get with what is declared; an address that declares nothing
fails it.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import TextChoices
from django.views.decorators.http import require_safe

View = TypeVar("View", bound=Callable[..., Any])


class Persona(TextChoices):
    """Who may come, seen from one action: somebody else's contributor, its referent…"""

    ANONYMOUS = "anonymous", "anonyme"
    STRANGER = "stranger", "contributeur d'ailleurs"
    PARTNER = "partner", "contributeur partenaire"
    OFFICER = "officer", "agent"
    LEAD = "lead", "référent·e, suppléant·e"
    COLLEAGUE = "colleague", "coordination d'ailleurs"
    COORDINATOR = "coordinator", "coordination"
    ADMINISTRATOR = "administrator", "administration"


P = Persona


class Access(Enum):
    """To whom an address is open; for one of an action, depending on what they are to it."""

    PUBLIC = frozenset(Persona)
    # Whoever has no session, and only they.
    SIGNED_OUT = frozenset({P.ANONYMOUS})
    ACCOUNT = PUBLIC - {P.ANONYMOUS}
    # Those who work for the Region.
    REGION = frozenset({P.OFFICER, P.LEAD, P.COLLEAGUE, P.COORDINATOR, P.ADMINISTRATOR})
    # Those who follow an action: the Region and the action's own partners.
    FOLLOW = REGION | {P.PARTNER}
    # Those who write reports on an action, published at once or validated.
    REPORT = frozenset({P.PARTNER, P.LEAD, P.COORDINATOR, P.ADMINISTRATOR})
    # Those who answer for an action: they publish, validate, retract, hand over.
    LEAD = frozenset({P.LEAD, P.COORDINATOR, P.ADMINISTRATOR})
    STAFF = frozenset({P.COLLEAGUE, P.COORDINATOR, P.ADMINISTRATOR})
    COORDINATE = frozenset({P.COORDINATOR, P.ADMINISTRATOR})
    ADMINISTER = frozenset({P.ADMINISTRATOR})


def open_to(access: Access) -> Callable[[View], View]:
    """Declare to whom a view is open. A public page answers without a session, and only reads."""

    def declare(view: View) -> View:
        declared: Any = login_not_required(require_safe(view)) if access is Access.PUBLIC else view
        declared.access = access
        return declared

    return declare
