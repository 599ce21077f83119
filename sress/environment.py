"""Strict reading of environment variables.

A setting that is missing or malformed stops the start with a sentence that names the variable,
what was read and what is expected: a typo must never turn silently into a default.
"""

import os
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from holidays.countries import France

T = TypeVar("T")

NO_PART = "-"
# Those of the Code du travail (L3134-13, L3422-2), by ISO 3166-2:FR, as the library `holidays` has
# them; 6AE is Alsace, 57 the Moselle.
PARTS_OF_FRANCE = tuple(part for part in France.subdivisions if "Zone" not in part)
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, never empty. Without a default the variable is compulsory."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example for what it means.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes or no: 1/0, true/false, yes/no."""
    return _parsed(name, "1" if default else "0", _flag, "1 or 0")


def names(name: str, default: str | None = "") -> list[str]:
    """A list separated by commas; empty when the variable is. Without a default: compulsory."""
    said = os.environ.get(name, "").strip() or (text(name) if default is None else default)
    return [part.strip() for part in said.split(",") if part.strip()]


def origins(name: str) -> list[str]:
    """Web origins separated by commas, each with its scheme."""
    listed = names(name)
    if any(not one.startswith(("https://", "http://")) for one in listed):
        raise ImproperlyConfigured(f"{name} cannot be read; expected https://sress.example.org.")
    return listed


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of a few words; the first one when the variable is not set."""
    value = text(name, choices[0]).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} cannot be read; expected {', '.join(choices)}.")
    return value


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number, `least` or more."""
    value = _parsed(name, str(default), int, "a whole number")
    if value < least:
        raise ImproperlyConfigured(f"{name} cannot be read; expected {least} or more.")
    return value


def together(*names: str) -> dict[str, str] | None:
    """The values of settings that mean something together only; None when none is set."""
    values = {name: os.environ.get(name, "").strip() for name in names}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(names):
        return None
    if missing:
        raise ImproperlyConfigured(
            f"{', '.join(missing)} is not set: {', '.join(names)} go together, all or none."
        )
    return values


def secure_url(name: str, default: str | None = None) -> str:
    """An address in https, without a slash at its end; plain http only for this very machine."""
    return _parsed(name, default, _secure_url, "https://HOST/PATH").rstrip("/")


def holidays(name: str) -> str:
    """A part of France with public holidays of its own; "" for none."""
    return _parsed(name, NO_PART, _part_of_france, f"one of {', '.join(PARTS_OF_FRANCE)}")


def periods(name: str, default: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Periods of any year, separated by commas, each from a (month, day) to another, both included;
    « - » for none."""
    return _parsed(name, default, _periods, "periods such as 08-01/08-31, or - for none")


def broker(name: str) -> str:
    """The address of the broker: redis://, rediss:// or a socket; memory:// for tests."""
    return _parsed(name, None, _broker, "redis://HOST:6379/0 or redis+socket:///PATH")


def day(name: str) -> date | None:
    """A date, or None when the variable is not set."""
    if not os.environ.get(name, "").strip():
        return None
    return _parsed(name, "", _day, "a date such as 2019-11-15")


def database(name: str) -> dict[str, Any]:
    """Django's database settings from a URL such as postgres://user@host/name."""
    settings = _parsed(name, None, environ.Env.db_url_config, "postgres://USER:PASSWORD@HOST/NAME")
    if settings.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must be a postgres:// URL: only PostgreSQL serves.")
    if not settings.get("NAME"):
        raise ImproperlyConfigured(f"{name} names no database; expected postgres://…/NAME.")
    if host := settings.get("OPTIONS", {}).pop("host", None):
        # The folder of a socket, which a URL can only say so; psql and pg_dump look under HOST.
        settings["HOST"] = host
    return settings


def secret(name: str, default: str | None = None, *, least: int = 1) -> str:
    """A key of `least` characters or more, which nobody guesses."""
    value = text(name, default)
    if len(value) < least:
        raise ImproperlyConfigured(f"{name} is too short; expected {least} characters or more.")
    return value


def hosts(name: str, default: str | None) -> list[str]:
    """The names under which the site answers; not any name, which would let links lead away."""
    listed = names(name, default)
    if "*" in listed:
        raise ImproperlyConfigured(f"{name} cannot be read; expected names of hosts, not « * ».")
    return listed


def email(name: str, *, printed: bool) -> dict[str, Any]:
    """Django's e-mail settings from a URL such as smtp+tls://user:password@host:587.

    `printed`: whether mails may go to the log, live links included, which is then the default.
    """
    expected = "smtp+tls://USER:PASSWORD@HOST:587, smtp+ssl:// or smtp://"
    schemes = ("smtp", "smtp+tls", "smtp+ssl", *(("consolemail",) if printed else ()))
    settings: dict[str, Any] = _parsed(
        name, "consolemail://" if printed else None, lambda url: _email(url, schemes), expected
    )
    return settings


def _flag(value: str) -> bool:
    return _FLAGS[value.lower()]


def _day(value: str) -> date:
    found = date.fromisoformat(value)
    if found.isoformat() != value:  # Python reads « 20191115 » and « 2019-W46-5 » too
        raise ValueError(value)
    return found


def _broker(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss", "redis+socket", "memory"):
        raise ValueError(value)
    if parts.scheme in ("redis", "rediss") and not parts.hostname:
        raise ValueError(value)
    _ = parts.port  # raises ValueError when it is no number
    return value


def _email(value: str, schemes: tuple[str, ...]) -> dict[str, Any]:
    parts = urlsplit(value)
    if parts.scheme not in schemes or (parts.scheme != "consolemail" and not parts.hostname):
        raise ValueError(value)
    return environ.Env.email_url_config(value)


def _part_of_france(value: str) -> str:
    if value != NO_PART and value not in PARTS_OF_FRANCE:
        raise ValueError(value)
    return "" if value == NO_PART else value


def _periods(value: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    found = []
    for part in value.split(",") if value != NO_PART else ():
        first, last = (date.fromisoformat(f"2000-{day.strip()}") for day in part.split("/"))
        found.append(((first.month, first.day), (last.month, last.day)))
    return found


def _secure_url(value: str) -> str:
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise ValueError(value)
    return value


def _parsed(name: str, default: str | None, parse: Callable[[str], T], expected: str) -> T:
    value = text(name, default)
    try:
        return parse(value)
    except Exception as error:
        # The value may hold a password, so it is not repeated.
        raise ImproperlyConfigured(f"{name} cannot be read; expected {expected}.") from error
