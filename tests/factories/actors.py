"""People, organisations and territories."""

from datetime import date

import factory
from factory import LazyAttribute, Sequence, SubFactory

from actors import models as actors
from tests.factories.base import Factory, luhn


class OrganisationFactory(Factory):
    class Meta:
        model = actors.Organisation

    name = Sequence(lambda n: f"Coopérative des Trois Rivières {n}")
    kind = actors.Organisation.Kind.STRUCTURE
    website = "https://cooperative.example.org/"
    public_email = "contact@cooperative.example.org"

    class Params:
        association = factory.Trait(
            name=Sequence(lambda n: f"Association Les Jardins partagés {n}"),
            legal_family=actors.Organisation.LegalFamily.ASSOCIATION,
            rna=Sequence(lambda n: f"W45{n:07}"),
        )
        registered = factory.Trait(
            siren=Sequence(lambda n: luhn(f"{81000000 + n}")),
            siret=LazyAttribute(lambda o: luhn(f"{o.siren}0001")),
        )


class RegionalCouncilFactory(OrganisationFactory):
    name = "Région Centre-Val de Loire"
    kind = actors.Organisation.Kind.REGION
    siren = Sequence(lambda n: luhn(f"{23000000 + n}"))


class ServiceFactory(Factory):
    class Meta:
        model = actors.Service

    organisation = SubFactory(RegionalCouncilFactory)
    name = Sequence(lambda n: f"Direction de l'économie sociale et solidaire {n}")
    public_email = "ess@region.example.org"
    public_phone = "02 38 00 00 00"


class RegionFactory(Factory):
    class Meta:
        model = actors.Region
        django_get_or_create = ("code",)

    code = "24"
    name = "Centre-Val de Loire"
    departements = ["18", "28", "36", "37", "41", "45"]


class EpciFactory(Factory):
    class Meta:
        model = actors.Epci

    name = Sequence(lambda n: f"Communauté de communes du Val {n}")
    kind = actors.Organisation.Kind.EPCI
    siren = Sequence(lambda n: luhn(f"{20000000 + n}"))
    type = actors.Epci.Type.COMMUNES
    region_code = "24"
    departements = ["45"]
    population = 25_340


class CommuneFactory(Factory):
    class Meta:
        model = actors.Commune

    code = Sequence(lambda n: f"45{n % 1000:03}")
    name = Sequence(lambda n: f"Saint-Aignan-{n}")
    departement = "45"
    region_code = "24"


class ContourFactory(Factory):
    class Meta:
        model = actors.Contour

    epci = SubFactory(EpciFactory)
    geometry = {"type": "Point", "coordinates": [1.9, 47.9]}


class MembershipFactory(Factory):
    class Meta:
        model = actors.Membership

    commune = SubFactory(CommuneFactory)
    epci = SubFactory(EpciFactory)


class UserFactory(Factory):
    class Meta:
        model = actors.User

    email = Sequence(lambda n: f"agent-{n}@region.example.org")
    full_name = Sequence(lambda n: f"Dominique Martin {n}")
    service = SubFactory(ServiceFactory)
    password = factory.django.Password("une phrase de passe")


class ContributorFactory(UserFactory):
    """Somebody of a partner organisation."""

    email = Sequence(lambda n: f"contributrice-{n}@structure.example.org")
    role = actors.Role.CONTRIBUTOR
    service = None
    organisation = SubFactory(OrganisationFactory)


class CoordinatorFactory(UserFactory):
    """Who coordinates no strategy yet: `strategy.coordinators.add(…)`."""

    email = Sequence(lambda n: f"coordination-{n}@region.example.org")
    role = actors.Role.COORDINATOR


class AbsenceFactory(Factory):
    class Meta:
        model = actors.Absence

    user = SubFactory(UserFactory)
    deputy = SubFactory(UserFactory)
    starts_on = date(2019, 11, 1)
    ends_on = date(2019, 11, 30)


class AccountEventFactory(Factory):
    class Meta:
        model = actors.AccountEvent

    user = SubFactory(UserFactory)
    what = actors.AccountEvent.What.INVITED
    by = SubFactory(UserFactory)
