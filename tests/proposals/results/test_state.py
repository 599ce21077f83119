"""What indicators say at a moment, against a plain recomputation."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from proposals import results
from proposals.models import Indicator, IndicatorTarget, IndicatorValue
from proposals.results import Standing
from proposals.state import Moment
from sress.clock import PARIS
from tests import factories as make
from tests.factories import noon

pytestmark = pytest.mark.django_db

END_2018, END_2019 = date(2018, 12, 31), date(2019, 12, 31)


def read(day=date(2019, 11, 15), known_at=None):
    [result] = results.at(Moment(day, known_at), Indicator.objects.all())
    return result


@pytest.fixture
def indicator():
    strategy = make.StrategyFactory(adopted_on=date(2018, 6, 28))
    return make.IndicatorFactory(
        strategy=strategy,
        baseline=Decimal(0),
        baseline_on=date(2018, 6, 30),
        period=12,
    )


class TestStanding:
    def test_the_path_goes_straight_from_the_baseline_to_each_target(self, indicator):
        make.IndicatorTargetFactory(indicator=indicator, year=2018, value=184)
        make.IndicatorTargetFactory(indicator=indicator, year=2019, value=549)
        result = read()
        assert result.aimed(date(2018, 6, 29)) is None
        assert result.aimed(date(2018, 7, 1)) == 1
        assert result.aimed(date(2019, 1, 1)) == 185
        assert result.aimed(date(2021, 1, 1)) == 549

    @pytest.mark.parametrize(
        ("better", "value", "standing"),
        [
            ("croissant", 99, Standing.BEHIND),
            ("croissant", 100, Standing.ON_PATH),
            ("croissant", 200, Standing.REACHED),
            ("decroissant", 201, Standing.BEHIND),
            ("decroissant", 100, Standing.REACHED),
        ],
    )
    def test_a_value_stands_against_the_path_of_its_day(self, indicator, better, value, standing):
        Indicator.objects.update(better=better)
        for year, aim in ((2018, 100), (2019, 200)):
            make.IndicatorTargetFactory(indicator=indicator, year=year, value=aim)
        make.IndicatorValueFactory(indicator=indicator, measured_on=END_2018, value=value)
        assert read().standing is standing

    def test_what_is_missing_is_not_zero(self, indicator):
        Indicator.objects.update(baseline=None, baseline_on=None)
        make.IndicatorTargetFactory(indicator=indicator)
        result = read()
        assert (result.latest, result.rate, result.standing) == (None, None, Standing.MISSING)
        assert result.missing == [END_2018]

    def test_the_rate_is_the_part_of_the_way(self, indicator):
        make.IndicatorTargetFactory(indicator=indicator, value=200)
        make.IndicatorValueFactory(indicator=indicator, value=50)
        assert read().rate == Decimal("0.25")

    def test_without_a_way_to_go_there_is_no_rate(self, indicator):
        make.IndicatorTargetFactory(indicator=indicator, value=0)
        assert read().rate is None

    def test_nothing_is_awaited_after_the_strategy(self, indicator):
        missing = read(date(2030, 1, 1)).missing
        assert missing[-1].year == indicator.strategy.target_date.year


class TestTime:
    def test_a_target_decided_later_takes_the_place_from_its_decision_on(self, indicator):
        make.IndicatorTargetFactory(indicator=indicator, value=100)
        make.IndicatorTargetFactory(indicator=indicator, value=80, decided_on=date(2019, 5, 2))
        assert read(date(2019, 5, 1)).aim.value == 100
        assert read(date(2019, 5, 2)).aim.value == 80
        assert read(date(2019, 5, 2), noon(date(2019, 5, 1))).aim.value == 100

    def test_a_value_taken_back_is_missing_again(self, indicator):
        make.IndicatorValueFactory(indicator=indicator)
        make.IndicatorValueFactory(
            indicator=indicator, value=None, motive="Erreur", reported_on=date(2019, 3, 1)
        )
        assert read(date(2019, 2, 28)).missing == []
        assert read(date(2019, 3, 1)).missing == [END_2018]

    def test_one_declared_later_is_not_known_before(self, indicator):
        assert results.at(Moment(END_2018, noon(date(2018, 6, 30))), Indicator.objects.all()) == []


DAYS = st.dates(date(2018, 7, 1), date(2020, 3, 1))


class TestAnyHistory(TestCase):
    """Latest values, targets, gaps and the path are those of a plain loop over the lines."""

    @settings(max_examples=25, deadline=None)
    @given(
        values=st.lists(
            st.tuples(DAYS, st.integers(0, 90), st.none() | st.integers(-50, 500)), max_size=6
        ),
        targets=st.lists(
            st.tuples(st.integers(2018, 2021), DAYS, st.integers(-50, 500)), max_size=5
        ),
        months=st.sampled_from([1, 3, 6, 12]),
        start=st.none() | st.tuples(DAYS.filter(lambda d: d.year == 2018), st.integers(0, 100)),
        day=DAYS,
        known=st.none() | DAYS,
    )
    def test_agrees_with_a_plain_loop(self, values, targets, months, start, day, known):
        strategy = make.StrategyFactory(
            adopted_on=date(2018, 6, 28), target_date=date(2021, 12, 31)
        )
        indicator = make.IndicatorFactory(
            strategy=strategy,
            period=months,
            baseline_on=start and start[0],
            baseline=start and start[1],
            recorded_at=noon(date(2018, 12, 31)),
        )
        lines, standing = [], {}
        for on, delay, value in values:
            told, said = on + timedelta(delay), standing.get(on, "never")
            if value is None and said in ("never", None):
                continue
            standing[on] = value
            # Recorded in the order of this list, whatever day they are told of.
            at = datetime(2020, 6, 1, len(lines), tzinfo=PARIS) if known is None else noon(told)
            lines.append((on, told, at, value))
        lines.sort(key=lambda line: line[2])
        seen = {}
        kept = []
        for on, told, at, value in lines:
            if value is None and seen.get(on) is None:
                continue
            seen[on] = value
            kept.append((on, told, at, value))
            IndicatorValue.objects.create(
                indicator=indicator,
                measured_on=on,
                value=value,
                reported_on=told,
                recorded_at=at,
                motive="Reprise",
                author=make.UserFactory(),
            )
        for year, on, value in targets:
            IndicatorTarget.objects.create(
                indicator=indicator, year=year, decided_on=on, value=value, recorded_at=noon(on)
            )
        known_at = known and noon(max(known, date(2018, 12, 31)))
        result = read(day, known_at)

        def is_known(at):
            return known_at is None or at <= known_at

        expected = {}
        for on, told, at, value in kept:
            if told <= day and is_known(at):
                expected[on] = value
        expected = {on: value for on, value in expected.items() if value is not None}
        assert {one.day: one.value for one in result.values} == expected
        aims = {}
        for year, on, value in sorted(targets, key=lambda one: one[1]):
            if on <= day and is_known(noon(on)):
                aims[date(year, 12, 31)] = value
        assert {one.day: one.value for one in result.targets} == aims
        measured = set(expected)
        if start and start[0] <= day:
            expected.setdefault(*start)
        latest = max(expected) if expected else None
        assert (result.latest.day if result.latest else None) == latest

        since = start[0] if start else date(2018, 6, 28)
        gaps = []
        for n in range(months, 49, months):
            year, month = 2018 + (n - 1) // 12, (n - 1) % 12 + 1
            end = date(year, month, monthrange(year, month)[1])
            first = n - months
            before = date(2018, 1, 1) - timedelta(1)
            if first:
                y, m = 2018 + (first - 1) // 12, (first - 1) % 12 + 1
                before = date(y, m, monthrange(y, m)[1])
            if since < end < day and not any(before < on <= end for on in measured):
                gaps.append(end)
        assert result.missing == gaps
