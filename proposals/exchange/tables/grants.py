"""The sheet « Subventions »: our own, and the national form that open data have."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from actors.models import Organisation
from actors.validators import validate_siret
from proposals.exchange import appending, scdl
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, label
from proposals.models import Grant
from proposals.models.grant import PERIOD
from sress import clock
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.spreadsheets.values import Ask
from sress.spreadsheets.workbook import Value
from sress.templatetags.french import quantity


def period(value: Value, ask: Ask) -> str:
    """A period of payment as the national form writes it, whatever its days; or a day."""
    said = values.text(value, ask)
    if re.fullmatch(PERIOD, said):
        return said
    days = [values.starts_on(one, ask) for one in re.split(r"\s+(?:au|-|–)\s+", said, maxsplit=1)]
    return "/".join(day.isoformat() for day in days)


# Beside the sixteen columns of the national form.
OWN = (
    Column(
        key="reference",
        label="Référence interne",
        also=("Référence",),
        read=values.text,
        help="Elle retrouve la subvention quand le fichier revient.",
    ),
    Column(
        key="action",
        label="Action",
        also=("Code action", "Code de l'action"),
        read=values.code,
        help="Son code.",
        width=10,
    ),
    Column(
        key="beneficiary",
        label="Structure bénéficiaire",
        also=("Structure",),
        read=values.text,
        help="Une organisation connue. Vide : celle qui a ce SIRET, ce RNA ou ce nom.",
        width=36,
    ),
    Column(
        key="is_person",
        label="Personne physique",
        read=values.yes_no,
        choices=("oui", "non"),
        help="Oui : ni son nom ni ses numéros ne sont gardés, et une référence est nécessaire.",
        width=10,
    ),
    Column(key="published_on", label="Publiée le", read=values.starts_on, width=13),
)
GRANTS = Table(
    key="subventions",
    label="Subventions",
    about="Les subventions et leurs bénéficiaires, un par ligne. Un nom de personne physique n'est "
    "jamais gardé.",
    whole=True,
    columns=(
        *OWN,
        Column(
            key="granting_name",
            label="Attribuant",
            also=("Nom de l'attribuant",),
            read=values.text,
            required=True,
            width=30,
        ),
        Column(
            key="granting_siret",
            label="SIRET de l'attribuant",
            read=values.digits,
            required=True,
        ),
        Column(
            key="signed_on",
            label="Date de la convention",
            also=("Date de convention", "Signée le"),
            read=values.starts_on,
            required=True,
            width=13,
        ),
        Column(
            key="decision_reference",
            label="Référence de la décision",
            also=("Décision",),
            read=values.text,
            width=28,
        ),
        Column(
            key="beneficiary_name",
            label="Bénéficiaire",
            also=("Nom du bénéficiaire",),
            read=values.text,
            width=36,
        ),
        Column(
            key="beneficiary_siret",
            label="SIRET du bénéficiaire",
            also=("SIRET",),
            read=values.digits,
        ),
        Column(
            key="beneficiary_rna",
            label="RNA du bénéficiaire",
            also=("RNA",),
            read=values.digits,
            help="Le SIRET ou le RNA est nécessaire.",
        ),
        Column(
            key="purpose",
            label="Objet",
            also=("Objet de la subvention",),
            read=values.text,
            required=True,
            width=40,
        ),
        Column(
            key="amount",
            label="Montant",
            also=("Montant total",),
            read=values.euros,
            euros=True,
            required=True,
            help="Avant partage entre les bénéficiaires.",
            width=16,
        ),
        Column(
            key="nature",
            label="Nature",
            read=values.choice(dict(Grant.Nature.choices)),
            labels=dict(Grant.Nature.choices),
            width=20,
        ),
        Column(
            key="payment_terms",
            label="Conditions de versement",
            read=values.text,
            help="« unique », « échelonné », ou un texte.",
        ),
        Column(
            key="payment_period",
            label="Date ou période de versement",
            also=("Période de versement", "Date de versement"),
            read=period,
            required=True,
            example="2019-03-01/2019-12-31",
            width=24,
        ),
        Column(key="rae_id", label="Identifiant RAE", also=("RAE",), read=values.text, width=8),
        Column(
            key="eu_notified",
            label="Notifiée à l'Union européenne",
            also=("Notification UE",),
            read=values.yes_no,
            choices=("oui", "non"),
            width=12,
        ),
        Column(
            key="share",
            label="Part du bénéficiaire",
            also=("Part", "Pourcentage de la subvention"),
            read=values.share,
            help="De 0,01 à 1. Vide : 1.",
            width=10,
        ),
        Column(key="scheme", label="Dispositif d'aide", also=("Dispositif",), read=values.text),
    ),
)
SCDL = Table(
    key="scdl",
    label="Subventions (SCDL)",
    also=("Subventions",),
    about="Un fichier au schéma national « SCDL Subventions » 2.1.1, lu à la lettre. Il est déjà "
    "publié : ses subventions le sont ici.",
    whole=True,
    columns=(
        *(
            Column(key=one.field, label=one.name, read=one.read, required=one.is_required)
            for one in scdl.described()
        ),
        *OWN,
    ),
)
# What is known of a natural person, and never kept.
_OF_PERSON = ("beneficiary", "beneficiary_name", "beneficiary_siret", "beneficiary_rna")
_IDENTITY = (
    *("decision_reference", "signed_on", "purpose"),
    *("beneficiary_name", "beneficiary_siret", "beneficiary_rna"),
)


def load_grants(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Grants, known by their reference, else by their decision, object and beneficiary."""
    actions = appending.actions(loading)
    for record in records:
        if record.get("is_person"):
            _forget_the_person(loading, record)
        else:
            _check_beneficiary(loading, record)
            _note_oddities(loading, record)
        action = actions.find(record, "action")
        beneficiary = _beneficiary(loading, names, record)
        if record.faulty:
            loading.failed.add((Grant, loading.strategy, record.get("reference")))
            continue
        said = {**record.values, "beneficiary": beneficiary}
        if "action" in record:
            said["action"] = action and loading.strategy.actions.get(pk=action)
        _put(loading, record, said)
    _note_shares(loading, records)


