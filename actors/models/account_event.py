"""What befell an account: its password, its second factor, its invitation. Facts, never secrets."""

from typing import Any

from django.db import models
from django.db.models import Q

from actors.models.user import User
from sress import clock
from sress.audit.tracking import tracked


class What(models.TextChoices):
    """The kinds of events."""

    INVITED = "invitation", "Invitation envoyée"
    ACCEPTED = "acceptation", "Invitation acceptée"
    PASSWORD_SET = "mot_de_passe_choisi", "Mot de passe choisi"
    PASSWORD_CHANGED = "mot_de_passe_change", "Mot de passe changé"
    PASSWORD_RESET = "mot_de_passe_oublie", "Mot de passe oublié, remplacé"
    FACTOR_ADDED = "second_facteur_ajoute", "Second facteur ajouté"
    FACTOR_REMOVED = "second_facteur_retire", "Second facteur retiré"
    CODES_ADDED = "codes_ajoutes", "Codes de secours créés"
    CODES_REMOVED = "codes_retires", "Codes de secours retirés"
    CODES_RENEWED = "codes_renouveles", "Codes de secours renouvelés"
    FACTOR_LOST = "second_facteur_perdu", "Double authentification retirée par l'administration"


class AccountEventManager(models.Manager["AccountEvent"]):
    def record(self, user: User, what: str, *, by: Any = None) -> "AccountEvent":
        """Write that `what` befell `user`, at the hands of whoever is signed in (`by`), if any."""
        other = by if by is not None and by.is_authenticated and by.pk != user.pk else None
        return self.create(user=user, what=what, by=other)


@tracked(under=("user",))
class AccountEvent(models.Model):
    """Something that bears on who can enter by an account; written when it happens."""

    What = What

    user = models.ForeignKey(User, models.CASCADE, related_name="events", verbose_name="compte")
    what = models.CharField("événement", max_length=25, choices=What)
    by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="par",
        help_text="Vide : la personne elle-même.",
    )
    recorded_at = models.DateTimeField("le", default=clock.now)

    objects = AccountEventManager()

    class Meta:
        verbose_name = "événement d'un compte"
        verbose_name_plural = "événements des comptes"
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=What.values),
                name="account_event_what_known",
                violation_error_message="Cet événement n'existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"{What(self.what).label} : {self.user}"
