"""The initiatives of the demonstration, with pictures drawn here: they show no real place."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from PIL import Image, ImageDraw

from proposals.demo.cast import Cast
from proposals.models import Initiative, Strategy
from sress.clock import PARIS
from sress.pictures import Picture

SIZE = (960, 600)


def load(strategy: Strategy, told: Iterable[Mapping[str, Any]], cast: Cast) -> None:
    """Write the initiatives that are not there."""
    present = set(strategy.initiatives.values_list("slug", flat=True))
    for one in told:
        if one["slug"] in present:
            continue
        said = dict(one)
        event, drawing = said.pop("event"), said.pop("drawing")
        initiative = Initiative(
            strategy=strategy,
            **said
            | {
                "text": said["text"].strip(),
                "organisation": cast.organisation(said["organisation"]),
                "epci": cast.territories[said["epci"]],
                "action": strategy.actions.filter(code=said["action"]).first(),
            },
            picture_credit="Dessin de démonstration",
            recorded_at=datetime.combine(said["published_on"], time(12), PARIS),
        )
        initiative.show(Picture.of(drawn(**drawing)))
        initiative.events.set(strategy.events.filter(title=event))


def drawn(*, sky: str, hill: str, field: str, roof: str, houses: int) -> Image.Image:
    """Houses on a hill under a round sun, in flat colours."""
    width, height = SIZE[0] * 2, SIZE[1] * 2
    image = Image.new("RGB", (width, height), sky)
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.72, height * 0.12, width * 0.84, height * 0.31), fill="#fff4cf")
    draw.ellipse((-width * 0.3, height * 0.5, width * 0.8, height * 1.6), fill=hill)
    draw.ellipse((width * 0.3, height * 0.6, width * 1.5, height * 1.9), fill=field)
    side = width * 0.12
    for rank in range(houses):
        left = width * 0.14 + rank * side * 1.35
        top = height * 0.58 + (rank % 2) * side * 0.25
        draw.rectangle((left, top, left + side, top + side), fill="#fbf7ec")
        peak = (left + side / 2, top - side * 0.55)
        draw.polygon([(left - side * 0.1, top), peak, (left + side * 1.1, top)], fill=roof)
        draw.rectangle(
            (left + side * 0.38, top + side * 0.45, left + side * 0.62, top + side), fill=roof
        )
    return image.resize(SIZE, Image.Resampling.LANCZOS)
