"""The rules of reminders: typed as people write, tried before they annoy anyone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.forms.thresholds import read, said
from proposals.models import Kind, Reminder, ReminderRule
from proposals.reminders.run import run
from sress.models import Mail
from tests import factories as make
from tests.admin.kit import errors, filled, url
from tests.proposals.reminders.kit import MONDAY, on

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/proposals/reminderrule/apercu/"


@pytest.fixture(autouse=True)
def _today():
    with on(MONDAY):
        yield


@pytest.fixture
def action():
    return make.ActionFactory(
        code="12.3",
        title="Ouvrir le guichet",
        referent=make.UserFactory(full_name="Éloïse Suivie"),
        initial_due_date=date(2019, 11, 29),
        exists_from=date(2019, 10, 1),
        start_date=None,
    )


@given(st.lists(st.integers(-3660, 3660), min_size=1, unique=True))
def test_what_is_said_is_read_again(thresholds):
    assert read(said(thresholds)) == sorted(thresholds)


@pytest.mark.parametrize(
    "typed", ["j-30; J+7, -7 ,J", "J - 30, +7, J−7, 0", "J-7, J, 7, J-30, J-7"]
)
def test_thresholds_are_typed_as_one_likes(typed):
    assert read(typed) == [-30, -7, 0, 7]


@pytest.mark.parametrize("typed", ["une semaine avant", "J-", "J-7 J-30", "J+99999", "--7"])
def test_what_is_no_threshold_is_named(administrator, typed):
    rule = ReminderRule.objects.get(kind=Kind.ACTION_DUE, strategy=None)
    address = url(ReminderRule, "change", rule.pk)
    data = filled(administrator, address)
    assert data["thresholds"] == "J-30, J-7, J+7"
    response = administrator.post(address, {**data, "thresholds": typed})
    assert any("n'est pas un seuil" in one for one in errors(response))


def test_past_facts_have_no_threshold_before_them(administrator):
    rule = ReminderRule.objects.get(kind=Kind.SILENCE, strategy=None)
    address = url(ReminderRule, "change", rule.pk)
    response = administrator.post(address, {**filled(administrator, address), "thresholds": "J-7"})
    assert any("ses seuils sont après" in one for one in errors(response))


class TestPreview:
    def test_it_shows_what_then_really_leaves(self, administrator, action):
        page = administrator.get(f"{PREVIEW}?le=2019-11-18")
        foreseen = {(one.person.pk, one.due.key) for one in page.context["leaving"]}
        assert not Reminder.objects.exists()
        run()
        told = Reminder.objects.exclude(mail=None)
        assert len(foreseen) == told.count() == 1
        assert {pk for pk, _ in foreseen} == {Mail.objects.get().recipient_id}
        again = administrator.get(f"{PREVIEW}?le=2019-11-18")
        assert again.context["leaving"] == [], "what was told is not told again"

    def test_a_rule_is_tried_before_it_is_saved(self, administrator, action):
        rule = ReminderRule.objects.get(kind=Kind.ACTION_DUE, strategy=None)
        address = url(ReminderRule, "change", rule.pk)
        data = {**filled(administrator, address), "thresholds": "J-11", "_preview": "1"}
        page = administrator.post(address, data)
        (line,) = page.context["leaving"]
        assert line.threshold == "J-11"
        assert "Rien n'est enregistré" in page.content.decode()
        rule.refresh_from_db()
        assert rule.thresholds == [-30, -7, 7]

    @pytest.mark.parametrize("day", ["demain", "2019-13-01", "0001-01-01"])
    def test_an_absurd_day_is_said_to_be(self, administrator, day):
        assert "n'est pas une date" in administrator.get(f"{PREVIEW}?le={day}").content.decode()

    def test_a_coordinator_sees_their_strategies_alone(self, coordinator, action):
        make.StrategyFactory().coordinators.add(coordinator.user)
        assert coordinator.get(PREVIEW).context["leaving"] == []
        action.strategy.coordinators.add(coordinator.user)
        assert len(coordinator.get(f"{PREVIEW}?le=2019-11-18").context["leaving"]) == 1


class TestRights:
    def test_general_rules_are_read_by_coordinators_and_changed_by_administrators(
        self, coordinator, administrator
    ):
        make.StrategyFactory().coordinators.add(coordinator.user)
        rule = ReminderRule.objects.get(kind=Kind.ACTION_DUE, strategy=None)
        address = url(ReminderRule, "change", rule.pk)
        assert coordinator.get(address).status_code == 200
        assert coordinator.post(address, {"thresholds": "J-1"}).status_code == 403
        data = {**filled(administrator, address), "thresholds": "J-1"}
        assert administrator.post(address, data).status_code == 302
        rule.refresh_from_db()
        assert rule.thresholds == [-1]

    def test_nobody_deletes_a_general_rule(self, administrator):
        rule = ReminderRule.objects.get(kind=Kind.ACTION_DUE, strategy=None)
        assert administrator.get(url(ReminderRule, "delete", rule.pk)).status_code == 403

    def test_a_coordinator_gives_their_strategy_its_own_rule(self, coordinator):
        mine, other = make.StrategyFactory(), make.StrategyFactory()
        mine.coordinators.add(coordinator.user)
        data = {"kind": Kind.SILENCE, "thresholds": "J+60", "active": "on"}
        coordinator.post(url(ReminderRule, "add"), {**data, "strategy": other.pk})
        assert not other.reminder_rules.exists()
        coordinator.post(url(ReminderRule, "add"), {**data, "strategy": mine.pk})
        assert mine.reminder_rules.get().thresholds == [60]
