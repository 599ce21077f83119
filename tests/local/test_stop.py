"""The servers stop after the last command, however it ended, and not before."""

import os
import signal
import subprocess
import time

import pytest

from sress.local.holder import GRACE

from .kit import Local, soon

pytestmark = pytest.mark.servers

# Counts what it gets, and needs a moment to stop, as a server does.
COUNT_INTERRUPTS = """
import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
print("ready", flush=True)
while not seen:
    time.sleep(0.05)
time.sleep(0.5)
sys.exit(40 + len(seen))
"""


def test_command_killed(local: Local) -> None:
    command = local.popen("sh", "-c", "echo ready; exec sleep 600", stdout=subprocess.PIPE)
    assert command.stdout.readline() == "ready\n"
    command.kill()
    command.wait()
    start = time.monotonic()
    assert not local.is_stopped()
    assert soon(local.is_stopped)
    assert time.monotonic() - start > GRACE / 2
    assert not local.place.sockets.exists()


def test_interrupt_from_the_terminal_arrives_once(local: Local) -> None:
    command = local.popen(
        local.runner.python,
        "-c",
        COUNT_INTERRUPTS,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert command.stdout.readline() == "ready\n"
    os.killpg(command.pid, signal.SIGINT)
    assert command.wait(10) == 41
    assert soon(local.is_stopped)


def test_interrupt_during_the_start(new: Local) -> None:
    # Should the servers be there first, the command dies of it just the same.
    command = new.popen("sleep", "30", stderr=subprocess.PIPE, start_new_session=True)
    assert soon(new.holder)
    os.killpg(command.pid, signal.SIGINT)
    assert command.wait(10) == -signal.SIGINT
    assert command.stderr.read() == ""
    assert soon(new.is_stopped)


def test_what_the_command_leaves_running_keeps_the_servers(local: Local) -> None:
    sleep = f"sleep {GRACE + 1.5} >/dev/null 2>&1 &"
    assert local.run("sh", "-c", sleep).returncode == 0
    time.sleep(GRACE + 0.5)
    assert local.postgresql()
    assert soon(local.is_stopped)


def test_next_command_within_the_grace_finds_the_same_servers(local: Local) -> None:
    local.run("true")
    first = local.postgresql()
    assert first
    time.sleep(GRACE / 2)
    with local.command():
        time.sleep(GRACE)
        assert local.postgresql() == first


def test_command_that_comes_while_the_servers_stop(local: Local) -> None:
    local.run("true")
    assert soon(lambda: "PostgreSQL has stopped" in local.place.holder_log.read_text())
    assert local.run("true").returncode == 0


def test_holder_told_to_stop(local: Local) -> None:
    with local.command():
        local.holder().terminate()
        assert soon(local.is_stopped)
        assert local.run("true").returncode == 0
