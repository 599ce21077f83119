"""The side of a command: get a lease on running servers.

Kept light (no psutil, no subprocess before it is needed): it is paid by every `make` recipe.
"""

import fcntl
import os
import socket
import sys
import time

from . import locks
from .errors import LocalError
from .paths import PROJECT, Place

START_TIMEOUT = 120.0  # seconds: initdb on a slow disk, or a long crash recovery
_PAUSE = 0.03
_MOST_STARTS = 3
_LARGEST_LOG = 1_000_000  # bytes

# Shell scripts like to use the low numbers as their own (`exec 3>file`), which would end the lease.
_LOWEST_LEASE = 100


def join(place: Place) -> int:
    """Wait until the servers of `place` run, and return the lease that keeps them running.

    The lease is a file descriptor that children and an exec inherit; the servers run until all of
    them have ended. Any number of calls at once end up with the same servers.
    """
    deadline = time.monotonic() + START_TIMEOUT
    place.make_folder()
    lease = _lease(place, deadline)
    # After the lease: the last holder removes this folder, but never while there is a lease.
    place.make_sockets()
    starts = 0
    while (answer := _ask(place, deadline)) != "ready":
        if answer:
            raise LocalError(answer)
        lock = locks.open_lock(place.holder_lock)
        if locks.try_exclusive(lock):
            if starts == _MOST_STARTS:
                raise _not_starting(place)
            starts += 1
            _start_holder(place, lock)
        os.close(lock)
        _pause(place, deadline)
    return lease


def _lease(place: Place, deadline: float) -> int:
    try:
        opened = locks.open_lock(place.leases)
    except OSError as error:
        raise LocalError(f"cannot write to {place.folder}: {error.strerror}") from error
    lease = fcntl.fcntl(opened, fcntl.F_DUPFD, _LOWEST_LEASE)
    os.close(opened)
    # Refused for a moment while a holder looks for leases, for longer when it stops its servers.
    while not locks.try_shared(lease):
        _pause(place, deadline)
    return lease


def _ask(place: Place, deadline: float) -> str:
    """The holder's answer, given once it has one; "" if there is no holder, or it is going."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            connection.connect(str(place.holder_socket))
            return connection.makefile(encoding="utf-8").read().strip()
        except TimeoutError:
            raise _not_starting(place) from None
        except OSError:
            return ""


def _start_holder(place: Place, lock: int) -> None:
    """Start the holder and hand it the lock, so that no second one can come in between."""
    import subprocess

    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    with place.holder_log.open("ab") as log:
        if log.tell() > _LARGEST_LOG:
            log.truncate(0)
        result = subprocess.run(
            [sys.executable, "-m", "sress.local.holder", str(place.folder), str(lock)],
            pass_fds=[lock],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
    if result.returncode:
        raise _not_starting(place)


def _not_starting(place: Place) -> LocalError:
    try:
        lines = place.holder_log.read_text(errors="replace").splitlines()[-5:]
    except OSError:
        lines = []
    return LocalError("\n  ".join(["the servers do not start; the end of their log says:", *lines]))


def _pause(place: Place, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _not_starting(place)
    time.sleep(_PAUSE)
