"""People who sign in. Their names and addresses are never public: the site shows their service.

What a role may do on what is said beside the rows: see `proposals.models.rights`.
"""

from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from actors.models.organisation import Organisation, Service
from sress import clock
from sress.audit.tracking import tracked


class Role(models.TextChoices):
    """What a person does here. Each role may do what the one before it may, and more."""

    CONTRIBUTOR = "contributeur", "Contributeur (organisme partenaire)"
    OFFICER = "agent", "Agent de la Région"
    COORDINATOR = "coordination", "Coordination"
    ADMINISTRATOR = "administration", "Administration"


class Pace(models.TextChoices):
    """How often mails may come; what presses goes at once all the same."""

    WEEKLY = "lundi", "Le lundi"
    DAILY = "quotidien", "Chaque jour ouvré"


REGIONAL = (Role.OFFICER, Role.COORDINATOR, Role.ADMINISTRATOR)


class UserQuerySet(models.QuerySet["User"]):
    def regional(self) -> Self:
        """Those who work for the Region and can sign in: who may lead an action, or stand in."""
        return self.filter(is_active=True, role__in=REGIONAL)

    def administrators(self) -> Self:
        """Those who may do everything, and can sign in."""
        return self.filter(is_active=True, role=Role.ADMINISTRATOR)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Accounts, found by e-mail whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot sign in yet."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator."""
        return self.create_user(email, password, role=Role.ADMINISTRATOR, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        found: User = self.get(email__iexact=username)
        return found


@tracked(exclude=("password", "last_login"))
class User(AbstractBaseUser):
    """An account: officer of the Region, contributor of a partner organisation, administrator.

    Rights follow from `role` in code: there are no groups, no permissions to tick.
    """

    email = models.EmailField(
        "adresse électronique",
        unique=True,
        error_messages={"unique": "Un compte existe déjà avec cette adresse."},
    )
    full_name = models.CharField("nom complet", max_length=150)
    role = models.CharField("rôle", max_length=15, choices=Role, default=Role.OFFICER)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="service",
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="organisme partenaire",
        help_text="Pour un contributeur : il propose des points sur les actions dont cet organisme "
        "est partenaire.",
    )
    pace = models.CharField("rythme des relances", max_length=10, choices=Pace, default=Pace.WEEKLY)
    is_active = models.BooleanField(
        "compte ouvert", default=True, help_text="Fermer un compte plutôt que le supprimer."
    )
    date_joined = models.DateTimeField("ouvert le", default=clock.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = "compte"
        ordering = ["full_name", "pk"]
        constraints = [
            # With the unique constraint: two addresses that differ by case alone are one account.
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message="L'adresse électronique s'écrit en minuscules.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values),
                name="user_role_known",
                violation_error_message="Ce rôle n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(pace__in=Pace.values),
                name="user_pace_known",
                violation_error_message="Ce rythme n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.CONTRIBUTOR, organisation__isnull=False)
                | (~Q(role=Role.CONTRIBUTOR) & Q(organisation=None)),
                name="user_contributor_has_organisation",
                violation_error_message="Un contributeur est d'un organisme partenaire ; les "
                "autres rôles, non.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()
        if self.is_active and self.is_erased:
            raise ValidationError("Cette personne est effacée : son compte ne se rouvre pas.")

    def get_short_name(self) -> str:
        """What Django's pages greet them by."""
        return self.full_name

    @property
    def is_erased(self) -> bool:
        """Whether this account is what the erasure of a person left (`actors.erasure`)."""
        return self.email == f"efface-{self.pk}@example.invalid"

    @property
    def is_superuser(self) -> bool:
        """Whether this is an administrator, in Django's words."""
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Whether the administration is open to them, in Django's words."""
        return self.is_active and self.role in (Role.COORDINATOR, Role.ADMINISTRATOR)

    @property
    def is_regional(self) -> bool:
        """Whether they work for the Region: they read what is interne."""
        return self.is_active and self.role in REGIONAL

    @property
    def public_name(self) -> str:
        """What the public reads in place of their name."""
        return str(self.organisation or self.service or "Région")

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's permissions are not used: only administrators pass where something asks."""
        return self.is_superuser

    has_module_perms = has_perm
