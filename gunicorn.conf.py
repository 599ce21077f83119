"""How gunicorn serves the site, by environment."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from sress import environment as env

try:
    bind = f"{os.environ.get('HOST', 'localhost')}:{env.number('PORT', 8000)}"
    workers = env.number("WEB_CONCURRENCY", 2)
except ImproperlyConfigured as error:
    sys.exit(f"Configuration: {error}")
# One slow reader does not hold a whole process.
threads = 4
# Leaks, if any, are bounded; the jitter keeps workers from restarting together.
max_requests = 5000
max_requests_jitter = 500
timeout = 60
# Nobody steers the processes from outside.
control_socket_disable = True
# Neither addresses nor headers nor messages of errors.
logger_class = "sress.logs.GunicornLogger"
accesslog = None
