"""A command gets servers, whoever runs it and wherever the clone is."""

import os
import subprocess
import time
from pathlib import Path

import environ
import kombu
import psutil
import psycopg
import pytest

from sress.local import processes
from sress.local.paths import Place

from .kit import Local, soon

pytestmark = pytest.mark.servers


def test_first_start(of_any_kind: Local) -> None:
    with of_any_kind.command() as given:
        assert given["DATABASE_URL"] != given["DATABASE_OWNER_URL"]
        with psycopg.connect(given["DATABASE_OWNER_URL"], autocommit=True) as owner:
            assert owner.info.user == "sress_owner"
            assert owner.info.dbname == "sress"
            for extension in ("unaccent", "pg_trgm", "btree_gist"):
                owner.execute(f"CREATE EXTENSION {extension}")
            owner.execute("CREATE TABLE fact (id int)")
            owner.execute("SET ROLE sress_app")
        with psycopg.connect(given["DATABASE_URL"]) as app:
            assert app.info.user == "sress_app"
            # As in production, É and é are two cases of one letter.
            assert app.execute("SELECT 'École' ILIKE 'école', upper('é')").fetchone() == (True, "É")
            for forbidden in ("CREATE TABLE mine (id int)", "SELECT * FROM fact", "CREATE ROLE r"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                    app.execute(forbidden)
            for setting, value in {
                "listen_addresses": "",
                "fsync": "on",
                "data_checksums": "on",
                "timezone": "UTC",
                "server_encoding": "UTF8",
            }.items():
                assert app.execute(f"SHOW {setting}").fetchone() == (value,)
        with kombu.Connection(given["CELERY_BROKER_URL"]) as broker:
            broker.ensure_connection(timeout=5)
            client = broker.default_channel.client
            assert client.config_get("append*")["appendonly"] == "yes"
            assert client.config_get("port") == {"port": "0"}


def test_django_environ_understands_the_url() -> None:
    """As the settings read it: the socket's folder arrives at psycopg unchanged."""
    place = Place(Path("/somewhere"))
    settings = environ.Env.db_url_config(place.environment()["DATABASE_URL"])
    assert (settings["ENGINE"], settings["NAME"]) == ("django.db.backends.postgresql", "sress")
    assert (settings["USER"], settings["HOST"], settings["PORT"]) == ("sress_app", "", "")
    assert settings["OPTIONS"] == {"host": str(place.postgresql_sockets)}


def test_next_start_is_fast_and_finds_the_data(local: Local) -> None:
    start = time.monotonic()
    with local.command("--owner") as given:
        assert time.monotonic() - start < 3
        with psycopg.connect(given["DATABASE_URL"]) as owner:
            assert owner.info.user == "sress_owner"
            owner.execute("CREATE TABLE kept (id int)")
        with kombu.Connection(given["CELERY_BROKER_URL"]) as broker:
            broker.default_channel.client.set("kept", "yes")
        assert min(duration(local) for _ in range(3)) < 0.5  # 0.1 when nothing else runs
    assert soon(local.is_stopped)
    with local.command() as given:
        with psycopg.connect(given["DATABASE_OWNER_URL"]) as owner:
            owner.execute("SELECT * FROM kept")
        with kombu.Connection(given["CELERY_BROKER_URL"]) as broker:
            assert broker.default_channel.client.get("kept") == b"yes"


def duration(local: Local) -> float:
    start = time.monotonic()
    assert local.run("true").returncode == 0
    return time.monotonic() - start


def test_outcome_is_the_command_s(local: Local) -> None:
    with local.command():
        assert local.run("sh", "-c", "exit 7").returncode == 7
        assert local.run("sh", "-c", "kill -TERM $$").returncode == -15
        assert local.run("--", "printf", "%s.", "a b", "--owner").stdout == "a b.--owner."
        missing = local.run("no-such-command")
        assert missing.returncode == 127
        assert "no-such-command: command not found" in missing.stderr
        assert local.run("/").returncode == 126
        # No signal is ignored that was not before.
        look = ["grep", "SigIgn", "/proc/self/status"]
        assert local.run(*look).stdout == subprocess.check_output(look, text=True)


def test_usage(new: Local) -> None:
    for arguments in ([], ["--owner"], ["--unknown", "true"]):
        result = new.run(*arguments)
        assert result.returncode == 2
        assert "usage: python -m sress.local" in result.stderr
    assert new.run("--help").returncode == 0
    assert not new.place.folder.exists()


def test_many_at_once_share_one_holder(local: Local) -> None:
    script = f"cat {local.place.holder_lock}; sleep 1; head -1 {local.database}/postmaster.pid"
    with_pipe = {"stdout": -1}
    started = [local.popen("sh", "-c", script, **with_pipe) for _ in range(4)]
    outputs = {process.communicate(timeout=60)[0] for process in started}
    assert len(outputs) == 1
    assert all(process.returncode == 0 for process in started)
    assert len(outputs.pop().split()) == 2


def test_folder_too_deep_for_a_socket(local: Local) -> None:
    deep = local.place.folder.with_name("x" * 120) / "local"
    deep.parent.mkdir(mode=0o711)
    local.place.folder.rename(deep)
    local.place = Place(deep)
    assert local.run("true").returncode == 0


def name_of(process: psutil.Process) -> str:
    """Its name; "" once it has ended."""
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def test_interrupted_first_start(new: Local) -> None:
    new.popen("true", stderr=-3)
    assert soon(lambda: list(new.place.folder.glob("postgresql-new-*/global/pg_control")))
    holder = new.holder()
    assert holder
    family = [holder, *holder.children(recursive=True)]
    names = {process: name_of(process) for process in family}
    assert "initdb" in names.values()
    for process, name in names.items():
        # PostgreSQL ends with initdb, now or in a moment, and would leave shared memory.
        if name not in ("postgres", ""):
            process.kill()
    assert not processes.wait_for_end(family, 10)
    assert not (new.place.folder / "postgresql").exists()
    assert new.run("true").returncode == 0
    assert not list(new.place.folder.glob("postgresql-new-*"))


def test_link_in_the_sockets_place_is_refused(new: Local) -> None:
    (trap := new.place.folder.with_name("trap")).mkdir()
    new.place.sockets.symlink_to(trap)
    try:
        result = new.run("true")
    finally:
        new.place.sockets.unlink()
    assert result.returncode == 125
    assert f"{new.place.sockets} is not a folder of this user" in result.stderr
    assert not list(trap.iterdir())


@pytest.mark.parametrize("which", ["sockets", "folder"])
def test_another_user_s_folder_is_refused(
    which: str, new: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only root could make one that is really another's; the rules themselves can be asked as one.
    from sress.local.errors import LocalError

    uid = os.geteuid()
    new.place.folder.mkdir()
    new.place.sockets.mkdir()
    sockets = new.place.sockets
    monkeypatch.setattr(Place, "sockets", sockets)
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    with pytest.raises(LocalError, match=r"someone else|another user"):
        new.place.make_sockets() if which == "sockets" else new.place.make_folder()
