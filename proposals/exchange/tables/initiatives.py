"""The sheet « Initiatives »: all but their pictures, which are sent in the administration."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet

from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, each
from proposals.models import Action, Event, Initiative, Proposal, Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

INITIATIVES = Table(
    key="initiatives",
    label="Initiatives",
    about="Les initiatives locales exemplaires. Leurs images s'envoient dans l'administration.",
    columns=(
        Column(
            key="slug",
            label="Adresse",
            also=("Identifiant",),
            read=values.text,
            required=True,
            example="un-jardin-partage",
            width=30,
        ),
        Column(key="title", label="Titre", read=values.text, required=True, width=50),
        Column(key="summary", label="Résumé", read=values.text, required=True, width=60),
        Column(key="text", label="Texte", read=values.paragraphs, width=60),
        Column(key="epci", label="Territoire", also=("EPCI",), read=values.text, width=40),
        Column(key="organisation", label="Structure", read=values.text, width=36),
        Column(key="action", label="Action", read=values.code, help="Son code.", width=10),
        Column(
            key="number",
            label="N° de proposition",
            also=("Proposition", "Objectif"),
            read=values.text,
            help="Son numéro.",
            width=10,
        ),
        Column(
            key="events",
            label="Présentée à",
            read=values.items_of(),
            help="Des événements, un par ligne : « 14/11/2019 Conférence régionale ».",
            width=40,
        ),
        Column(key="told_on", label="Racontée le", read=values.starts_on, width=13),
        Column(key="published_on", label="Publiée le", read=values.starts_on, width=13),
        Column(
            key="highlighted",
            label="Mise en avant",
            read=values.yes_no,
            choices=("oui", "non"),
            width=10,
        ),
    ),
)
PLAIN = ("title", "summary", "text", "told_on", "published_on", "highlighted")


def load_initiative(loading: Loading, names: Names, record: Record) -> Any:
    """An initiative, known by its address."""
    if record.faulty:
        return None
    said: dict[str, Any] = {key: record.get(key) for key in PLAIN if key in record}
    strategy = loading.strategy
    if "epci" in record:
        name = record.get("epci")
        said["epci"] = names.epci(name, record, "epci") if name else None
        if name and said["epci"] is None:
            return None
    if "organisation" in record:
        name = record.get("organisation")
        said["organisation"] = names.organisation(name, record, "organisation") if name else None
        if name and said["organisation"] is None:
            return None
    for column, field, rows, key in (
        ("action", "action", Action.objects.filter(strategy=strategy), "code"),
        ("number", "proposal", Proposal.objects.filter(strategy=strategy), "number"),
    ):
        if column in record:
            asked = record.get(column)
            found = _found(rows, key, asked) if asked else None
            if asked and found is None:
                loading.remarks.error(
                    record.place(column), f"« {asked} » : la stratégie n'en a pas."
                )
                return None
            said[field] = found
    events = _events(loading, record)
    if events is None:
        return None
    return loading.put(
        Initiative,
        {"strategy": strategy, "slug": record.get("slug")},
        record,
        said,
        sets={"events": events} if "events" in record else {},
    )


def _found(rows: QuerySet[Any], key: str, asked: str) -> Model | None:
    if key == "number" and not (asked.isdecimal() and len(asked) < 5):
        return None
    found: Model | None = rows.filter(**{key: asked}).first()
    return found


def _events(loading: Loading, record: Record) -> list[Event] | None:
    """The events of the row; None when one is not known, which was said."""
    found = []
    for item in record.get("events") or ():
        dated = re.fullmatch(r"(\d{1,2}/\d{1,2}/\d{4})\s+(.+)", item)
        known = Event.objects.filter(strategy=loading.strategy)
        if dated:
            day = values.starts_on(dated[1], lambda guess: None)
            known = known.filter(date=day, title=dated[2])
        else:
            known = known.filter(title=item)
        one = known.first()
        if one is None:
            loading.remarks.error(
                record.place("events"),
                f"« {item} » n'est pas un événement de la stratégie : « JJ/MM/AAAA intitulé » est "
                "attendu.",
            )
            return None
        found.append(one)
    return found


def initiative_rows(strategy: Strategy) -> Iterator[Cells]:
    related = strategy.initiatives.select_related("epci", "organisation", "action", "proposal")
    for one in related.prefetch_related("events").order_by("slug"):
        yield {
            **{key: getattr(one, key) for key in ("slug", *PLAIN)},
            "epci": f"{one.epci.siren} {one.epci.name}" if one.epci else "",
            "organisation": one.organisation.name if one.organisation else "",
            "action": one.action.code if one.action else "",
            "number": str(one.proposal.number) if one.proposal else "",
            "events": values.as_items(
                f"{event.date:%d/%m/%Y} {event.title}"
                for event in sorted(one.events.all(), key=lambda event: (event.date, event.pk))
            ),
        }


EXCHANGED = (
    Exchanged(
        table=INITIATIVES,
        load=each(load_initiative),
        rows=initiative_rows,
        own=lambda strategy: strategy.initiatives.all(),
    ),
)
