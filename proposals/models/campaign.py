"""A collection of news before a committee: until when, of which actions."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from proposals.models.action import Action
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def upcoming(self) -> Self:
        """Those whose committee has not met yet."""
        return self.filter(committee_on__gte=clock.today())


@tracked()
class Campaign(models.Model):
    """A collection campaign (collecte): the actions to bring up to date before a committee meets.

    An action is up to date once a progress report was recorded on it since `opens_on`.
    """

    strategy = models.ForeignKey(
        Strategy, models.PROTECT, related_name="campaigns", verbose_name="stratégie"
    )
    committee = models.CharField(
        "comité",
        max_length=80,
        help_text="Comme les courriels le diront : « à actualiser avant le COPIL du 12 mars ».",
    )
    opens_on = models.DateField(
        "ouvre le",
        default=clock.today,
        help_text="Les points saisis depuis ce jour comptent ; rien ne part avant.",
    )
    committee_on = models.DateField("date du comité")
    actions = models.ManyToManyField(
        Action,
        blank=True,
        related_name="campaigns",
        verbose_name="actions concernées",
        help_text="Aucune : toutes les actions en cours de la stratégie.",
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "collecte"
        ordering = ["-committee_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("committee_on")),
                name="campaign_dates_in_order",
                violation_error_message="La collecte ouvre au plus tard le jour du comité.",
            ),
            models.UniqueConstraint(
                fields=["strategy", "committee", "committee_on"],
                name="campaign_unique",
                violation_error_message="Cette collecte est déjà enregistrée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee} du {self.committee_on:%d/%m/%Y}"

    def clean(self) -> None:
        super().clean()
        if self.opens_on and self.committee_on and self.opens_on > self.committee_on:
            raise ValidationError({"opens_on": "La collecte ouvre au plus tard le jour du comité."})
