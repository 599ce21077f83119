"""What those who watch the site are told, with real processes behind it."""

import json
import socket
import tempfile
from datetime import timedelta

import pytest
from django.utils import timezone

from sress.health import PATIENCE
from sress.models import Heartbeat
from tests.sress.servers import database_url, get, process, site, wait_until


@pytest.mark.django_db
def test_without_signs_of_life_the_site_is_degraded_and_serves(anonymous):
    Heartbeat.objects.create(
        process="beat", beaten_at=timezone.now() - PATIENCE - timedelta(seconds=1)
    )
    response = anonymous.get("/readyz")
    assert response.status_code == 200
    told = response.json()
    assert told["status"] == "degraded"
    assert told["worker"] == told["beat"] == "silent"
    assert anonymous.get("/healthz").status_code == 200


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_broker_away_degrades_and_pages_are_served():
    with site(CELERY_BROKER_URL="redis+socket:///nonexistent/valkey.sock") as address:
        status, body = get(f"{address}/readyz")
        assert (status, json.loads(body)["broker"]) == (200, "away")
        assert get(f"{address}/compte/connexion/")[0] == 200


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_real_worker_and_beat_are_seen_and_missed(anonymous):
    worker = ("celery", "--app", "sress.celery", "worker", "--concurrency", "1")
    beat = ("celery", "--app", "sress.celery", "beat", "--scheduler", "celery.beat.Scheduler")

    def told():
        return anonymous.get("/readyz").json()

    long_ago = timezone.now() - PATIENCE - timedelta(seconds=1)
    with process(*worker):
        with process(*beat):
            wait_until(lambda: told()["status"] == "ok")
        Heartbeat.objects.update(beaten_at=long_ago)
        assert (told()["worker"], told()["beat"]) == ("ok", "silent")
    Heartbeat.objects.update(beaten_at=long_ago)
    assert told()["worker"] == told()["beat"] == "silent"


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_holds_nobody():
    """It accepts connections and never answers, as a stopped process does."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(f"{folder}/deaf.sock")
        deaf.listen(8)
        with site(CELERY_BROKER_URL=f"redis+socket://{folder}/deaf.sock") as address:
            status, body = get(f"{address}/readyz")
            assert (status, json.loads(body)["broker"]) == (200, "away")


@pytest.mark.servers
@pytest.mark.django_db
def test_a_database_away_is_a_503_and_never_a_stale_page():
    with site(DATABASE_URL="postgres://nobody@/none?host=/nonexistent") as address:
        status, body = get(f"{address}/readyz")
        assert (status, json.loads(body)["database"]) == (503, "away")
        status, body = get(f"{address}/sress-2018-2021/")
        assert status == 503
        assert "Le site revient dans un instant" in body
        assert get(f"{address}/healthz")[0] == 200


@pytest.mark.servers
@pytest.mark.django_db
def test_missing_migrations_are_a_503():
    with site(DATABASE_URL=database_url("postgres")) as address:
        status, body = get(f"{address}/readyz")
        assert (status, json.loads(body)["database"]) == (503, "migrations missing")
