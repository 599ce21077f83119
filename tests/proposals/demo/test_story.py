"""What the demonstration shows."""

from datetime import date

import pytest
from django.db import models

from proposals import state
from proposals.models import (
    Act,
    Action,
    Event,
    MilestoneUpdate,
    ProgressReport,
    ProgressReportDraft,
    Series,
    Status,
    Strategy,
)
from proposals.models.progress import Visibility
from proposals.state import Moment
from sress.clock import PARIS
from tests.proposals.demo.kit import TODAY, action, tally

pytestmark = pytest.mark.django_db


class TestStory:
    """What the demonstration shows."""

    def test_both_strategies_say_that_they_are_a_demonstration(self, strategy: Strategy) -> None:
        other = Strategy.objects.get(slug="demo-enjeux-objectifs")
        for one in (strategy, other):
            assert one.published
            assert one.is_demonstration
        assert (other.axis_word, other.proposal_word) == ("enjeu", "objectif")
        assert (other.axes.count(), other.proposals.count(), other.actions.count()) == (3, 6, 6)
        assert Strategy.objects.current(TODAY) == strategy

    def test_the_proposals_are_the_twenty_working_titles(self, strategy: Strategy) -> None:
        proposals = strategy.proposals.select_related("axis", "family")
        assert [one.number for one in proposals] == list(range(1, 21))
        assert [one.axis.number for one in proposals] == [1] * 6 + [2] * 5 + [3] * 5 + [4] * 4
        families = [one.family and one.family.slug for one in proposals]
        assert families == ["entrepreneuriat"] * 5 + ["engagement"] + ["emploi"] * 5 + [
            *["territoires"] * 5,
            *["engagement"] * 4,
        ]
        assert all(one.description and one.referent and one.lead for one in proposals)
        assert not strategy.contributions.filter(proposals=None).exists()

    def test_something_stands_in_every_status_today(self, strategy: Strategy) -> None:
        today = tally(strategy, TODAY)
        assert set(today.by_status) == set(Status.values)
        assert today.by_status[Status.SUSPENDED] == 1
        assert today.by_status[Status.DROPPED] == 1
        assert today.overdue >= 3
        assert today.silent >= 3
        assert 40 <= today.actions < strategy.actions.count()

    def test_almost_nothing_on_the_day_of_the_conference(self, strategy: Strategy) -> None:
        then = tally(strategy, date(2018, 10, 2))
        assert then.actions == 5
        assert then.delivered == then.overdue == 0
        assert tally(strategy, date(2018, 7, 5)).actions == 0

    def test_actions_of_later_years_wait_for_their_vote(self, strategy: Strategy) -> None:
        years = set(strategy.actions.values_list("year", flat=True))
        assert years == {2018, 2019, 2020, 2021}
        visible = state.actions(Moment(TODAY), strategy.actions.all())
        assert set(visible.filter(year=2020).values_list("status", flat=True)) == {Status.UPCOMING}
        later = strategy.actions.filter(exists_from__gt=TODAY)
        assert later.exists()
        assert not later.exclude(act=None).exists()
        assert not visible.filter(pk__in=later).exists()

    def test_the_log_shows_what_a_log_can_hold(self, strategy: Strategy) -> None:
        reports = ProgressReport.objects.filter(action__strategy=strategy)
        assert reports.filter(is_retraction=True).count() == 1
        assert reports.filter(supersedes__isnull=False, is_retraction=False).count() == 1
        assert reports.filter(visibility=Visibility.INTERNAL).count() == 1
        assert reports.filter(public_from__gt=TODAY).count() == 1
        assert any(one.recorded_at.date() > one.reported_on for one in reports)
        revised = reports.filter(revised_due_date__isnull=False).values("action")
        counted = revised.annotate(times=models.Count("pk")).order_by()
        assert sum(one["times"] > 1 for one in counted) >= 2
        assert MilestoneUpdate.objects.filter(reached=True).exists()
        assert MilestoneUpdate.objects.filter(revised_due_date__isnull=False).exists()
        assert ProgressReportDraft.objects.count() == 3
        assert all(one.actions.count() > 1 for one in Series.objects.all())

    def test_the_told_cases_are_as_told(self, strategy: Strategy) -> None:
        # Agreed before the deadline, recorded after: overdue until then.
        assert action(strategy, "6.2", date(2019, 11, 5)).is_overdue
        assert not action(strategy, "6.2", date(2019, 11, 6)).is_overdue
        # Under embargo.
        assert action(strategy, "16.2").status == Status.ONGOING
        assert action(strategy, "16.2", embargoed=True).status == Status.DELIVERED
        # Retracted, and corrected.
        assert action(strategy, "14.1", date(2019, 6, 5)).status == Status.ONGOING
        assert action(strategy, "17.1", date(2019, 3, 27)).progress == 75
        # Moved twice.
        assert action(strategy, "1.2").slippage == 175

    def test_facts_are_dated_before_today_and_recorded_in_office_hours(
        self, strategy: Strategy
    ) -> None:
        for one in ProgressReport.objects.select_related("action"):
            recorded = one.recorded_at.astimezone(PARIS)
            assert one.action.recorded_at < one.recorded_at, one
            assert recorded.date() < TODAY, one
            assert 9 <= recorded.hour < 18, one
            assert recorded.weekday() < 5, one
            assert one.reported_on.weekday() < 5, one
        for one in Action.objects.filter(strategy=strategy).exclude(act=None).select_related("act"):
            assert one.act
            assert one.recorded_at.astimezone(PARIS).date() == one.act.date
        assert not Act.objects.filter(date__gt=TODAY).exists()
        assert not Event.objects.filter(date__gt=TODAY).exists()
