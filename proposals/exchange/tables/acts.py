"""The sheets of what surrounds a strategy: schemes, contributions, acts, events, conventions."""

from collections.abc import Iterator
from typing import Any

from proposals.exchange.loading import Difference, Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, each, label, simple
from proposals.models import (
    Act,
    Amendment,
    Contribution,
    Convention,
    Event,
    Family,
    Scheme,
    Strategy,
    Tag,
)
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

FAMILIES = Table(
    key="familles",
    label="Familles",
    about="Les thèmes qui traversent les axes.",
    columns=(
        Column(key="slug", label="Identifiant", read=values.text, required=True),
        Column(key="name", label="Nom", read=values.text, required=True, width=60),
    ),
)
TAGS = Table(
    key="etiquettes",
    label="Étiquettes",
    about="Les étiquettes des propositions et des actions.",
    columns=(
        Column(key="slug", label="Identifiant", read=values.text, required=True),
        Column(key="name", label="Nom", read=values.text, required=True, width=40),
    ),
)
SCHEMES = Table(
    key="dispositifs",
    label="Dispositifs",
    about="Les dispositifs publics que la stratégie renforce ou complète.",
    columns=(
        Column(key="name", label="Nom", read=values.text, required=True, width=60),
        Column(key="short_name", label="Nom court", read=values.text),
        Column(key="description", label="Descriptif", read=values.paragraphs, width=60),
        Column(key="url", label="Page du dispositif", read=values.url, width=40),
    ),
)
CONTRIBUTIONS = Table(
    key="contributions",
    label="Contributions",
    about="Ce que la CRESS, le CESER et d'autres ont demandé, et que la stratégie reprend.",
    columns=(
        Column(key="title", label="Intitulé", read=values.text, required=True, width=60),
        Column(key="organisation", label="Auteur", read=values.text, required=True, width=40),
        Column(key="family", label="Famille", read=values.text, help="Son identifiant."),
        Column(key="source", label="Source", read=values.text, width=40),
    ),
)
ACTS = Table(
    key="actes",
    label="Actes",
    also=("Délibérations",),
    about="Votes, avis et arrêtés.",
    columns=(
        Column(key="date", label="Date", read=values.starts_on, required=True, width=13),
        Column(key="title", label="Intitulé", read=values.text, required=True, width=60),
        Column(key="reference", label="Référence", read=values.text),
        Column(
            key="kind",
            label="Nature",
            read=values.choice(dict(Act.Kind.choices)),
            labels=dict(Act.Kind.choices),
            required=True,
        ),
        Column(
            key="body",
            label="Instance",
            read=values.choice(dict(Act.Body.choices)),
            labels=dict(Act.Body.choices),
            required=True,
            width=24,
        ),
        Column(key="organisation", label="Collectivité", read=values.text, width=36),
        Column(
            key="subject",
            label="Objet",
            read=values.choice(dict(Act.Subject.choices)),
            labels=dict(Act.Subject.choices),
            required=True,
            width=20,
        ),
        Column(
            key="outcome",
            label="Issue",
            read=values.choice(dict(Act.Outcome.choices)),
            labels=dict(Act.Outcome.choices),
        ),
        Column(key="note", label="Précisions", read=values.paragraphs, width=40),
        Column(key="source", label="Source", read=values.text, width=40),
        Column(key="url", label="Texte de l'acte", read=values.url, width=40),
    ),
)
EVENTS = Table(
    key="evenements",
    label="Événements",
    about="Forums, conférences, comités.",
    columns=(
        Column(key="date", label="Date", read=values.starts_on, required=True, width=13),
        Column(key="title", label="Intitulé", read=values.text, required=True, width=60),
        Column(
            key="kind",
            label="Nature",
            read=values.choice(dict(Event.Kind.choices)),
            labels=dict(Event.Kind.choices),
            required=True,
            width=22,
        ),
        Column(key="date_is_month", label="Seul le mois est connu", read=values.yes_no, width=10),
        Column(key="place", label="Lieu", read=values.text),
        Column(key="description", label="Descriptif", read=values.paragraphs, width=60),
        Column(key="source", label="Source", read=values.text, width=40),
        Column(key="url", label="En savoir plus", read=values.url, width=40),
    ),
)
CONVENTIONS = Table(
    key="conventions",
    label="Conventions",
    about="Les conventions signées avec des partenaires.",
    columns=(
        Column(key="title", label="Intitulé", read=values.text, required=True, width=60),
        Column(key="reference", label="Référence", read=values.text),
        Column(
            key="kind",
            label="Nature",
            read=values.choice(dict(Convention.Kind.choices)),
            labels=dict(Convention.Kind.choices),
            required=True,
            width=30,
        ),
        Column(key="partner", label="Partenaire", read=values.text, required=True, width=40),
        Column(key="signed_on", label="Signée le", read=values.starts_on, required=True, width=13),
        Column(key="ends_on", label="Terme initial", read=values.ends_on, required=True, width=13),
        Column(
            key="acts",
            label="Actes",
            read=values.items_of(),
            help="Références, une par ligne.",
        ),
        Column(
            key="amendments",
            label="Avenants",
            read=values.items_of(),
            help="Un par ligne : « 1 ; 14/09/2019 ; Prolongation d'un an ; 31/12/2022 », entre "
            "guillemets.",
            width=40,
        ),
    ),
)


