"""What the site writes to its log: where something failed and how, never with whose words.

Messages of exceptions quote what people typed (« invalid literal for int(): '…' »), and those of
the database whole rows, passwords' hashes included. Addresses hold names in their query and secrets
in their path. None of it is written, at any level.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from django.http import HttpRequest
from gunicorn import glogging

FORMAT = "{asctime} {levelname} {name} {message}"
MASK = "…"

# Parts of addresses that open a door, by the name that routes give them.
SECRETS = frozenset({"key", "token", "uidb36", "uidb64"})
# What else looks like one: no word of an address is as long, and what is signed ends with « :… ».
TOKEN = re.compile(r"(?<=/)[^/\s]*(?:\w{20,}|:[\w-]{20,})[^/\s]*")
QUERY = re.compile(r"\?[^\s'\"]+")
# Gunicorn quotes a header that it cannot read.
UNREADABLE = re.compile(r"(Invalid request from ip=\S+:).*", re.DOTALL)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def safe_path(request: HttpRequest) -> str:
    """The address of a page, without its query (which may hold names) and without secrets."""
    path = request.path
    match = getattr(request, "resolver_match", None)
    for name, value in (match.kwargs if match else {}).items():
        if name in SECRETS:
            path = path.replace(str(value), MASK)
    return TOKEN.sub(MASK, path)


class DiscreetFormatter(logging.Formatter):
    """One line per event, then the trace of a failure, without anybody's words."""

    def __init__(self, fmt: str = FORMAT, *args: Any, **options: Any) -> None:
        super().__init__(fmt, *args, **{"style": "{", **options})

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            record.message = record.message.replace(request.path, safe_path(request))
        if record.exc_info and record.exc_info[1]:
            for error in _chain(record.exc_info[1]):
                for words in filter(None, (repr(error), str(error))):
                    record.message = record.message.replace(words, type(error).__name__)
        record.message = UNREADABLE.sub(r"\1 " + MASK, record.message)
        record.message = TOKEN.sub(MASK, QUERY.sub("", record.message))
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (logging's own name)
        """The frames of each error, the first cause first, with its kind and no message."""
        if ei[1] is None:
            return ""
        parts = []
        for error in reversed(list(_chain(ei[1]))):
            frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
            parts.append(f"Traceback:\n{''.join(frames)}{kind_of(error)}")
        return "\n".join(parts)


def kind_of(error: BaseException) -> str:
    """The class of an error and, of one of the database, what it is about: names, never values."""
    name = f"{type(error).__module__}.{type(error).__name__}"
    diagnostic = getattr(error, "diag", None)
    if diagnostic is not None:
        about = ("sqlstate", "table_name", "column_name", "constraint_name")
        told = [f"{one}={getattr(diagnostic, one)}" for one in about if getattr(diagnostic, one)]
        return " ".join([name, *told])
    if isinstance(error, OSError) and error.strerror:
        return f"{name} {error.strerror}"
    return name


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, then what caused it, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class GunicornLogger(glogging.Logger):
    """Gunicorn's own messages, as discreet as the site's. It keeps no log of accesses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(DiscreetFormatter())
