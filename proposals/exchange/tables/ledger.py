"""The sheets of what money is voted under: programmes and authorisations."""

from collections.abc import Iterator, Sequence

from django.db import models

from proposals.exchange import appending
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, label, simple
from proposals.models import Authorisation, Nature, Programme, Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

NATURES = {
    "fonctionnement": Nature.OPERATION,
    "autorisation d'engagement": Nature.OPERATION,
    "investissement": Nature.INVESTMENT,
    "autorisation de programme": Nature.INVESTMENT,
}
PROGRAMMES = Table(
    key="programmes",
    label="Programmes",
    also=("Programmes budgétaires",),
    about="Les programmes du budget régional dont la stratégie a des moyens.",
    whole=True,
    columns=(
        Column(
            key="code",
            label="Code",
            also=("Programme", "Code programme", "N° programme"),
            read=values.text,
            required=True,
        ),
        Column(
            key="title",
            label="Intitulé",
            also=("Libellé", "Libellé du programme", "Intitulé du programme"),
            read=values.text,
            required=True,
            width=60,
        ),
    ),
)
AUTHORISATIONS = Table(
    key="autorisations",
    label="Autorisations",
    also=("AE AP", "Autorisations d'engagement", "Autorisations de programme"),
    about="Les autorisations d'engagement et de programme. Leur montant est dans « Mouvements » : "
    "leur vote.",
    whole=True,
    columns=(
        Column(
            key="reference",
            label="Référence",
            also=("N° AE", "N° AP", "N° AE/AP", "Autorisation", "N° d'autorisation"),
            read=values.text,
            required=True,
            example="AE-2019-ESS",
        ),
        Column(
            key="programme",
            label="Programme",
            also=("Code programme",),
            read=values.text,
            required=True,
            help="Son code, de la feuille « Programmes ».",
        ),
        Column(
            key="nature",
            label="Nature",
            also=("Type", "AE ou AP"),
            read=values.choice(dict(Nature.choices), NATURES),
            labels=dict(Nature.choices),
            required=True,
            width=22,
        ),
        Column(
            key="vintage",
            label="Millésime",
            also=("Année de vote",),
            read=values.year,
            required=True,
            example="2019",
            width=10,
        ),
        Column(key="title", label="Intitulé", also=("Libellé",), read=values.text, width=48),
    ),
)


def hold(strategy: Strategy) -> None:
    """Lock the authorisations, in the order in which writers of movements do."""
    rows = strategy.authorisations.order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def load_authorisations(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Authorisations, known by their reference."""
    hold(loading.strategy)
    programmes = appending.programmes(loading)
    plain = ("nature", "vintage", "title")
    for record in records:
        programme = programmes.find(record, "programme")
        if record.faulty or programme is None:
            loading.failed.add((Authorisation, loading.strategy, record.get("reference")))
            continue
        loading.put(
            Authorisation,
            {"strategy": loading.strategy, "reference": record.get("reference")},
            record,
            {
                "programme": Programme.objects.get(pk=programme),
                **{key: record.get(key) for key in plain if key in record},
            },
        )


def programme_rows(rows: models.QuerySet[Programme]) -> Iterator[Cells]:
    for one in rows:
        yield {column.key: getattr(one, column.key) for column in PROGRAMMES.columns}


def authorisation_rows(rows: models.QuerySet[Authorisation]) -> Iterator[Cells]:
    for one in rows.select_related("programme"):
        yield {
            **{column.key: getattr(one, column.key) for column in AUTHORISATIONS.columns},
            "programme": one.programme.code,
            "nature": label(Nature, one.nature),
        }


EXCHANGED = (
    Exchanged(
        table=PROGRAMMES,
        load=simple(Programme, PROGRAMMES, key=("code",), own=lambda s: s.programmes.all()).load,
        rows=lambda strategy: programme_rows(strategy.programmes.all()),
        in_model=True,
    ),
    Exchanged(
        table=AUTHORISATIONS,
        load=load_authorisations,
        rows=lambda strategy: authorisation_rows(strategy.authorisations.all()),
        in_model=True,
    ),
)
