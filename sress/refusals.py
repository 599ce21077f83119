"""What the database refuses, said in French: forms, commands and imports show the same text."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError


def message(error: IntegrityError) -> str:
    """The French text of the constraint that `error` names.

    Triggers raise theirs; declarative constraints carry theirs in the model. An error without
    either is a fault of ours and is raised again.
    """
    diagnostic = getattr(error.__cause__, "diag", None)
    declared = _declared().get(rule(error))
    if declared:
        return declared
    if diagnostic and diagnostic.sqlstate == "23514" and diagnostic.message_primary:
        return str(diagnostic.message_primary)
    raise error


def rule(error: IntegrityError) -> str:
    """The name of the constraint that refused, or ""."""
    diagnostic = getattr(error.__cause__, "diag", None)
    return (diagnostic and diagnostic.constraint_name) or ""


@cache
def _declared() -> dict[str | None, str]:
    texts: dict[str | None, str] = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            texts[constraint.name] = str(constraint.violation_error_message)
        for field in model._meta.local_fields:
            if field.unique and not field.primary_key:
                # PostgreSQL names the constraint of a unique column so.
                name = f"{model._meta.db_table}_{field.column}_key"
                texts[name] = str(field.error_messages["unique"])
    return texts
