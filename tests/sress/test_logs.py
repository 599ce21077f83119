"""What the log of real processes holds, at its most talkative: nobody's words, no secret."""

import http.cookiejar
import logging
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from proposals.models import ProgressReport
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from sress.logs import DiscreetFormatter
from tests.factories import ActionFactory, UserFactory
from tests.sress import servers

PASSWORD = "Marque-du-mot-de-passe-7"
TEXT = "MarqueDuTexte"
QUERY = "MarqueDeLaRequete"
TOKEN = "c7x2p0-5e3f0c8e2f1b4d5a9c8b7a6f5e4d3c2b"


class Browser:
    """A visitor with cookies, over a real connection."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies = http.cookiejar.CookieJar()
        keeper = urllib.request.HTTPCookieProcessor(self.cookies)
        self.opener = urllib.request.build_opener(keeper)

    def get(self, path: str) -> int:
        return self._status(f"{self.site}{path}")

    def post(self, path: str, **data: str) -> int:
        csrf = next(one.value for one in self.cookies if one.name == "csrftoken")
        said = urllib.parse.urlencode({"csrfmiddlewaretoken": csrf, **data}).encode()
        return self._status(f"{self.site}{path}", said)

    def _status(self, *request) -> int:
        try:
            with self.opener.open(*request, timeout=20) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def secrets(self) -> list[str]:
        return [cookie.value for cookie in self.cookies]


@pytest.fixture
def refusing_reports(transactional_db):
    """The database fails on reports, and quotes the whole row."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE proposals_progressreport ADD COLUMN missing int NOT NULL")
        yield cursor
        cursor.execute("ALTER TABLE proposals_progressreport DROP COLUMN IF EXISTS missing")


@pytest.mark.servers
def test_the_log_holds_neither_passwords_nor_cookies_nor_words(refusing_reports, tmp_path):
    user = UserFactory(email="marque@region.example.org")
    user.set_password(PASSWORD)
    user.save()
    action = ActionFactory(strategy__slug="sress", code="1.1", referent=user)
    sign_in, report = "/compte/connexion/", "/suivi/sress/actions/1-1/point/"
    content = {
        **{"reported_on": action.exists_from.isoformat(), "status": "en_cours", "progress": "50"},
        **{"text": TEXT, "visibility": "public", "publier": "1"},
    }
    link = replies.token(Link(user.pk, action.pk, What.NOTHING_NEW))
    answer = reverse("desk:reply", args=[link])
    log = tmp_path / "log"
    with servers.site(log=log, LOG_LEVEL="DEBUG") as site:
        browser = Browser(site)
        assert browser.get(f"{sign_in}?q={QUERY}") == 200
        assert browser.post(sign_in, login=user.email, password=f"{PASSWORD}-faux") == 200
        assert browser.post(sign_in, login=user.email, password=PASSWORD) == 200
        assert browser.get(report) == 200
        assert browser.post(f"{report}?q={QUERY}", submission=str(uuid.uuid4()), **content) == 500
        assert browser.get(answer) == 200
        assert browser.post(answer, seen="0") == 500
        refusing_reports.execute("ALTER TABLE proposals_progressreport DROP COLUMN missing")
        assert browser.post(report, submission=str(uuid.uuid4()), **content) == 200
        assert ProgressReport.objects.count() == 1
        assert browser.get(f"/compte/mot-de-passe/oublie/MQ-{TOKEN}/?q={QUERY}") == 200
        assert browser.get(f"/compte/reinitialisation/MQ/{TOKEN}/?q={QUERY}") == 404
        assert browser.post(report, csrfmiddlewaretoken=QUERY, **content) == 403
    said = log.read_text()
    # The failures are told, and where they come from.
    assert f"Internal Server Error: {report}" in said
    assert "sqlstate=23502 table_name=proposals_progressreport column_name=missing" in said
    assert re.search(r'File ".*/proposals/.*", line \d+', said)
    assert "Not Found: /compte/reinitialisation/MQ/…/" in said
    assert "Internal Server Error: /suivi/relances/reponse/…/" in said
    user.refresh_from_db()
    secrets = [PASSWORD, TEXT, QUERY, TOKEN, user.password, *browser.secrets()]
    secrets += [link, *link.split(":")[::2]]
    assert [secret for secret in secrets if secret in said] == []
    assert TEXT.lower() not in said.lower()


@pytest.mark.servers
def test_a_line_that_is_no_request_is_not_repeated(transactional_db, tmp_path):
    log = tmp_path / "log"
    with servers.site(log=log, LOG_LEVEL="DEBUG") as site:
        host, port = site.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"GET / HTTP/1.1\r\nCookie {TEXT}: x\r\n\r\n".encode())
            line.settimeout(10)
            assert b" 400 " in line.recv(1000)
    assert "Invalid request from ip=" in log.read_text()
    assert TEXT not in log.read_text()


def test_the_words_of_an_error_are_not_repeated_by_the_message():
    try:
        int(TEXT)
    except ValueError as error:
        message = f"Task sress.tasks.one raised unexpected: {error!r} {error}"
        record = logging.makeLogRecord({"msg": message, "exc_info": sys.exc_info()})
    said = DiscreetFormatter().format(record)
    assert "raised unexpected: ValueError" in said
    assert TEXT not in said


@pytest.mark.django_db(transaction=True)
def test_neither_values_of_queries_nor_arguments_of_tasks_are_told_at_debug():
    code = f"""
import logging
from actors.models import User
User.objects.filter(email="{TEXT}").exists()
for name in ("celery.pool", "celery.worker.strategy", "kombu.connection"):
    logging.getLogger(name).debug("{TEXT}")
logging.getLogger("sress").debug("de quoi comparer")
"""
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=servers.ROOT,
        env=servers.environment(
            DJANGO_SETTINGS_MODULE="sress.settings", DEBUG="1", LOG_LEVEL="DEBUG"
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said = told.stdout + told.stderr
    assert "de quoi comparer" in said
    assert TEXT not in said
