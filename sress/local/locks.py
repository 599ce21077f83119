"""File locks: the kernel gives them back whatever way their holders end.

A lock belongs to the open file, not to the process: whoever inherits the file descriptor shares
it, and it lasts until the last of them has closed it.
"""

import fcntl
import os
from pathlib import Path


def open_lock(path: Path) -> int:
    """A descriptor of the lock file, not locked yet."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(lock: int) -> bool:
    """Lock alone, unless somebody else has it."""
    return _try(lock, fcntl.LOCK_EX)


def try_shared(lock: int) -> bool:
    """Lock with others, unless somebody has it alone."""
    return _try(lock, fcntl.LOCK_SH)


def release(lock: int) -> None:
    fcntl.flock(lock, fcntl.LOCK_UN)


def is_still(lock: int, path: Path) -> bool:
    """Whether `path` is the file that this lock is on: someone may have removed the folder."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False


def _try(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
