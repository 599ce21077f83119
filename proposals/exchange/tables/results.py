"""The sheets of results: indicators, their targets, their values."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models

from proposals.exchange import appending
from proposals.exchange.appending import Index, Key, Line
from proposals.exchange.loading import Loading, same
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, label, person_cell
from proposals.models import Indicator, IndicatorTarget, IndicatorValue, Strategy
from sress import clock
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.text import folded

PERIODS = {str(value): said for value, said in Indicator.Period.choices}
_CODE = Column(
    key="indicator",
    label="Indicateur",
    also=("Code indicateur", "Code de l'indicateur"),
    read=values.text,
    required=True,
    help="Son code, de la feuille « Indicateurs ».",
    width=26,
)
_TITLE = Column(key="title", label="Intitulé", read=values.text, width=40)
_UNIT = Column(key="unit", label="Unité", read=values.text, width=14)
_NOTE = Column(key="note", label="Précisions", read=values.text, width=40)
INDICATORS = Table(
    key="indicateurs",
    label="Indicateurs",
    about="Ce que la stratégie mesure. L'unité, le sens et la valeur de départ ne changent plus "
    "dès qu'une cible ou une valeur est enregistrée.",
    whole=True,
    columns=(
        Column(key="code", label="Code", read=values.text, required=True, width=26),
        Column(key="title", label="Intitulé", read=values.text, required=True, width=48),
        Column(key="unit", label="Unité", read=values.text, required=True, width=14),
        Column(
            key="about",
            label="Porte sur",
            read=values.text,
            help="« axe 2 », « proposition 12 » ou « action 12.3 ». Vide : toute la stratégie.",
            example="proposition 12",
            width=20,
        ),
        Column(key="definition", label="Définition", read=values.paragraphs, width=48),
        Column(key="source", label="Source", read=values.text, width=36),
        Column(
            key="is_context",
            label="Contexte",
            read=values.yes_no,
            choices=("oui", "non"),
            help="Un chiffre qui décrit la région, sans cible.",
            width=10,
        ),
        Column(key="decimals", label="Décimales", read=values.whole, width=10),
        Column(
            key="better",
            label="Sens",
            read=values.choice(dict(Indicator.Better.choices)),
            labels=dict(Indicator.Better.choices),
            width=22,
        ),
        Column(
            key="period",
            label="Valeur attendue",
            also=("Périodicité",),
            read=values.choice(PERIODS),
            labels=PERIODS,
            width=20,
        ),
        Column(
            key="owner",
            label="Référent·e",
            read=values.text,
            help="« Nom <adresse> », ou l'adresse d'un compte. Jamais public.",
            width=32,
        ),
        Column(key="baseline", label="Valeur de départ", read=values.decimal, width=14),
        Column(key="baseline_on", label="Valeur de départ au", read=values.ends_on, width=13),
        Column(
            key="published",
            label="Publié",
            read=values.yes_no,
            choices=("oui", "non"),
            width=9,
        ),
    ),
)
TARGETS = Table(
    key="cibles",
    label="Cibles",
    about="Ce qui est visé au 31 décembre d'une année. Une cible décidée plus tard remplace celle "
    "de la même année.",
    whole=True,
    columns=(
        _CODE,
        Column(key="year", label="Année", read=values.year, required=True, width=8),
        Column(key="value", label="Cible", read=values.decimal, required=True, width=14),
        Column(
            key="decided_on",
            label="Décidée le",
            read=values.starts_on,
            required=True,
            width=13,
        ),
        _NOTE,
    ),
)
VALUES = Table(
    key="valeurs",
    label="Valeurs",
    about="Ce qui est mesuré, à une date. Pour remplacer une valeur déjà enregistrée, donnez un "
    "motif.",
    whole=True,
    columns=(
        _CODE,
        _TITLE,
        Column(
            key="measured_on",
            label="Valeur au",
            read=values.ends_on,
            required=True,
            example="31/12/2019",
            width=13,
        ),
        Column(key="value", label="Valeur", read=values.decimal, required=True, width=14),
        _UNIT,
        Column(
            key="reported_on",
            label="Communiquée le",
            read=values.starts_on,
            help="Vide : aujourd'hui.",
            width=13,
        ),
        Column(key="motive", label="Motif", read=values.text, width=36),
        _NOTE,
    ),
)
_ABOUT = re.compile(r"(?P<word>.*?)\s*(?P<mark>\d+(?:\.\d+)*)")
_LATER = "Une cible ne change plus : ajoutez une ligne décidée plus tard, qui la remplace."
_CORRECT = "Pour la remplacer, donnez un motif dans la colonne « Motif »."


def load_indicators(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Indicators, known by their code."""
    for record in records:
        code, about = record.get("code"), _about(loading, record)
        if record.faulty or about is None:
            loading.failed.add((Indicator, loading.strategy, code))
            continue
        plain = ("title", "unit", "definition", "source", "baseline", "baseline_on")
        said: dict[str, Any] = {key: record.get(key) for key in plain if key in record}
        # These cannot be emptied: an empty cell leaves them.
        for key in ("is_context", "decimals", "better", "published"):
            if record.get(key) is not None:
                said[key] = record.get(key)
        if "period" in record:
            said["period"] = int(record.get("period")) if record.get("period") else None
        found = loading.strategy.indicators.filter(code=code).select_related("owner").first()
        if "owner" in record:
            cell, present = record.get("owner"), found.owner if found else None
            said["owner"] = names.referent(cell, record, "owner", present) if cell else None
        loading.put(
            Indicator,
            {"strategy": loading.strategy, "code": code},
            record,
            {**said, **(about if "about" in record else {})},
        )


