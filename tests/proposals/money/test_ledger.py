"""The ledger: what it accepts and refuses, against a plain computation and by example."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals.models import Movement
from sress import refusals
from tests import factories as make
from tests.factories import noon
from tests.proposals.test_guards import at_commit, refused, sql

pytestmark = pytest.mark.django_db

K = Movement.Kind
DAYS = [date(2019, 1, 10) + timedelta(days=n) for n in range(4)]


def euros(text):
    return Decimal(text).quantize(Decimal("0.01"))


def typeset(text):
    """With the spaces that French numbers have."""
    return re.sub(r"(?<=\d) (?=\d{3})", "\u202f", text).replace(" €", "\xa0€")


class Naive:
    """Adds movements up day by day, as one would on paper."""

    BOUNDS = ((K.AFFECTATION, 1, 2), (K.COMMITMENT, 2, 3), (K.PAYMENT, 3, 4))
    EFFECTS = {
        K.VOTE: (1, 1),
        K.LAPSE: (1, -1),
        K.AFFECTATION: (2, 1),
        K.DISAFFECTATION: (2, -1),
        K.COMMITMENT: (3, 1),
        K.DECOMMITMENT: (3, -1),
        K.PAYMENT: (4, 1),
        K.REPAYMENT: (4, -1),
    }

    def __init__(self, movements):
        self.movements = movements

    def at(self, stage, action, day):
        """What a stage has at a day's end; of the whole authorisation for action None."""
        return sum(
            sign * amount
            for kind, of, on, amount in self.movements
            for at, sign in [self.EFFECTS[kind]]
            if at == stage and on <= day and (action is None or of == action)
        )

    def is_sound(self):
        actions = {of for _, of, _, _ in self.movements if of is not None}
        for day in {on for _, _, on, _ in self.movements}:
            if self.at(1, None, day) < 0:
                return False
            for action in actions:
                if any(self.at(stage, action, day) < 0 for stage in (2, 3, 4)):
                    return False
            for kind, of, on, _ in self.movements:
                for adds, bound, stage in self.BOUNDS:
                    if kind != adds or on != day:
                        continue
                    whose = None if stage == 2 else of
                    if self.at(stage, whose, day) > self.at(bound, whose, day):
                        return False
        return True


AMOUNTS = st.sampled_from([euros("0.01"), euros("0.10"), euros(1), euros("99.99"), euros(100)])
MOVES = st.tuples(
    st.sampled_from(list(Naive.EFFECTS)), st.integers(0, 1), st.sampled_from(DAYS), AMOUNTS
)
# Without one, nearly everything random is refused at the first affectation.
SEEDED = st.lists(MOVES, max_size=9).map(
    lambda moves: [
        (K.VOTE, 0, DAYS[0], euros(300)),
        (K.AFFECTATION, 0, DAYS[0], euros(200)),
        (K.COMMITMENT, 0, DAYS[0], euros(150)),
        *moves,
    ]
)


class TestAgainstAPlainComputation(TestCase):
    @settings(max_examples=150, deadline=None)
    @given(SEEDED, st.randoms(use_true_random=False))
    def test_what_is_refused_is_what_does_not_add_up(self, moves, random):
        authorisation = make.AuthorisationFactory()
        actions = [make.ActionFactory(strategy=authorisation.strategy) for _ in range(2)]
        facts = [
            (kind, None if kind in Movement.OF_AUTHORISATION else actions[which], day, amount)
            for kind, which, day, amount in moves
        ]
        rows = [
            Movement(
                authorisation=authorisation,
                kind=kind,
                action=action,
                date=day,
                exercise=day.year,
                amount=amount,
                recorded_at=noon(day),
            )
            for kind, action, day, amount in facts
        ]
        random.shuffle(rows)
        refusal = ""
        try:
            with transaction.atomic():
                Movement.objects.record(rows)
                connection.check_constraints()
        except IntegrityError as error:
            refusal = refusals.message(error)
        assert (refusal == "") == Naive(facts).is_sound()
        assert refusal == "" or "Dépassement de" in refusal or "retire plus" in refusal


