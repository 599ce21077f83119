"""The sheets « Axes » and « Propositions »."""

from collections.abc import Iterator
from typing import Any

from django.utils.text import slugify

from proposals.exchange import levels
from proposals.exchange.levels import AXIS_WORDS, PROPOSAL_WORDS
from proposals.exchange.loading import Difference, Loading
from proposals.exchange.names import Names
from proposals.exchange.placing import Placing
from proposals.exchange.tables.base import Cells, Exchanged, each, person_cell, split_parenthesis
from proposals.models import (
    Axis,
    Contribution,
    Family,
    Proposal,
    ProposalScheme,
    Scheme,
    Strategy,
    Tag,
)
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.text import folded

AXES = Table(
    key="axes",
    label="Axes",
    also=tuple(AXIS_WORDS.values()),
    about="Le premier niveau de la stratégie. Inutile si les titres sont dans « Actions ».",
    columns=(
        Column(
            key="axis",
            label="Axe",
            also=("Numéro", "N°", *levels.headings(AXIS_WORDS)),
            read=levels.named,
            required=True,
            help="Son numéro.",
            example="1",
            width=8,
        ),
        Column(
            key="axis_title",
            label="Titre",
            also=("Intitulé", "Libellé", *levels.title_headings(AXIS_WORDS)),
            read=values.text,
            help="Inutile si la colonne « Axe » le donne : « 1. Accompagner ».",
            width=70,
        ),
        Column(
            key="description",
            label="Descriptif",
            also=("Description",),
            read=values.paragraphs,
            width=70,
        ),
    ),
)
LEVEL_COLUMNS = (
    Column(
        key="axis",
        label="Axe",
        also=levels.headings(AXIS_WORDS),
        read=levels.named,
        level=1,
        help="Son numéro, avec son titre si la feuille « Axes » ne le donne pas : « Axe 1 : … ». "
        "Vide : le même qu'à la ligne du dessus.",
        example="1",
        width=8,
    ),
    Column(
        key="axis_title",
        label="Titre de l'axe",
        also=levels.title_headings(AXIS_WORDS),
        read=values.text,
        level=1,
        width=40,
    ),
)
PROPOSALS = Table(
    key="propositions",
    label="Propositions",
    also=tuple(PROPOSAL_WORDS.values()),
    about="Le second niveau de la stratégie.",
    columns=(
        *LEVEL_COLUMNS,
        Column(
            key="proposal",
            label="Proposition",
            also=("Numéro", "N°", *levels.headings(PROPOSAL_WORDS)),
            read=levels.named,
            required=True,
            help="Son numéro, unique dans la stratégie.",
            example="12",
            width=12,
        ),
        Column(
            key="proposal_title",
            label="Titre",
            also=(
                "Intitulé",
                "Libellé",
                "Titre de la proposition",
                *levels.title_headings(PROPOSAL_WORDS),
            ),
            read=values.text,
            width=60,
        ),
        Column(
            key="description",
            label="Descriptif",
            also=("Description", "Contenu", "Texte"),
            read=values.paragraphs,
            width=60,
        ),
        Column(key="family", label="Famille", also=("Thème", "Thématique"), read=values.text),
        Column(
            key="target_date",
            label="Date cible",
            also=("Échéance",),
            read=values.ends_on,
            telling=True,
            width=14,
        ),
        Column(
            key="referent",
            label="Référent·e",
            also=("Responsable", "Chef de file"),
            read=values.text,
            help="« Nom <adresse> » ou adresse. Son nom n'est jamais public.",
            example="Camille Martin <camille.martin@example.org>",
            width=32,
        ),
        Column(
            key="lead",
            label="Pilote",
            also=("Porteur", "Organisation pilote"),
            read=values.text,
            width=28,
        ),
        Column(
            key="schemes",
            label="Dispositifs",
            also=("Dispositif", "Dispositifs existants"),
            read=values.items_of(),
            help="Un par ligne, précédé de « renforce : » ou « complète : ».",
            example="renforce : CAP ASSO",
            width=30,
        ),
        Column(
            key="contributions",
            label="Contributions reprises",
            also=("Contributions",),
            read=values.items_of(),
            help="Une par ligne, suivie de son auteur entre parenthèses.",
            width=36,
        ),
        Column(
            key="tags",
            label="Étiquettes",
            also=("Mots clés", "Tags"),
            read=values.items_of(commas=True),
            help="Séparées par des virgules ou une par ligne.",
            example="environnement, numérique",
        ),
    ),
)


def load_axis(loading: Loading, names: Names, record: Record) -> Axis | None:
    """An axis with all that its sheet says of it."""
    return Placing(loading).declared(Axis, record, "axis", {}, _given(record, "description"))


def axis_rows(strategy: Strategy) -> Iterator[Cells]:
    for axis in strategy.axes.all():
        yield {"axis": axis.number, "axis_title": axis.title, "description": axis.description}


