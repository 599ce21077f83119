"""The sheet « Stratégie »: what the strategy itself is."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.text import slugify

from actors.loading import load_territories, shipped_regions
from actors.models import Organisation, Region
from proposals.exchange.loading import Change, Difference, Loading
from proposals.exchange.names import Names, region_named
from proposals.exchange.tables.base import Cells, service_cell
from proposals.models import Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.spreadsheets.values import Ask, Unreadable
from sress.spreadsheets.workbook import Value


def period(value: Value, ask: Ask) -> tuple[int, int]:
    """« 2018–2021 »."""
    years = re.findall(r"\d{4}", values.text(value, ask))
    if len(years) not in (1, 2) or years[0] > years[-1]:
        raise Unreadable(f"« {value} » n'est pas une période : « 2018-2021 » est attendu")
    return int(years[0]), int(years[-1])


STRATEGY = Table(
    key="strategie",
    label="Stratégie",
    also=("La stratégie", "Présentation"),
    about="Une ligne par information sur la stratégie elle-même.",
    vertical=True,
    columns=(
        Column(
            key="title",
            label="Titre",
            also=("Stratégie", "Intitulé", "Nom de la stratégie", "Titre de la stratégie"),
            read=values.text,
            required=True,
            example="Stratégie régionale de l'économie sociale et solidaire",
        ),
        Column(
            key="short_title",
            label="Titre court",
            read=values.text,
            help="Dans l'en-tête du site. Vide : les mots « SRESS » et la période.",
            example="SRESS 2018–2021",
        ),
        Column(
            key="slug",
            label="Adresse",
            also=("Identifiant",),
            read=values.text,
            help="Dans l'adresse des pages. Vide : tirée du titre court. C'est elle qui dit de "
            "quelle stratégie parle le fichier.",
            example="sress-2018-2021",
        ),
        Column(
            key="region",
            label="Région",
            read=values.text,
            help="Nom ou code INSEE. Les EPCI des régions de France sont fournis.",
            example="Centre-Val de Loire",
        ),
        Column(
            key="council",
            label="Collectivité",
            also=("Conseil régional",),
            read=values.text,
            help="L'organisation qui porte la stratégie.",
            example="Région Centre-Val de Loire",
        ),
        Column(key="period", label="Période", also=("Années",), read=period, example="2018-2021"),
        Column(
            key="adopted_on",
            label="Adoptée le",
            also=("Date du vote", "Votée le", "Date d'adoption"),
            read=values.starts_on,
            example="28/06/2018",
        ),
        Column(
            key="target_date",
            label="À mettre en œuvre avant le",
            also=("Date cible", "Échéance de la stratégie", "Terme"),
            read=values.ends_on,
            example="31/12/2021",
        ),
        Column(
            key="axis_word",
            label="Mot du premier niveau",
            read=values.text,
            help="« axe », « enjeu »… et son pluriel à la ligne suivante.",
            example="axe",
        ),
        Column(
            key="axis_word_plural",
            label="Mot du premier niveau, au pluriel",
            read=values.text,
            example="axes",
        ),
        Column(
            key="proposal_word",
            label="Mot du second niveau",
            read=values.text,
            help="« proposition », « objectif »… et son pluriel à la ligne suivante.",
            example="proposition",
        ),
        Column(
            key="proposal_word_plural",
            label="Mot du second niveau, au pluriel",
            read=values.text,
            example="propositions",
        ),
        Column(
            key="service",
            label="Service pilote",
            also=("Direction pilote",),
            read=values.text,
            help="Le contact donné au public.",
            example="Service Économie sociale et solidaire",
        ),
        Column(
            key="summary", label="En quelques phrases", also=("Résumé",), read=values.paragraphs
        ),
        Column(key="document_url", label="Texte intégral", read=values.url),
        Column(
            key="published",
            label="Publiée",
            read=values.yes_no,
            choices=("oui", "non"),
            help="« non » : personne d'autre que l'administration ne voit la stratégie.",
        ),
        Column(
            key="is_demonstration",
            label="Données de démonstration",
            read=values.yes_no,
            choices=("oui", "non"),
        ),
    ),
)


def load_strategy(loading: Loading, record: Record, target: Strategy | None) -> Strategy | None:
    """The strategy of the file: `target`, else the one of its address, else a new one."""
    names = {"council", "region", "period", "service", "slug"}
    said: dict[str, Any] = {k: v for k, v in record.values.items() if k not in names}
    # An empty cell of this sheet leaves things as they are: it may never have been filled.
    said = {name: value for name, value in said.items() if value is not None}
    if years := record.get("period"):
        said["period_start"], said["period_end"] = years
        record.places["period_start"] = record.places["period_end"] = record.place("period")
    short = said.get("short_title") or f"SRESS {'–'.join(map(str, years or ()))}".strip()
    slug = record.get("slug") or slugify(short.replace("–", "-"))
    found = target or Strategy.objects.filter(slug=slug).first()
    region = _region(loading, record) if record.get("region") else found and found.region
    if region is None:
        if "region" not in record.faulty:
            loading.remarks.error(
                record.place("region"), "De quelle région est cette stratégie ? Donnez son nom."
            )
        return None
    starting: dict[str, Any] = {"published": loading.publish}
    if found is None:
        starting |= {"short_title": short}
        said.setdefault("title", None)
        if "period_start" not in said:
            if "period" not in record.faulty:
                loading.remarks.error(
                    record.place("period"), "Quelle est la période de la stratégie ? « 2018-2021 »."
                )
            return None
        if "target_date" not in said:
            said["target_date"] = date(said["period_end"], 12, 31)
            loading.remarks.ask(
                record.place("target_date"),
                f"Sans date cible, la stratégie est à mettre en œuvre avant la fin de "
                f"{said['period_end']}.",
            )
    if loading.publish:
        said["published"] = True
    key = {"slug": found.slug if found else slug}
    strategy = loading.put(
        Strategy, key, record, {**said, "region": region}, first=_without(starting, said)
    )
    return strategy if strategy is not None or found is None else found


def load_council(loading: Loading, names: Names, record: Record) -> None:
    """The body whose strategy it is: the services that rows name are its own."""
    strategy = loading.strategy
    council = record.get("council")
    if council and strategy.region.organisation is None:
        known = names.known_organisations(council)
        one = known[0] if known else Organisation(name=council, kind=Organisation.Kind.REGION)
        if one.pk is None:
            one.save()
            # Not by `put`: the sheet of organisations may say more of it.
            loading.changes.append(Change("ajout", f"organisation « {one} »", record.place()))
        strategy.region.organisation = one
        strategy.region.save(update_fields=["organisation"])


def load_service(loading: Loading, names: Names, record: Record) -> None:
    """The service that steers, once the sheet of services is loaded."""
    strategy = loading.strategy
    if said := record.get("service"):
        service = names.service(said, record, "service")
        if service and service != strategy.service:
            loading.changed(
                strategy, record, Difference("service pilote", str(strategy.service or ""), said)
            )
            strategy.service = service
            strategy.save(update_fields=["service"])


def _region(loading: Loading, record: Record) -> Region | None:
    found = region_named(record.get("region"), shipped_regions())
    if isinstance(found, Region):
        return found
    if found is not None:
        territories = load_territories(found["code"])
        loading.remarks.note(
            record.place("region"),
            f"La région {territories.region.name} et ses {territories.epci} EPCI seront chargés.",
        )
        return territories.region
    loading.remarks.error(
        record.place("region"),
        f"« {record.get('region')} » n'est pas une région connue : donnez son nom officiel, ou "
        "créez-la dans l'administration.",
    )
    record.faulty.add("region")
    return None


def _without(some: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in some.items() if name not in others}


def strategy_rows(strategy: Strategy) -> Iterator[Cells]:
    plain = (column.key for column in STRATEGY.columns)
    cells = {key: getattr(strategy, key, "") for key in plain}
    yield {
        **cells,
        "region": strategy.region.name,
        "council": strategy.region.organisation.name if strategy.region.organisation else "",
        "period": f"{strategy.period_start}-{strategy.period_end}",
        "service": service_cell(strategy.service, strategy),
    }
