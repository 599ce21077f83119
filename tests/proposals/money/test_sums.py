"""Sums of money against plain Python over random ledgers, to the cent."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals import money
from proposals.models import Grant, Rectification
from proposals.money import By, Elsewhere, Sums
from proposals.state import Moment
from sress.money import apportion
from tests import factories as make
from tests.factories import noon
from tests.proposals.money.ledgers import CENTS, DAYS, K, World, grouped, late, ledgers

pytestmark = pytest.mark.django_db

CENT = Decimal("0.01")


@st.composite
def moments(draw):
    day = draw(DAYS)
    known_at = draw(st.none() | DAYS.map(noon))
    return Moment(day, known_at, embargoed=draw(st.booleans()))


class TestLedger(TestCase):
    """By every key and every pair of keys."""

    @settings(max_examples=60, deadline=None)
    @given(ledgers(), moments())
    def test_breakdowns_are_those_of_plain_python(self, ledger, moment):
        world = World()
        world.record(ledger)
        facts = list(world.known(ledger, moment))
        whole = grouped((None, one) for one, _ in facts).get(None, Sums())
        assert money.total(moment, world.strategy) == whole
        for by in By:
            plain = grouped((world.key(by, *fact), fact[0]) for fact in facts)
            assert money.breakdown(moment, world.strategy, by) == plain
            assert Sums.total(plain.values()) == whole

    @settings(max_examples=40, deadline=None)
    @given(ledgers(), moments(), st.permutations(list(By)))
    def test_pairs_of_keys_add_up_to_each_of_them(self, ledger, moment, keys):
        world = World()
        world.record(ledger)
        facts = list(world.known(ledger, moment))
        one, other = keys[:2]
        pairs = money.breakdown(moment, world.strategy, one, other)
        assert pairs == grouped(
            ((world.key(one, *fact), world.key(other, *fact)), fact[0]) for fact in facts
        )
        for rank, by in enumerate((one, other)):
            assert money.regrouped(pairs, rank) == money.breakdown(moment, world.strategy, by)
        for (value, within), sums in pairs.items():
            only = {by: key for by, key in ((one, value), (other, within)) if key is not None}
            if len(only) == 2:
                assert money.total(moment, world.strategy, only) == sums

    @settings(max_examples=40, deadline=None)
    @given(ledgers(), moments())
    def test_movements_that_are_listed_are_those_that_count(self, ledger, moment):
        world = World()
        world.record(ledger)
        listed = money.movements(moment, world.strategy)
        counted = [
            one
            for one, action in world.known(ledger, moment)
            if action is not None or one.action is None
        ]
        assert listed.count() == len(counted)
        assert money.of(listed) == grouped((None, one) for one in counted).get(None, Sums())

    @settings(max_examples=40, deadline=None)
    @given(ledgers(), st.data())
    def test_parts_by_territory_add_up_to_the_whole(self, ledger, data):
        world = World()
        world.record(ledger)
        served = {action.pk: self.serve(action, data.draw(self.SHARES)) for action in world.actions}
        moment = Moment(date(2021, 1, 1), embargoed=data.draw(st.booleans()))
        by_action = money.breakdown(moment, world.strategy, By.ACTION)
        parts = money.by_territory(by_action, world.strategy)
        assert Sums.total(parts.values()) == money.total(moment, world.strategy)
        expected = defaultdict(Sums)
        for action, sums in by_action.items():
            places = served.get(action, [])
            shares = [share for _, share in places]
            if not places:
                expected[Elsewhere.NOWHERE] += sums
            elif len(places) == 1:
                assert parts[places[0][0]] == sums
            elif None in shares:
                expected[Elsewhere.SEVERAL] += sums
            else:
                for epci, share in places:
                    for stage in ("voted", "affected", "committed", "paid"):
                        exact = Fraction(getattr(sums, stage)) * Fraction(share)
                        assert abs(Fraction(getattr(parts[epci], stage)) - exact) < Fraction(CENT)
        for place in Elsewhere:
            assert parts.get(place, Sums()) == expected[place]

    SHARES = st.sampled_from(
        [
            [],
            [None],
            ["1"],
            [None, None],
            ["0.5", "0.5"],
            ["0.3333", "0.3333", "0.3334"],
            ["0.9998", "0.0001", "0.0001"],
        ]
    )

    @staticmethod
    def serve(action, shares):
        """Territories of its own for each action: (EPCI, share)."""
        given = [share and Decimal(share) for share in shares]
        rows = [make.TerritoryFactory(action=action, share=share) for share in given]
        return [(row.epci_id, share) for row, share in zip(rows, given, strict=True)]


@given(st.decimals(-(10**9), 10**9, places=2), st.lists(st.integers(1, 97), min_size=1, max_size=8))
def test_parts_are_whole_cents_that_sum_to_the_amount(amount, weights):
    whole = 10_000
    shares = [Decimal(weight * whole // sum(weights)) / whole for weight in weights]
    shares[0] += 1 - sum(shares)
    parts = apportion(amount, shares)
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert part == part.quantize(CENT)
        assert abs(part - amount * share) < CENT


def test_the_cents_that_are_left_go_to_who_lost_the_most():
    thirds = [Decimal("0.3333"), Decimal("0.3333"), Decimal("0.3334")]
    assert apportion(Decimal("0.02"), thirds) == [Decimal("0.01"), Decimal(0), Decimal("0.01")]
    halves = [Decimal("0.5"), Decimal("0.5")]
    assert apportion(Decimal("-0.01"), halves) == [Decimal("-0.01"), Decimal(0)]


def test_of_the_past_an_action_counts_with_the_proposal_that_it_had():
    world = World()
    action, to = world.actions[0], world.proposals[2]
    whole = {"authorisation": world.authorisations[0], "date": date(2019, 3, 1)}
    make.MovementFactory(**whole)
    make.MovementFactory(**whole, action=action, kind=K.AFFECTATION)
    before = timezone.now()
    with time_machine.travel(before + timedelta(minutes=1)):
        Rectification.objects.apply(
            action, "proposal", to, author=make.UserFactory(), motive="Erreur de saisie"
        )
    day = date(2019, 12, 31)
    told = [
        money.breakdown(moment, world.strategy, by)
        for moment in (Moment(day, known_at=before), Moment(day))
        for by in (By.PROPOSAL, By.AXIS)
    ]
    keys = [action.proposal_id, action.proposal.axis_id, to.pk, to.axis_id]
    assert [parts[key].affected for parts, key in zip(told, keys, strict=True)] == [1000] * 4


# What a level says, when, and when that was written: the last one counts.
LINES = st.lists(
    st.tuples(
        *(st.integers(0, 3), st.integers(0, 1), st.integers(0, 1)),
        *(DAYS, late(), st.just(Decimal(0)) | CENTS),
    ),
    max_size=14,
)


class TestBeside(TestCase):
    """What is beside the ledger."""

    def levels(self, world, lines, moment):
        """{key: amount} of the lines of readable actions, the last one of each key."""
        found = {}
        ranked = sorted(enumerate(lines), key=lambda one: (one[1][3], self.at(one[1]), one[0]))
        for _, line in ranked:
            action, who, what, day, _, amount = line
            known = moment.known_at is None or self.at(line) <= moment.known_at
            readable = moment.embargoed or world.actions[action].published
            if day <= moment.day and known and readable:
                found[action, who, what] = amount
        return {key: amount for key, amount in found.items() if amount}

    @staticmethod
    def at(line):
        return noon(line[3] + timedelta(days=line[4]))

    @settings(max_examples=60, deadline=None)
    @given(LINES, moments())
    def test_of_other_funders_the_last_line_counts(self, lines, moment):
        world = World()
        who = [make.OrganisationFactory() for _ in range(2)]
        stages = ["prevu", "obtenu"]
        for line in lines:
            action, funder, stage, day, _, amount = line
            make.FundingFactory(
                **{"action": world.actions[action], "funder": who[funder], "date": day},
                **{"stage": stages[stage], "amount": amount, "recorded_at": self.at(line)},
            )
        said = money.declared(moment, world.strategy)
        ranks = {row.pk: rank for rank, row in enumerate((*world.actions, *who))}
        plain = self.levels(world, lines, moment)
        assert {
            (ranks[one.action_id], who.index(one.funder), stages.index(one.stage)): one.amount
            for one in said
        } == plain
        sums = money.Declared.of(said)
        for rank, value in enumerate((sums.expected, sums.granted)):
            assert value == sum(amount for key, amount in plain.items() if key[2] == rank)

    @settings(max_examples=40, deadline=None)
    @given(LINES, moments())
    def test_of_people_the_last_line_counts(self, lines, moment):
        world = World()
        who = [make.OrganisationFactory() for _ in range(2)]
        for line in lines:
            action, provider, year, day, _, quantity = line
            make.HumanMeansFactory(
                **{"action": world.actions[action], "provider": who[provider], "date": day},
                **{"year": 2019 + year, "quantity": quantity, "recorded_at": self.at(line)},
            )
        assert {
            (
                world.actions.index(one.action),
                who.index(one.provider),
                one.year - 2019,
            ): one.quantity
            for one in money.people(moment, world.strategy)
        } == self.levels(world, lines, moment)

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                *(st.integers(0, 1), st.integers(2018, 2020), DAYS, late()),
                *(CENTS, st.booleans()),
            ),
            max_size=10,
        ),
        moments(),
    )
    def test_credits_add_up(self, lines, moment):
        world = World()
        make.CreditLineFactory()
        plain = defaultdict(Decimal)
        for programme, exercise, day, after, amount, taken in lines:
            signed = -amount if taken else amount
            at = noon(day + timedelta(days=after))
            make.CreditLineFactory(
                **{"programme": world.programmes[programme], "exercise": exercise, "kind": "DM"},
                **{"date": day, "amount": signed, "recorded_at": at},
            )
            if day <= moment.day and (moment.known_at is None or at <= moment.known_at):
                plain[world.programmes[programme].pk, exercise] += signed
        assert money.credits(moment, world.strategy) == plain

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                *(st.decimals(-100, 100_000, places=2), st.decimals("0.01", 1, places=6)),
                *(st.booleans(), DAYS, late()),
            ),
            max_size=12,
        ),
        moments(),
    )
    def test_grants_sum_to_what_each_received(self, lines, moment):
        strategy = make.StrategyFactory()
        make.GrantFactory()
        for amount, share, is_person, day, after in lines:
            make.GrantFactory(
                **{"strategy": strategy, "amount": amount, "share": share, "signed_on": day},
                **{"is_person": is_person, "recorded_at": noon(day + timedelta(days=after))},
            )
        counted = [
            one
            for one in Grant.objects.filter(strategy=strategy)
            if one.signed_on <= moment.day
            and (moment.known_at is None or one.recorded_at <= moment.known_at)
        ]
        persons = [one for one in counted if one.is_person]
        assert money.granted(money.grants_at(moment, strategy)) == money.Granted(
            len(counted),
            sum((one.received for one in counted), Decimal(0)),
            len(persons),
            sum((one.received for one in persons), Decimal(0)),
        )


def test_half_a_cent_is_rounded_up():
    grant = make.GrantFactory(amount=Decimal("0.05"), share=Decimal("0.1"))
    assert grant.received == CENT
    assert money.granted(Grant.objects.all()).amount == CENT
