"""Valkey (or Redis), the broker."""

import signal
import socket
from typing import Any

from .paths import Place
from .programs import find_valkey
from .server import Server, clean_environment


class Valkey(Server):
    name = "Valkey"
    programs = ("valkey-server", "redis-server")
    stop_steps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))  # the first is its SHUTDOWN
    discard_steps = ((signal.SIGKILL, 5.0),)

    def __init__(self, place: Place) -> None:
        self.program = find_valkey()
        data = place.folder / "valkey"
        super().__init__(
            folder=data,
            pid_file=data / "valkey.pid",
            socket=place.valkey_socket,
            log=place.folder / "valkey.log",
        )

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def command(self) -> list[str]:
        settings = {
            "port": "0",  # the socket only
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.pid_file),
            "daemonize": "no",
            # It persists nothing unless told. The log suffices: no snapshots (save) beside it.
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
        }
        return [self.program, *(part for k, v in settings.items() for part in (f"--{k}", v))]

    def popen(self) -> dict[str, Any]:
        return {"env": clean_environment()}

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # not while it loads its data
            except OSError:
                return False
