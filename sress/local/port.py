"""`python -m sress.local.port PORT`: fail with a clear sentence when a web port is taken."""

import errno
import socket
import sys


def taken(port: int) -> bool:
    """Whether another program listens on `port` of this machine."""
    with socket.socket() as probe:
        # As web servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise
    return False


if __name__ == "__main__":
    wanted = sys.argv[1]
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT={wanted}: a port is a number between 1 and 65535.")
    if taken(int(wanted)):
        sys.exit(f"Port {wanted} is taken. Choose another one: make demo PORT={int(wanted) + 1}")
