"""`make bench`: what is measured against a budget, one line each. Needs a database of its own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command

STRUCTURES = 200_000


def main() -> int:
    """Print the table; the exit code is the number of budgets that are exceeded."""
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_territories", "24", verbosity=0)
    return sum(not fits for fits in [*structures(), *reminders(), *ledger(), *grants()])


def structures() -> list[bool]:
    """The import of 200 000 structures, then the same file again."""
    from actors.models import Commune, Organisation
    from tests.bench import register

    Organisation.objects.filter(source=Organisation.Source.SIRENE).delete()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sirene.csv"
        communes = list(Commune.objects.filter(region_code="24").values_list("code", flat=True))
        good = register.write(file, STRUCTURES, communes)
        results = []
        for name in ("first import", "the same file again"):
            seconds, megabytes, told = command("import_structures", str(file))
            results.append(line(f"{STRUCTURES} structures, {name}", seconds, 60, "s"))
            results.append(line(f"{STRUCTURES} structures, {name}", megabytes, 300, "MB"))
            sys.stdout.write(f"    {told}\n")
        stored = Organisation.objects.filter(source=Organisation.Source.SIRENE).count()
        results.append(line("good rows not stored", good - stored, 0, ""))
    return results


def reminders() -> list[bool]:
    """The planning of 50 000 reminders, then the same day again."""
    from tests.bench import reminders as world

    wanted, results = world.fill(), []
    for name, new in (("first run", wanted), ("second run", 0)):
        seconds, megabytes, told = run("-m", "tests.bench.reminders")
        results.append(line(f"{wanted} reminders, {name}", seconds, 10, "s"))
        results.append(line(f"{wanted} reminders, {name}", megabytes, 200, "MB"))
        results.append(line(f"reminders missing or too many, {name}", abs(int(told) - new), 0, ""))
    return results


def ledger() -> list[bool]:
    """100 000 movements on 50 authorisations, recorded in one transaction."""
    from tests.bench import ledger as world

    wanted = world.fill()
    seconds, megabytes, told = run("-m", "tests.bench.ledger")
    return [
        line(f"{wanted} movements in one transaction", seconds, 60, "s"),
        line(f"{wanted} movements in one transaction", megabytes, 500, "MB"),
        line("movements missing or too many", abs(int(told) - wanted), 0, ""),
    ]


def grants() -> list[bool]:
    """100 000 grants streamed as open data."""
    from tests.bench import grants as world

    wanted = world.fill()
    seconds, megabytes, told = run("-m", "tests.bench.grants")
    listed, idle = told.split()
    return [
        line(f"{wanted} grants as open data", seconds, 60, "s"),
        line(f"{wanted} grants as open data, over idle", megabytes - float(idle), 50, "MB"),
        line("grants missing or too many", abs(int(listed) - wanted), 0, ""),
    ]


def command(*arguments: str) -> tuple[float, float, str]:
    """Run a command of the site: as `run`."""
    return run("manage.py", *arguments)


def run(*arguments: str) -> tuple[float, float, str]:
    """Run Python in a process of its own: seconds, peak megabytes, the first line it says."""
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout
        told = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return time.monotonic() - started, usage.ru_maxrss / 1024, told.splitlines()[0]


def line(name: str, value: float, budget: float, unit: str) -> bool:
    """One line of the table; whether the budget holds."""
    fits = value <= budget
    verdict = "ok" if fits else "EXCEEDED"
    sys.stdout.write(f"{name:<48} {value:>8.1f} {unit:<3} of {budget:>6.0f}  {verdict}\n")
    return fits


if __name__ == "__main__":
    sys.exit(main())
