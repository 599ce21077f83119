from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate


class SressConfig(AppConfig):
    name = "sress"
    verbose_name = "Site"

    def ready(self) -> None:
        # Tasks declared with shared_task belong to this application.
        from sress import celery  # noqa: F401
        from sress.audit import triggers

        post_migrate.connect(triggers.follow, sender=self)
        post_migrate.connect(grant_to_application_role, sender=self)


def grant_to_application_role(using: str, **kwargs: Any) -> None:
    """Let the role of the running site read and write rows, and nothing else.

    Run after each migration, by the owner of the tables. Without TRUNCATE and TRIGGER the site
    cannot silence the triggers that guard facts; versions of rows, which triggers write as the
    owner, it may only read. Where the role does not exist (one single role for everything) there is
    nothing to grant.
    """
    from sress.audit.tracking import registry

    role = settings.DATABASE_APP_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        quoted = connections[using].ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quoted}")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"
        )
        versions = {one.version._meta.db_table for one in registry.values()}
        for table in versions.intersection(connections[using].introspection.table_names(cursor)):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {quoted}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
