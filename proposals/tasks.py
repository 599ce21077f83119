"""Background tasks of the strategies."""

from celery import shared_task

from proposals.reminders.run import run


@shared_task
def remind() -> None:
    """Plan the reminders of the day and put its mails in the outbox; twice is as good as once."""
    run()
