"""Whatever is killed or removed, the next start works, and strangers are left alone."""

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import psutil
import psycopg
import pytest

from sress.local import account, processes
from sress.local.holder import GRACE, Pace

from .conftest import KINDS
from .kit import DISK, Local, soon, temporary_folder

pytestmark = pytest.mark.servers


@pytest.fixture(params=["sleep", "postgres"])
def stranger(request: pytest.FixtureRequest) -> Iterator[psutil.Popen]:
    """A process of the same user as PostgreSQL's; maybe one of the same name, elsewhere."""
    with temporary_folder(DISK) as folder:
        program = shutil.copy(shutil.which("sleep"), folder / request.param)
        process = psutil.Popen(
            ["sleep", "600"], executable=program, cwd="/", **account.for_postgresql().popen
        )
        assert soon(lambda: process.name() == request.param)
        yield process
        process.kill()
        process.wait()


def query(url: str, sql: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()


def answers(url: str) -> bool:
    try:
        return query(url, "SELECT 1") == (1,)
    except psycopg.OperationalError:
        return False


def test_holder_killed(local: Local) -> None:
    with local.command() as given:
        server, broker = local.postgresql(), local.valkey()
        local.kill(local.holder())
        assert answers(given["DATABASE_URL"])
        assert local.run("true").returncode == 0
        # Adopted, and kept for the first command, which has not ended.
        time.sleep(GRACE + 0.5)
        assert (local.postgresql(), local.valkey()) == (server, broker)
        assert server
        assert broker
    assert soon(local.is_stopped)


def test_all_killed(local: Local) -> None:
    with local.command() as given:
        with psycopg.connect(given["DATABASE_OWNER_URL"]) as owner:
            owner.execute("CREATE TABLE acknowledged (id int)")
        local.kill(local.holder(), local.postgresql(), local.valkey())
    with local.command() as given:
        assert query(given["DATABASE_OWNER_URL"], "SELECT count(*) FROM acknowledged") == (0,)


def test_stale_pid_of_a_stranger(local: Local, stranger: psutil.Popen) -> None:
    with local.command():
        local.kill(local.holder(), local.postgresql(), local.valkey())
    for stale in (
        local.database / "postmaster.pid",
        local.place.postgresql_sockets / ".s.PGSQL.5432.lock",
        local.place.folder / "valkey" / "valkey.pid",
    ):
        lines = stale.read_text().splitlines()
        stale.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
    assert local.run("true").returncode == 0
    assert stranger.poll() is None
    local.stop()
    assert stranger.poll() is None


def test_servers_killed_under_a_command(local: Local) -> None:
    with local.command() as given:
        for find in (local.postgresql, local.valkey):
            first = find()
            local.kill(first)
            assert soon(find)
            assert find() != first
        assert soon(lambda: answers(given["DATABASE_URL"]))
        assert local.run("true").returncode == 0


def test_server_killed_amid_a_computation(local: Local) -> None:
    """Such a session does not notice, and keeps the next server from starting."""
    with local.command() as given:
        connection = psycopg.connect(given["DATABASE_URL"])
        session = psutil.Process(connection.info.backend_pid)

        def compute() -> None:
            with contextlib.suppress(psycopg.OperationalError), connection:
                connection.execute("DO 'BEGIN LOOP END LOOP; END'")

        thread = threading.Thread(target=compute)
        thread.start()
        try:
            assert soon(lambda: session.status() == psutil.STATUS_RUNNING)
            local.kill(local.postgresql())
            assert soon(lambda: answers(given["DATABASE_URL"]))
            assert not processes.is_alive(session)
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                session.kill()
            thread.join()


@pytest.mark.parametrize("holder_lives", [True, False])
def test_folder_removed_while_they_run(local: Local, holder_lives: bool) -> None:
    with local.command():
        before = local.postgresql()
        if not holder_lives:
            local.kill(local.holder())
        shutil.rmtree(local.place.folder)
        assert local.run("true").returncode == 0
        assert soon(lambda: not before.is_running())


# An ordinary user's data are in the folder, like the first kind's.
@pytest.mark.parametrize("of_any_kind", KINDS[:2], indirect=True)
def test_removed_folder_means_new_data(of_any_kind: Local) -> None:
    with of_any_kind.command("--owner") as given, psycopg.connect(given["DATABASE_URL"]) as owner:
        owner.execute("CREATE TABLE old (id int)")
    of_any_kind.stop()
    shutil.rmtree(of_any_kind.place.folder)
    with of_any_kind.command("--owner") as given:
        assert query(given["DATABASE_URL"], "SELECT to_regclass('old')") == (None,)


def test_no_server_to_be_had(new: Local) -> None:
    (new.place.folder / "postgresql").mkdir(parents=True)
    (new.place.folder / "postgresql" / "PG_VERSION").write_text("12\n")
    new.place.folder.chmod(0o711)
    start = time.monotonic()
    result = new.run("true")
    assert result.returncode == 125
    assert "the data was written by PostgreSQL 12" in result.stderr
    assert time.monotonic() - start < 5


def test_restarts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    pace = Pace()
    starts = 0
    while now < 1060:  # a server that dies at once, asked for ten times a second
        if pace.allows():
            pace.count()
            starts += 1
        now += 0.1
    assert 5 < starts < 15
    now += Pace.calm
    pace.count()
    now += 2 * Pace.shortest
    assert pace.allows()


def test_programs_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    from sress.local import programs
    from sress.local.errors import LocalError

    assert programs.find_postgresql().major >= 15
    monkeypatch.setattr(programs, "_package_folder", lambda _: None)
    monkeypatch.setattr(programs, "_postgresql_in", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LocalError, match="install the project's extra `local`"):
        programs.find_postgresql()
    with pytest.raises(LocalError, match="install the project's extra `local`"):
        programs.find_valkey()


def test_no_command_meets_a_child_it_never_had(local: Local) -> None:
    script = "import os\ntry: os.wait()\nexcept ChildProcessError: print('none')"
    result = local.run(local.runner.python, "-c", script)
    assert result.stdout == "none\n"
    assert subprocess.run(["true"]).returncode == 0


@pytest.mark.parametrize("holder_lives", [True, False])
def test_sockets_removed_while_they_run(local: Local, holder_lives: bool) -> None:
    """/tmp may be swept."""
    with local.command():
        if not holder_lives:
            local.kill(local.holder())
        shutil.rmtree(local.place.sockets)
        with local.command() as given:
            assert answers(given["DATABASE_URL"])