def load_proposal(loading: Loading, names: Names, record: Record) -> Proposal | None:
    """A proposal with all that its sheet says of it."""
    placing = Placing(loading)
    axis = placing.axis_of_proposal(record)
    if axis is None:
        return None
    facts = _given(record, "description", "target_date")
    if "family" in record:
        facts["family"] = _family(loading, record)
    if "referent" in record:
        said = record.get("referent")
        present = placing.present(record)
        facts["referent"] = (
            names.referent(said, record, "referent", present.referent if present else None)
            if said
            else None
        )
    if "lead" in record:
        said = record.get("lead")
        facts["lead"] = names.organisation(said, record, "lead") if said else None
    sets: dict[str, Any] = {}
    if "tags" in record:
        sets["tags"] = [tag(loading, name) for name in record.get("tags") or ()]
    if "contributions" in record:
        sets["contributions"] = _contributions(loading, names, record)
    proposal = placing.declared(Proposal, record, "proposal", {"axis": axis}, facts, sets)
    if proposal and "schemes" in record:
        _schemes(loading, proposal, record)
    return proposal


def _given(record: Record, *keys: str) -> dict[str, Any]:
    return {key: record.get(key) for key in keys if key in record and key not in record.faulty}


def tag(loading: Loading, name: str) -> Tag:
    """The label of that name; a new one if there is none."""
    if name not in loading.tags:
        known = Tag.objects.filter(name__iexact=name).first()
        loading.tags[name] = (
            known or (Tag.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0])
        )
    return loading.tags[name]


def _family(loading: Loading, record: Record) -> Family | None:
    if not (said := record.get("family")):
        return None
    own = Family.objects.filter(strategy=loading.strategy)
    known = next((one for one in own if folded(said) in (folded(one.name), folded(one.slug))), None)
    return known or Family.objects.create(
        strategy=loading.strategy, slug=slugify(said)[:50], name=said
    )


def _contributions(loading: Loading, names: Names, record: Record) -> list[Contribution]:
    """« Title (Author) »; the author may be left out when the title says enough."""
    found = []
    for item in record.get("contributions") or ():
        own = Contribution.objects.filter(strategy=loading.strategy)
        title, author = split_parenthesis(item)
        known = own.filter(title=item).first()
        if known is None and author:
            bodies = names.known_organisations(author)
            known = own.filter(title=title, organisation__in=bodies).first()
            body = bodies[0] if bodies else names.organisation(author, record, "contributions")
            if known is None and body:
                known = Contribution.objects.create(
                    strategy=loading.strategy, organisation=body, title=title
                )
        if known:
            found.append(known)
        else:
            loading.remarks.error(
                record.place("contributions"),
                f"De qui est la contribution « {item} » ? Écrivez « {item} (CRESS) ».",
            )
    return found


def _schemes(loading: Loading, proposal: Proposal, record: Record) -> None:
    wanted: dict[Scheme, str] = {}
    for item in record.get("schemes") or ():
        link, _, name = item.rpartition(":")
        kind = "complete" if folded(link).startswith("complet") else "renforce"
        name = name.strip()
        scheme = (
            Scheme.objects.filter(name__iexact=name).first()
            or Scheme.objects.filter(short_name__iexact=name).first()
            or Scheme.objects.create(name=name)
        )
        wanted[scheme] = kind
    present = {one.scheme: one.link for one in proposal.scheme_links.select_related("scheme")}
    if present == wanted:
        return
    proposal.scheme_links.all().delete()
    ProposalScheme.objects.bulk_create(
        ProposalScheme(proposal=proposal, scheme=scheme, link=link)
        for scheme, link in wanted.items()
    )
    loading.changed(proposal, record, Difference("dispositifs", _told(present), _told(wanted)))


def _told(links: dict[Scheme, str]) -> str:
    return ", ".join(f"{ProposalScheme.Link(link).label} : {one}" for one, link in links.items())


def proposal_rows(strategy: Strategy) -> Iterator[Cells]:
    proposals = strategy.proposals.select_related("axis", "family", "referent", "lead")
    for one in proposals.prefetch_related(
        "scheme_links__scheme", "contributions__organisation", "tags"
    ):
        yield {
            "axis": one.axis.number,
            "proposal": one.number,
            "proposal_title": one.title,
            "description": one.description,
            "family": one.family.name if one.family else "",
            "target_date": one.target_date,
            "referent": person_cell(one.referent),
            "lead": one.lead.name if one.lead else "",
            "schemes": values.as_items(
                f"{link.get_link_display()} : {link.scheme.name}" for link in one.scheme_links.all()
            ),
            "contributions": values.as_items(
                f"{c.title} ({c.organisation.name})" for c in one.contributions.all()
            ),
            "tags": values.as_items(t.name for t in one.tags.all()),
        }


EXCHANGED = (
    Exchanged(
        table=AXES,
        load=each(load_axis),
        rows=axis_rows,
        own=lambda strategy: strategy.axes.all(),
        in_model=True,
    ),
    Exchanged(
        table=PROPOSALS,
        load=each(load_proposal),
        rows=proposal_rows,
        own=lambda strategy: strategy.proposals.all(),
        in_model=True,
    ),
)