@pytest.fixture
def money():
    """An authorisation of 1 000 €, with 800 affected to an action, 500 committed, 300 paid."""
    action = make.ActionFactory(code="12.3")
    authorisation = make.AuthorisationFactory(strategy=action.strategy, reference="AE-2019-07")
    whole = {"authorisation": authorisation}
    of_action = {**whole, "action": action}
    make.MovementFactory(**whole, amount=1000, date=DAYS[0])
    make.MovementFactory(**of_action, kind=K.AFFECTATION, amount=800, date=DAYS[0])
    make.MovementFactory(**of_action, kind=K.COMMITMENT, amount=500, date=DAYS[1])
    paid = make.MovementFactory(**of_action, kind=K.PAYMENT, amount=300, date=DAYS[1])
    at_commit()
    return {"whole": whole, "action": of_action, "paid": paid}


class TestRefusals:
    """By how much, in French."""

    @pytest.mark.parametrize(
        ("kind", "amount", "rule", "text"),
        [
            (
                K.AFFECTATION,
                "200.01",
                "ledger_affected_within_voted",
                "Dépassement de 0,01 € : autorisation AE-2019-07, au 12/01/2019, "
                "l'affecté serait de 1 000,01 €, et le voté est de 1 000,00 €.",
            ),
            (
                K.COMMITMENT,
                "1300",
                "ledger_committed_within_affected",
                "Dépassement de 1 000,00 € : autorisation AE-2019-07, action 12.3, au "
                "12/01/2019, l'engagé serait de 1 800,00 €, et l'affecté est de 800,00 €.",
            ),
            (
                K.PAYMENT,
                "200.50",
                "ledger_paid_within_committed",
                "Dépassement de 0,50 € : autorisation AE-2019-07, action 12.3, au 12/01/2019, "
                "le mandaté serait de 500,50 €, et l'engagé est de 500,00 €.",
            ),
            (
                K.REPAYMENT,
                "300.01",
                "ledger_not_negative",
                "le mandaté serait de -0,01 €",
            ),
        ],
    )
    def test_says_by_how_much(self, kind, amount, rule, text, money):
        with refused(rule, typeset(text)):
            make.MovementFactory(**money["action"], kind=kind, amount=Decimal(amount), date=DAYS[2])

    def test_what_is_left_may_be_used_to_the_cent(self, money):
        for kind, amount in ((K.AFFECTATION, 200), (K.COMMITMENT, 500), (K.PAYMENT, 700)):
            make.MovementFactory(**money["action"], kind=kind, amount=amount, date=DAYS[2])
        at_commit()

    def test_another_action_has_no_room_of_its_own(self, money):
        other = make.ActionFactory(strategy=money["action"]["action"].strategy)
        with refused("ledger_committed_within_affected"):
            make.MovementFactory(**money["whole"], action=other, kind=K.COMMITMENT, date=DAYS[2])

    def test_a_later_decommitment_only_warns(self, money):
        """It leaves less than what is paid, and the next mandat is refused."""
        make.MovementFactory(**money["action"], kind=K.DECOMMITMENT, amount=450, date=DAYS[2])
        at_commit()
        with refused("ledger_paid_within_committed", "250,01"):
            make.MovementFactory(
                **money["action"], kind=K.PAYMENT, amount=Decimal("0.01"), date=DAYS[3]
            )

    def test_a_backdated_decommitment_that_uncovers_a_mandat_is_refused(self, money):
        with refused("ledger_not_negative"):
            make.MovementFactory(**money["action"], kind=K.DECOMMITMENT, date=DAYS[0], amount=1)
        with refused("ledger_paid_within_committed"):
            make.MovementFactory(**money["action"], kind=K.DECOMMITMENT, date=DAYS[1], amount=201)

    def test_a_backdated_mandat_is_bounded_on_its_own_day(self, money):
        with refused("ledger_paid_within_committed"):
            make.MovementFactory(
                **money["action"], kind=K.PAYMENT, amount=1, date=DAYS[0], recorded_at=noon(DAYS[3])
            )

    def test_a_mandat_may_come_before_its_engagement_in_the_same_transaction(self):
        authorisation = make.AuthorisationFactory()
        action = make.ActionFactory(strategy=authorisation.strategy)
        of_action = {"authorisation": authorisation, "action": action, "date": DAYS[0]}
        for kind in (K.PAYMENT, K.COMMITMENT, K.AFFECTATION):
            make.MovementFactory(**of_action, kind=kind)
        make.MovementFactory(authorisation=authorisation, date=DAYS[0])
        at_commit()
        with refused("ledger_paid_within_committed"):
            make.MovementFactory(**of_action, kind=K.PAYMENT)
        with refused("ledger_committed_within_affected"):
            make.MovementFactory(**of_action, kind=K.COMMITMENT)

    def test_cents_are_exact(self, money):
        with transaction.atomic():
            for _ in range(20):
                make.MovementFactory(
                    **money["action"], kind=K.PAYMENT, amount=Decimal("0.10"), date=DAYS[2]
                )
            at_commit()
            total = Movement.objects.filter(kind=K.PAYMENT).values_list("amount", flat=True)
            assert sum(total) == Decimal("302.00")


