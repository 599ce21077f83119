"""Éditions with a document, as if they had been frozen."""

import hashlib
import uuid
from datetime import date

from factory import LazyAttribute, LazyFunction, RelatedFactory, Sequence, SubFactory

from proposals import models as proposals
from tests.factories.actors import UserFactory
from tests.factories.base import Factory, noon
from tests.factories.strategy import StrategyFactory


class EditionFactory(Factory):
    class Meta:
        model = proposals.Edition

    strategy = SubFactory(StrategyFactory)
    number = Sequence(lambda n: n + 1)
    title = "Comité de pilotage"
    day = date(2018, 6, 29)
    known_at = LazyAttribute(lambda o: noon(o.day))
    author = SubFactory(UserFactory)
    submission = LazyFunction(uuid.uuid4)


class EditionContentFactory(Factory):
    class Meta:
        model = proposals.EditionContent

    data = b"Figures"


class EditionDocumentFactory(Factory):
    class Meta:
        model = proposals.EditionDocument

    edition = SubFactory(EditionFactory)
    name = "rapport.pdf"
    content_type = "application/pdf"
    size = 7
    sha256 = hashlib.sha256(b"Figures").hexdigest()
    content = RelatedFactory(EditionContentFactory, factory_related_name="document")
