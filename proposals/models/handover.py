"""Actions change hands: who gave which to whom, and with which word."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from actors.models import User
from proposals.models.action import Action
from sress import clock
from sress.audit.tracking import tracked

NEWS_FOR = timedelta(days=14)


class HandoverQuerySet(models.QuerySet["Handover"]):
    @transaction.atomic
    def hand_over(self, actions: Iterable[Action], *, by: User, to: User, word: str = "") -> int:
        """Make `to` the referent of those of `actions` that `by` may hand over; how many did."""
        mine = Action.objects.transferable_by(by).filter(pk__in=[one.pk for one in actions])
        # « Or null »: SQL's « not equal » says nothing of an action without referent.
        moved = list(
            mine.exclude(referent__isnull=False, referent=to).select_for_update(of=("self",))
        )
        Handover.objects.bulk_create(
            Handover(action=one, given_by=by, given_to=to, word=word, given_at=clock.now())
            for one in moved
        )
        Action.objects.filter(pk__in=[one.pk for one in moved]).update(referent=to)
        return len(moved)

    def forget(self, user: User) -> None:
        """For the erasure of a person: words between colleagues go."""
        self.filter(Q(given_by=user) | Q(given_to=user)).exclude(word="").update(word="")

    def news_for(self, user: User) -> Self:
        """What `user` was given lately, and still has."""
        return self.filter(
            given_to=user, action__referent=user, given_at__gte=clock.now() - NEWS_FOR
        ).exclude(given_by=user)


@tracked(under=("action",))
class Handover(models.Model):
    """An action was handed to a colleague."""

    action = models.ForeignKey(
        Action, models.CASCADE, related_name="handovers", verbose_name="action"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="confiée par"
    )
    given_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="handovers", verbose_name="à"
    )
    word = models.CharField("un mot pour la suite", max_length=250, blank=True)
    given_at = models.DateTimeField("le", default=clock.now)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = "passation"
        ordering = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.action.code}, à {self.given_to}"
