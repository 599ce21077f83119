"""Strict reading of environment variables.

A setting that is missing or malformed stops the start with a sentence that names the variable,
what was read and what is expected: a typo must never turn silently into a default.
"""

import os
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

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


def names(name: str, default: str = "") -> list[str]:
    """A list separated by commas; empty when the variable is."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def day(name: str) -> date | None:
    """A date, or None when the variable is not set."""
    if not os.environ.get(name, "").strip():
        return None
    return _parsed(name, "", date.fromisoformat, "a date such as 2019-11-15")


def database(name: str) -> dict[str, Any]:
    """Django's database settings from a URL such as postgres://user@host/name."""
    settings = _parsed(name, None, environ.Env.db_url_config, "postgres://USER:PASSWORD@HOST/NAME")
    if settings.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must be a postgres:// URL: only PostgreSQL serves.")
    if host := settings.get("OPTIONS", {}).pop("host", None):
        # The folder of a socket, which a URL can only say so; psql and pg_dump look under HOST.
        settings["HOST"] = host
    return settings


def email(name: str, default: str) -> dict[str, Any]:
    """Django's e-mail settings from a URL such as smtp+tls://user:password@host:587."""
    return _parsed(name, default, environ.Env.email_url_config, "smtp+tls://USER:PASSWORD@HOST:587")


def _flag(value: str) -> bool:
    return _FLAGS[value.lower()]


def _parsed(name: str, default: str | None, parse: Callable[[str], T], expected: str) -> T:
    value = text(name, default)
    try:
        return parse(value)
    except Exception as error:
        # The value may hold a password, so it is not repeated.
        raise ImproperlyConfigured(f"{name} cannot be read; expected {expected}.") from error
