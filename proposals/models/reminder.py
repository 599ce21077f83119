"""Reminders: the rules, as data; what was planned for whom; what people answered.

What is due on a day is computed by `proposals.reminders`; a row here says that it was announced, or
is about to be.
"""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from actors.models import User
from proposals.models.act import Convention
from proposals.models.action import Action, Milestone
from proposals.models.campaign import Campaign
from proposals.models.handover import Handover
from proposals.models.strategy import Strategy
from sress import clock
from sress.audit.tracking import tracked
from sress.outbox.models import Mail

# Ten years: further away, somebody mistyped.
FURTHEST = 3660


class Kind(models.TextChoices):
    """What a reminder is about, the most pressing first (see `proposals.reminders.arming`)."""

    ACTION_DUE = "echeance_action", "Échéance d'une action"
    MILESTONE_DUE = "echeance_etape", "Échéance d'une étape"
    CAMPAIGN = "collecte", "Collecte avant un comité"
    VALIDATION = "validation", "Brouillon à valider"
    DIFFICULTY = "difficulte", "Action en difficulté"
    SILENCE = "silence", "Action sans nouvelle"
    ANSWER = "reponse", "Réponse à un brouillon"
    REASSIGN = "a_confier", "Action à confier"
    DECISION = "decision", "Décision à mettre en œuvre"
    GRANT = "subvention", "Subventions à publier"
    RESULT = "indicateur", "Valeurs d'indicateurs"
    CONVENTION = "convention", "Terme d'une convention"
    TARGET = "date_cible", "Date cible de la stratégie"
    REFUSED = "courriel_refuse", "Courriel non remis"


# Whose thresholds may come before the date: the others are counted from what has happened.
AHEAD = frozenset(
    {
        *(Kind.ACTION_DUE, Kind.MILESTONE_DUE, Kind.TARGET, Kind.CONVENTION, Kind.CAMPAIGN),
        Kind.GRANT,
        Kind.DECISION,
    }
)


class ReminderRuleQuerySet(models.QuerySet["ReminderRule"]):
    def in_force(self) -> "dict[tuple[str, int | None], ReminderRule]":
        """The rules by kind and strategy (None: of all that have no rule of their own)."""
        return {(one.kind, one.strategy_id): one for one in self.all()}