class TestCorrections:
    def test_take_back_no_more_than_the_movement(self, money):
        correction = {**money["action"], "corrects": money["paid"], "date": DAYS[2]}
        make.MovementFactory(**correction, kind=K.PAYMENT_CANCELLED, amount=200)
        at_commit()
        make.MovementFactory(**correction, kind=K.PAYMENT_CANCELLED, amount=100)
        at_commit()
        more = {**money["action"], "date": DAYS[2]}
        make.MovementFactory(**more, kind=K.PAYMENT, amount=50)
        with refused("movement_corrected_within_its_amount", "10,00"):
            make.MovementFactory(**correction, kind=K.REPAYMENT, amount=10)

    @pytest.mark.parametrize(
        "wrong", [{"kind": K.DECOMMITMENT}, {"kind": K.PAYMENT}, {"date": DAYS[0]}]
    )
    def test_are_of_the_same_stage_at_its_date_or_after(self, wrong, money):
        said = {"kind": K.PAYMENT_CANCELLED, "date": DAYS[2], "amount": 1, **wrong}
        with refused("movement_corrects_its_like"):
            make.MovementFactory(**money["action"], corrects=money["paid"], **said)

    def test_say_why(self, money):
        with refused("movement_correction_has_motive"):
            make.MovementFactory(
                **money["action"],
                corrects=money["paid"],
                kind=K.PAYMENT_CANCELLED,
                amount=1,
                date=DAYS[2],
                motive="",
            )


class TestFacts:
    @pytest.mark.parametrize(
        ("factory", "rule"),
        [
            (make.MovementFactory, "movement_append_only"),
            (make.CreditLineFactory, "credit_append_only"),
            (make.FundingFactory, "funding_append_only"),
            (make.HumanMeansFactory, "human_means_append_only"),
        ],
    )
    def test_are_neither_changed_nor_erased(self, factory, rule):
        row = factory()
        at_commit()
        table = row._meta.db_table
        with refused(rule):
            sql(f"UPDATE {table} SET recorded_at = recorded_at - interval '1 year'")
        with refused(rule):
            sql(f"DELETE FROM {table}")

    def test_stay_in_their_strategy(self):
        authorisation = make.AuthorisationFactory()
        make.MovementFactory(authorisation=authorisation)
        with refused("movement_same_strategy"):
            make.MovementFactory(
                authorisation=authorisation, kind=K.AFFECTATION, action=make.ActionFactory()
            )
        with refused("movement_same_strategy"):
            make.MovementFactory(authorisation=authorisation, act=make.ActFactory())
        with refused("movement_same_strategy"):
            make.MovementFactory(authorisation=authorisation, grant=make.GrantFactory())
        with refused("grant_same_strategy"):
            make.GrantFactory(strategy=authorisation.strategy, action=make.ActionFactory())
        with refused("authorisation_programme_same_strategy"):
            make.AuthorisationFactory(
                strategy=authorisation.strategy, programme=make.ProgrammeFactory()
            )

    def test_an_authorisation_with_movements_stays_what_it_is(self):
        authorisation = make.MovementFactory().authorisation
        authorisation.refresh_from_db()
        authorisation.title = "Un autre intitulé"
        authorisation.save()
        authorisation.vintage = 2019
        with refused("authorisation_frozen"):
            authorisation.save()

    def test_january_may_belong_to_the_year_before(self):
        make.MovementFactory(date=date(2019, 1, 20), exercise=2018)
        with refused("movement_exercise_is_of_its_date"):
            make.MovementFactory(date=date(2019, 2, 1), exercise=2018)

    def test_a_vote_is_of_no_action_and_a_mandat_of_one(self, money):
        with refused("movement_names_its_action"):
            make.MovementFactory(**money["action"])
        with refused("movement_names_its_action"):
            make.MovementFactory(**money["whole"], kind=K.PAYMENT, action=None)
