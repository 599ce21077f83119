"""Settings, read strictly from the environment (see .env.example)."""

from pathlib import Path
from typing import Any

import pghistory
from django.core.exceptions import ImproperlyConfigured

from sress import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# Demonstration: accounts and data are public, the clock may be fixed, plain http is fine.
SRESS_DEMO = env.flag("SRESS_DEMO", default=False)
SRESS_TODAY = env.day("SRESS_TODAY")
if SRESS_TODAY and not SRESS_DEMO:
    raise ImproperlyConfigured("SRESS_TODAY fixes the clock: it is only allowed with SRESS_DEMO=1.")

DEBUG = env.flag("DEBUG", default=False)
# What never serves the public for real: keys, links and faults may show.
IN_THE_OPEN = DEBUG or SRESS_DEMO
SECRET_KEY = env.secret(
    "SECRET_KEY",
    "public-key-of-the-demonstration" if SRESS_DEMO else None,
    least=1 if IN_THE_OPEN else 32,
)
LOCAL_HOSTS = "localhost,127.0.0.1,[::1]" if IN_THE_OPEN else None
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", LOCAL_HOSTS)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
# Where the site is, for who reads its mails: no request says it to a task.
HERE = f"http://localhost:{env.number('PORT', 8000)}"
SITE_URL = env.secure_url("SITE_URL", HERE if IN_THE_OPEN else None)

INSTALLED_APPS = [
    "sress",
    "actors",
    "proposals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "sress.audit.context.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "actors.accounts.gate.Gate",
]

ROOT_URLCONF = "sress.urls"
WSGI_APPLICATION = "sress.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sress.context.site",
            ],
            "builtins": [
                "django.templatetags.static",
                "sress.templatetags.french",
                "sress.templatetags.icons",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# The role of the running site: it owns no table. Migrations, run by the owner, grant it its rights.
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "sress_app")
# Versions of rows (sress.audit): an old one knows nothing of a column that came later, and their
# lookups have indexes of their own.
PGHISTORY_FIELD = pghistory.Field(null=True)
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(null=True, db_index=False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "actors.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "full_name")}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "home"
# A day at work.
SESSION_COOKIE_AGE = 12 * 3600
PASSWORD_RESET_TIMEOUT = 3 * 3600

# Accounts (see docs/decisions/0008-accounts.md). Nobody signs up: administrators invite.
ACCOUNT_ADAPTER = "actors.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "actors.accounts.forms.Login",
    "reauthenticate": "actors.accounts.forms.Reauthenticate",
    "change_password": "actors.accounts.forms.ChangePassword",
    "set_password": "actors.accounts.forms.SetPassword",
    "reset_password": "actors.accounts.forms.ResetPassword",
    "reset_password_from_key": "actors.accounts.forms.ResetPasswordKey",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Guesses at a password: by place, by account and place, by account. Codes: by account (the first).
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_anywhere": "20/5m/key",
    "reauthenticate": "10/5m/user",
}
MFA_ADAPTER = "actors.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "actors.accounts.forms.Authenticate",
    "reauthenticate": "actors.accounts.forms.ReauthenticateByCode",
    "activate_totp": "actors.accounts.forms.ActivateTOTP",
    "add_webauthn": "actors.accounts.forms.AddWebAuthn",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Stratégies ESS"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# Limits of attempts are counted by address of the visitor: how many proxies stand in front.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if IN_THE_OPEN else env.number("TRUSTED_PROXY_COUNT", 1, least=0)

# Signing in through an identity provider, such as ProConnect: all four settings, or none.
SOCIALACCOUNT_ADAPTER = "actors.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {
        "provider_class": "actors.accounts.oidc.Provider",
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": ["openid", "email"],
        "APPS": [],
    }
}
if oidc := env.together("OIDC_NAME", "OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "oidc",
            "name": oidc["OIDC_NAME"],
            "client_id": oidc["OIDC_CLIENT_ID"],
            "secret": oidc["OIDC_CLIENT_SECRET"],
            "settings": {
                "server_url": env.secure_url("OIDC_SERVER_URL"),
                "vouches_for_email": env.flag("OIDC_VOUCHES_FOR_EMAIL", default=False),
            },
        }
    )

# Counts attempts to sign in, for all processes alike.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sress_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_CONFIG = env.email("EMAIL_URL", printed=IN_THE_OPEN)
EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT")
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "sress@example.org")

# The outbox, in seconds: a round of sending; how long a mail is claimed (ten SMTP steps of
# EMAIL_TIMEOUT each); the first pause after a failure, which doubles, up to an hour. Then a number
# of attempts: five days.
OUTBOX_EVERY = 60
OUTBOX_LEASE = 300
OUTBOX_PAUSE = 60
OUTBOX_ATTEMPTS = 125

# Days on which no reminder leaves, beside weekends and the nation's public holidays: those of
# Alsace-Moselle or of an overseas territory (a code of ISO 3166-2:FR), and the quiet weeks.
PUBLIC_HOLIDAYS_OF = env.holidays("PUBLIC_HOLIDAYS_OF")
QUIET_PERIODS = env.periods("QUIET_PERIODS", "08-01/08-31,12-24/01-02")

CELERY_BROKER_URL = env.broker("CELERY_BROKER_URL")

# Everything comes from the site itself; forms post to it alone.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
# What was typed in a form whose token is out of date is kept, and shown again.
CSRF_FAILURE_VIEW = "sress.kept.refused"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not IN_THE_OPEN:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    # The health checks come straight from the machine that watches, in plain http.
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600

LOG_LEVEL = env.one_of("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR"))
# Some say at DEBUG, or INFO, what the log must not hold: values of SQL, arguments of tasks.
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
AT_LEAST_INFO = max(LOG_LEVEL, "INFO", key=LOG_LEVELS.index)
AT_LEAST_WARNING = max(LOG_LEVEL, "WARNING", key=LOG_LEVELS.index)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "sress.logs.DiscreetFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Instead of Django's own handlers: one mails whole requests, one repeats their addresses.
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "django.server": {"handlers": [], "level": "NOTSET", "propagate": True},
        "django.db.backends": {"level": AT_LEAST_WARNING},
        "celery": {"level": AT_LEAST_INFO},
        "kombu": {"level": AT_LEAST_INFO},
    },
}
