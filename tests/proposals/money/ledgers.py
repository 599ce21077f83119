"""Random ledgers that are sound, and the sums of money of them, computed one row after another."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from proposals.models import Movement, Stage
from proposals.money import By, Sums
from tests import factories as make
from tests.factories import noon

K = Movement.Kind
FIRST = date(2018, 11, 5)
DAYS = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
CENTS = st.integers(1, 999).map(lambda n: Decimal(n) / 100)
# What later, small movements can never exhaust: any ledger drawn adds up.
GROUND = ((K.AFFECTATION, "2000.37"), (K.COMMITMENT, "1000.21"), (K.PAYMENT, "500.03"))


@dataclass(frozen=True)
class Fact:
    """A movement: of which authorisation, and of which action (None: of none), by rank."""

    of: int
    action: int | None
    kind: str
    day: date
    exercise: int
    amount: Decimal
    late: int
    """Days after which it was recorded."""


@st.composite
def ledgers(draw, authorisations=3, actions=4):
    """Facts: each authorisation has its vote and a ground for some actions, then anything."""
    found = []
    for of in range(authorisations):
        found.append(Fact(of, None, K.VOTE, FIRST, 2018, Decimal("50000.99"), draw(late())))
        for action in sorted(draw(st.sets(st.integers(0, actions - 1)))):
            for kind, amount in GROUND:
                found.append(Fact(of, action, kind, FIRST, 2018, Decimal(amount), draw(late())))
    pairs = sorted({(one.of, one.action) for one in found}, key=str)
    for _ in range(draw(st.integers(0, 25))):
        of, action = draw(st.sampled_from(pairs))
        kinds = [k for k in K if (k in Movement.OF_AUTHORISATION) == (action is None)]
        day = draw(DAYS)
        exercise = day.year - (day.month == 1 and draw(st.booleans()))
        kind, amount = draw(st.sampled_from(kinds)), draw(CENTS)
        found.append(Fact(of, action, kind, day, exercise, amount, draw(late())))
    return found


def late():
    """Mostly recorded at once."""
    return st.sampled_from([0, 0, 0, 3, 200])


class World:
    """A strategy with four actions below three proposals of two axes; the last is not published."""

    def __init__(self):
        strategy = self.strategy = make.StrategyFactory()
        axes = [make.AxisFactory(strategy=strategy, number=n) for n in (1, 2)]
        self.proposals = [
            make.ProposalFactory(strategy=strategy, axis=axis, number=n)
            for n, axis in enumerate([*axes, axes[1]], start=1)
        ]
        below = [self.proposals[n] for n in (0, 1, 1, 2)]
        self.actions = [
            make.ActionFactory(proposal=proposal, published=n < 3)
            for n, proposal in enumerate(below)
        ]
        self.programmes = [make.ProgrammeFactory(strategy=strategy) for _ in range(2)]
        self.authorisations = [
            make.AuthorisationFactory(
                programme=self.programmes[n % 2], nature=("AE", "AP")[n // 2], vintage=2018 + n % 2
            )
            for n in range(3)
        ]

    def record(self, ledger):
        """Write a ledger, and another one aside that counts for nothing here."""
        rows = [
            Movement(
                authorisation=self.authorisations[one.of],
                action=None if one.action is None else self.actions[one.action],
                kind=one.kind,
                date=one.day,
                exercise=one.exercise,
                amount=one.amount,
                recorded_at=noon(one.day + timedelta(days=one.late)),
            )
            for one in ledger
        ]
        Movement.objects.record(rows)
        make.MovementFactory(authorisation=make.AuthorisationFactory())

    def known(self, ledger, moment):
        """Those that count at a moment, with the action that its reader may know of."""
        for one in ledger:
            if one.day > moment.day:
                continue
            if moment.known_at and noon(one.day + timedelta(days=one.late)) > moment.known_at:
                continue
            action = None if one.action is None else self.actions[one.action]
            if action and not (moment.embargoed or action.published):
                action = None
            yield one, action

    def key(self, by, one, action):
        authorisation = self.authorisations[one.of]
        return {
            By.ACTION: action and action.pk,
            By.PROPOSAL: action and action.proposal_id,
            By.AXIS: action and action.proposal.axis_id,
            By.AUTHORISATION: authorisation.pk,
            By.PROGRAMME: authorisation.programme_id,
            By.VINTAGE: authorisation.vintage,
            By.EXERCISE: one.exercise,
            By.NATURE: authorisation.nature,
        }[by]


ADDS = {
    "vote": (Stage.VOTED, 1),
    "report_entrant": (Stage.VOTED, 1),
    "report_sortant": (Stage.VOTED, -1),
    "caducite": (Stage.VOTED, -1),
    "annulation": (Stage.VOTED, -1),
    "affectation": (Stage.AFFECTED, 1),
    "desaffectation": (Stage.AFFECTED, -1),
    "engagement": (Stage.COMMITTED, 1),
    "desengagement": (Stage.COMMITTED, -1),
    "mandat": (Stage.PAID, 1),
    "annulation_mandat": (Stage.PAID, -1),
    "reversement": (Stage.PAID, -1),
}


def added(facts):
    """The sums of some facts."""
    found = dict.fromkeys(Stage, Decimal(0))
    for one in facts:
        stage, sign = ADDS[one.kind]
        found[stage] += sign * one.amount
    return Sums(*found.values())


def grouped(pairs):
    """{key: sums} of (key, fact)."""
    by_key = {}
    for key, one in pairs:
        by_key.setdefault(key, []).append(one)
    return {key: added(facts) for key, facts in by_key.items()}