def _forget_the_person(loading: Loading, record: Record) -> None:
    """Nothing of a natural person goes further than this."""
    record.values |= dict.fromkeys(_OF_PERSON)
    record.values["published_on"] = None
    if not record.get("reference"):
        loading.remarks.error(
            record.place("reference"),
            "D'une personne physique, rien d'autre n'est gardé qui la retrouve : une référence est "
            "nécessaire.",
        )
        record.faulty.add("reference")


def _check_beneficiary(loading: Loading, record: Record) -> None:
    """Told here, and not by the database, so that all that is wrong with a row is told at once."""
    numbers = ("beneficiary_siret", "beneficiary_rna")
    if not any(record.get(key) or key in record.faulty for key in numbers):
        loading.remarks.error(
            record.place("beneficiary_siret"),
            "Le SIRET ou le RNA du bénéficiaire est nécessaire.",
        )
        record.faulty.add("beneficiary_siret")
    if not record.get("beneficiary_name") and "beneficiary_name" not in record.faulty:
        loading.remarks.error(
            record.place("beneficiary_name"), "Une personne morale a un nom : donnez-le."
        )
        record.faulty.add("beneficiary_name")


def _put(loading: Loading, record: Record, said: dict[str, Any]) -> None:
    own = Grant.objects.filter(strategy=loading.strategy)
    identity = {key: said.get(key) or "" for key in _IDENTITY}
    reference = said.pop("reference", None) or ""
    found = own.filter(reference=reference).first() if reference else None
    if found is None and not said.get("is_person"):
        # The same one, from a file that had no reference, or has none.
        same = own.filter(**identity).order_by("reference", "pk")
        same = same.filter(reference="") if reference else same
        found = next((one for one in same if one not in loading.mentioned), None)
    if found and said["beneficiary"] is None and not said.get("is_person"):
        del said["beneficiary"]  # somebody may have chosen it since
    if record.table is SCDL and not said.get("published_on"):
        said["published_on"] = (found and found.published_on) or clock.today()
    if not reference:
        said = {name: value for name, value in said.items() if name not in identity}
        reference = found.reference if found else ""
        key = {"strategy": loading.strategy, **identity, "reference": reference}
    else:
        key = {"strategy": loading.strategy, "reference": reference}
    loading.put(Grant, key, record, said, found=found)


