"""Grants to publish: who is told of them, on the desk and by mail, and until when."""

from datetime import date, timedelta
from html import unescape

import pytest

from proposals.models import Grant, Kind, Reminder
from sress.models import Mail
from tests import factories as make
from tests.proposals.reminders.kit import html, live, on, told, words

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Signed on 5 April: to be published by 5 July, a Friday.
LAST = date(2019, 7, 5)


@pytest.fixture
def grant(coordinator):
    grant = make.GrantFactory(purpose="Guichet d'appui")
    grant.strategy.coordinators.add(coordinator.user)
    return grant


def lines(person):
    return [threshold for kind, threshold in told(recipient=person) if kind == Kind.GRANT]


def desk(client, day):
    with on(day):
        client.force_login(client.user)
        return unescape(client.get("/suivi/").content.decode())


class TestMails:
    def test_the_coordination_is_told_before_and_after(self, grant, coordinator):
        live(LAST - 30 * DAY)  # a Wednesday: it waits for the digest
        assert lines(coordinator.user) == []
        live(date(2019, 6, 11))  # the Tuesday after Whit Monday
        assert lines(coordinator.user) == [-30]
        live(LAST - 7 * DAY)
        assert lines(coordinator.user) == [-30, -7]
        live(date(2019, 7, 15))
        assert lines(coordinator.user) == [-30, -7, 7]

    def test_the_mail_counts_down_and_leads_to_the_list(self, grant, coordinator):
        make.GrantFactory(strategy=grant.strategy, beneficiary_rna="W452000002")
        live(LAST - 7 * DAY)
        mail = Mail.objects.get(recipient=coordinator.user)
        said = words(mail).replace("\xa0", " ")
        assert "2 subventions à publier avant le 5 juillet 2019 : il reste 7 jours" in said
        assert "/admin/proposals/grant/?a_publier=1" in html(mail)
        assert "Subventions à publier avant le 5 juillet 2019" in mail.subject.replace("\xa0", " ")

    def test_what_is_published_is_done(self, grant, coordinator):
        live(LAST - 7 * DAY)
        Grant.objects.update(published_on=LAST)
        live(date(2019, 7, 15))
        assert lines(coordinator.user) == [-7]

    def test_without_coordination_administrators_are_told(self):
        make.GrantFactory()
        administrator = make.UserFactory(role="administration")
        live(LAST - 7 * DAY)
        assert lines(administrator) == [-7]

    def test_nothing_is_said_of_what_the_law_does_not_ask(self):
        make.UserFactory(role="administration")
        make.GrantFactory(amount=23_000)
        make.GrantFactory(is_person=True, amount=50_000)
        live(LAST - 7 * DAY)
        assert not Reminder.objects.filter(rule__kind=Kind.GRANT).exists()


class TestDesk:
    def test_counts_down_for_who_coordinates(self, grant, coordinator):
        page = desk(coordinator, LAST - 12 * DAY).replace("\xa0", " ")
        assert "Subventions à publier" in page
        assert "à publier avant le 5 juillet 2019 : il reste 12 jours" in page
        assert f"/admin/proposals/grant/{grant.pk}/change/" in page
        assert "flag-overdue" not in page

    def test_says_what_is_late(self, grant, coordinator):
        page = desk(coordinator, LAST + DAY).replace("\xa0", " ")
        assert "flag-overdue" in page
        assert "en retard de 1 jour" in page

    def test_says_it_to_administrators_and_to_nobody_else(self, grant, administrator, lead):
        assert "Guichet d'appui" in desk(administrator, LAST)
        assert "Guichet d'appui" not in desk(lead, LAST)
        other = make.CoordinatorFactory()
        make.StrategyFactory().coordinators.add(other)
        assert "Guichet d'appui" not in desk(type(lead)(other), LAST)

    def test_says_no_more_once_it_is_published(self, grant, coordinator):
        Grant.objects.update(published_on=LAST)
        assert "Subventions à publier" not in desk(coordinator, LAST + DAY)

    def test_names_the_first_ones(self, grant, coordinator):
        for number in range(10, 20):
            make.GrantFactory(strategy=grant.strategy, beneficiary_rna=f"W4520000{number}")
        page = desk(coordinator, LAST)
        assert page.count("c'est le dernier jour") == 8
        assert "D'autres attendent aussi" in page


def test_the_administration_lists_what_waits(grant, coordinator):
    done = make.GrantFactory(strategy=grant.strategy, published_on=date(2019, 5, 1))
    make.GrantFactory(strategy=grant.strategy, amount=500, beneficiary_rna="W452000003")
    with on(LAST):
        coordinator.force_login(coordinator.user)
        page = coordinator.get("/admin/proposals/grant/?a_publier=1")
    assert [one.pk for one in page.context["cl"].result_list] == [grant.pk]
    assert done.published_on
