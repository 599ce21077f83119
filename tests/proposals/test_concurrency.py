"""Several at once, on a real database: counted facts are right."""

import http.client
import random
import threading
import time
import urllib.parse
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psutil
import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test import Client

from proposals.models import ProgressReport, Rectification, Status
from sress import refusals
from tests.factories import ActionFactory, ProgressReportFactory, UserFactory
from tests.sress.servers import site

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {
    "reported_on": date(2019, 3, 1),
    "status": Status.ONGOING,
    "progress": 50,
    "text": "Bail signé.",
}


def at_once(times, work):
    """Run `work(i)` in as many threads, started together; their results or exceptions."""
    gate = threading.Barrier(times)

    def run(i):
        try:
            gate.wait(timeout=10)
            return work(i)
        except IntegrityError as error:
            return refusals.message(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_twenty_double_clicks_make_one_report():
    action = ActionFactory(strategy__slug="sress", code="12.3")
    user = UserFactory()
    action.referent = user
    action.save()
    sent = {
        **SAID,
        "submission": str(uuid.uuid4()),
        "visibility": "public",
        "reported_on": "2019-03-01",
    }

    def click(i):
        client = Client()
        client.force_login(user)
        return client.post("/suivi/sress/actions/12-3/point/", sent).status_code

    assert at_once(20, click) == [302] * 20
    assert ProgressReport.objects.count() == 1


def test_different_reports_at_once_all_count():
    action, author = ActionFactory(), UserFactory()

    def log(i):
        return ProgressReport.objects.record(action=action, author=author, **SAID)[1]

    assert at_once(8, log) == [True] * 8
    assert ProgressReport.objects.count() == 8


def test_two_officers_correct_the_same_report():
    wrong = ProgressReportFactory()
    author = UserFactory()

    def correct(i):
        return ProgressReport.objects.record(
            action=wrong.action, author=author, supersedes=wrong, **SAID
        )[1]

    results = at_once(4, correct)
    assert results.count(True) == 1
    refused = "Ce point a déjà été corrigé ou retiré : relisez l'historique."
    assert results.count(refused) == 3


def test_a_report_before_the_action_loses_the_race_or_wins_it():
    """A rectification of « existe depuis » and a report never end up contradicting each other."""
    for _ in range(5):
        action, author = ActionFactory(exists_from=date(2019, 1, 1)), UserFactory()

        def act(i, action=action, author=author):
            if i:
                Rectification.objects.apply(
                    action, "exists_from", date(2019, 4, 1), author=author, motive="Erreur"
                )
            else:
                ProgressReport.objects.record(action=action, author=author, **SAID)
            return "done"

        assert at_once(2, act).count("done") == 1
        action.refresh_from_db()
        assert all(r.reported_on >= action.exists_from for r in action.reports.all())


def test_a_killed_writer_leaves_a_whole_report_or_none():
    """The connection is cut between the report and its commit; the same form is sent again."""
    action, author, key = ActionFactory(), UserFactory(), uuid.uuid4()

    def log_and_die(i):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        try:
            with transaction.atomic():
                ProgressReport.objects.record(action=action, author=author, submission=key, **SAID)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        except OperationalError:
            return "killed"

    assert at_once(1, log_and_die) == ["killed"]
    assert not ProgressReport.objects.exists()
    assert ProgressReport.objects.record(action=action, author=author, submission=key, **SAID)[1]
    assert ProgressReport.objects.count() == 1


@pytest.mark.servers
def test_web_workers_killed_again_and_again_lose_and_double_nothing():
    """Sixty reports are sent until each is acknowledged, while workers are killed."""
    user = UserFactory()
    ActionFactory(strategy__slug="sress", code="12.3", referent=user)
    signed_in = Client()
    signed_in.force_login(user)
    cookie = f"sessionid={signed_in.cookies['sessionid'].value}; csrftoken={'x' * 32}"
    done = threading.Event()

    with site(WEB_CONCURRENCY="2") as address:
        (master,) = [
            p for p in psutil.Process().children() if any("gunicorn" in a for a in p.cmdline())
        ]

        def kill_workers():
            for _ in range(4):
                if not done.wait(1):
                    random.choice(master.children()).kill()

        def send(n):
            form = urllib.parse.urlencode(
                {
                    **SAID,
                    "text": f"Point {n}",
                    "submission": str(uuid.uuid4()),
                    "visibility": "public",
                    "csrfmiddlewaretoken": "x" * 32,
                }
            ).encode()
            request = urllib.request.Request(
                f"{address}/suivi/sress/actions/12-3/point/",
                form,
                {"Cookie": cookie, "Referer": address},
            )
            for _ in range(30):
                try:
                    with urllib.request.urlopen(request, timeout=3) as response:
                        assert response.status == 200
                        time.sleep(0.2)
                        return
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)
            raise AssertionError("never acknowledged")

        killer = threading.Thread(target=kill_workers)
        killer.start()
        try:
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(send, range(60)))
        finally:
            done.set()
            killer.join()
    texts = sorted(ProgressReport.objects.values_list("text", flat=True))
    assert texts == sorted(f"Point {n}" for n in range(60))
