"""Real processes of the site, for tests that watch them live and die."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url(name: str) -> str:
    """The database of that name on the server of the tests."""
    settings = connection.settings_dict
    return f"postgres://{settings['USER']}@/{name}?host={settings['HOST']}"


def environment(**changes: str) -> dict[str, str]:
    """That of this test run, on its own test database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "ALLOWED_HOSTS": "localhost",
        **changes,
    }


@contextmanager
def process(
    *command: str, log: Path | None = None, **changes: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module's command (`celery …`, `gunicorn …`) until the block ends.

    What it says goes to the file `log`, if any.
    """
    # A pipe that nobody reads would fill and stop the process.
    with (
        Path(log or os.devnull).open("ab") as said,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment(**changes),
            stdout=said,
            stderr=said,
            start_new_session=True,
        ) as started,
    ):
        try:
            yield started
        finally:
            os.killpg(started.pid, signal.SIGTERM)
            try:
                started.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site(log: Path | None = None, **changes: str) -> Iterator[str]:
    """The site under gunicorn; yields its address once it answers."""
    port = free_port()
    changes = {"PORT": str(port), "WEB_CONCURRENCY": "1", **changes}
    with process("gunicorn", "sress.wsgi", log=log, **changes):
        address = f"http://localhost:{port}"
        wait_until(lambda: get(f"{address}/healthz")[0] == 200)
        yield address


def get(address: str) -> tuple[int, str]:
    """Status and body; 0 while nothing listens."""
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, ""


def wait_until(condition, seconds: float = 60) -> None:
    """Fail when `condition` is not met in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.2)
