"""The files that start the site say the same thing."""

import re

from tests.sress.servers import ROOT


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_compose_runs_the_commands_of_the_procfile():
    compose = (ROOT / "docker-compose.yml").read_text()
    for name, command in procfile().items():
        assert f"\n  {name}:\n    <<: *site\n    command: {command}\n" in compose


def test_the_image_serves_as_the_procfile_does():
    (command,) = re.findall(r"^CMD \[(.*)\]$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command.replace('"', "").replace(",", "") == procfile()["web"]


def test_locks_are_hashed_and_name_no_index():
    for lock in (ROOT / "requirements").iterdir():
        text = lock.read_text()
        assert "http" not in text
        pins = re.findall(r"^[a-z0-9-]+(\[.*\])?==", text, re.MULTILINE)
        assert len(pins) > 10
        assert text.count("--hash=sha256:") >= len(pins)
