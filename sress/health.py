"""For those who watch the site: is the process up, and is everything behind it?"""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from sress.celery import HEARTBEAT_SECONDS, app
from sress.models import Heartbeat, Mail

# Three missed heartbeats.
PATIENCE = timedelta(seconds=3 * HEARTBEAT_SECONDS)


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked of it."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """503 when the site cannot serve (database away, migrations missing).

    Broker, worker, beat and mails that wait for too long only degrade it: pages are served and
    reports accepted without them.
    """
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        alive = set() if pending else Heartbeat.alive(PATIENCE)
        late = not pending and Mail.objects.overdue().exists()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "away"}, status=503)
    if pending:
        return JsonResponse({"status": "unavailable", "database": "migrations missing"}, status=503)
    parts = {"broker": "ok" if broker_answers() else "away"}
    for process in Heartbeat.Process:
        parts[process] = "ok" if process in alive else "silent"
    # Without beat no heartbeat reaches the worker, who may be well.
    if parts["worker"] == "silent" and parts["broker"] == "ok" and worker_answers():
        parts["worker"] = "ok"
    parts["mail"] = "late" if late else "ok"
    status = "ok" if set(parts.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, "database": "ok", **parts})


def broker_answers() -> bool:
    """Whether the broker answers within a second; one that hangs does not."""
    try:
        with _broker() as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
            broker.default_channel.client.ping()
    except (OSError, KombuError, RedisError):
        return False
    return True


def worker_answers() -> bool:
    """Whether a worker answers on the broker within a second."""
    try:
        with _broker() as broker:
            return bool(app.control.ping(timeout=1, limit=1, connection=broker))
    except (OSError, KombuError, RedisError):
        return False


def _broker() -> Connection:
    """A connection none of whose steps waits for more than a second."""
    bounds = {"socket_timeout": 1, "socket_connect_timeout": 1, "max_retries": 0}
    return app.connection_for_write(connect_timeout=1, transport_options=bounds)