def load_contribution(loading: Loading, names: Names, record: Record) -> Any:
    """A contribution, known by its author and its title."""
    if record.faulty:
        return None
    author = names.organisation(record.get("organisation"), record, "organisation")
    slug = record.get("family")
    family = Family.objects.filter(strategy=loading.strategy, slug=slug).first() if slug else None
    if slug and family is None:
        loading.remarks.error(
            record.place("family"), f"« {slug} » n'est pas dans la feuille « Familles »."
        )
        return None
    key = {"strategy": loading.strategy, "organisation": author, "title": record.get("title")}
    return author and loading.put(
        Contribution, key, record, {"family": family, "source": record.get("source")}
    )


def contribution_rows(strategy: Strategy) -> Iterator[Cells]:
    for one in strategy.contributions.select_related("organisation", "family"):
        yield {
            "title": one.title,
            "organisation": one.organisation.name,
            "family": one.family.slug if one.family else "",
            "source": one.source,
        }


def load_act(loading: Loading, names: Names, record: Record) -> Any:
    """An act, known by its reference, else by its date and title."""
    if record.faulty:
        return None
    said = {key: value for key, value in record.values.items() if key != "organisation"}
    if "organisation" in record:
        name = record.get("organisation")
        said["organisation"] = names.organisation(name, record, "organisation") if name else None
    identity = {"date": said.pop("date"), "title": said.pop("title")}
    if reference := said.get("reference"):
        identity, said = {"reference": reference}, {**said, **identity}
        said.pop("reference")
    return loading.put(Act, {"strategy": loading.strategy, **identity}, record, said)


def act_rows(strategy: Strategy) -> Iterator[Cells]:
    for one in strategy.acts.select_related("organisation").order_by("date", "pk"):
        yield {
            **{column.key: getattr(one, column.key) for column in ACTS.columns},
            "kind": label(Act.Kind, one.kind),
            "body": label(Act.Body, one.body),
            "subject": label(Act.Subject, one.subject),
            "outcome": label(Act.Outcome, one.outcome),
            "organisation": one.organisation.name if one.organisation else "",
        }


def event_rows(strategy: Strategy) -> Iterator[Cells]:
    for one in strategy.events.order_by("date", "pk"):
        yield {
            **{column.key: getattr(one, column.key) for column in EVENTS.columns},
            "kind": label(Event.Kind, one.kind),
        }


