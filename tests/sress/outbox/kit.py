"""A real SMTP server that misbehaves: as a test says, or at random.

In a process of its own (`python -m tests.sress.outbox.kit PORT FILE SEED`) it notes what it
accepted in a file, line by line and on the disk, before it answers.
"""

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

# What may happen to a mail, by the step at which it happens.
AT_MAIL = {"530 at MAIL": "530 Authentication required"}
AT_RCPT = {
    "421 at RCPT": "421 Too busy, closing",
    "451 at RCPT": "451 Try again later",
    "550 at RCPT": "550 No such user here",
}
AT_DATA = {"451 at DATA": "451 Local error", "554 at DATA": "554 Content refused"}
DROPS = ("dropped before DATA", "dropped after DATA")
FAULTS = (*AT_MAIL, *AT_RCPT, *AT_DATA, *DROPS)


@dataclass(frozen=True)
class Accepted:
    """A mail that the server took, whether its sender heard of it or not."""

    message_id: str
    to: str
    digest: str
    heard: bool


class Handler:
    """Accepts mails, but for the fault that comes next."""

    def __init__(self, faults: Iterator[str], note: Any) -> None:
        self.faults, self.note = faults, note

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, _: Any):  # noqa: N802
        session.fault = next(self.faults)
        if session.fault in AT_MAIL:
            return AT_MAIL[session.fault]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any):  # noqa: N802
        if session.fault == "dropped before DATA":
            server.transport.abort()
        if session.fault in AT_RCPT:
            return AT_RCPT[session.fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any):  # noqa: N802
        if session.fault in AT_DATA:
            return AT_DATA[session.fault]
        heard = session.fault != "dropped after DATA"
        content = envelope.original_content
        self.note(
            Accepted(
                str(message_from_bytes(content)["Message-ID"]),
                envelope.rcpt_tos[0],
                hashlib.sha256(content).hexdigest(),
                heard,
            )
        )
        if not heard:
            server.transport.abort()
        return "250 Taken"


def scripted(faults: Iterable[str]) -> Iterator[str]:
    """These faults, one a mail, then none."""
    yield from faults
    while True:
        yield ""


def random_faults(seed: int, rate: float, calm: Path) -> Iterator[str]:
    """Each kind at random, so often in all, until the file `calm` is there."""
    draw = random.Random(seed)
    common = [one for one in FAULTS if one not in AT_MAIL]
    while True:
        faulty = draw.random() < rate and not calm.exists()
        yield draw.choice(common) if faulty else ""


@contextmanager
def server(faults: Iterable[str] = ()) -> Iterator[tuple[int, list[Accepted]]]:
    """The server in this process; yields its port and what it accepts."""
    accepted: list[Accepted] = []
    controller = Controller(
        Handler(scripted(faults), accepted.append), hostname="127.0.0.1", port=0
    )
    controller.port = _free_port()
    controller.start()
    try:
        yield controller.port, accepted
    finally:
        controller.stop()


def _free_port() -> int:
    from tests.sress.servers import free_port

    return free_port()


def main(port: str, file: str, seed: str) -> None:
    """Serve until killed."""
    notes = Path(file).open("a")  # noqa: SIM115

    def note(one: Accepted) -> None:
        notes.write(json.dumps(asdict(one)) + "\n")
        notes.flush()
        os.fsync(notes.fileno())

    faults = random_faults(int(seed), 0.3, Path(f"{file}.calm"))
    controller = Controller(Handler(faults, note), hostname="127.0.0.1", port=int(port))
    controller.start()
    while True:
        time.sleep(1)


def noted(file: Path) -> list[Accepted]:
    """What a server in its own process accepted."""
    return [Accepted(**json.loads(line)) for line in file.read_text().splitlines()]


if __name__ == "__main__":
    main(*sys.argv[1:])
