"""The one process that owns the servers: `python -m sress.local.holder FOLDER LOCK`.

Started by the client, which hands it the holder's lock; not meant to be run by hand. SIGTERM stops
it and its servers.
"""

import contextlib
import logging
import os
import select
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

from . import locks
from .errors import LocalError
from .paths import Place
from .postgresql import PostgreSQL
from .server import Server
from .valkey import Valkey

logger = logging.getLogger(__name__)

# Seconds that the servers outlive the last lease, so that a recipe of several commands does not
# start them for each.
GRACE = 2.0
_TICK = 0.2


class Pace:
    """Bounds the rate of attempts: each waits twice as long as the last, until calm returns."""

    shortest, longest, calm = 0.1, 10.0, 60.0  # seconds

    def __init__(self) -> None:
        self.delay = self.shortest
        self.last = float("-inf")

    def allows(self) -> bool:
        return time.monotonic() >= self.last + self.delay

    def count(self) -> None:
        now = time.monotonic()
        calm = now - self.last > self.calm
        self.delay = self.shortest if calm else min(2 * self.delay, self.longest)
        self.last = now


class Holder:
    def __init__(self, place: Place, lock: int) -> None:
        self.place = place
        self.lock = lock
        self.leases = locks.open_lock(place.leases)
        self.servers: dict[type[PostgreSQL] | type[Valkey], Server] = {}
        self.paces = {kind: Pace() for kind in (PostgreSQL, Valkey)}
        self.trouble = ""
        self.last_use = time.monotonic()
        self.is_told_to_stop = False
        self.is_idle = False

    def run(self) -> None:
        """Keep the servers running as long as somebody uses them."""
        with self._listen() as listener:
            try:
                while self._is_wanted():
                    self._keep_running()
                    self._answer(listener)
            finally:
                for server in self.servers.values():
                    server.stop()
            if self.is_idle:
                # We have the leases alone, so no client can be on its way to these sockets.
                shutil.rmtree(self.place.sockets, ignore_errors=True)

    def tell_to_stop(self, *_: object) -> None:
        self.is_told_to_stop = True

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        self.place.holder_socket.unlink(missing_ok=True)  # of a killed holder: we have the lock
        listener.bind(str(self.place.holder_socket))
        listener.listen(128)
        return listener

    def _is_wanted(self) -> bool:
        if self.is_told_to_stop or not self._is_in_place():
            return False
        # To have the leases alone means that nobody else has one. Kept when it is time to go:
        # a client that comes now waits for our end and then starts a holder of its own.
        if not locks.try_exclusive(self.leases):
            self.last_use = time.monotonic()
        elif time.monotonic() > self.last_use + GRACE:
            self.is_idle = True
        else:
            locks.release(self.leases)
        return not self.is_idle

    def _is_in_place(self) -> bool:
        """False once somebody has removed our folders: no client finds us any more."""
        return (
            locks.is_still(self.lock, self.place.holder_lock) and self.place.holder_socket.exists()
        )

    def _keep_running(self) -> None:
        """Start each server that does not run: at first, or because something has killed it."""
        for kind, pace in self.paces.items():
            server = self.servers.get(kind)
            if (server and server.is_running) or not pace.allows():
                continue
            pace.count()
            if server and server.process:
                logger.warning("%s has died", server.name)
            try:
                if server is None:
                    server = self.servers[kind] = kind(self.place)
                server.start()
            except (LocalError, OSError) as error:
                logger.error("%s", error)
                self.trouble = str(error)
                if server:
                    server.stop()  # one that lives but does not answer would pass for ready
        if self._is_ready():
            self.trouble = ""

    def _is_ready(self) -> bool:
        return len(self.servers) == len(self.paces) and all(
            server.is_running for server in self.servers.values()
        )

    def _answer(self, listener: socket.socket) -> None:
        """Tell the clients that wait for it that all is ready, or why it is not."""
        waiting, _, _ = select.select([listener], [], [], _TICK)
        if not waiting or not self._is_wanted():
            return
        if not self.trouble and not self._is_ready():
            time.sleep(_TICK)  # a server has just died, and its turn has not come yet
            return
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):  # the client may have gone
            connection.settimeout(1)
            connection.sendall((self.trouble or "ready").encode())
        self.last_use = time.monotonic()


def main(folder: str, lock: str) -> None:
    if os.fork():
        # Nobody's child: the command that the client becomes must not meet a child it never had.
        os._exit(0)
    # The servers must not inherit the lock: it would outlive a killed holder.
    os.set_inheritable(int(lock), False)
    os.umask(0o077)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    os.truncate(int(lock), 0)
    os.pwrite(int(lock), f"{os.getpid()}\n".encode(), 0)
    holder = Holder(Place(Path(folder)), int(lock))
    signal.signal(signal.SIGTERM, holder.tell_to_stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        holder.run()
    except BaseException:
        logger.exception("the holder fails")
        raise


if __name__ == "__main__":
    main(*sys.argv[1:])
