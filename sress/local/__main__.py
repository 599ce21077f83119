"""`python -m sress.local [--owner] COMMAND ARGS…`: run COMMAND with servers of its own."""

import os
import signal
import sys
from typing import NoReturn

from . import client
from .errors import LocalError
from .paths import Place

USAGE = """\
usage: python -m sress.local [--owner] COMMAND ARGS…

Run COMMAND with a PostgreSQL and a Valkey of this clone, which it finds in DATABASE_URL,
DATABASE_OWNER_URL and CELERY_BROKER_URL. They stop shortly after the last such command.

  --owner   DATABASE_URL is the owner's, who may migrate and test, instead of the application's

Their data is in .local/, or in the folder that SRESS_LOCAL_DIR names.
"""

# As env, nice and timeout do, so that they are not taken for COMMAND's own exit codes.
FAILED, NOT_EXECUTABLE, NOT_FOUND = 125, 126, 127


def main(arguments: list[str]) -> int:
    as_owner = False
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option == "--":
            break
        if option in {"-h", "--help"}:
            sys.stdout.write(USAGE)
            return 0
        if option != "--owner":
            sys.stderr.write(f"sress.local: unknown option {option}\n{USAGE}")
            return 2
        as_owner = True
    if not arguments:
        sys.stderr.write(USAGE)
        return 2
    place = Place.of_this_clone()
    try:
        client.join(place)
    except LocalError as error:
        sys.stderr.write(f"sress.local: {error}\n")
        return FAILED
    except KeyboardInterrupt:
        _die_of_interrupt()
    return _become(arguments, {**os.environ, **place.environment(as_owner=as_owner)})


def _become(command: list[str], environment: dict[str, str]) -> int:
    """Become the command; return only an exit code if that is not possible.

    There is then no process in between that would have to pass on signals (twice, when a terminal
    sends Ctrl-C to both), the terminal or the exit code.
    """
    # Python ignores these two, and what is ignored stays so across an exec.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execvpe(command[0], command, environment)
    except (FileNotFoundError, NotADirectoryError):
        sys.stderr.write(f"sress.local: {command[0]}: command not found\n")
        return NOT_FOUND
    except OSError as error:
        sys.stderr.write(f"sress.local: {command[0]}: {error.strerror}\n")
        return NOT_EXECUTABLE


def _die_of_interrupt() -> NoReturn:
    """End as Ctrl-C ends a program, so that make and shells stop too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
