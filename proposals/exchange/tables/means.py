"""The sheets of the means beside the ledger: yearly credits, other funders, people's time."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import models

from proposals.exchange import appending
from proposals.exchange.appending import Index, Key, Line
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, label
from proposals.exchange.tables.ledger import NATURES
from proposals.models import CreditLine, Funding, HumanMeans, Nature
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

CREDITS = Table(
    key="credits",
    label="Crédits",
    also=("Crédits de paiement", "CP"),
    about="Les crédits de paiement ouverts par exercice. Ce qui est écrit ne change plus : une "
    "décision modificative est une ligne de plus.",
    whole=True,
    columns=(
        Column(key="reference", label="Référence", read=values.text, required=True),
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
            also=("AE ou AP", "Section"),
            read=values.choice(dict(Nature.choices), NATURES),
            labels=dict(Nature.choices),
            required=True,
            width=22,
        ),
        Column(
            key="exercise",
            label="Exercice",
            also=("Exercice budgétaire",),
            read=values.year,
            required=True,
            width=9,
        ),
        Column(
            key="kind",
            label="Étape budgétaire",
            also=("Étape",),
            read=values.choice(dict(CreditLine.Kind.choices)),
            labels=dict(CreditLine.Kind.choices),
            required=True,
            width=28,
        ),
        Column(
            key="date",
            label="Date",
            also=("Date de vote", "Date du vote"),
            read=values.starts_on,
            required=True,
            width=13,
        ),
        Column(
            key="amount",
            label="Montant",
            also=("Montant CP", "Crédits ouverts"),
            read=values.euros,
            euros=True,
            required=True,
            help="Négatif quand une décision modificative retire des crédits.",
            width=16,
        ),
        Column(
            key="act",
            label="Acte",
            also=("Délibération",),
            read=values.text,
            help="Référence, ou intitulé, d'un acte de la feuille « Actes ».",
        ),
    ),
)
_ACTION = Column(
    key="action",
    label="Action",
    also=("Code action", "Code de l'action", "N° action"),
    read=values.code,
    required=True,
    help="Son code.",
    example="12.3",
    width=10,
)
_NOTE = Column(key="note", label="Précisions", read=values.text, width=40)
FUNDINGS = Table(
    key="cofinancements",
    label="Cofinancements",
    also=("Financements", "Plan de financement"),
    about="Ce que d'autres financeurs apportent à une action : le total à une date, que la ligne "
    "d'une date suivante remplace.",
    whole=True,
    columns=(
        _ACTION,
        Column(
            key="funder",
            label="Financeur",
            also=("Cofinanceur", "Organisme"),
            read=values.text,
            required=True,
            help="Une organisation. Inconnue, elle est créée.",
            width=36,
        ),
        Column(
            key="stage",
            label="Étape",
            also=("État", "Stade"),
            read=values.choice(dict(Funding.Stage.choices)),
            labels=dict(Funding.Stage.choices),
            required=True,
            width=12,
        ),
        Column(key="date", label="Date", read=values.starts_on, required=True, width=13),
        Column(
            key="amount",
            label="Montant",
            read=values.euros,
            euros=True,
            required=True,
            help="Zéro annule ce qui était déclaré.",
            width=16,
        ),
        Column(key="reference", label="Référence", read=values.text),
        _NOTE,
    ),
)
HUMAN_MEANS = Table(
    key="moyens-humains",
    label="Moyens humains",
    also=("ETP",),
    about="Le temps donné à une action dans une année : un total, que la ligne d'une date suivante "
    "remplace.",
    whole=True,
    columns=(
        _ACTION,
        Column(
            key="provider",
            label="Apporté par",
            also=("Organisme", "Structure"),
            read=values.text,
            required=True,
            help="Une organisation, jamais une personne. Inconnue, elle est créée.",
            width=36,
        ),
        Column(
            key="kind",
            label="Nature",
            read=values.choice(
                dict(HumanMeans.Kind.choices),
                {"ETP": HumanMeans.Kind.STAFF, "Jours": HumanMeans.Kind.ENGINEERING},
            ),
            labels=dict(HumanMeans.Kind.choices),
            required=True,
            width=24,
        ),
        Column(key="year", label="Année", read=values.year, required=True, width=8),
        Column(
            key="quantity",
            label="Quantité",
            also=("Nombre",),
            read=values.decimal,
            required=True,
            example="0,5",
            width=10,
        ),
        Column(
            key="date",
            label="Déclaré le",
            also=("Date",),
            read=values.starts_on,
            required=True,
            width=13,
        ),
        _NOTE,
    ),
)
_LATER = "Ce qui est écrit ne change plus : ajoutez une ligne d'une date suivante, qui la remplace."


def load_credits(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Lines of credits that are not there yet, known by their programme and reference."""
    programmes, acts = appending.programmes(loading), appending.acts(loading)
    lines = []
    for record in records:
        row = _row(CreditLine, record, CREDITS, programme=programmes, act=acts)
        if not record.faulty:
            lines.append(Line(record, row, (row.programme_id, row.reference)))
    own = CreditLine.objects.filter(programme__strategy=loading.strategy)
    present: dict[Key, Any] = {(one.programme_id, one.reference): one for one in own}
    compared = ("nature", "exercise", "kind", "date", "amount", "act")
    advice = "Ce qui est écrit ne change plus : ajoutez une ligne qui corrige, de signe contraire."
    new = appending.new_lines(loading, lines, present, compared, advice)
    appending.note(loading, appending.write(loading, new, CreditLine.objects.bulk_create))


