"""Settings are read strictly: what is missing or malformed is named, in one sentence."""

import os
import subprocess
import sys

import pytest

from tests.sress.servers import ROOT

GOOD = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "x" * 32,
    "DATABASE_URL": "postgres://sress_app@localhost/sress",
    "CELERY_BROKER_URL": "redis://localhost/0",
    "ALLOWED_HOSTS": "sress.example.org",
    "EMAIL_URL": "smtp+tls://me:hunter2@smtp.example.org:587",
    "SITE_URL": "https://sress.example.org/",
}
PROVIDER = {
    "OIDC_NAME": "ProConnect",
    "OIDC_SERVER_URL": "https://oidc.example.org",
    "OIDC_CLIENT_ID": "sress",
    "OIDC_CLIENT_SECRET": "hunter2",
}


def start(**changes):
    given = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings", "--all"],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_least_is_enough():
    done = start()
    assert done.returncode == 0, done.stderr
    assert "SESSION_COOKIE_SECURE = True" in done.stdout
    assert "DEBUG = False" in done.stdout
    assert "SITE_URL = 'https://sress.example.org'" in done.stdout
    assert "QUIET_PERIODS = [((8, 1), (8, 31)), ((12, 24), (1, 2))]" in done.stdout
    assert "'APPS': []" in done.stdout


def test_mails_leave_as_the_url_says():
    done = start()
    assert "EMAIL_HOST = 'smtp.example.org'" in done.stdout
    assert "EMAIL_PORT = 587" in done.stdout
    assert "EMAIL_USE_TLS = True" in done.stdout


@pytest.mark.parametrize("mode", ["DEBUG", "SRESS_DEMO"])
@pytest.mark.parametrize("url", [None, "consolemail://"])
def test_mails_go_to_the_log_where_nothing_is_real(mode, url):
    done = start(**{mode: "1"}, EMAIL_URL=url, SECRET_KEY="short")
    assert done.returncode == 0, done.stderr
    assert "EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'" in done.stdout


def test_a_provider_is_set_up_whole():
    done = start(**PROVIDER, OIDC_VOUCHES_FOR_EMAIL="1", TRUSTED_PROXY_COUNT="0")
    assert done.returncode == 0, done.stderr
    assert "'server_url': 'https://oidc.example.org'" in done.stdout
    assert "'vouches_for_email': True" in done.stdout
    assert "ALLAUTH_TRUSTED_PROXY_COUNT = 0" in done.stdout


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": " "}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "sqlite:///db"}, "only PostgreSQL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"CELERY_BROKER_URL": None}, "CELERY_BROKER_URL is not set"),
        ({"CELERY_BROKER_URL": "http://localhost"}, "CELERY_BROKER_URL cannot be read"),
        ({"CELERY_BROKER_URL": "redis://localhost:abc/0"}, "CELERY_BROKER_URL cannot be read"),
        ({"CELERY_BROKER_URL": "foo"}, "CELERY_BROKER_URL cannot be read"),
        ({"DATABASE_URL": "postgres://"}, "names no database"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"CSRF_TRUSTED_ORIGINS": "sress.example.org"}, "CSRF_TRUSTED_ORIGINS cannot be read"),
        ({"SRESS_DEMO": "1", "SRESS_TODAY": "20191115"}, "a date such as 2019-11-15"),
        ({"LOG_LEVEL": "LOUD"}, "expected INFO, DEBUG, WARNING, ERROR"),
        ({"DEBUG": "flase"}, "DEBUG cannot be read; expected 1 or 0"),
        ({"SRESS_DEMO": "1", "SRESS_TODAY": "15/11/2019"}, "a date such as 2019-11-15"),
        ({"SRESS_TODAY": "2019-11-15"}, "only allowed with SRESS_DEMO=1"),
        ({"SECRET_KEY": "x" * 31}, "SECRET_KEY is too short; expected 32 characters or more"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS cannot be read"),
        ({"ALLOWED_HOSTS": "sress.example.org, *"}, "ALLOWED_HOSTS cannot be read"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS cannot be read"),
        ({"SITE_URL": None}, "SITE_URL is not set"),
        ({"SITE_URL": "http://sress.example.org"}, "SITE_URL cannot be read"),
        ({"QUIET_PERIODS": "08-01"}, "QUIET_PERIODS cannot be read; expected periods such as"),
        ({"QUIET_PERIODS": "13-01/13-31"}, "QUIET_PERIODS cannot be read"),
        ({"PUBLIC_HOLIDAYS_OF": "Corse"}, "PUBLIC_HOLIDAYS_OF cannot be read; expected one of"),
        ({"EMAIL_URL": None}, "EMAIL_URL is not set"),
        ({"EMAIL_URL": "gopher://x"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "smtp://"}, "EMAIL_URL cannot be read; expected smtp+tls://"),
        ({"EMAIL_URL": "smtp+tls://:25"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "smtp://smtp.example.org:abc"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "filemail:///tmp/mails"}, "EMAIL_URL cannot be read"),
        ({"EMAIL_URL": "dummymail://"}, "EMAIL_URL cannot be read"),
        ({"DEBUG": "1", "EMAIL_URL": "memorymail://"}, "EMAIL_URL cannot be read"),
        ({"OIDC_NAME": "ProConnect"}, "OIDC_SERVER_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET is not"),
        ({**PROVIDER, "OIDC_CLIENT_SECRET": " "}, "OIDC_CLIENT_SECRET is not set"),
        ({**PROVIDER, "OIDC_SERVER_URL": "http://oidc.example.org"}, "expected https://HOST/PATH"),
        ({**PROVIDER, "OIDC_SERVER_URL": "oidc.example.org"}, "expected https://HOST/PATH"),
        ({**PROVIDER, "OIDC_VOUCHES_FOR_EMAIL": "oui"}, "OIDC_VOUCHES_FOR_EMAIL cannot be read"),
        ({"TRUSTED_PROXY_COUNT": "-1"}, "TRUSTED_PROXY_COUNT cannot be read"),
    ],
)
def test_what_is_wrong_is_named(changes, said):
    done = start(**changes)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_port_stops_the_web_server():
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "sress.wsgi"],
        cwd=ROOT,
        env={**GOOD, "PORT": "abc"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode
    assert "PORT cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_is_never_repeated():
    assert "hunter2" not in start(DATABASE_URL="mysql://me:hunter2@localhost/x").stderr


def test_the_example_names_every_setting():
    example = (ROOT / ".env.example").read_text()
    source = (ROOT / "sress" / "settings.py").read_text()
    import re

    for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source):
        assert name in example, name
