"""Processes that are surely ours. Nothing else is ever signalled.

A pid in a file proves nothing: its process may have died, and the number been given to a
stranger. What does: the program's name, and a working folder that belongs to one server only
(PostgreSQL and Valkey both work in their data folder).
"""

import contextlib
import signal
import time
from collections.abc import Collection, Iterable
from pathlib import Path

import psutil

# What to send, and how many seconds to wait for its effect, from gentle to rough.
Steps = tuple[tuple[signal.Signals, float], ...]


def named_in(pid_file: Path, programs: Collection[str], folder: Path) -> psutil.Process | None:
    """The process whose pid is in the file's first line, if it runs one of `programs` there.

    Not if the folder was removed under it, and another made in its place.
    """
    try:
        process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    if _is_ours(process, programs, folder) and is_still_in(folder, process):
        return process
    return None


def working_in(folder: Path, programs: Collection[str]) -> list[psutil.Process]:
    """All processes that run one of `programs` there, or did before the folder was removed."""
    return [found for found in psutil.process_iter() if _is_ours(found, programs, folder)]


def is_still_in(folder: Path, process: psutil.Process) -> bool:
    """Whether the folder is the one that the process works in, and not one of the same name."""
    try:
        return Path(f"/proc/{process.pid}/cwd").samefile(folder)
    except OSError:
        return not Path("/proc/self").exists()  # not Linux: the name must do


def is_alive(process: psutil.Process) -> bool:
    if isinstance(process, psutil.Popen):
        return process.poll() is None  # ours to bury, too
    try:
        # A zombie that its parent (a container's first process) never buries has ended for us.
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still live then."""
    deadline = time.monotonic() + seconds
    alive = list(processes)
    while (alive := [p for p in alive if is_alive(p)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def end(processes: Iterable[psutil.Process], steps: Steps) -> bool:
    """Send signals until all have ended. False: they outlive even the last step."""
    alive = list(processes)
    for step, seconds in steps:
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.send_signal(step)  # psutil refuses if the pid has got a new process
        alive = wait_for_end(alive, seconds)
    return not alive


def _is_ours(process: psutil.Process, programs: Collection[str], folder: Path) -> bool:
    try:
        return process.name() in programs and process.cwd() == str(folder)
    except (psutil.Error, OSError):
        return False  # ended, a zombie, or another user's