@tracked()
class ReminderRule(models.Model):
    """When one is reminded of what. A strategy's own rule takes the place of the general one."""

    kind = models.CharField("sujet", max_length=16, choices=Kind)
    strategy = models.ForeignKey(
        Strategy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reminder_rules",
        verbose_name="stratégie",
        help_text="Vide : toutes celles qui n'ont pas leur propre règle sur ce sujet.",
    )
    thresholds = ArrayField(models.SmallIntegerField(), verbose_name="seuils, en jours")
    monthly = models.BooleanField(
        "puis une ligne par mois",
        default=False,
        help_text="Après le dernier seuil, une ligne au début de chaque mois tant que cela dure.",
    )
    escalates_after = models.PositiveSmallIntegerField(
        "dans la synthèse de la coordination après",
        null=True,
        blank=True,
        help_text="Jours après l'annonce à la personne référente. Vide : jamais.",
    )
    active = models.BooleanField("active", default=True)

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "règle de relance"
        verbose_name_plural = "règles de relance"
        ordering = [F("strategy").asc(nulls_first=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "strategy"],
                nulls_distinct=False,
                name="reminder_rule_unique",
                violation_error_message="Une règle existe déjà sur ce sujet : modifiez-la.",
            ),
            models.CheckConstraint(
                condition=Q(thresholds__len__gt=0),
                name="reminder_rule_has_threshold",
                violation_error_message="Donnez au moins un seuil, ou désactivez la règle.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=Kind.values),
                name="reminder_rule_kind_known",
                violation_error_message="Ce sujet de relance n'existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def clean(self) -> None:
        super().clean()
        if any(abs(one) > FURTHEST for one in self.thresholds or ()):
            raise ValidationError({"thresholds": "Un seuil est à dix ans au plus."})
        if self.kind and self.kind not in AHEAD and any(one < 0 for one in self.thresholds or ()):
            raise ValidationError(
                {"thresholds": "Ce sujet part d'un fait passé : ses seuils sont après (J+…)."}
            )


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def pending(self) -> Self:
        """Planned, and in no mail yet."""
        return self.filter(mail=None, cancelled_at=None)

    def sent(self) -> Self:
        """Those whose mail left."""
        return self.filter(mail__state=Mail.State.SENT)


class Reminder(models.Model):
    """Somebody is told once of one threshold of one fact.

    `anchor` names the fact that arms it (« initiale », « point 12 »), so that a date that moves and
    moves back arms it anew; so does the end of a `snooze`. A cancelled one comes back when it is
    due again; one that has a mail is told.
    """

    rule = models.ForeignKey(
        ReminderRule, models.PROTECT, related_name="reminders", verbose_name="règle"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reminders",
        verbose_name="destinataire",
    )
    strategy = models.ForeignKey(
        Strategy, models.CASCADE, null=True, related_name="+", verbose_name="stratégie"
    )
    action = models.ForeignKey(
        Action, models.CASCADE, null=True, related_name="reminders", verbose_name="action"
    )
    milestone = models.ForeignKey(
        Milestone, models.CASCADE, null=True, related_name="+", verbose_name="étape"
    )
    convention = models.ForeignKey(
        Convention, models.CASCADE, null=True, related_name="+", verbose_name="convention"
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, related_name="+", verbose_name="collecte"
    )
    anchor = models.CharField("fait qui l'arme", max_length=60)
    snooze = models.ForeignKey(
        "ReminderReply", models.CASCADE, null=True, related_name="+", verbose_name="remise"
    )
    threshold = models.SmallIntegerField("seuil, en jours")
    escalated = models.BooleanField("synthèse de la coordination", default=False)
    planned_on = models.DateField("prévue le")
    cancelled_at = models.DateTimeField("annulée le", null=True)
    mail = models.ForeignKey(
        Mail, models.PROTECT, null=True, related_name="reminders", verbose_name="courriel"
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "relance"
        ordering = ["-planned_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("rule", "strategy", "action", "milestone", "convention", "campaign"),
                    *("anchor", "snooze", "threshold", "recipient"),
                ],
                nulls_distinct=False,
                name="reminder_once",
                violation_error_message="Cette relance est déjà prévue.",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(mail=None),
                name="reminder_told_or_cancelled",
                violation_error_message="Une relance partie ne s'annule plus.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient"],
                condition=Q(mail=None, cancelled_at=None),
                name="reminder_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}, {self.anchor}, {self.threshold:+d}"


class ReminderReplyQuerySet(models.QuerySet["ReminderReply"]):
    def running(self) -> Self:
        """What is put off and does not come back yet."""
        return self.filter(what=ReminderReply.What.SNOOZE, until__gt=clock.today())

    def standing(self) -> Self:
        """« Ce n'est plus moi » of people who were not handed the action again since."""
        return self._disowning(given_to=OuterRef("user"))

    def unheard(self) -> Self:
        """« Ce n'est plus moi » of who follows an action in name, and nobody was handed it since.

        In name: the referent; without any whose account is open, that of the proposal.
        """
        nobody = Q(action__referent=None) | Q(action__referent__is_active=False)
        of_proposal = nobody & Q(user=F("action__proposal__referent"))
        return self._disowning().filter(Q(user=F("action__referent")) | of_proposal)

    def _disowning(self, **handed: Any) -> Self:
        since = Handover.objects.filter(
            action=OuterRef("action"), given_at__gt=OuterRef("replied_at"), **handed
        )
        return self.filter(~Exists(since), what=ReminderReply.What.NOT_MINE)

    def forget(self, user: User) -> None:
        """For the erasure of a person: words to colleagues go."""
        self.filter(user=user).exclude(word="").update(word="")


@tracked(under=("action",))
class ReminderReply(models.Model):
    """What somebody answered to a reminder about an action: later, or no longer mine.

    « Rien de nouveau » is no row here: it is a progress report.
    """

    class What(models.TextChoices):
        SNOOZE = "plus_tard", "Plus tard"
        NOT_MINE = "plus_moi", "Ce n'est plus moi"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="reminder_replies",
        verbose_name="personne",
    )
    action = models.ForeignKey(
        Action, models.CASCADE, related_name="reminder_replies", verbose_name="action"
    )
    what = models.CharField("réponse", max_length=10, choices=What)
    until = models.DateField("jusqu'au", null=True, blank=True)
    word = models.CharField("un mot", max_length=250, blank=True)
    replied_at = models.DateTimeField("le", default=clock.now)

    objects = ReminderReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse à une relance"
        verbose_name_plural = "réponses aux relances"
        ordering = ["-replied_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="plus_tard", until__isnull=False, word="")
                | Q(what="plus_moi", until=None),
                name="reminder_reply_shape",
                violation_error_message="« Plus tard » demande une date ; « ce n'est plus moi », "
                "non.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action.code}, {self.get_what_display()}"
