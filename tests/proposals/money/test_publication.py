"""Which grants are to be published and by when, against a plain computation and by example."""

import calendar
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals.models import Grant, Strategy
from proposals.publication import countdown, under_duty, waiting
from proposals.state import Moment
from tests import factories as make
from tests.factories import luhn, noon

pytestmark = pytest.mark.django_db

CENT = Decimal("0.01")
REGION, OTHER = luhn("2345000230002"), luhn("2245000170001")
SIRETS = ["", luhn("7800000010001"), luhn("7800000010002"), luhn("7800000020001")]
RNAS = ["W452000001", "W452000002"]
PERIODS = [
    "2019-05-01",
    "2019-01-01/2019-12-31",
    "2019-12-31/2020-01-01",
    "2019-01-01/2021-12-31",
    "2021-01-01/2019-12-31",
    "2019-02-30/2021-12-31",
    "2019-01-01/2021-13-01",
    "0000-01-01/2019-01-01",
]
AMOUNTS = [Decimal(text) for text in ("8000", "23000", "23000.01", "46000", "46000.01", "69000.02")]


@st.composite
def facts(draw):
    """What a grant says, as its columns."""
    is_person = draw(st.sampled_from([False, False, False, True]))
    siret = "" if is_person else draw(st.sampled_from(SIRETS))
    rna = "" if is_person or siret else draw(st.sampled_from(RNAS))
    signed_on = draw(st.dates(date(2018, 11, 1), date(2020, 3, 31)))
    return {
        "is_person": is_person,
        "beneficiary_siret": siret,
        "beneficiary_rna": rna,
        "granting_siret": draw(st.sampled_from([REGION, REGION, OTHER])),
        "signed_on": signed_on,
        "amount": draw(st.sampled_from(AMOUNTS)),
        "share": draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.333333")])),
        "payment_period": draw(st.sampled_from(PERIODS)),
        "published_on": None if is_person else draw(st.none() | st.just(date(2019, 9, 2))),
        "recorded_at": noon(signed_on + timedelta(draw(st.sampled_from([0, 40])))),
    }


def years(period):
    try:
        days = [date(*map(int, text.split("-"))) for text in period.split("/")]
    except ValueError:
        return 1
    return max(days[-1].year - days[0].year + 1, 1)


def yearly(one):
    received = (one["amount"] * one["share"]).quantize(CENT, ROUND_HALF_UP)
    return (received / years(one["payment_period"])).quantize(CENT, ROUND_HALF_UP)


def three_months_after(day):
    year, month = divmod(day.year * 12 + day.month - 1 + 3, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def naive(grants, day):
    """By which day each is to be published, one by one: {rank: day}."""
    found = {}
    known = [
        (rank, one)
        for rank, one in enumerate(grants)
        if not one["is_person"] and one["signed_on"] <= day
    ]
    for rank, one in known:

        def with_it(other, one=one):
            who = [x["beneficiary_siret"][:9] or x["beneficiary_rna"] for x in (one, other)]
            by = [x["granting_siret"][:9] for x in (one, other)]
            when = [x["signed_on"].year for x in (one, other)]
            return all(a == b for a, b in (who, by, when))

        if yearly(one) > 23_000:
            found[rank] = three_months_after(one["signed_on"])
            continue
        spent = Decimal(0)
        for other in sorted((x for _, x in known if with_it(x)), key=lambda x: x["signed_on"]):
            spent += yearly(other)
            if spent > 23_000:
                since = max(one["signed_on"], other["signed_on"])
                found[rank] = three_months_after(since)
                break
    return found


class TestAgainstAPlainComputation(TestCase):
    @settings(max_examples=150, deadline=None)
    @given(st.lists(facts(), max_size=9), st.dates(date(2019, 1, 1), date(2020, 6, 30)))
    def test_the_same_grants_by_the_same_days(self, grants, day):
        strategy, aside = make.StrategyFactory(), make.StrategyFactory()
        rows = [make.GrantFactory(strategy=strategy, **one) for one in grants]
        # As much to the same people in another strategy changes nothing.
        make.GrantFactory(strategy=aside, beneficiary_rna=RNAS[0], granting_siret=REGION)
        ranks = {row.pk: rank for rank, row in enumerate(rows)}
        chosen = Strategy.objects.filter(pk=strategy.pk)
        moment = Moment(day)
        said = {ranks[one.pk]: one.publish_by for one in under_duty(moment, chosen)}
        assert said == naive(grants, day)
        left = [(one.publish_by, one.pk) for one in waiting(moment, chosen)]
        assert left == sorted(
            (by, rows[rank].pk)
            for rank, by in said.items()
            if grants[rank]["published_on"] is None or grants[rank]["published_on"] > day
        )


EVERY = Strategy.objects.all()
LATE = Moment(date(2020, 12, 31))


def by_reference(moment=LATE, strategies=EVERY):
    return {one.reference: one.publish_by for one in under_duty(moment, strategies)}


def test_the_duty_begins_above_the_threshold():
    make.GrantFactory(reference="juste", beneficiary_rna="W452000001", amount=23_000)
    make.GrantFactory(reference="plus", beneficiary_rna="W452000002", amount=Decimal("23000.01"))
    assert by_reference() == {"plus": date(2019, 7, 5)}


def test_a_grant_over_two_years_counts_for_half_of_it():
    period = {"payment_period": "2019-06-01/2020-06-30"}
    make.GrantFactory(reference="half", amount=46_000, **period)
    assert by_reference() == {}
    Grant.objects.update(payment_period="2019-06-01/2019-12-31")
    assert by_reference() == {"half": date(2019, 7, 5)}


def test_grants_of_a_year_add_up_from_the_one_that_crosses():
    of_strategy = {"strategy": make.StrategyFactory(), "amount": 10_000}
    for reference, day in (
        ("one", date(2019, 1, 15)),
        ("two", date(2019, 6, 1)),
        ("three", date(2019, 11, 30)),
        ("four", date(2019, 12, 20)),
        ("next", date(2020, 1, 2)),
    ):
        make.GrantFactory(**of_strategy, reference=reference, signed_on=day)
    assert by_reference(Moment(date(2019, 11, 29))) == {}
    end_of_february = date(2020, 2, 29)
    assert by_reference() == {
        "one": end_of_february,
        "two": end_of_february,
        "three": end_of_february,
        "four": date(2020, 3, 20),
    }


def test_two_establishments_are_one_beneficiary():
    strategy = make.StrategyFactory()
    for siret in SIRETS[1:]:
        make.GrantFactory(
            strategy=strategy, beneficiary_siret=siret, beneficiary_rna="", amount=12_000
        )
    found = under_duty(LATE, EVERY)
    assert sorted(one.beneficiary_siret for one in found) == sorted(SIRETS[1:3])


def test_only_what_was_known_counts():
    make.GrantFactory(recorded_at=noon(date(2019, 5, 2)))
    before, after = noon(date(2019, 5, 1)), noon(date(2019, 5, 3))
    assert not under_duty(Moment(date(2020, 1, 1), known_at=before), EVERY).exists()
    assert under_duty(Moment(date(2020, 1, 1), known_at=after), EVERY).exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2019, 6, 23), "il reste 12\xa0jours"),
        (date(2019, 7, 4), "il reste 1\xa0jour"),
        (date(2019, 7, 5), "c'est le dernier jour"),
        (date(2019, 7, 6), "en retard de 1\xa0jour"),
    ],
)
def test_the_countdown(day, said):
    told = countdown(date(2019, 7, 5), day)
    assert told == f"à publier avant le 5\xa0juillet\xa02019\xa0: {said}"
