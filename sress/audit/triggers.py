"""Which tables write versions: those whose models say so, brought up to date after migrations.

The function that they call is `sress_audit()` (migration `audit`).
"""

from typing import Any

from django.db import connections

from sress.audit.tracking import SUFFIX, registry

TRIGGERS = {
    "audit_insert": ("INSERT", "NEW TABLE AS new_rows"),
    "audit_update": ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    "audit_delete": ("DELETE", "OLD TABLE AS old_rows"),
}

PRESENT = """
SELECT c.relname, t.tgname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = ANY(%s) AND NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
"""
# In the middle of the migrations, some tables and the function may not be there.
POSSIBLE = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE to_regclass(quote_ident(name)) IS NOT NULL
    AND to_regclass(quote_ident(name || %s)) IS NOT NULL
    AND to_regproc('sress_audit') IS NOT NULL
"""


def follow(using: str, **kwargs: Any) -> None:
    """Give every tracked table its triggers, and take them from those that are tracked no more."""
    connection = connections[using]
    quote = connection.ops.quote_name
    keys = {one.table: one.model._meta.pk.column for one in registry.values()}
    with connection.cursor() as cursor:
        cursor.execute(POSSIBLE, [list(keys), SUFFIX])
        wanted = {(table, name) for (table,) in cursor.fetchall() for name in TRIGGERS}
        cursor.execute(PRESENT, [list(TRIGGERS)])
        present = set(cursor.fetchall())
        for table, name in present - wanted:
            cursor.execute(f"DROP TRIGGER {name} ON {quote(table)}")
        for table, name in sorted(wanted - present):
            change, rows = TRIGGERS[name]
            cursor.execute(
                f"CREATE TRIGGER {name} AFTER {change} ON {quote(table)} REFERENCING {rows} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION sress_audit('{keys[table]}')"
            )
