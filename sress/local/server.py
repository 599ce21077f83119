"""A server that can be started after anything that may have happened to the last one."""

import logging
import os
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Collection
from pathlib import Path
from typing import Any

import psutil

from . import processes
from .errors import LocalError

logger = logging.getLogger(__name__)

_LARGEST_LOG = 5_000_000  # bytes


class Server(ABC):
    """One server process and its data folder, in which it works (see `processes`)."""

    name: str
    programs: Collection[str]
    """The names that its processes may have."""
    stop_steps: processes.Steps
    discard_steps: processes.Steps
    """How to end it so that it writes nothing more."""
    ready_within = 90.0
    """Seconds, a recovery after a crash included."""

    def __init__(self, folder: Path, pid_file: Path, socket: Path, log: Path) -> None:
        self.folder = folder
        self.pid_file = pid_file
        self.socket = socket
        self.log = log
        self.process: psutil.Process | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Create the data folder, if this is the first start."""

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def popen(self) -> dict[str, Any]:
        """Further arguments of the process."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it answers on its socket."""

    def forget_the_dead(self) -> None:
        """Remove what a killed server left, which would keep the next from starting.

        Called only when no process of this server lives.
        """
        self.pid_file.unlink(missing_ok=True)

    def settle(self) -> None:  # noqa: B027
        """What remains to be done once it answers."""

    @property
    def is_running(self) -> bool:
        return self.process is not None and processes.is_alive(self.process)

    def start(self) -> None:
        """Adopt the server that a killed holder left, or start one; wait until it answers."""
        if not self._adopt():
            # First, since they may write to a folder of the same name as theirs.
            self._end_strays()
            self.prepare()
            self.forget_the_dead()
            self._launch()
        self.settle()
        logger.info("%s runs", self.name)

    def stop(self) -> None:
        """Stop it cleanly, in bounded time."""
        if self.process is None:
            return
        in_place = processes.is_still_in(self.folder, self.process)
        # PostgreSQL's last act is to write to its folder by name: it would ruin a new one there.
        if processes.end([self.process], self.stop_steps if in_place else self.discard_steps):
            logger.info("%s has stopped", self.name)
        else:
            logger.error("%s does not stop (process %d)", self.name, self.process.pid)
        self.process = None

    def _adopt(self) -> bool:
        self.process = processes.named_in(self.pid_file, self.programs, self.folder)
        if self.process is None:
            return False
        logger.info("%s is there already, process %d", self.name, self.process.pid)
        if not self.socket.exists():
            self.stop()  # it is stopping already, or its socket was swept away
            return False
        return self._wait_until_it_answers()

    def _end_strays(self) -> None:
        """End what is left of a killed server, or works in a folder that was removed.

        PostgreSQL's children have the data open until they end. They usually notice and do so by
        themselves, but not amid a computation.
        """
        strays = processes.working_in(self.folder, self.programs)
        strays = processes.wait_for_end(strays, 1)
        if strays:
            logger.warning("%s: ending %s", self.name, [stray.pid for stray in strays])
        if not processes.end(strays, self.discard_steps):
            raise LocalError(f"{self.name}: processes of an earlier server do not end: {strays}")

    def _launch(self) -> None:
        log = _rotated(self.log)
        start = log.stat().st_size
        with log.open("ab") as output:
            self.process = psutil.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.popen(),
            )
        if not self._wait_until_it_answers():
            lines = log.read_bytes()[start:].decode(errors="replace").splitlines()[-5:]
            raise LocalError("\n  ".join([f"{self.name} does not start; its log says:", *lines]))

    def _wait_until_it_answers(self) -> bool:
        """False if it ended instead."""
        deadline = time.monotonic() + self.ready_within
        while self.is_running:
            if self.answers():
                return True
            if time.monotonic() > deadline:
                raise LocalError(f"{self.name} does not answer; see {self.log}")
            time.sleep(0.03)
        self.process = None
        return False


def clean_environment() -> dict[str, str]:
    """Ours, without what would change a server: PGOPTIONS, or a locale this machine lacks."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def _rotated(log: Path) -> Path:
    log.touch()
    if log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
        log.touch()
    return log