def load_fundings(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """What funders declare, known by the action, the funder, the stage and the date."""
    key = ("action_id", "funder_id", "stage", "date")
    compared = ("amount", "reference", "note")
    _load_levels(loading, names, records, Funding, FUNDINGS, "funder", key, compared)


def load_human_means(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """People's time, known by the action, who gives it, its kind, the year and the date."""
    key = ("action_id", "provider_id", "kind", "year", "date")
    compared = ("quantity", "note")
    _load_levels(loading, names, records, HumanMeans, HUMAN_MEANS, "provider", key, compared)


def _load_levels(
    loading: Loading,
    names: Names,
    records: Sequence[Record],
    model: type[models.Model],
    table: Table,
    giver: str,
    key: tuple[str, ...],
    compared: tuple[str, ...],
) -> None:
    actions = appending.actions(loading)
    lines = []
    for record in records:
        row = _row(model, record, table, action=actions)
        if (said := record.get(giver)) and not record.faulty:
            organisation = names.partner(said, record, giver)
            if organisation is None:
                record.faulty.add(giver)
            setattr(row, giver, organisation)
        if not record.faulty:
            lines.append(Line(record, row, tuple(getattr(row, name) for name in key)))
    own = model._default_manager.filter(action__strategy=loading.strategy)
    # Of one day, the line that was recorded last is the one that counts.
    present: dict[Key, Any] = {
        tuple(getattr(one, name) for name in key): one for one in own.order_by("recorded_at", "pk")
    }
    new = appending.new_lines(loading, lines, present, compared, _LATER)
    appending.note(loading, appending.write(loading, new, model._default_manager.bulk_create))


def _row(model: type[models.Model], record: Record, table: Table, **indexes: Index) -> Any:
    """An unsaved row of what a record says; relations other than those of `indexes` are left."""
    row: Any = model()
    for column in table.columns:
        field: Any = model._meta.get_field(column.key)
        if column.key in indexes:
            setattr(row, field.attname, indexes[column.key].find(record, column.key))
        elif not field.is_relation and record.get(column.key) is not None:
            setattr(row, column.key, record.get(column.key))
    return row


def credit_rows(rows: models.QuerySet[CreditLine]) -> Iterator[Cells]:
    for one in rows.select_related("programme", "act"):
        yield {
            **{column.key: getattr(one, column.key) for column in CREDITS.columns},
            "programme": one.programme.code,
            "nature": label(Nature, one.nature),
            "kind": label(CreditLine.Kind, one.kind),
            "act": (one.act.reference or one.act.title) if one.act else "",
        }


def funding_rows(rows: models.QuerySet[Funding]) -> Iterator[Cells]:
    for one in _last_of_day(rows, "action_id", "funder_id", "stage", "date"):
        yield {
            **{column.key: getattr(one, column.key) for column in FUNDINGS.columns},
            "action": one.action.code,
            "funder": one.funder.name,
            "stage": label(Funding.Stage, one.stage),
        }


def human_rows(rows: models.QuerySet[HumanMeans]) -> Iterator[Cells]:
    for one in _last_of_day(rows, "action_id", "provider_id", "kind", "year", "date"):
        yield {
            **{column.key: getattr(one, column.key) for column in HUMAN_MEANS.columns},
            "action": one.action.code,
            "provider": one.provider.name,
            "kind": label(HumanMeans.Kind, one.kind),
        }


def _last_of_day(rows: models.QuerySet[Any], *key: str) -> list[Any]:
    """Of the lines of one day, the one that counts; oldest days first."""
    related = rows.select_related("action", key[1].removesuffix("_id"))
    last = related.order_by(*key, "-recorded_at", "-pk").distinct(*key)
    return sorted(last, key=lambda one: (one.date, one.pk))


EXCHANGED = (
    Exchanged(
        table=CREDITS,
        load=load_credits,
        rows=lambda strategy: credit_rows(CreditLine.objects.filter(programme__strategy=strategy)),
        in_model=True,
    ),
    Exchanged(
        table=FUNDINGS,
        load=load_fundings,
        rows=lambda strategy: funding_rows(Funding.objects.filter(action__strategy=strategy)),
        in_model=True,
    ),
    Exchanged(
        table=HUMAN_MEANS,
        load=load_human_means,
        rows=lambda strategy: human_rows(HumanMeans.objects.filter(action__strategy=strategy)),
        in_model=True,
    ),
)
