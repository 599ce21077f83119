"""A strict set-up (see also tests.settings), and people who sign in."""

import os
from typing import Any

import hypothesis
import pytest
from django.template.base import FilterExpression
from django.template.defaulttags import ForNode
from django.test import Client

# An hour of continuous integration must not find what the next one does not: random elsewhere.
hypothesis.settings.register_profile("ci", derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


class StrictSequence(FilterExpression):
    """What a loop runs over: Django would take a misspelt name for an empty list."""

    __slots__ = ()

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        return super().resolve(context)


def pytest_configure() -> None:
    lenient = ForNode.__init__

    def strict(self: ForNode, loopvars: Any, sequence: FilterExpression, *rest: Any) -> None:
        sequence.__class__ = StrictSequence
        lenient(self, loopvars, sequence, *rest)

    ForNode.__init__ = strict


class SignedIn(Client):
    """A browser in which `user` signed in; an administrator has a second factor, as they must."""

    def __init__(self, user: Any) -> None:
        from allauth.mfa.models import Authenticator

        super().__init__()
        self.user = user
        if user.is_superuser:
            Authenticator.objects.get_or_create(user=user, type="totp", defaults={"data": {}})
        self.force_login(user)

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Sign in, second factor included."""
        super().force_login(user, backend)
        session = self.session
        session["second_factor_set_up"] = user.pk
        session.save()


@pytest.fixture
def anonymous() -> Client:
    """A citizen: no account."""
    return Client()


@pytest.fixture
def outsider(db: None) -> SignedIn:
    """An officer who leads nothing."""
    from tests.factories import UserFactory

    return SignedIn(UserFactory(full_name="Odile Tierce"))


@pytest.fixture
def lead(db: None) -> SignedIn:
    """An officer; give them what they lead: `ActionFactory(referent=lead.user)`."""
    from tests.factories import UserFactory

    return SignedIn(UserFactory(full_name="Camille Référente"))


@pytest.fixture
def administrator(db: None) -> SignedIn:
    """Who may do everything."""
    from actors.models import Role
    from tests.factories import UserFactory

    return SignedIn(UserFactory(full_name="Dominique Admin", role=Role.ADMINISTRATOR))


@pytest.fixture
def coordinator(db: None) -> SignedIn:
    """Who coordinates: `strategy.coordinators.add(coordinator.user)`."""
    from tests.factories import CoordinatorFactory

    return SignedIn(CoordinatorFactory(full_name="Andréa Coordination"))


@pytest.fixture
def contributor(db: None) -> SignedIn:
    """Somebody of an organisation: `PartnershipFactory(organisation=contributor.user.organisation)`
    makes them a partner."""
    from tests.factories import ContributorFactory

    return SignedIn(ContributorFactory(full_name="Sacha Contribution"))
