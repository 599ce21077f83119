import pytest
from django.core.cache import cache
from django.test import Client

from tests.actors.accounts.kit import PASSWORD
from tests.factories import UserFactory


@pytest.fixture(autouse=True)
def no_attempt_yet(db):
    cache.clear()


@pytest.fixture
def person(db):
    return UserFactory(
        email="camille@region.example.org", full_name="Camille L'Officière", password=PASSWORD
    )


@pytest.fixture
def browser():
    return Client()
