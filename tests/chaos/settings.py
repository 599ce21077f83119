"""The site's own settings, in a hurry."""

from sress.settings import *  # noqa: F403
from sress.settings import STORAGES

OUTBOX_EVERY = 1
OUTBOX_LEASE = 4
OUTBOX_PAUSE = 1
EMAIL_TIMEOUT = 3
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
