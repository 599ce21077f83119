"""The erasure of a person, on their request: who they were goes, what they did in public stays.

No table can be forgotten, and none is listed here:

- a row that refers to the account says by its `on_delete` what becomes of it: with CASCADE it is
  the person's own and goes, with SET_NULL it lets go of them, with PROTECT it is the record and
  stays, signed by the anonymous account;
- a model that knows more of a person has a manager with `forget(user)`;
- what is left of names and addresses in any table that is not the record itself (versions of the
  audit trail, logs, tables of libraries) is replaced by the database (migration `erase_person`).

What people wrote in the record itself stays word for word: `mentions` finds where it names them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import Q

from actors.models import Role, User
from sress.audit.tracking import registry
from sress.audit.version import Version

# Rows of libraries that say CASCADE and are the record of the administration.
KEPT = {LogEntry}
# A confirmation page names so many mentions of each kind.
LISTED = 20


@runtime_checkable
class Forgetful(Protocol):
    """A manager whose rows hold more of a person than references to their account."""

    def forget(self, user: User) -> None:
        """Erase what does not stay of them."""


class ErasureRefusedError(Exception):
    """Why somebody cannot be erased, in French."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A row of the record whose words name somebody."""

    kind: str
    name: str
    field: str


def refusal(user: User, by: User | None) -> str:
    """Why `by` (None: a command) may not erase `user`, in French; "" when they may."""
    if user == by:
        return "On ne s'efface pas soi-même : un autre administrateur le fera."
    if user.is_erased:
        return "Cette personne est déjà effacée."
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        return "C'est le dernier compte d'administration : ouvrez-en un autre d'abord."
    return ""


@transaction.atomic
def erase(user: User, *, by: User | None) -> None:
    """Close and anonymise an account, and erase what the person left. It cannot be undone.

    Raises ErasureRefusedError.
    """
    # Two administrators who erase each other wait for one another; the second is refused.
    list(User.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").select_for_update())
    user.refresh_from_db()
    if reason := refusal(user, by):
        raise ErasureRefusedError(reason)
    for model in apps.get_models(include_auto_created=True):
        manager: Any = model._default_manager
        if isinstance(manager, Forgetful):
            manager.forget(user)
    for model, field in _references():
        rows = model._base_manager.filter(**{field.name: user})
        on_delete = field.remote_field.on_delete
        if on_delete is models.CASCADE and model not in KEPT:
            rows.delete()
        elif on_delete is models.SET_NULL:
            rows.update(**{field.name: None})
    for session in Session.objects.all():
        said = session.get_decoded()
        # A sign-in that was not finished holds an address.
        if said.get(SESSION_KEY) == str(user.pk) or user.email in str(said):
            session.delete()
    _erase_names(user.pk)
    user.refresh_from_db()


def erase_deleted(email: str) -> bool:
    """Erase what is left of accounts deleted since, that had this address; whether any had."""
    versions: Any = registry[User].version._default_manager
    known = versions.filter(email__iexact=email)
    numbers = set(known.values_list("id", flat=True)) - set(
        User.objects.values_list("pk", flat=True)
    )
    for number in numbers:
        _erase_names(number)
    return bool(numbers)


def _erase_names(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CALL actors_erase_person(%s)", [number])


def mentions(user: User) -> list[Mention]:
    """Where the record names somebody in words that erasure leaves: somebody must decide."""
    found = []
    for model in registry:
        fields = [
            field.name
            for field in model._meta.local_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        for name in fields if model is not User else ():
            named = Q(**{f"{name}__icontains": user.email})
            named |= Q(**{f"{name}__icontains": user.full_name})
            rows = model._base_manager.filter(named)[:LISTED]
            verbose = model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            kind = str(model._meta.verbose_name)
            found += [Mention(kind, str(row), str(verbose)) for row in rows]
    return found


def _references() -> Iterator[tuple[type[models.Model], Any]]:
    """Every reference to an account, from any table of any application."""
    for model in apps.get_models(include_auto_created=True):
        if issubclass(model, Version) or model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model is User:
                yield model, field
