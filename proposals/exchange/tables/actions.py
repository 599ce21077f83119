"""The sheet « Actions »."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from proposals.exchange import levels
from proposals.exchange.levels import PROPOSAL_WORDS
from proposals.exchange.loading import Difference, Loading
from proposals.exchange.names import Names
from proposals.exchange.placing import Placing
from proposals.exchange.tables.axes import LEVEL_COLUMNS, tag
from proposals.exchange.tables.base import Cells, Exchanged, each, person_cell, service_cell
from proposals.exchange.tables.first_report import REPORT_COLUMNS, load_first_report, reports_told
from proposals.exchange.tables.links import (
    load_partners,
    load_territories,
    other_proposals,
    partner_cells,
    territory_cells,
)
from proposals.models import Act, Action, Proposal, Series, Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.spreadsheets.values import Ask, Unreadable
from sress.spreadsheets.workbook import Value
from sress.text import folded


def weight(value: Value, ask: Ask) -> Decimal:
    """A weight, more than zero."""
    number = values.decimal(value, ask)
    if number <= 0:
        raise Unreadable(f"« {values.text(value, ask)} » : un poids est plus grand que zéro")
    return number


ACTIONS = Table(
    key="actions",
    label="Actions",
    also=("Actions prioritaires", "Plan d'actions", "Plan d'action", "Fiches actions"),
    about="Une ligne par action. Seuls l'axe, la proposition et le titre sont nécessaires.",
    columns=(
        *LEVEL_COLUMNS,
        Column(
            key="proposal",
            label="Proposition",
            also=levels.headings(PROPOSAL_WORDS),
            read=levels.named,
            level=2,
            help="Comme l'axe : son numéro, avec son titre si aucune feuille ne le donne.",
            example="12",
            width=12,
        ),
        Column(
            key="proposal_title",
            label="Titre de la proposition",
            also=levels.title_headings(PROPOSAL_WORDS),
            read=values.text,
            level=2,
            width=40,
        ),
        Column(
            key="code",
            label="Code",
            also=(
                *("N° action", "N° de l'action", "Code action", "Code de l'action", "Action n°"),
                *("N°", "Numéro", "Réf", "Référence"),
            ),
            read=values.code,
            help="Unique dans la stratégie. Colonne au format Texte. Vide : numérotée dans sa "
            "proposition.",
            example="12.3",
            width=9,
        ),
        Column(
            key="title",
            label="Titre de l'action",
            also=(
                *("Action", "Titre", "Intitulé", "Intitulé de l'action", "Libellé de l'action"),
                *("Nom de l'action", "Action prioritaire", "Libellé"),
            ),
            read=values.text,
            required=True,
            width=48,
        ),
        Column(
            key="description",
            label="Descriptif",
            also=("Description", "Descriptif de l'action", "Contenu", "Description de l'action"),
            read=values.paragraphs,
            width=56,
        ),
        Column(
            key="lead",
            label="Porteur",
            also=("Structure porteuse", "Porteur de l'action", "Pilote", "Maître d'ouvrage"),
            read=values.text,
            help="Une organisation. Inconnue, elle est créée.",
            width=28,
        ),
        Column(
            key="service",
            label="Direction ou service pilote",
            also=("Service", "Direction", "Service pilote", "Direction pilote", "Service référent"),
            read=values.text,
            help="Ce que le public voit à la place du nom de l'agent.",
            width=28,
        ),
        Column(
            key="referent",
            label="Référent·e",
            also=("Responsable", "Agent référent", "Chargé de mission", "Référent technique"),
            read=values.text,
            help="« Nom <adresse> », ou l'adresse d'un compte. Jamais public.",
            example="Camille Martin <camille.martin@example.org>",
            width=32,
        ),
        Column(
            key="elected_function",
            label="Élu·e référent·e",
            also=("Élu", "Vice-président référent"),
            read=values.text,
            help="Sa fonction, pas son nom.",
            example="Vice-présidence déléguée à l'ESS",
            width=28,
        ),
        Column(
            key="partners",
            label="Partenaires",
            also=("Partenaire", "Acteurs associés", "Partenariats"),
            read=values.items_of(),
            help="Un par ligne ou séparés par des points-virgules, suivis de leur rôle : « CRESS "
            "(opérateur) ». Rôles : porteur, opérateur, partenaire, financeur, bénéficiaire.",
            example="CRESS (opérateur) ; France Active (financeur)",
            width=36,
        ),
        Column(
            key="territories",
            label="Territoires",
            also=("Territoire", "EPCI", "EPCI concernés", "Territoires concernés"),
            read=values.items_of(),
            help="Nom ou SIREN des EPCI, un par ligne ou séparés par des points-virgules. Les "
            "parts, si vous en donnez, font 100 % : « Tours Métropole : 60 % ». Vide : action non "
            "territorialisée.",
            width=36,
        ),
        Column(
            key="start_date",
            label="Date de début",
            also=("Début", "Démarrage", "Date de démarrage", "Date début"),
            read=values.starts_on,
            example="01/03/2019",
            width=13,
        ),
        Column(
            key="initial_due_date",
            label="Échéance",
            also=(
                *("Date de fin", "Fin", "Échéance initiale", "Date d'échéance", "Date fin"),
                *("Échéancier", "Calendrier", "Délai"),
            ),
            read=values.ends_on,
            telling=True,
            help="Celle qui a été votée. Une date qui glisse se donne dans « Nouvelle échéance ».",
            example="31/12/2021",
            width=13,
        ),
        Column(
            key="year",
            label="Année",
            also=("Année de programmation", "Exercice"),
            read=values.year,
            telling=True,
            example="2019",
            width=8,
        ),
        Column(
            key="tags",
            label="Étiquettes",
            also=("Étiquette", "Mots clés", "Tags", "Thématiques"),
            read=values.items_of(commas=True),
            width=22,
        ),
        *REPORT_COLUMNS,
        Column(
            key="exists_from",
            label="Existe depuis",
            read=values.starts_on,
            help="Vide : le plus tôt du vote et du début.",
            width=13,
        ),
        Column(key="weight", label="Poids", read=weight, help="1 si rien n'est dit.", width=8),
        Column(
            key="contributes_to",
            label="Contribue aussi à",
            read=values.items_of(commas=True),
            help="Numéros d'autres propositions.",
        ),
        Column(key="series", label="Série", read=values.text, help="D'une année sur l'autre."),
        Column(
            key="act",
            label="Acte",
            also=("Délibération",),
            read=values.text,
            help="Référence, ou intitulé, d'un acte de la feuille « Actes ».",
        ),
        Column(
            key="published", label="Publiée", read=values.yes_no, choices=("oui", "non"), width=9
        ),
    ),
)


def load_action(loading: Loading, names: Names, record: Record) -> Action | None:
    """An action, with its partners, its territories and, if it has none, its first report."""
    proposal = Placing(loading).proposal(record)
    if proposal is None or record.faulty & {"title", "code"}:
        return None
    found, code = _which(loading, proposal, record)
    record.places.setdefault("code", record.place("title"))
    values_said, sets = _fields(loading, names, record, found)
    if found is None:
        values_said |= _presumed(loading, record)
    values_said["proposal"] = proposal
    action = loading.put(
        Action,
        {"strategy": loading.strategy, "code": code},
        record,
        values_said,
        first={"published": loading.publish},
        sets=sets,
        found=found,
    )
    if action is None:
        return None
    if loading.publish and not action.published:
        action.published = True
        action.save(update_fields=["published"])
        loading.changed(action, record, Difference("publiée", "non", "oui"))
    if "partners" in record:
        load_partners(loading, names, action, record)
    if "territories" in record:
        load_territories(loading, names, action, record)
    load_first_report(loading, action, record)
    return action


def _which(loading: Loading, proposal: Proposal, record: Record) -> tuple[Action | None, str]:
    """The action of that code, else of that title in its proposal, and its code."""
    own = Action.objects.filter(strategy=loading.strategy)
    if said := record.get("code"):
        return own.filter(code=said).first(), said
    title = folded(record.get("title") or "")
    for known in own.filter(proposal=proposal):
        if folded(known.title) == title and known not in loading.mentioned:
            return known, known.code
    loading.remarks.ask(
        record.place("code"),
        "Les actions sans code sont numérotées dans l'ordre, dans leur proposition.",
    )
    taken = set(own.values_list("code", flat=True))
    ranks = (f"{proposal.number}.{rank}" for rank in range(1, 10_000))
    return None, next(code for code in ranks if code not in taken)


def _fields(
    loading: Loading, names: Names, record: Record, found: Action | None
) -> tuple[dict[str, Any], Any]:
    """What the row says of the action's own columns and relations."""
    present = found.referent if found else None
    plain = ("title", "description", "elected_function", "start_date", "initial_due_date", "weight")
    said = {key: record.get(key) for key in plain if key in record and key not in record.faulty}
    # These cannot be emptied: an empty cell leaves them.
    for key in ("exists_from", "year", "published"):
        if record.get(key) is not None:
            said[key] = record.get(key)
    finders: dict[str, Any] = {
        "lead": names.organisation,
        "service": names.service,
        "referent": lambda name, record, key: names.referent(name, record, key, present),
        "series": lambda name, record, key: _series(loading, name),
        "act": lambda name, record, key: _act(loading, name, record),
    }
    for key, find in finders.items():
        if key in record and key not in record.faulty:
            cell = record.get(key)
            said[key] = find(cell, record, key) if cell else None
    sets: dict[str, Any] = {}
    if "tags" in record:
        sets["tags"] = [tag(loading, name) for name in record.get("tags") or ()]
    if "contributes_to" in record:
        sets["contributes_to"] = other_proposals(loading, record)
    return said, sets