def _about(loading: Loading, record: Record) -> dict[str, Any] | None:
    """What an indicator is about, by level; None when that was refused."""
    found: dict[str, Any] = {"axis": None, "proposal": None, "action": None}
    said = record.get("about")
    if not said:
        return found
    strategy, match = loading.strategy, _ABOUT.fullmatch(said.strip())
    word, mark = (folded(match["word"]), match["mark"]) if match else ("", "")
    number = int(mark) if mark.isdecimal() else 0
    if word == folded(strategy.axis_word):
        found["axis"] = strategy.axes.filter(number=number).first()
    elif word == folded(strategy.proposal_word):
        found["proposal"] = strategy.proposals.filter(number=number).first()
    elif word == "action":
        found["action"] = strategy.actions.filter(code=mark).first()
    if not any(found.values()):
        loading.remarks.error(
            record.place("about"),
            f"« {said} » n'est pas dans la stratégie : écrivez « {strategy.axis_word} 2 », "
            f"« {strategy.proposal_word} 12 » ou « action 12.3 ».",
        )
        return None
    return found


def _indicators(loading: Loading) -> Index:
    ids = loading.strategy.indicators.values_list("code", "pk")
    unknown = "Aucun indicateur n'a le code « {} » : ajoutez-le dans la feuille « Indicateurs »."
    return Index(loading, Indicator, dict(ids), unknown)


def load_targets(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Targets that are not there yet, known by their indicator, year and decision."""
    indicators, lines = _indicators(loading), []
    for record in records:
        indicator = indicators.find(record, "indicator")
        if record.faulty or indicator is None:
            continue
        said = {key: record.get(key) for key in ("year", "value", "decided_on")}
        row = IndicatorTarget(indicator_id=indicator, note=record.get("note") or "", **said)
        lines.append(Line(record, row, (indicator, row.year, row.decided_on)))
    own = IndicatorTarget.objects.filter(indicator__strategy=loading.strategy)
    present: dict[Key, Any] = {
        (one.indicator_id, one.year, one.decided_on): one
        for one in own.order_by("recorded_at", "pk")
    }
    new = appending.new_lines(loading, lines, present, ("value", "note"), _LATER)
    save = IndicatorTarget.objects.bulk_create
    appending.note(loading, appending.write(loading, new, save))


def load_values(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Values that are not there yet, known by their indicator and day; a motive corrects."""
    own = IndicatorValue.objects.filter(indicator__strategy=loading.strategy)
    present: dict[Key, Any] = {
        (one.indicator_id, one.measured_on): one for one in own.order_by("recorded_at", "pk")
    }
    indicators, lines = _indicators(loading), []
    for record in records:
        indicator = indicators.find(record, "indicator")
        if record.faulty or indicator is None:
            continue
        row = IndicatorValue(
            indicator_id=indicator,
            measured_on=record.get("measured_on"),
            value=record.get("value"),
            reported_on=record.get("reported_on") or clock.today(),
            motive=record.get("motive") or "",
            note=record.get("note") or "",
            author=loading.author,
        )
        key = (indicator, row.measured_on)
        if key in present and row.motive and not same(present[key].value, row.value):
            del present[key]
        lines.append(Line(record, row, key))
    new = appending.new_lines(loading, lines, present, ("value",), _CORRECT)
    if new and loading.author is None:
        loading.remarks.error(
            new[0].record.place("value"),
            "Qui signe ces valeurs ? Donnez --author et l'adresse d'un compte.",
        )
        return
    save = IndicatorValue.objects.bulk_create
    appending.note(loading, appending.write(loading, new, save))


def indicator_rows(indicators: Iterable[Indicator], strategy: Strategy) -> Iterator[Cells]:
    """Of indicators with what they are about."""
    for one in indicators:
        about = ""
        if one.axis:
            about = f"{strategy.axis_word} {one.axis.number}"
        elif one.proposal:
            about = f"{strategy.proposal_word} {one.proposal.number}"
        elif one.action:
            about = f"action {one.action.code}"
        yield {
            **{c.key: getattr(one, c.key) for c in INDICATORS.columns if c.key != "about"},
            "about": about,
            "better": label(Indicator.Better, one.better),
            "period": PERIODS.get(str(one.period), ""),
            "owner": person_cell(one.owner),
        }


def _all_indicators(strategy: Strategy) -> Iterator[Cells]:
    related = ("axis", "proposal", "action", "owner")
    return indicator_rows(strategy.indicators.select_related(*related).order_by("code"), strategy)


def _all_targets(strategy: Strategy) -> Iterator[Cells]:
    own = IndicatorTarget.objects.filter(indicator__strategy=strategy)
    for one in _last(own, "indicator__code", "year", "decided_on"):
        plain = {column.key: getattr(one, column.key) for column in TARGETS.columns}
        yield {**plain, "indicator": one.indicator.code}


def _all_values(strategy: Strategy) -> Iterator[Cells]:
    own = IndicatorValue.objects.filter(indicator__strategy=strategy)
    keys = ("measured_on", "value", "reported_on", "motive", "note")
    for one in _last(own, "indicator__code", "measured_on"):
        if one.value is not None:
            yield {
                **{key: getattr(one, key) for key in keys},
                "indicator": one.indicator.code,
                "title": one.indicator.title,
                "unit": one.indicator.unit,
            }


def _last(rows: models.QuerySet[Any], *key: str) -> models.QuerySet[Any]:
    related = rows.select_related("indicator")
    return related.order_by(*key, "-recorded_at", "-pk").distinct(*key)


EXCHANGED = (
    Exchanged(table=INDICATORS, load=load_indicators, rows=_all_indicators, in_model=True),
    Exchanged(table=TARGETS, load=load_targets, rows=_all_targets, in_model=True),
    Exchanged(table=VALUES, load=load_values, rows=_all_values, in_model=True),
)