def load_convention(loading: Loading, names: Names, record: Record) -> Any:
    """A convention with its acts and amendments, known by its reference, else by its title."""
    if record.faulty:
        return None
    found = names.known_organisations(record.get("partner"))
    partner = found[0] if found else names.partner(record.get("partner"), record, "partner")
    if partner is None:
        return None
    said = {key: record.get(key) for key in ("kind", "signed_on", "ends_on")}
    identity = {"title": record.get("title")}
    if reference := record.get("reference"):
        identity, said = {"reference": reference}, {**said, **identity}
    acts = Act.objects.filter(strategy=loading.strategy, reference__in=record.get("acts") or ())
    convention = loading.put(
        Convention,
        {"strategy": loading.strategy, **identity},
        record,
        {**said, "partner": partner},
        sets={"acts": list(acts)} if "acts" in record else {},
    )
    if convention and "amendments" in record:
        _amendments(loading, convention, record)
    return convention


def _amendments(loading: Loading, convention: Convention, record: Record) -> None:
    wanted = {}
    for item in record.get("amendments") or ():
        parts = [part.strip() for part in item.split(";")]
        try:
            wanted[int(parts[0])] = (
                values.starts_on(parts[1], lambda guess: None),
                parts[2],
                values.ends_on(parts[3], lambda guess: None) if len(parts) > 3 else None,
            )
        except (ValueError, IndexError):
            loading.remarks.error(
                record.place("amendments"),
                f"« {item} » : « numéro ; date ; objet ; nouveau terme » est attendu, entre "
                "guillemets.",
            )
            return
    present = {
        one.number: (one.signed_on, one.subject, one.ends_on) for one in convention.amendments.all()
    }
    for number, (signed_on, subject, ends_on) in wanted.items():
        if present.get(number) != (signed_on, subject, ends_on):
            facts = {"signed_on": signed_on, "subject": subject, "ends_on": ends_on}
            Amendment.objects.update_or_create(convention=convention, number=number, defaults=facts)
            loading.changed(convention, record, Difference(f"avenant {number}", "", subject))


def convention_rows(strategy: Strategy) -> Iterator[Cells]:
    related = strategy.conventions.select_related("partner").prefetch_related("acts", "amendments")
    for one in related.order_by("signed_on", "pk"):
        yield {
            "title": one.title,
            "reference": one.reference,
            "kind": label(Convention.Kind, one.kind),
            "partner": one.partner.name,
            "signed_on": one.signed_on,
            "ends_on": one.ends_on,
            "acts": values.as_items(sorted(act.reference for act in one.acts.all())),
            "amendments": values.as_items(
                " ; ".join(
                    [str(a.number), f"{a.signed_on:%d/%m/%Y}", a.subject]
                    + ([f"{a.ends_on:%d/%m/%Y}"] if a.ends_on else [])
                )
                for a in one.amendments.all()
            ),
        }


def _tags(strategy: Strategy) -> Any:
    of_actions = Tag.objects.filter(actions__strategy=strategy)
    return (of_actions | Tag.objects.filter(proposals__strategy=strategy)).distinct()


WORDS = (
    simple(Family, FAMILIES, key=("slug",), own=lambda strategy: strategy.families.all()),
    simple(Tag, TAGS, key=("slug",), of_strategy=False, own=_tags),
    simple(
        Scheme,
        SCHEMES,
        key=("name",),
        of_strategy=False,
        own=lambda s: Scheme.objects.filter(proposal_links__proposal__strategy=s).distinct(),
    ),
    Exchanged(table=CONTRIBUTIONS, load=each(load_contribution), rows=contribution_rows),
)
DATED = (
    Exchanged(
        table=ACTS, load=each(load_act), rows=act_rows, own=lambda strategy: strategy.acts.all()
    ),
)
AROUND = (
    Exchanged(
        table=EVENTS,
        load=simple(Event, EVENTS, key=("date", "title"), own=lambda s: s.events.all()).load,
        rows=event_rows,
        own=lambda strategy: strategy.events.all(),
    ),
    Exchanged(
        table=CONVENTIONS,
        load=each(load_convention),
        rows=convention_rows,
        own=lambda strategy: strategy.conventions.all(),
    ),
)