def _presumed(loading: Loading, record: Record) -> dict[str, Any]:
    """What a new action must have and the row does not say: since when it exists, its year."""
    presumed: dict[str, Any] = {}
    strategy = loading.strategy
    year = record.get("year")
    dates = [record.get(key) for key in ("start_date", "exists_from", "initial_due_date")]
    first = next((day for day in dates if day), None)
    if year is None:
        presumed["year"] = first.year if first else strategy.period_start
        if "year" not in record.faulty:
            loading.remarks.ask(
                record.place("year"),
                "Sans année de programmation : celle du début de l'action, à défaut de son "
                "échéance, à défaut la première de la stratégie.",
            )
    dated = any(record.get(key) for key in ("exists_from", "start_date", "act"))
    if not dated:
        opening = date(year or presumed["year"], 1, 1)
        adopted = strategy.adopted_on
        presumed["exists_from"] = adopted if adopted and adopted.year == opening.year else opening
        if record.get("reported_on") and record.get("status"):
            presumed["exists_from"] = min(presumed["exists_from"], record.get("reported_on"))
        if record.faulty & {"exists_from", "start_date", "act"}:
            return presumed  # what is wrong with its dates was said
        loading.remarks.ask(
            record.place("start_date"),
            "Sans date de début ni vote : l'action existe depuis le début de son année, ou "
            "l'adoption de la stratégie cette année-là.",
        )
    return presumed


