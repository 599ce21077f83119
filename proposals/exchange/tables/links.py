"""What hangs on an action: its partners with their roles, the territories that it serves,
other proposals.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from actors.models import Epci, Organisation
from proposals.exchange import levels
from proposals.exchange.loading import Difference, Loading
from proposals.exchange.names import EVERYWHERE, Names
from proposals.exchange.tables.base import split_parenthesis
from proposals.models import Action, Partnership, Proposal, Territory
from sress.spreadsheets import values
from sress.spreadsheets.columns import Record
from sress.text import folded

Links = Mapping[tuple[Organisation, str, date | None], date | None]
Shares = Mapping[Epci, Decimal | None]

_ROLES = {folded(label): value for value, label in Partnership.Role.choices}
_ROLES |= {"pilote": "porteur", "partenaires": "partenaire", "financeurs": "financeur"}


def load_partners(loading: Loading, names: Names, action: Action, record: Record) -> None:
    wanted: dict[tuple[Organisation, str, date | None], date | None] = {}
    for item in record.get("partners") or ():
        name, role, since, until = _partner(item)
        if (one := names.partner(name, record, "partners")) is None:
            return
        wanted[one, role, since] = until
    own = action.partnerships.select_related("organisation")
    present = {(one.organisation, one.role, one.since): one.until for one in own}
    if present == wanted:
        return
    gone = [
        one for one in own if wanted.get((one.organisation, one.role, one.since), 0) != one.until
    ]

    def write() -> None:
        Partnership.objects.filter(pk__in=[one.pk for one in gone]).delete()
        Partnership.objects.bulk_create(
            Partnership(action=action, organisation=one, role=role, since=since, until=until)
            for (one, role, since), until in wanted.items()
            if present.get((one, role, since), 0) != until
        )

    if loading.attempt(record, "partners", write):
        told = [", ".join(sorted(partner_cells(links))) for links in (present, wanted)]
        loading.changed(action, record, Difference("partenaires", *told))


def _partner(item: str) -> tuple[str, str, date | None, date | None]:
    """« CRESS (opérateur, depuis le 01/03/2019) »; parentheses without a role are of the name."""
    name, inner = split_parenthesis(item)
    role, *dates = [part.strip() for part in inner.split(",")]
    if folded(role) not in _ROLES:
        return item, str(Partnership.Role.PARTNER), None, None
    since = until = None
    for said in dates:
        if day := re.search(r"\d{1,2}/\d{1,2}/\d{4}", said):
            found = values.ends_on(day[0], lambda guess: None)
            if folded(said).startswith("depuis"):
                since = found
            else:
                until = found
    return name, _ROLES[folded(role)], since, until


def partner_cells(links: Links) -> list[str]:
    cells = []
    for (one, role, since), until in links.items():
        parts = [str(Partnership.Role(role).label).lower()]
        parts += [f"depuis le {since:%d/%m/%Y}"] if since else []
        parts += [f"jusqu'au {until:%d/%m/%Y}"] if until else []
        cells.append(f"{one.name} ({', '.join(parts)})")
    return cells


def load_territories(loading: Loading, names: Names, action: Action, record: Record) -> None:
    wanted: dict[Epci, Decimal | None] = {}
    home = folded(loading.strategy.region.name)
    for item in record.get("territories") or ():
        if folded(item) in (*EVERYWHERE, home, f"region {home}"):
            loading.remarks.ask(
                record.place("territories"), f"« {item} » : l'action est lue non territorialisée."
            )
            continue
        match = re.fullmatch(r"(?P<name>.+?)\s*:\s*(?P<share>\d+(?:[.,]\d+)?)\s*%", item)
        name = match["name"] if match else item
        if (one := names.epci(name, record, "territories")) is None:
            return
        share = Decimal(match["share"].replace(",", ".")) / 100 if match else None
        wanted[one] = share.quantize(Decimal("0.0001")) if share is not None else None
    own = action.territories.select_related("epci")
    present = {one.epci: one.share for one in own}
    if present == wanted:
        return

    def write() -> None:
        own.all().delete()
        Territory.objects.bulk_create(
            Territory(action=action, epci=one, share=share) for one, share in wanted.items()
        )

    if loading.attempt(record, "territories", write, deferred=True):
        told = [", ".join(territory_cells(shares)) for shares in (present, wanted)]
        loading.changed(action, record, Difference("territoires", *told))


def territory_cells(shares: Shares) -> list[str]:
    """« 243700754 Tours Métropole : 60 % »: the number says which, the name tells readers."""
    return [
        f"{one.siren} {one.name}" + (f" : {(share * 100).normalize():f} %" if share else "")
        for one, share in shares.items()
    ]


def other_proposals(loading: Loading, record: Record) -> list[Proposal]:
    """The proposals that the action contributes to besides its own, by number."""
    found = []
    for item in record.get("contributes_to") or ():
        said = levels.named(item, lambda guess: None)
        number = said.number if said.number is not None else -1
        other = Proposal.objects.filter(strategy=loading.strategy, number=number).first()
        if other is None:
            loading.remarks.error(
                record.place("contributes_to"),
                f"« {item} » : ce n'est pas un numéro de {loading.strategy.proposal_word}.",
            )
        else:
            found.append(other)
    return found
