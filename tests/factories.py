"""Rows for tests: consistent by construction, published, with French-looking values."""

from datetime import date, datetime, time
from typing import Any

import factory
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from actors import models as actors
from proposals import models as proposals
from proposals.models.progress import Motive, Status
from sress.clock import PARIS

PROGRESS_OF = {
    Status.UPCOMING: 0,
    Status.SCOPING: 25,
    Status.ONGOING: 50,
    Status.DIFFICULTY: 50,
    Status.SUSPENDED: 25,
    Status.DELIVERED: 100,
    Status.DROPPED: 25,
}


def noon(day: date) -> datetime:
    """When what was done that day is recorded, unless a test says otherwise."""
    return datetime.combine(day, time(12), tzinfo=PARIS)


def luhn(number: str) -> str:
    """The number followed by its key: SIREN and SIRET check theirs so."""
    total = 0
    for rank, figure in enumerate(reversed(number)):
        value = int(figure) * (2 if rank % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


class Agreed(SubFactory):
    """The strategy (or action) of a parent that is given, else a new one.

    A parent that is not given is made with it in its turn, so that all of them agree.
    """

    def __init__(self, made_by: Any, *parents: str) -> None:
        super().__init__(made_by)
        self.parents = [parent.split(".") for parent in parents]

    def evaluate(self, instance: Any, step: Any, extra: dict[str, Any]) -> Any:
        arguments = step.builder.extras
        for parent, attribute in self.parents:
            if arguments.get(parent):
                return getattr(arguments[parent], attribute)
            if arguments.get(f"{parent}__{attribute}"):
                return arguments[f"{parent}__{attribute}"]
        return super().evaluate(instance, step, extra)


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


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


class StrategyFactory(Factory):
    class Meta:
        model = proposals.Strategy

    region = SubFactory(RegionFactory)
    slug = Sequence(lambda n: f"strategie-{n}")
    title = "Stratégie régionale de l'économie sociale et solidaire 2018–2021"
    short_title = "SRESS 2018–2021"
    period_start = 2018
    period_end = 2021
    adopted_on = date(2018, 6, 28)
    target_date = date(2021, 12, 31)
    published = True


class AxisFactory(Factory):
    class Meta:
        model = proposals.Axis

    strategy = SubFactory(StrategyFactory)
    number = Sequence(lambda n: n + 1)
    title = "Favoriser l'émergence et le développement des entreprises de l'ESS"


class FamilyFactory(Factory):
    class Meta:
        model = proposals.Family

    strategy = SubFactory(StrategyFactory)
    slug = Sequence(lambda n: f"financement-{n}")
    name = "Financement"


class TagFactory(Factory):
    class Meta:
        model = proposals.Tag

    slug = Sequence(lambda n: f"environnement-{n}")
    name = "Environnement"


class SchemeFactory(Factory):
    class Meta:
        model = proposals.Scheme

    name = Sequence(lambda n: f"Contrat d'appui aux projets associatifs {n}")
    short_name = "CAP ASSO"
    url = "https://dispositifs.example.org/cap-asso"


class ContributionFactory(Factory):
    class Meta:
        model = proposals.Contribution

    strategy = Agreed(StrategyFactory, "family.strategy")
    family = SubFactory(FamilyFactory, strategy=SelfAttribute("..strategy"))
    organisation = SubFactory(OrganisationFactory, name="CRESS Centre-Val de Loire")
    title = Sequence(lambda n: f"Créer un fonds d'amorçage régional {n}")


class ProposalFactory(Factory):
    class Meta:
        model = proposals.Proposal

    strategy = Agreed(StrategyFactory, "axis.strategy")
    axis = SubFactory(AxisFactory, strategy=SelfAttribute("..strategy"))
    number = Sequence(lambda n: n + 1)
    title = "Renforcer l'accompagnement des porteurs de projets"


class ProposalSchemeFactory(Factory):
    class Meta:
        model = proposals.ProposalScheme

    proposal = SubFactory(ProposalFactory)
    scheme = SubFactory(SchemeFactory)
    link = proposals.ProposalScheme.Link.REINFORCES


class ActFactory(Factory):
    class Meta:
        model = proposals.Act

    strategy = SubFactory(StrategyFactory)
    kind = proposals.Act.Kind.DELIBERATION
    body = proposals.Act.Body.PLENARY
    subject = proposals.Act.Subject.ACTIONS
    date = date(2018, 6, 28)
    reference = Sequence(lambda n: f"DAP n° 18.02.{n:02}")
    title = "Adoption des actions prioritaires"
    outcome = proposals.Act.Outcome.ADOPTED


class EventFactory(Factory):
    class Meta:
        model = proposals.Event

    strategy = SubFactory(StrategyFactory)
    kind = proposals.Event.Kind.CONFERENCE
    date = date(2018, 10, 2)
    place = "Orléans"
    title = Sequence(lambda n: f"Conférence régionale de l'ESS {n}")


class ConventionFactory(Factory):
    class Meta:
        model = proposals.Convention

    strategy = SubFactory(StrategyFactory)
    kind = proposals.Convention.Kind.EPCI
    partner = SubFactory(EpciFactory)
    title = "Convention de partenariat économique"
    reference = Sequence(lambda n: f"CONV-2018-{n}")
    signed_on = date(2018, 9, 14)
    ends_on = date(2021, 12, 31)


class AmendmentFactory(Factory):
    class Meta:
        model = proposals.Amendment

    convention = SubFactory(ConventionFactory)
    number = Sequence(lambda n: n + 1)
    signed_on = date(2019, 9, 14)
    subject = "Prolongation d'un an"
    ends_on = date(2022, 12, 31)


class SeriesFactory(Factory):
    class Meta:
        model = proposals.Series

    strategy = SubFactory(StrategyFactory)
    name = Sequence(lambda n: f"Mois de l'ESS {n}")


class ActionFactory(Factory):
    class Meta:
        model = proposals.Action

    strategy = Agreed(StrategyFactory, "proposal.strategy", "proposal__axis.strategy")
    proposal = SubFactory(ProposalFactory, strategy=SelfAttribute("..strategy"))
    code = factory.LazyAttributeSequence(lambda o, n: f"{o.proposal.number}.{n + 1}")
    year = 2019
    title = "Ouvrir un guichet unique de l'ESS dans chaque département"
    exists_from = date(2019, 1, 1)
    start_date = date(2019, 1, 1)
    initial_due_date = date(2019, 12, 31)
    recorded_at = LazyAttribute(lambda o: noon(o.exists_from))
    published = True


class MilestoneFactory(Factory):
    class Meta:
        model = proposals.Milestone

    action = SubFactory(ActionFactory)
    title = Sequence(lambda n: f"Comité de lancement {n}")
    initial_due_date = date(2019, 6, 30)
    exists_from = SelfAttribute("action.exists_from")
    recorded_at = LazyAttribute(lambda o: noon(o.exists_from))


class PartnershipFactory(Factory):
    class Meta:
        model = proposals.Partnership

    action = SubFactory(ActionFactory)
    organisation = SubFactory(OrganisationFactory)
    role = proposals.Partnership.Role.OPERATOR


class TerritoryFactory(Factory):
    class Meta:
        model = proposals.Territory

    action = SubFactory(ActionFactory)
    epci = SubFactory(EpciFactory)


class ProgressReportFactory(Factory):
    """What goes with a status, a revised date or a retraction is filled in."""

    class Meta:
        model = proposals.ProgressReport

    action = Agreed(ActionFactory, "supersedes.action")
    author = SubFactory(UserFactory)
    reported_on = date(2019, 3, 1)
    recorded_at = LazyAttribute(lambda o: noon(o.reported_on))
    is_retraction = False
    status = LazyAttribute(lambda o: "" if o.is_retraction else Status.ONGOING)
    progress = LazyAttribute(lambda o: None if o.is_retraction else PROGRESS_OF[o.status])
    text = "Le guichet est ouvert à Bourges et à Chartres."
    revised_due_date = None
    revision_motive = LazyAttribute(lambda o: "Marché infructueux" if o.revised_due_date else "")
    difficulty_motive = LazyAttribute(
        lambda o: Motive.FUNDING if o.status == Status.DIFFICULTY else ""
    )
    decision = LazyAttribute(
        lambda o: "CPR du 5 avril 2019, n° 19.03" if o.status == Status.DROPPED else ""
    )


class MilestoneUpdateFactory(Factory):
    class Meta:
        model = proposals.MilestoneUpdate

    class Params:
        action = Agreed(ActionFactory, "report.action", "milestone.action")

    report = SubFactory(ProgressReportFactory, action=SelfAttribute("..action"))
    milestone = SubFactory(MilestoneFactory, action=SelfAttribute("..action"))
    reached = True


class ProgressReportDraftFactory(Factory):
    class Meta:
        model = proposals.ProgressReportDraft

    action = SubFactory(ActionFactory)
    author = SubFactory(UserFactory)
    reported_on = date(2019, 3, 1)
    status = Status.ONGOING
    progress = 50
    text = "À compléter après le comité."


class AttachmentFactory(Factory):
    """A file of a draft, unless `report` is given; its content is written with it."""

    class Meta:
        model = proposals.Attachment

    draft = SubFactory(ProgressReportDraftFactory)
    name = "convention.pdf"
    content_type = "application/pdf"
    size = 9
    sha256 = Sequence(lambda n: f"{n:064x}")
    content = factory.RelatedFactory(
        "tests.factories.AttachmentContentFactory", factory_related_name="attachment"
    )


class AttachmentContentFactory(Factory):
    class Meta:
        model = proposals.AttachmentContent

    attachment = SubFactory(AttachmentFactory, content=None)
    data = b"%PDF-1.7\n"


def attached(report: proposals.ProgressReport, **facts: Any) -> proposals.Attachment:
    """An attachment of a report that is written in this very transaction."""
    return AttachmentFactory(report=report, draft=None, **facts)


class HandoverFactory(Factory):
    class Meta:
        model = proposals.Handover

    action = SubFactory(ActionFactory)
    given_by = SubFactory(UserFactory)
    given_to = SubFactory(UserFactory)
    word = "Le comité est le 12."
    given_at = noon(date(2019, 11, 14))


class StrategyFileFactory(Factory):
    class Meta:
        model = proposals.StrategyFile

    name = "suivi.csv"
    content = b"Axe;Proposition;Titre de l'action\n"
    fingerprint = "0" * 64
    target = SubFactory(StrategyFactory)
    author = SubFactory(UserFactory)


class RectificationFactory(Factory):
    """The row alone, as if the weight had been 2: `Rectification.objects.apply` changes it too."""

    class Meta:
        model = proposals.Rectification

    action = SubFactory(ActionFactory)
    field = "weight"
    old_value = "2.00"
    new_value = "1.00"
    motive = "Erreur de saisie au vote"
    author = SubFactory(UserFactory)
    recorded_at = LazyAttribute(lambda o: noon(date(2019, 2, 1)))
