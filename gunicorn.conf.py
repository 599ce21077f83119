"""How gunicorn serves the site, by environment."""

import os

bind = f"{os.environ.get('HOST', 'localhost')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# One slow reader does not hold a whole process.
threads = 4
# Leaks, if any, are bounded; the jitter keeps workers from restarting together.
max_requests = 5000
max_requests_jitter = 500
timeout = 60
# Nobody steers the processes from outside.
control_socket_disable = True
