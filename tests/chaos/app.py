"""The site's background tasks, on a timetable of seconds."""

from sress.celery import app

app.conf.beat_schedule["reminders"]["schedule"] = 2
app.conf.beat_max_loop_interval = 1
app.conf.broker_transport_options = {"visibility_timeout": 5}
