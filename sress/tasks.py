"""Tasks that watch over the background processes themselves."""

from typing import Any

from celery import shared_task
from celery.signals import before_task_publish

from sress.models import Heartbeat


@shared_task
def heartbeat() -> None:
    """Prove that a worker takes messages and reaches the database."""
    Heartbeat.beat(Heartbeat.Process.WORKER)


@before_task_publish.connect(sender="sress.tasks.heartbeat")
def note_beat(**kwargs: Any) -> None:
    """Only beat publishes the heartbeat: publishing it proves that beat keeps the timetable."""
    Heartbeat.beat(Heartbeat.Process.BEAT)
