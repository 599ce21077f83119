"""The sheet « Personnes »: accounts, and what each may do."""

from collections.abc import Iterable, Iterator
from typing import Any

from actors.models import Role, User
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.actors import cited_people
from proposals.exchange.tables.base import Cells, Exchanged, each, label, service_cell
from proposals.models import Strategy
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

ROLE_WORDS = {
    "contributrice": Role.CONTRIBUTOR,
    "agente": Role.OFFICER,
    "coordinateur": Role.COORDINATOR,
    "coordinatrice": Role.COORDINATOR,
    "administrateur": Role.ADMINISTRATOR,
    "administratrice": Role.ADMINISTRATOR,
}
PEOPLE = Table(
    key="personnes",
    label="Personnes",
    also=("Comptes", "Agents", "Référents", "Contributeurs"),
    about="Les comptes. Un compte créé ici n'a pas de mot de passe : la personne se connecte une "
    "fois invitée, depuis la liste des comptes.",
    columns=(
        Column(
            key="email",
            label="Adresse électronique",
            also=("Adresse", "Courriel", "Email", "E-mail"),
            read=values.email,
            required=True,
            example="camille.martin@example.org",
            width=34,
        ),
        Column(
            key="full_name",
            label="Nom complet",
            also=("Nom", "Prénom et nom"),
            read=values.text,
            required=True,
            width=28,
        ),
        Column(
            key="service",
            label="Service",
            also=("Direction", "Direction ou service"),
            read=values.text,
            width=40,
        ),
        Column(
            key="role",
            label="Rôle",
            also=("Droits", "Profil"),
            read=values.choice(dict(Role.choices), ROLE_WORDS),
            labels=dict(Role.choices),
            help="Vide : inchangé, agent de la Région pour un nouveau compte.",
            width=34,
        ),
        Column(
            key="organisation",
            label="Organisme partenaire",
            also=("Organisme", "Organisation", "Structure"),
            read=values.text,
            help="Pour un contributeur, et pour lui seul. Inconnu, il est créé.",
            width=36,
        ),
    ),
)


# The columns that say what somebody may do.
RIGHTS = ("role", "organisation")


def load_person(loading: Loading, names: Names, record: Record) -> User | None:
    """An account; a new one has no password, and is an officer's unless the file says more."""
    said: dict[str, Any] = {"full_name": record.get("full_name")}
    finders: dict[str, Any] = {"service": names.service, "organisation": names.organisation}
    for key, find in finders.items():
        if key in record and key not in record.faulty:
            cell = record.get(key)
            said[key] = find(cell, record, key) if cell else None
            if cell and said[key] is None:
                record.faulty.add(key)  # which of several it is was asked
    if record.faulty:
        return None
    known = User.objects.filter(email=record.get("email")).first()
    if role := record.get("role"):
        said["role"] = role
        if not _may_become(loading, record, known, role):
            return None
    return loading.put(
        User, {"email": record.get("email")}, record, said, first={"password": NO_PASSWORD}
    )


def _may_become(loading: Loading, record: Record, known: User | None, role: str) -> bool:
    """Whether the file may give that role; rights that it gives are to be agreed to."""
    if known and known.role == role:
        return True
    if known and known == loading.author:
        loading.remarks.error(
            record.place("role"),
            "Personne ne change son propre rôle : demandez-le à un autre administrateur.",
        )
        return False
    if known and known.is_superuser:
        loading.demotions.append(record.place("role"))
    if role in (Role.COORDINATOR, Role.ADMINISTRATOR):
        loading.remarks.ask(
            record.place("role"),
            f"{record.get('full_name')} aura le rôle « {Role(role).label} ».",
        )
    return True


def keep_an_administrator(loading: Loading) -> None:
    """Refuse, once all is loaded, what leaves nobody to administer."""
    if loading.demotions and not User.objects.administrators().exists():
        loading.remarks.error(
            loading.demotions[-1],
            "Il ne resterait plus aucun administrateur : donnez d'abord ce rôle à quelqu'un "
            "d'autre.",
        )


# Django's mark of a password that nothing matches.
NO_PASSWORD = "!"


def person_rows(people: Iterable[User], strategy: Strategy | None) -> Iterator[Cells]:
    for one in people:
        yield {
            "email": one.email,
            "full_name": one.full_name,
            "service": service_cell(one.service, strategy),
            "role": label(Role, one.role),
            "organisation": one.organisation.name if one.organisation else "",
        }


EXCHANGED = (
    Exchanged(
        table=PEOPLE,
        load=each(load_person),
        rows=lambda strategy: person_rows(
            cited_people(strategy).select_related("service__organisation", "organisation"),
            strategy,
        ),
        in_model=True,
    ),
)
