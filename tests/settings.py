"""Settings of the tests: the site's own, made fast, and strict with our templates."""

import os
import sys
from types import FrameType

from django.template.base import FilterExpression, Node

# What is compulsory has a default, so that linters can import this without servers.
os.environ.setdefault("SECRET_KEY", "key-of-the-tests-which-opens-nothing")
os.environ.setdefault("DATABASE_URL", "postgres:///sress")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
os.environ.setdefault("EMAIL_URL", "smtp://localhost")
os.environ.setdefault("ALLOWED_HOSTS", "localhost")
os.environ.setdefault("SITE_URL", "https://sress.example.org")
# The shell of a developer may be set up for the demonstration; tests are not.
for name in ("SRESS_DEMO", "SRESS_TODAY", "DEBUG", *(n for n in os.environ if n[:5] == "OIDC_")):
    os.environ.pop(name, None)

from sress.settings import *  # noqa: E402, F403
from sress.settings import BASE_DIR, STORAGES, TEMPLATES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Tests speak plain http to the site.
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False

# No `collectstatic` before the tests: neither a manifest nor a folder to scan.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True

OUR_TEMPLATES = f"{BASE_DIR / 'templates'}{os.sep}"


class UndefinedVariableError(Exception):
    """A template of ours names a variable that its page does not give it."""


class InvalidVariable(str):
    """Django's `string_if_invalid`: an error in our templates, the usual "" in others' (admin).

    A variable given to the filter `default` may be left out. Django asks whether this string is
    true, then whether it has a place for the variable's name, then fills the name in.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        caller = sys._getframe(1)
        if caller.f_code is not FilterExpression.resolve.__code__:
            return False
        filters = {function.__name__ for function, _ in caller.f_locals["self"].filters}
        if filters & {"default", "default_if_none"}:
            return False
        return _template_that_asks(caller).startswith(OUR_TEMPLATES)

    def __contains__(self, part: object) -> bool:
        return True

    def __mod__(self, variable: object) -> str:
        template = _template_that_asks(sys._getframe(1)).removeprefix(OUR_TEMPLATES)
        raise UndefinedVariableError(f"{template}: {variable}")


def _template_that_asks(frame: FrameType | None) -> str:
    """The file of the innermost tag or variable being rendered."""
    while frame:
        if frame.f_code is Node.render_annotated.__code__:
            return str(frame.f_locals["self"].origin)
        frame = frame.f_back
    return ""


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = InvalidVariable()  # type: ignore[index]
