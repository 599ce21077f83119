"""PostgreSQL, its first initialisation, and the roles and database of the project."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from . import account, storage
from .errors import LocalError
from .paths import APP_ROLE, DATABASE, OWNER_ROLE, Place
from .programs import PostgreSQLPrograms, find_postgresql
from .server import Server, clean_environment

_ROLES = Path(__file__).with_name("roles.sql")
_SUPERUSER = "postgres"
_PORT = "5432"  # only part of the socket's name: nothing listens on the network


class PostgreSQL(Server):
    name = "PostgreSQL"
    programs = ("postgres",)
    # "Fast": sessions end, all is written. Then "immediate": as in a power cut, which is safe.
    stop_steps = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
    discard_steps = ((signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))

    def __init__(self, place: Place) -> None:
        self.account = account.for_postgresql()
        home = storage.home(place, self.account)
        data = (home / "postgresql").resolve()
        self.binaries = storage.runnable(find_postgresql(_major(data)), self.account, home)
        self.sockets = place.postgresql_sockets
        super().__init__(
            folder=data,
            pid_file=data / "postmaster.pid",
            socket=self.sockets / f".s.PGSQL.{_PORT}",
            log=place.folder / "postgresql.log",
        )

    def prepare(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.sockets)
        if _major(self.folder) is None:
            self._initialise()

    def command(self) -> list[str]:
        # On the command line rather than in postgresql.conf: they follow the code and the socket
        # folder, also for data that an older version of this file has initialised.
        settings = {
            "unix_socket_directories": self.sockets,
            # No port, so none can be taken, and nobody else on the machine can connect.
            "listen_addresses": "",
            "port": _PORT,
            "max_connections": "100",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # Compiling a plan costs more than our short queries.
            "jit": "off",
            # fsync stays on: a report that was acknowledged must survive anything.
            "fsync": "on",
            "logging_collector": "off",
        }
        arguments = [part for item in settings.items() for part in ("-c", "{}={}".format(*item))]
        return [self.binaries.path("postgres"), "-D", str(self.folder), *arguments]

    def popen(self) -> dict[str, Any]:
        return {"env": clean_environment(), **self.account.popen}

    def answers(self) -> bool:
        return self._client("pg_isready", "--quiet", "--timeout=2").returncode == 0

    def forget_the_dead(self) -> None:
        # PostgreSQL takes any living process of the same user whose pid is in one of these files
        # for a server, and refuses to start.
        super().forget_the_dead()
        self.socket.unlink(missing_ok=True)
        self.socket.with_name(f"{self.socket.name}.lock").unlink(missing_ok=True)

    def settle(self) -> None:
        """Create the roles and the database; a killed first start may have left some of them."""
        names = {"owner": OWNER_ROLE, "app": APP_ROLE, "database": DATABASE}
        variables = [f"--set={name}={value}" for name, value in names.items()]
        result = self._client("psql", "--no-psqlrc", "--quiet", f"--file={_ROLES}", *variables)
        if result.returncode:
            raise LocalError(f"the roles cannot be created: {result.stderr.strip()}")

    def _client(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                self.binaries.path(program),
                f"--host={self.sockets}",
                f"--port={_PORT}",
                f"--username={_SUPERUSER}",
                "--dbname=postgres",
                *arguments,
            ],
            cwd="/",
            env=clean_environment(),
            capture_output=True,
            text=True,
            errors="replace",
        )

    def _initialise(self) -> None:
        """Make the data folder in one step: an interrupted initdb leaves only rubbish beside it."""
        for rubbish in self.folder.parent.glob("postgresql-new-*"):
            shutil.rmtree(rubbish, ignore_errors=True)
        unfinished = Path(tempfile.mkdtemp(prefix="postgresql-new-", dir=self.folder.parent))
        self.account.give(unfinished)
        result = subprocess.run(
            [self.binaries.path("initdb"), *_initdb_options(self.binaries), str(unfinished)],
            cwd="/",
            capture_output=True,
            text=True,
            errors="replace",
            **self.popen(),
        )
        if result.returncode:
            raise LocalError(f"initdb failed: {result.stderr.strip()}")
        try:
            unfinished.rename(self.folder)
        except OSError as error:
            raise LocalError(f"{self.folder} is in the way of a new database: {error}") from error
        _write_through(self.folder.parent)


def _initdb_options(binaries: PostgreSQLPrograms) -> list[str]:
    options = [
        f"--username={_SUPERUSER}",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        # Whoever reaches the socket may be any role: its folder is closed to other users, and
        # passwords would have to lie in a file beside it.
        "--auth-local=trust",
        "--auth-host=reject",
        "--locale=C",
    ]
    # Sorted by code point, but with Unicode's letters: under plain C, É and é are not two cases
    # of one letter, neither for `icontains` nor for the full text search.
    if binaries.major >= 17:
        return [*options, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*options, "--lc-ctype=C.UTF-8"]


def _major(data: Path) -> int | None:
    """The major version that wrote this data; None: there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _write_through(folder: Path) -> None:
    """Have a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
