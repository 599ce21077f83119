"""Initiatives, with a picture where one is asked for."""

from datetime import date

from factory import LazyAttribute, Sequence
from PIL import Image

from proposals import models as proposals
from sress.pictures import Picture
from tests.factories.base import Agreed, Factory, noon
from tests.factories.strategy import StrategyFactory


class InitiativeFactory(Factory):
    class Meta:
        model = proposals.Initiative

    strategy = Agreed(StrategyFactory, "action.strategy", "proposal.strategy")
    slug = Sequence(lambda n: f"un-jardin-partage-{n}")
    title = Sequence(lambda n: f"Un jardin partagé, lot {n}")
    summary = "Des habitants cultivent ensemble une friche."
    text = "Trois associations s'y retrouvent.\n\nLa récolte va à une épicerie solidaire."
    published_on = date(2019, 6, 1)
    recorded_at = LazyAttribute(lambda o: noon(o.published_on or date(2019, 6, 1)))


def pictured(initiative, image=None):
    """The same, with a picture, its alternative text and its credit."""
    initiative.picture_alt = "Des rangs de légumes devant un mur de briques."
    initiative.picture_credit = "Structure exemple 3"
    initiative.show(Picture.of(image or Image.new("RGB", (900, 600), "teal")))
    return initiative
