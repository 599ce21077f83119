"""Means: authorisations and their movements, credits, other funders, grants."""

from datetime import date
from decimal import Decimal

from factory import LazyAttribute, SelfAttribute, Sequence, SubFactory

from proposals import models as proposals
from proposals.models import Movement
from tests.factories.actors import OrganisationFactory
from tests.factories.base import Agreed, Factory, luhn, noon
from tests.factories.strategy import ActionFactory, StrategyFactory


class ProgrammeFactory(Factory):
    class Meta:
        model = proposals.Programme

    strategy = SubFactory(StrategyFactory)
    code = Sequence(lambda n: f"P{n:03}")
    title = "Économie sociale et solidaire"


class AuthorisationFactory(Factory):
    class Meta:
        model = proposals.Authorisation

    strategy = Agreed(StrategyFactory, "programme.strategy")
    programme = SubFactory(ProgrammeFactory, strategy=SelfAttribute("..strategy"))
    reference = Sequence(lambda n: f"AE-{n:04}")
    nature = "AE"
    vintage = 2018


class MovementFactory(Factory):
    """A vote, unless it says otherwise. What moves on an action needs room: `voted`."""

    class Meta:
        model = proposals.Movement

    class Params:
        strategy = Agreed(StrategyFactory, "authorisation.strategy", "action.strategy")

    authorisation = SubFactory(AuthorisationFactory, strategy=SelfAttribute("..strategy"))
    kind = Movement.Kind.VOTE
    action = LazyAttribute(
        lambda o: (
            None
            if o.kind in Movement.OF_AUTHORISATION
            else ActionFactory(strategy=o.authorisation.strategy)
        )
    )
    date = date(2018, 10, 12)
    exercise = LazyAttribute(lambda o: o.date.year)
    amount = Decimal("1000.00")
    reference = Sequence(lambda n: f"M-{n:05}")
    motive = LazyAttribute(lambda o: "Erreur de saisie" if o.corrects else "")
    corrects = None
    recorded_at = LazyAttribute(lambda o: noon(o.date))


class CreditLineFactory(Factory):
    class Meta:
        model = proposals.CreditLine

    programme = SubFactory(ProgrammeFactory)
    nature = "AE"
    exercise = 2019
    kind = "BP"
    date = date(2018, 12, 13)
    amount = Decimal("500000.00")
    reference = Sequence(lambda n: f"CP-{n:04}")
    recorded_at = LazyAttribute(lambda o: noon(o.date))


class FundingFactory(Factory):
    class Meta:
        model = proposals.Funding

    action = SubFactory(ActionFactory)
    funder = SubFactory(OrganisationFactory)
    stage = "obtenu"
    date = date(2019, 3, 1)
    amount = Decimal("12000.00")
    recorded_at = LazyAttribute(lambda o: noon(o.date))


class HumanMeansFactory(Factory):
    class Meta:
        model = proposals.HumanMeans

    action = SubFactory(ActionFactory)
    provider = SubFactory(OrganisationFactory)
    kind = "etp"
    year = 2019
    quantity = Decimal("0.50")
    date = date(2019, 3, 1)
    recorded_at = LazyAttribute(lambda o: noon(o.date))


class GrantFactory(Factory):
    class Meta:
        model = proposals.Grant

    strategy = Agreed(StrategyFactory, "action.strategy")
    reference = Sequence(lambda n: f"SUB-{n:05}")
    granting_name = "Région Centre-Val de Loire"
    granting_siret = luhn("2345000230002")
    signed_on = date(2019, 4, 5)
    decision_reference = "CPR 19.04.05"
    is_person = False
    beneficiary_name = LazyAttribute(
        lambda o: "" if o.is_person else "Association Les Jardins partagés"
    )
    beneficiary_rna = LazyAttribute(lambda o: "" if o.is_person else "W452000001")
    purpose = "Fonctionnement du guichet d'appui"
    amount = Decimal("24000.00")
    payment_period = "2019-05-01/2019-12-31"
