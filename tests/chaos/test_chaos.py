"""A thousand reminders, while worker, beats, web, broker and database die at random moments, and
the mail server answers 421, 451, 550, or drops the connection before or after it took the mail."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes

import psycopg
import pytest

from tests.chaos.world import ACTIONS
from tests.local.kit import Local, soon, temporary_folder
from tests.sress.outbox.kit import noted
from tests.sress.servers import ROOT, free_port, get

pytestmark = pytest.mark.servers

SEED = 20191115
# How long things die, and how long the rest may take.
STORM, CALM = 30, 90
CELERY = ("celery", "--app", "tests.chaos.app")
DONE = """
    SELECT count(*) FROM proposals_reminder r
    JOIN proposals_reminderrule u ON u.id = r.rule_id JOIN sress_mail m ON m.id = r.mail_id
    WHERE u.kind = 'echeance_action' AND m.state = 'envoye'
"""


class Processes:
    """Those of the site, by name; each may be killed, and is then started anew."""

    def __init__(self, environment, log):
        self.environment, self.log = environment, log
        self.commands = {}
        self.running = {}

    def start(self, name, *command):
        self.commands[name] = command
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def kill(self, name):
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def kill_all(self):
        for name in list(self.running):
            self.kill(name)

    def kill_and_restart(self, name):
        self.kill(name)
        self.start(name, *self.commands[name])

    def run(self, *command):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def ask(url, sql):
    """The rows, once the database answers."""
    for _ in range(100):
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                return connection.execute(sql).fetchall()
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise AssertionError("the database does not come back")


def test_every_reminder_leaves_whatever_dies(capsys):
    draw, killed, site = random.Random(SEED), Counter(), None
    with temporary_folder() as folder, (folder / "log").open("ab") as log:
        local = Local(folder / "local")
        try:
            with local.command("--owner") as given:
                port, smtp = free_port(), free_port()
                environment = {
                    **{k: v for k, v in os.environ.items() if k[:5] != "OIDC_"},
                    **{k: given[k] for k in ("DATABASE_URL", "CELERY_BROKER_URL")},
                    "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
                    "SRESS_DEMO": "1",
                    "SRESS_TODAY": "2019-11-15",
                    "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
                    "PORT": str(port),
                    "WEB_CONCURRENCY": "1",
                }
                url = given["DATABASE_URL"]
                site = Processes(environment, log)
                site.run("manage.py", "migrate", "-v0")
                site.run("-m", "tests.chaos.world", "fill")
                taken = folder / "taken"
                taken.touch()
                site.start("smtp", "tests.sress.outbox.kit", str(smtp), str(taken), str(SEED))
                site.start("web", "gunicorn", "sress.wsgi")
                site.start("worker", *CELERY, "worker", "--concurrency", "2")
                for beat in ("beat", "second beat"):
                    schedule = str(folder / beat.replace(" ", "-"))
                    site.start(beat, *CELERY, "beat", "--schedule", schedule)
                victims = ["worker", "worker", "beat", "second beat", "web", "broker", "database"]
                ends = time.monotonic() + STORM
                while time.monotonic() < ends:
                    time.sleep(draw.uniform(0.5, 2.5))
                    victim = draw.choice(victims)
                    server = {"broker": local.valkey, "database": local.postgresql}.get(victim)
                    if server is None:
                        site.kill_and_restart(victim)
                    elif one := server():  # it may still be starting anew
                        local.kill(one)
                    killed[victim] += 1

                # The mail server is well again, and an administrator sends again what it refused.
                folder.joinpath("taken.calm").touch()
                assert soon(lambda: ask(url, DONE), 60)
                resent, ends = 0, time.monotonic() + CALM
                while ask(url, DONE) != [(ACTIONS,)]:
                    assert time.monotonic() < ends, f"{ask(url, DONE)} of {ACTIONS} left"
                    resent += int(site.run("-m", "tests.chaos.world", "resend"))
                    time.sleep(1)
                assert soon(lambda: get(f"http://localhost:{port}/healthz")[0] == 200, 30)
                site.kill_all()
                mails = ask(url, "SELECT content, state FROM sress_mail")
                accepted = noted(taken)
                told = ask(
                    url,
                    "SELECT count(*), count(DISTINCT (action_id, recipient_id)) "
                    "FROM proposals_reminder WHERE mail_id IS NOT NULL AND action_id IS NOT NULL",
                )
        finally:
            if site:
                site.kill_all()
            local.remove()

    sent = {
        message_from_bytes(content)["Message-ID"] for content, state in mails if state == "envoye"
    }
    by_identity = Counter(one.message_id for one in accepted)
    bytes_of = {one.message_id: set() for one in accepted}
    for one in accepted:
        bytes_of[one.message_id].add(one.digest)
    doubles = sum(count - 1 for count in by_identity.values())
    unheard = sum(not one.heard for one in accepted)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{ACTIONS} reminders in {len(sent)} mails; {len(accepted)} accepted, of which "
            f"{unheard} without a reply and {doubles} twice; {resent} sent again after a refusal; "
            f"killed: {dict(killed)}\n"
        )
    assert told == [(ACTIONS, ACTIONS)], "each reminder is in one mail"
    assert sent <= set(by_identity), "what is said to have left has left"
    assert all(len(digests) == 1 for digests in bytes_of.values()), "a double is the same bytes"
    # A mail goes twice only when nobody knows that it left: a lost reply, or a death meanwhile.
    assert doubles <= unheard + sum(killed[who] for who in ("worker", "database"))
