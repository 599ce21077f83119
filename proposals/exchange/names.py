"""Who or what a cell names: organisations, services, people, EPCI, as people write them."""

import re
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from actors.models import Epci, Organisation, Region, Service, User
from proposals.exchange.loading import Loading
from sress.spreadsheets.columns import Record
from sress.text import folded

_NUMBER = re.compile(r"\[(\w{9,14})\]\s*$")
_TYPES = (
    r"(communaute|cc|ca|cu|metropole|agglomeration|agglo)s?"
    r"( de communes| d agglomeration| urbaine| de metropole)?( (de la|de l|de|du|des|d))?"
)
_LEADING_TYPE = re.compile(rf"^{_TYPES} (?=\w)")
EVERYWHERE = ("region", "region entiere", "toute la region", "regional", "tous", "toutes")
_PERSON = re.compile(r"(?P<name>.*?)\s*<(?P<email>[^>]+)>")


class Names:
    """Finds, and where it may creates, what the cells of one file name."""

    def __init__(self, loading: Loading) -> None:
        self.loading = loading
        self._organisations: dict[str, Organisation | None] = {}
        self._people: dict[str, User | None] = {}

    # --- Organisations

    def organisation(self, said: str, record: Record, column: str) -> Organisation | None:
        """The organisation of that name, short name or « Name [SIREN] »; a new one if unknown.

        None when the name fits several: it was said.
        """
        if said in self._organisations:
            return self._organisations[said]
        found = self.known_organisations(said)
        if len(found) > 1:
            self.loading.remarks.error(
                record.place(column),
                f"Plusieurs organisations s'appellent « {said} » : ajoutez le SIREN de la bonne, "
                f"« {said} [{found[0].siren or '123456789'}] ».",
            )
            one = None
        elif found:
            one = found[0]
        else:
            one = self._new_organisation(said, record, column)
        self._organisations[said] = one
        return one

    def known_organisations(self, said: str) -> list[Organisation]:
        """Those that a text may mean; one at most, unless it is ambiguous."""
        if number := _NUMBER.search(said):
            by_number = Q(siren=number[1]) | Q(siret=number[1]) | Q(rna=number[1].upper())
            return list(Organisation.objects.filter(by_number)[:2])
        for by_name in (
            Q(name=said) | Q(short_name=said),
            Q(name__unaccent__iexact=said) | Q(short_name__unaccent__iexact=said),
        ):
            found = list(Organisation.objects.filter(by_name)[:20])
            # A body that takes part goes before a namesake spotted in a directory.
            chosen = [one for one in found if one.source == Organisation.Source.ENTERED]
            if found:
                return chosen or found
        return []

    def _new_organisation(self, said: str, record: Record, column: str) -> Organisation | None:
        if ", " in said:
            self.loading.remarks.ask(
                record.place(column),
                f"« {said} » est lu comme une seule organisation : s'il y en a plusieurs, séparez "
                "leurs noms par des points-virgules.",
            )
        row = Record(record.table, record.sheet, record.row, {}, {"name": record.place(column)})
        return self.loading.put(
            Organisation,
            {"name": said},
            row,
            {},
            first={"kind": Organisation.Kind.OTHER},
            in_passing=True,
        )

    def partner(self, said: str, record: Record, column: str) -> Organisation | None:
        """A partner by name: an EPCI of the region under any of its names, else an organisation."""
        keys = (folded(said), _LEADING_TYPE.sub("", folded(said)))
        if any(key in self._epci for key in keys):
            found = self.epci(said, record, column)
            return found.organisation_ptr if found else None
        return self.organisation(said, record, column)

    def services_own(self) -> Organisation | None:
        """The organisation whose services steer: the Region's."""
        return self.loading.strategy.region.organisation

    def service(self, said: str, record: Record, column: str) -> Service | None:
        """« Service » of the Region, or « Service (Organisation) »; a new one if unknown."""
        owner, name = self.services_own(), said
        for opening in re.finditer(r"\s*\(", said.removesuffix(")") if said.endswith(")") else ""):
            # Names have parentheses too: which of them opens that of an organisation?
            if known := self.known_organisations(said[opening.end() : -1]):
                name = said[: opening.start()]
                with_it = (one for one in known if one.services.filter(name=name).exists())
                owner = next(with_it, known[0])
                break
        if owner is None:
            self.loading.remarks.error(
                record.place(column),
                f"« {said} » : dites de quelle organisation, « {said} (Région …) », ou donnez la "
                "collectivité dans la feuille « Stratégie ».",
            )
            return None
        exact = Service.objects.filter(organisation=owner)
        found = exact.filter(name=name).first() or exact.filter(name__unaccent__iexact=name).first()
        if found:
            return found
        row = Record(record.table, record.sheet, record.row, {}, {"name": record.place(column)})
        return self.loading.put(Service, {"organisation": owner, "name": name}, row, {})

    # --- People

    def person(self, said: str, record: Record, column: str) -> User | None:
        """By address, « Name <address> » or name. A new address opens an account without password.

        A name without account cannot be written to: it is asked about, and left out.
        """
        if said not in self._people:
            self._people[said] = self._person(said, record, column)
        found = self._people[said]
        if found is None and "@" not in said:
            self.loading.remarks.ask(
                record.place(column),
                f"« {said} » n'a pas de compte : la case restera vide. Pour créer le compte, "
                f"écrivez « {said} <adresse@exemple.fr> ».",
            )
        return found

    def referent(self, said: str, record: Record, column: str, present: User | None) -> User | None:
        """Who is to lead: somebody of the Region, or whoever does already, as `present`."""
        found = self.person(said, record, column)
        if found is None or found == present or found.is_regional:
            return found
        why = "est fermé" if not found.is_active else "est celui d'un contributeur"
        self.loading.remarks.error(
            record.place(column),
            f"Le compte de « {found} » {why} : un·e référent·e est une personne de la Région, dont "
            "le compte est ouvert.",
        )
        return present

    def _person(self, said: str, record: Record, column: str) -> User | None:
        match = _PERSON.fullmatch(said)
        address = (match["email"] if match else said).strip().lower()
        if "@" not in address:
            named = list(User.objects.filter(full_name__unaccent__iexact=said)[:2])
            return named[0] if len(named) == 1 else None
        try:
            validate_email(address)
        except ValidationError:
            self.loading.remarks.error(
                record.place(column),
                f"« {address} » n'est pas une adresse électronique : « nom@exemple.fr » est "
                "attendu.",
            )
            return None
        if known := User.objects.filter(email=address).first():
            return known
        name = (match and match["name"]) or address.partition("@")[0].replace(".", " ").title()
        row = Record(record.table, record.sheet, record.row, {}, {"email": record.place(column)})
        return self.loading.put(
            User, {"email": address}, row, {}, first={"full_name": name, "password": "!"}
        )

    # --- Territories

    @cached_property
    def _epci(self) -> dict[str, list[Epci]]:
        """EPCI by SIREN and by folded name, with and without their type."""
        found: dict[str, list[Epci]] = {}
        for one in Epci.objects.order_by("name"):
            names = {folded(one.name), folded(one.short_name)}
            names |= {_LEADING_TYPE.sub("", name) for name in names}
            for name in {one.siren, *names} - {""}:
                found.setdefault(name, []).append(one)
        return found

    def epci(self, said: str, record: Record, column: str) -> Epci | None:
        """The EPCI of that SIREN, name or short name; None, with the nearest names, if unknown."""
        siren = re.match(r"\d{3}\s?\d{3}\s?\d{3}(?!\d)", said)
        name = folded(said)
        keys = [re.sub(r"\s", "", siren[0])] if siren else [name, _LEADING_TYPE.sub("", name)]
        found: list[Epci] = next((self._epci[key] for key in keys if key in self._epci), [])
        home = self.loading.strategy.region_id
        found = [one for one in found if one.region_code == home] or found
        found = [one for one in found if one.valid_until is None] or found
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{one.siren} {one.name}" for one in found)
            message = f"« {said} » peut être plusieurs EPCI : écrivez le SIREN du bon ({choices})."
        else:
            near = self._near(name)
            hint = f" Vouliez-vous dire « {near} » ?" if near else " Écrivez son SIREN."
            message = f"« {said} » n'est pas un EPCI connu.{hint}"
        self.loading.remarks.error(record.place(column), message)
        return None

    def _near(self, name: str) -> str:
        home = {
            key: one
            for key, all_of in self._epci.items()
            for one in all_of
            if one.region_code == self.loading.strategy.region_id
        }
        near = get_close_matches(_LEADING_TYPE.sub("", name), home, n=1, cutoff=0.7)
        return home[near[0]].name if near else ""


def region_named(said: str, known: list[dict[str, Any]]) -> Region | dict[str, Any] | None:
    """A region that is there, else what the shipped files know of it, else None."""
    name = re.sub(r"^(region|conseil regional)( (de la|de l|des|du|de|d))? ", "", folded(said))
    for region in Region.objects.all():
        if name in (folded(region.name), region.code.lower()):
            return region
    return next((one for one in known if name in (folded(one["name"]), one["code"])), None)
