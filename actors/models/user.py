"""People who sign in. Their names and addresses are never public: the site shows their service."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from actors.models.organisation import Service
from sress import clock


class UserManager(BaseUserManager["User"]):
    """Accounts, found by e-mail whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot sign in yet."""
        if not email:
            raise ValueError("An account needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: officer of the Region, member of a partner organisation, or administrator."""

    email = models.EmailField(
        "adresse électronique",
        unique=True,
        error_messages={"unique": "Un compte existe déjà avec cette adresse."},
    )
    full_name = models.CharField("nom complet", max_length=150)
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="service",
    )
    is_staff = models.BooleanField("accès à l'administration", default=False)
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
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower()
