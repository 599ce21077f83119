"""What the site knows of its own processes."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from sress.outbox.models import Mail

__all__ = ["Heartbeat", "Mail"]


class Heartbeat(models.Model):
    """The last sign of life of a background process, in real time (not the demonstration's)."""

    class Process(models.TextChoices):
        WORKER = "worker"
        BEAT = "beat"

    process = models.CharField("processus", max_length=10, choices=Process, primary_key=True)
    beaten_at = models.DateTimeField("dernier signe de vie")

    class Meta:
        verbose_name = "signe de vie"
        verbose_name_plural = "signes de vie"
        constraints = [
            models.CheckConstraint(
                name="heartbeat_process_known",
                condition=models.Q(process__in=["worker", "beat"]),
                violation_error_message="Ce processus n'est pas connu.",
            )
        ]

    def __str__(self) -> str:
        return self.process

    @classmethod
    def beat(cls, process: Process) -> None:
        """Note that `process` is alive now."""
        cls.objects.update_or_create(process=process, defaults={"beaten_at": timezone.now()})

    @classmethod
    def alive(cls, within: timedelta) -> set[str]:
        """The processes that gave a sign of life less than `within` ago."""
        recent = cls.objects.filter(beaten_at__gte=timezone.now() - within)
        return set(recent.values_list("process", flat=True))
