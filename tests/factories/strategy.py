"""What was voted, its acts, and its actions."""

from datetime import date

import factory
from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory

from proposals import models as proposals
from tests.factories.actors import EpciFactory, OrganisationFactory, RegionFactory
from tests.factories.base import Agreed, Factory, noon


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
