"""The user that PostgreSQL runs as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LocalError


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether we are root, and this is not root."""
        return self.uid != os.geteuid()

    @property
    def popen(self) -> dict[str, Any]:
        """The arguments that make subprocess run something as this user."""
        if not self.is_other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, folder: Path) -> None:
        if self.is_other:
            os.chown(folder, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        return self.can_run(["sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, command: list[str]) -> bool:
        """Whether the command succeeds as this user.

        Tried rather than told from permissions: every folder above counts, access lists too.
        """
        if not self.is_other:
            return True
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            return subprocess.run(command, cwd="/", **quiet, **self.popen).returncode == 0
        except OSError:
            return False


def for_postgresql() -> Account:
    """Ourselves; but as root, which PostgreSQL refuses, an existing user without rights."""
    if os.geteuid() != 0:
        return Account("this user", os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_name, user.pw_uid, user.pw_gid)
    raise LocalError(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` "
        "to run it as: run this command as an ordinary user"
    )
