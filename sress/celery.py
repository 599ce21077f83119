"""The Celery application and its timetable. Messages carry no facts: an empty broker loses none."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

from sress.audit.context import AuditedTask

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sress.settings")

HEARTBEAT_SECONDS = 20

app = Celery("sress", task_cls=AuditedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="Europe/Paris",
    task_ignore_result=True,
    # A task interrupted by a killed worker is run again: tasks must bear being run twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=600,
    task_soft_time_limit=540,
    # Above the longest task, so that a message still being worked on is not handed out twice.
    broker_transport_options={"visibility_timeout": 1800},
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    beat_schedule={
        "heartbeat": {
            "task": "sress.tasks.heartbeat",
            "schedule": HEARTBEAT_SECONDS,
            # A heartbeat that waited says nothing about now.
            "options": {"expires": HEARTBEAT_SECONDS},
        },
        "send-mails": {
            "task": "sress.tasks.send_mails",
            "schedule": settings.OUTBOX_EVERY,
            # Rounds that waited for a worker would only follow one another.
            "options": {"expires": settings.OUTBOX_EVERY},
        },
        "reminders": {
            "task": "proposals.tasks.remind",
            # Mails of the day leave at 7:30; the runs that follow catch up what a fault held.
            "schedule": crontab(minute="30", hour="7-19", day_of_week="mon-fri"),
            "options": {"expires": 3600},
        },
    },
)
app.autodiscover_tasks()