def _series(loading: Loading, name: str) -> Series:
    return Series.objects.get_or_create(strategy=loading.strategy, name=name)[0]


def _act(loading: Loading, said: str, record: Record) -> Act | None:
    own = Act.objects.filter(strategy=loading.strategy)
    found = own.filter(reference=said).first() or own.filter(title__iexact=said).first()
    if found is None:
        loading.remarks.error(
            record.place("act"),
            f"« {said} » n'est pas un acte de la stratégie : ajoutez-le dans la feuille « Actes ».",
        )
    return found


def action_rows(actions: QuerySet[Action], strategy: Strategy) -> Iterator[Cells]:
    """Actions of `strategy` with their state today, embargoed reports included: the file is an
    officer's."""
    said = reports_told(actions)
    related = actions.select_related(
        "proposal__axis", "lead", "service__organisation", "referent", "series", "act"
    ).prefetch_related("tags", "contributes_to", "partnerships__organisation", "territories__epci")
    for one in related:
        links = {(p.organisation, p.role, p.since): p.until for p in one.partnerships.all()}
        shares = {t.epci: t.share for t in one.territories.all()}
        yield {
            "axis": one.proposal.axis.number,
            "proposal": one.proposal.number,
            "code": one.code,
            "title": one.title,
            "description": one.description,
            "lead": one.lead.name if one.lead else "",
            "service": service_cell(one.service, strategy),
            "referent": person_cell(one.referent),
            "elected_function": one.elected_function,
            "partners": values.as_items(partner_cells(links)),
            "territories": values.as_items(territory_cells(shares)),
            "start_date": one.start_date,
            "initial_due_date": one.initial_due_date,
            "year": one.year,
            "tags": values.as_items(t.name for t in one.tags.all()),
            "exists_from": one.exists_from,
            "weight": one.weight,
            "contributes_to": values.as_items(str(p.number) for p in one.contributes_to.all()),
            "series": one.series.name if one.series else "",
            "act": (one.act.reference or one.act.title) if one.act else "",
            "published": one.published,
            **said.get(one.pk, {}),
        }


EXCHANGED = (
    Exchanged(
        table=ACTIONS,
        load=each(load_action),
        rows=lambda strategy: action_rows(strategy.actions.all(), strategy),
        own=lambda strategy: strategy.actions.all(),
        in_model=True,
    ),
)
