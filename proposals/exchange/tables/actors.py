"""The sheets « Organisations » and « Services »."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models
from django.db.models import Q

from actors.models import Organisation, Service, User
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, each, label
from proposals.models import Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

ORGANISATIONS = Table(
    key="organisations",
    label="Organisations",
    also=("Partenaires", "Structures"),
    about="Les organisations citées. Facultatif : un nom inconnu suffit à créer une organisation.",
    columns=(
        Column(
            key="name",
            label="Nom",
            also=("Organisation", "Structure", "Raison sociale", "Dénomination"),
            read=values.text,
            required=True,
            width=48,
        ),
        Column(
            key="short_name",
            label="Sigle",
            also=("Nom court", "Nom court ou sigle"),
            read=values.text,
        ),
        Column(
            key="kind",
            label="Nature",
            also=("Type",),
            read=values.choice(dict(Organisation.Kind.choices)),
            labels=dict(Organisation.Kind.choices),
            width=22,
        ),
        Column(
            key="legal_family",
            label="Famille juridique",
            also=("Forme juridique", "Statut juridique", "Famille"),
            read=values.choice(dict(Organisation.LegalFamily.choices)),
            labels=dict(Organisation.LegalFamily.choices),
        ),
        Column(
            key="is_esus",
            label="Agréée ESUS",
            also=("ESUS",),
            read=values.yes_no,
            choices=("oui", "non"),
            width=10,
        ),
        Column(key="siren", label="SIREN", read=values.digits, width=12),
        Column(key="siret", label="SIRET", read=values.digits, width=17),
        Column(key="rna", label="RNA", also=("N° RNA",), read=values.digits, width=13),
        Column(
            key="carrier",
            label="Structure porteuse",
            read=values.text,
            help="Pour un tiers-lieu ou un PTCE sans personnalité juridique.",
            width=28,
        ),
        Column(key="epci", label="EPCI du siège", also=("EPCI",), read=values.text, width=28),
        Column(
            key="website",
            label="Site internet",
            also=("Site", "Site web"),
            read=values.url,
            width=28,
        ),
        Column(
            key="public_email",
            label="Adresse publique",
            also=("Courriel", "Email", "E-mail", "Adresse électronique"),
            read=values.email,
            width=28,
        ),
    ),
)


def load_organisation(loading: Loading, names: Names, record: Record) -> Organisation | None:
    """An organisation, known by its number, else by its name."""
    if "name" in record.faulty:
        return None
    plain = ("short_name", "legal_family", "is_esus", "siren", "siret", "rna", "website")
    said: dict[str, Any] = {
        key: record.get(key)
        for key in (*plain, "public_email")
        if key in record and key not in record.faulty
    }
    if record.get("kind"):
        said["kind"] = record.get("kind")
    if "epci" in record:
        place = record.get("epci")
        said["epci"] = names.epci(place, record, "epci") if place else None
    if "carrier" in record:
        carrier = record.get("carrier")
        said["carrier"] = names.organisation(carrier, record, "carrier") if carrier else None
    found = _known(loading, record)
    # Two of one name are two, if each has a number of its own.
    numbers = _own_numbers(record)
    return loading.put(
        Organisation,
        {"name": record.get("name"), **numbers},
        record,
        said,
        first={"kind": Organisation.Kind.OTHER},
        found=found,
    )


OWN_NUMBERS = ("siret", "rna")


def _public(number: str) -> models.QuerySet[Organisation]:
    return Organisation.objects.filter(siren=number, kind__in=Organisation.PUBLIC)


def _own_numbers(record: Record) -> dict[str, str]:
    """The numbers that nobody else has. A SIREN is shared by the establishments of one body, but
    for the public ones, that appear once."""
    numbers = {key: record.get(key) for key in OWN_NUMBERS if record.get(key)}
    siren = record.get("siren")
    if siren and (record.get("kind") in Organisation.PUBLIC or _public(siren).exists()):
        numbers["siren"] = siren
    return numbers


def _known(loading: Loading, record: Record) -> Organisation | None:
    """By its own number, else by its name. A number that nobody has is a new one of the only
    organisation of that name, or makes another organisation when several share the name."""
    same_name = Organisation.objects.filter(name=record.get("name"))
    if number := record.get("siren"):
        same_name = same_name.filter(siren__in=(number, "")).order_by("-siren", "pk")
    else:
        same_name = same_name.order_by("source", "pk")
    numbers = _own_numbers(record)
    if not numbers:
        return same_name.first()
    for key, number in numbers.items():
        rows = _public(number) if key == "siren" else Organisation.objects.filter(**{key: number})
        if found := rows.first():
            return found
    known = list(same_name[:2])
    return known[0] if len(known) == 1 and known[0] not in loading.mentioned else None


def _related(model: type[models.Model], strategy: Strategy, *paths: str) -> Q:
    """Rows that one of `paths` leads to the strategy from: a subquery each, since one query with
    all their joins would multiply the rows of each by those of the others."""
    found = Q()
    for path in paths:
        rows = model._default_manager.filter(**{path: strategy})
        found |= Q(pk__in=rows.order_by().values("pk"))
    return found


def cited_people(strategy: Strategy) -> models.QuerySet[User]:
    """Those who lead something."""
    paths = ("led_actions__strategy", "led_proposals__strategy")
    return User.objects.filter(_related(User, strategy, *paths))


def cited_services(strategy: Strategy) -> models.QuerySet[Service]:
    """Those that steer, and those of the people who do."""
    steering = _related(Service, strategy, "strategies", "actions__strategy")
    return Service.objects.filter(steering | Q(users__in=cited_people(strategy))).distinct()


def cited_organisations(strategy: Strategy) -> models.QuerySet[Organisation]:
    """Those that the strategy speaks of. EPCI are left out: they come with the region."""
    cited = _related(
        Organisation,
        strategy,
        "region__strategies",
        "led_actions__strategy",
        "led_proposals__strategy",
        "partnerships__action__strategy",
        "contributions__strategy",
        "acts__strategy",
        "conventions__strategy",
        "fundings__action__strategy",
        "human_means__action__strategy",
        "grants__strategy",
    )
    with_services = Q(pk__in=cited_services(strategy).order_by().values("organisation"))
    return Organisation.objects.filter(cited | with_services, as_epci=None)


def with_carriers(organisations: models.QuerySet[Organisation]) -> list[Organisation]:
    """With those that carry some of them, which come first."""
    cited = list(organisations.select_related("carrier", "epci"))
    carriers = {one.carrier for one in cited if one.carrier} - set(cited)
    return [*sorted(carriers, key=lambda carrier: carrier.name), *cited]


def organisation_rows(organisations: Iterable[Organisation]) -> Iterator[Cells]:
    for one in organisations:
        yield {
            **{column.key: getattr(one, column.key) for column in ORGANISATIONS.columns},
            "kind": label(Organisation.Kind, one.kind),
            "legal_family": label(Organisation.LegalFamily, one.legal_family),
            "carrier": one.carrier.name if one.carrier else "",
            "epci": f"{one.epci.siren} {one.epci.name}" if one.epci else "",
        }


SERVICES = Table(
    key="services",
    label="Services",
    about="Les services que le public voit à la place des personnes.",
    columns=(
        Column(key="organisation", label="Organisation", read=values.text, required=True, width=36),
        Column(
            key="name", label="Service", also=("Nom",), read=values.text, required=True, width=44
        ),
        Column(
            key="public_email",
            label="Adresse publique",
            also=("Courriel", "Email"),
            read=values.email,
            width=28,
        ),
        Column(key="public_phone", label="Téléphone public", also=("Téléphone",), read=values.text),
    ),
)


def load_service_row(loading: Loading, names: Names, record: Record) -> Service | None:
    """A service of an organisation."""
    if record.faulty & {"organisation", "name"}:
        return None
    owner = names.organisation(record.get("organisation"), record, "organisation")
    if owner is None:
        return None
    said = {k: record.get(k) for k in ("public_email", "public_phone") if k in record}
    key = {"organisation": owner, "name": record.get("name")}
    return loading.put(Service, key, record, said)


def service_rows(strategy: Strategy) -> Iterator[Cells]:
    for one in cited_services(strategy).select_related("organisation"):
        yield {
            "organisation": one.organisation.name,
            "name": one.name,
            "public_email": one.public_email,
            "public_phone": one.public_phone,
        }


EXCHANGED = (
    Exchanged(
        table=ORGANISATIONS,
        load=each(load_organisation),
        rows=lambda strategy: organisation_rows(with_carriers(cited_organisations(strategy))),
        in_model=True,
    ),
    Exchanged(table=SERVICES, load=each(load_service_row), rows=service_rows),
)
