"""Where the local servers keep what they own."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .errors import LocalError

PROJECT = Path(__file__).resolve().parents[2]

DATABASE = "sress"
OWNER_ROLE = "sress_owner"
APP_ROLE = "sress_app"

# Not TMPDIR: two terminals that differ in it must find the same sockets; and not the data folder:
# the kernel limits a socket's path to about 100 bytes.
_SOCKETS = Path("/tmp")


@dataclass(frozen=True)
class Place:
    """The folder of one set of servers, and what lies in it or is derived from it."""

    folder: Path

    @classmethod
    def of_this_clone(cls) -> "Place":
        """`.local/` beside manage.py, or the folder that SRESS_LOCAL_DIR names."""
        # Resolved, so that every way to write the same folder leads to the same servers.
        return cls(Path(os.environ.get("SRESS_LOCAL_DIR") or PROJECT / ".local").resolve())

    @property
    def digest(self) -> str:
        """Tells this folder from others in places shared with them."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:8]

    @property
    def holder_lock(self) -> Path:
        """Locked by the holder as long as it lives; holds its pid."""
        return self.folder / "holder.lock"

    @property
    def leases(self) -> Path:
        """Locked, shared, by each command that uses the servers."""
        return self.folder / "leases.lock"

    @property
    def holder_log(self) -> Path:
        return self.folder / "holder.log"

    @property
    def sockets(self) -> Path:
        return _SOCKETS / f"sress-{os.geteuid()}-{self.digest}"

    @property
    def holder_socket(self) -> Path:
        return self.sockets / "holder.sock"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def postgresql_sockets(self) -> Path:
        """A folder of PostgreSQL's own, which may run as another user."""
        return self.sockets / "pg"

    def database_url(self, role: str) -> str:
        # The only form that libpq, psycopg and django-environ all understand: a percent-encoded
        # host is not decoded by django-environ, a path in the host's stead not known to libpq.
        return f"postgres://{role}@/{DATABASE}?host={quote(str(self.postgresql_sockets))}"

    def environment(self, *, as_owner: bool = False) -> dict[str, str]:
        """What a command needs to know to use the servers."""
        return {
            "DATABASE_URL": self.database_url(OWNER_ROLE if as_owner else APP_ROLE),
            "DATABASE_OWNER_URL": self.database_url(OWNER_ROLE),
            "CELERY_BROKER_URL": f"redis+socket://{quote(str(self.valkey_socket))}?virtual_host=0",
        }

    def make_folder(self) -> None:
        """Create the folder; refuse one that belongs to someone else."""
        try:
            self.folder.mkdir(mode=_mode(), parents=True, exist_ok=True)
        except OSError as error:
            raise LocalError(f"cannot create the folder {self.folder}: {error.strerror}") from error
        if self.folder.stat().st_uid != os.geteuid():
            raise LocalError(
                f"{self.folder} belongs to another user (uid {self.folder.stat().st_uid}): "
                "run as that user, or name a folder of your own in SRESS_LOCAL_DIR"
            )

    def make_sockets(self) -> None:
        """Create the folder of the sockets; refuse one that someone else has put there."""
        private_folder(self.sockets, _mode())


def private_folder(folder: Path, mode: int) -> None:
    """Make sure that `folder` is a real folder of ours with these rights.

    It may lie where everybody writes (/tmp): a folder of another user, or a link, would hand them
    our sockets. Once it is ours, the sticky bit keeps others from exchanging it.
    """
    try:
        folder.mkdir(mode, parents=True)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise LocalError(
                f"{folder} is not a folder of this user (it is a link, a file, or belongs to "
                "someone else), so it cannot be trusted: have it removed and try again"
            ) from None
    except OSError as error:
        raise LocalError(f"cannot create the folder {folder}: {error.strerror}") from error
    folder.chmod(mode)  # the umask may have taken rights away, or an older version have given more


def _mode() -> int:
    # Nobody else passes; but root's PostgreSQL runs as another user (see `account`), who must
    # get to its own folders in there. The sockets beside them are still closed to everybody else.
    return 0o711 if os.geteuid() == 0 else 0o700
