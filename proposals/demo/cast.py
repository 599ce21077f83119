"""Who plays in the demonstration: accounts, services, organisations, territories, tags.

Nothing that exists is changed: a visitor of a demonstration may have edited it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from actors.loading import put
from actors.models import Absence, Epci, Organisation, Role, Service, User
from proposals.models import Tag
from sress.clock import PARIS

PASSWORD = "demonstration"
OPENED_AT = datetime(2018, 7, 2, 9, tzinfo=PARIS)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone that the story names, by the name that it uses."""

    organisations: dict[str, Organisation]
    services: dict[str, Service]
    accounts: dict[str, User]
    territories: dict[str, Epci]
    tags: dict[str, Tag]

    @property
    def coordinators(self) -> list[User]:
        return [one for one in self.accounts.values() if one.role == Role.COORDINATOR]

    def organisation(self, name: str) -> Organisation:
        """An organisation by its label in the files, or an EPCI by its name in `cadre.toml`."""
        return self.territories.get(name) or self.organisations[name]


def gather(facts: Mapping[str, Any], institutions: Mapping[str, Organisation]) -> Cast:
    """Find or create everyone that `cadre.toml` presents, beside the institutions."""
    organisations = dict(institutions)
    invented = facts["invented"]
    structures = [{**invented["common"], **one} for one in invented["structures"]]
    for one in [*facts["organisations"], *structures]:
        key = {"name": one["name"], "kind": one["kind"]}
        organisations[one.get("short_name") or one["name"]] = put(Organisation, key, first=one)
    services = {one["name"]: _service(one, organisations) for one in facts["services"]}
    accounts = _accounts(facts["accounts"], services, organisations)
    for one in facts["absences"]:
        deputy = accounts[one["deputy"]]
        key = {"user": accounts[one["user"]], "starts_on": one["from"]}
        put(Absence, key, first={"deputy": deputy, "ends_on": one["until"]})
    sirens = facts["territories"]
    known = {one.siren: one for one in Epci.objects.filter(siren__in=sirens.values())}
    return Cast(
        organisations=organisations,
        services=services,
        accounts=accounts,
        territories={name: known[siren] for name, siren in sirens.items()},
        tags={
            one["slug"]: put(Tag, {"slug": one["slug"]}, first={"name": one["name"]})
            for one in facts["tags"]
        },
    )


def _service(one: Mapping[str, str], organisations: Mapping[str, Organisation]) -> Service:
    """A service, with a public address where the reference data give none."""
    key = {"organisation": organisations[one["organisation"]], "name": one["name"]}
    service = put(Service, key)
    if not service.public_email:
        service.public_email = one["public_email"]
        service.save(update_fields=["public_email"])
    return service


def _accounts(
    told: list[dict[str, Any]],
    services: Mapping[str, Service],
    organisations: Mapping[str, Organisation],
) -> dict[str, User]:
    """The accounts. Their password is public: outside of demonstration mode they have none."""
    accounts = {one.email: one for one in User.objects.filter(email__in=[t["email"] for t in told])}
    missing = [one for one in told if one["email"] not in accounts]
    without = [one for one in accounts.values() if not one.has_usable_password()]
    if not missing and not (without and settings.SRESS_DEMO):
        return accounts
    password = make_password(PASSWORD if settings.SRESS_DEMO else None)  # slow by design
    for user in without:
        user.password = password
        user.save(update_fields=["password"])
    for one in missing:
        organisation = one.get("organisation")
        accounts[one["email"]] = User.objects.create(
            email=one["email"],
            full_name=one["full_name"],
            role=one.get("role", Role.OFFICER),
            service=services[one["service"]] if "service" in one else None,
            organisation=organisations[organisation] if organisation else None,
            date_joined=OPENED_AT,
            password=password,
        )
    return accounts
