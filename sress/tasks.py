"""Tasks of the site itself: signs of life, and mails that leave."""

from typing import Any

from celery import shared_task
from celery.signals import before_task_publish
from django.conf import settings

from sress.models import Heartbeat
from sress.outbox.sending import send_waiting


@shared_task
def heartbeat() -> None:
    """Prove that a worker takes messages and reaches the database."""
    Heartbeat.beat(Heartbeat.Process.WORKER)


@before_task_publish.connect(sender="sress.tasks.heartbeat")
def note_beat(**kwargs: Any) -> None:
    """Only beat publishes the heartbeat: publishing it proves that beat keeps the timetable."""
    Heartbeat.beat(Heartbeat.Process.BEAT)


@shared_task
def send_mails() -> None:
    """Send what waits in the outbox, until the next round is due."""
    send_waiting(settings.OUTBOX_EVERY * 0.9)