def _beneficiary(loading: Loading, names: Names, record: Record) -> Organisation | None:
    """The organisation that the row names, else the only one with its numbers or its name."""
    if said := record.get("beneficiary"):
        known = names.known_organisations(said)
        if len(known) == 1:
            return known[0]
        loading.remarks.error(
            record.place("beneficiary"),
            f"Plusieurs organisations s'appellent « {said} » : ajoutez le SIREN de la bonne, "
            f"« {said} [123456789] »."
            if known
            else f"Aucune organisation ne s'appelle « {said} » : laissez vide, ou ajoutez-la dans "
            "la feuille « Organisations ».",
        )
        record.faulty.add("beneficiary")
        return None
    lookups: list[dict[str, Any]] = []
    if siret := record.get("beneficiary_siret"):
        lookups += [{"siret": siret}, {"siren": siret[:9]}]
    if rna := record.get("beneficiary_rna"):
        lookups.append({"rna": rna})
    if name := record.get("beneficiary_name"):
        # A namesake with a number of its own is another.
        lookups.append({"name": name, "siren": "", "siret": "", "rna": ""})
    for lookup in lookups:
        found = list(Organisation.objects.filter(**lookup)[:2])
        if len(found) == 1:
            return found[0]
    return None


def _note_oddities(loading: Loading, record: Record) -> None:
    """What is odd, and kept as it is written."""
    for key in ("granting_siret", "beneficiary_siret"):
        if siret := record.get(key):
            try:
                validate_siret(siret)
            except ValidationError:
                loading.remarks.note(
                    record.place(key),
                    f"La clé du SIRET « {siret} » est fausse : il est gardé tel quel.",
                )
    if said := record.get("payment_period"):
        days = Grant(payment_period=said).period
        if days is None:
            loading.remarks.note(
                record.place("payment_period"),
                f"« {said} » : ce jour n'existe pas dans le calendrier ; gardé tel quel.",
            )
        elif days[1] < days[0]:
            loading.remarks.note(
                record.place("payment_period"),
                f"« {said} » : la période finit avant de commencer ; gardée telle quelle.",
            )


def _note_shares(loading: Loading, records: Sequence[Record]) -> None:
    """Beneficiaries of one decision share its amount. Where each has all of it, nothing is
    shared."""
    decisions: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in records:
        if not record.faulty:
            key = ("decision_reference", "signed_on", "purpose", "amount")
            decisions[tuple(record.get(name) for name in key)].append(record)
    for rows in decisions.values():
        shares = [row.get("share") or Decimal(1) for row in rows]
        total = sum(shares, Decimal())
        if total != 1 and set(shares) != {Decimal(1)}:
            decision = rows[0].get("decision_reference") or rows[0].get("purpose")
            loading.remarks.note(
                rows[0].place("share"),
                f"Les parts de la décision « {decision} » font {quantity(total)} au lieu de 1 : "
                "elles sont gardées telles quelles.",
            )


def grant_rows(rows: models.QuerySet[Grant]) -> Iterator[Cells]:
    for one in rows.select_related("action", "beneficiary").order_by("signed_on", "pk"):
        yield {
            **{column.key: getattr(one, column.key) for column in GRANTS.columns},
            "action": one.action.code if one.action else "",
            "beneficiary": one.beneficiary.name if one.beneficiary else "",
            "nature": label(Grant.Nature, one.nature),
        }


EXCHANGED = (
    Exchanged(
        table=GRANTS,
        load=load_grants,
        rows=lambda strategy: grant_rows(strategy.grants.all()),
        in_model=True,
    ),
    Exchanged(table=SCDL, load=load_grants),
)
