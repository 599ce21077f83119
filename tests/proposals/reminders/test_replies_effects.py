"""What answering a reminder changes: what is planned, what colleagues read, what is kept of it."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from proposals.models import Kind, ProgressReport, Reminder, ReminderReply
from proposals.reminders import replies
from proposals.reminders.facts import gather
from proposals.reminders.planning import due
from proposals.reminders.replies import Link, What
from sress.audit.tracking import registry
from sress.audit.wording import history
from sress.logs import DiscreetFormatter
from sress.models import Mail
from tests import factories as make
from tests.conftest import SignedIn
from tests.proposals.reminders.kit import FRIDAY, MONDAY, live, on, told
from tests.proposals.reminders.kit import words as words_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DESK = "/suivi/sress/actions/12-3/"


@pytest.fixture
def referent():
    return make.UserFactory(full_name="Camille Référente")


def followed(referent, due=date(2019, 11, 29), **facts):
    """Due on the 29th: J-30 is passed, J-7 comes on the 22nd."""
    dates = {"initial_due_date": due, "exists_from": date(2019, 10, 1), "start_date": None}
    return make.ActionFactory(referent=referent, **dates, **facts)


@pytest.fixture
def action(referent):
    return followed(referent, strategy__slug="sress", code="12.3")


@pytest.fixture
def coordinator(action):
    user = make.CoordinatorFactory(full_name="Andréa Coordination")
    action.strategy.coordinators.add(user)
    return user


def answer(person, action, what, day=FRIDAY, **said):
    where = reverse("desk:reply", args=[replies.token(Link(person.pk, action.pk, what))])
    with on(day, 10):
        assert Client().post(where, said).status_code == 302


def read(client, where, day=FRIDAY):
    with on(day, 11):
        client.force_login(client.user)
        page = unescape(client.get(where).content.decode())
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def lines(day):
    """(kind, threshold, recipient) of what is due that day."""
    with on(day):
        return [
            (one.kind, one.key.threshold, one.key.recipient) for one in due(gather(day)).values()
        ]


# What is planned


def test_nothing_new_silences(referent, action):
    assert lines(FRIDAY) == [(Kind.ACTION_DUE, -30, referent.pk)]
    answer(referent, action, What.NOTHING_NEW)
    assert lines(FRIDAY) == []
    live(date(2019, 11, 22))
    assert told() == [], "within a fortnight, it answers J-7 too"
    assert lines(date(2019, 12, 9)) == [(Kind.ACTION_DUE, 7, referent.pk)]


def test_what_waits_for_validation_silences_nothing(referent, action, coordinator):
    type(action.strategy).objects.update(officers_publish=False)
    answer(referent, action, What.NOTHING_NEW)
    assert lines(FRIDAY) == [(Kind.ACTION_DUE, -30, referent.pk)]


def test_what_was_told_comes_back_on_the_day_chosen(referent, action):
    live(MONDAY)
    assert told() == [(Kind.ACTION_DUE, -30)]
    answer(referent, action, What.SNOOZE, MONDAY, when="Dans une semaine")
    for day in range(19, 25):
        assert lines(date(2019, 11, day)) == []
        live(date(2019, 11, day))
    live(date(2019, 11, 25))
    assert told() == [(Kind.ACTION_DUE, -30), (Kind.ACTION_DUE, -7)]
    assert Reminder.objects.latest("pk").snooze == ReminderReply.objects.get()


def test_the_same_threshold_is_said_again_after_it_was_put_off(referent, action):
    action.strategy.reminder_rules.create(kind=Kind.ACTION_DUE, thresholds=[-30])
    live(MONDAY)
    answer(referent, action, What.SNOOZE, MONDAY, when="Dans une semaine")
    live(date(2019, 11, 25))
    live(date(2019, 11, 26))
    assert told() == [(Kind.ACTION_DUE, -30)] * 2


@pytest.mark.parametrize("pace", ["lundi", "quotidien"])
@pytest.mark.parametrize("day", [MONDAY, date(2019, 11, 20), date(2019, 11, 21)])
def test_it_comes_back_on_the_very_day_that_the_page_says(referent, pace, day):
    action = followed(referent, due=date(2019, 12, 10))
    type(referent).objects.update(pace=pace)
    live(MONDAY)
    answer(referent, action, What.SNOOZE, day, when="Dans une semaine")
    until = ReminderReply.objects.get().until
    for n in range(1, (until - day).days):
        live(day + n * DAY)
    before = Mail.objects.count()
    live(until)
    assert (before, Mail.objects.count()) == (1, 2)


def test_who_comes_back_hears_of_what_their_deputy_put_off(referent, action):
    deputy = make.UserFactory()
    make.AbsenceFactory(user=referent, deputy=deputy, starts_on=FRIDAY, ends_on=date(2019, 11, 20))
    live(MONDAY)
    assert [one.recipient for one in Mail.objects.all()] == [deputy]
    answer(deputy, action, What.SNOOZE, MONDAY, when="Dans une semaine")
    for day in range(19, 25):
        live(date(2019, 11, day))
    assert Mail.objects.count() == 1
    live(date(2019, 11, 25))
    assert Mail.objects.latest("pk").recipient == referent


def test_putting_off_says_nothing_of_other_actions_nor_of_other_people(
    referent, action, coordinator
):
    other = followed(referent, strategy=action.strategy)
    answer(coordinator, action, What.SNOOZE, when="Dans une semaine")
    answer(referent, other, What.SNOOZE, when="Dans une semaine")
    assert lines(MONDAY) == [(Kind.ACTION_DUE, -30, referent.pk)]


def test_the_desk_says_what_is_late_all_the_same(referent, action):
    late = date(2019, 12, 2)
    answer(referent, action, What.SNOOZE, late, when="Dans une semaine")
    assert "Échéance dépassée" in read(SignedIn(referent), DESK, late)
    assert "Échéance dépassée" in read(SignedIn(referent), "/suivi/", late)


class TestNotMine:
    def test_they_are_passed_over_and_the_coordination_hears_of_it(
        self, referent, action, coordinator
    ):
        answer(referent, action, What.NOT_MINE, word="Passée au service emploi.")
        assert lines(FRIDAY) == [
            (Kind.ACTION_DUE, -30, coordinator.pk),
            (Kind.REASSIGN, 0, coordinator.pk),
        ]
        live(MONDAY)
        assert [one.recipient for one in Mail.objects.all()] == [coordinator]
        assert "ne plus suivre" in words_of(Mail.objects.get()).replace("\n", " ")

    def test_taken_back_it_never_was(self, referent, action, coordinator):
        answer(referent, action, What.NOT_MINE)
        answer(referent, action, What.NOT_MINE, reprendre="1")
        assert lines(FRIDAY) == [(Kind.ACTION_DUE, -30, referent.pk)]

    @pytest.mark.parametrize("of_proposal", [False, True])
    def test_once_handed_over_it_is_no_longer_to_be(
        self, referent, action, coordinator, of_proposal
    ):
        if of_proposal:
            type(action.proposal).objects.update(referent=referent)
            type(action).objects.update(referent=None)
        answer(referent, action, What.NOT_MINE)
        assert "ne plus suivre cette action" in read(SignedIn(coordinator), DESK)
        heir, client = make.UserFactory(), SignedIn(coordinator)
        with on(FRIDAY, 14):
            client.force_login(coordinator)
            client.post("/suivi/passation/", {"actions": [action.pk], "to": heir.pk})
        assert lines(FRIDAY) == [(Kind.ACTION_DUE, -30, heir.pk)]
        with on(FRIDAY, 15):
            assert "ne plus suivre" not in read(client, DESK, MONDAY)

    def test_who_is_handed_it_again_is_reminded_again(self, referent, action, coordinator):
        answer(referent, action, What.NOT_MINE)
        make.HandoverFactory(action=action, given_to=referent, given_at=make.noon(FRIDAY))
        assert lines(MONDAY) == [(Kind.ACTION_DUE, -30, referent.pk)]
        where = reverse("desk:reply", args=[_token(referent, action, What.NOT_MINE)])
        with on(MONDAY):
            assert "Prévenir la coordination" in Client().get(where).content.decode()

    def test_of_the_only_one_to_coordinate_the_administrators_hear(self, action):
        chief = make.CoordinatorFactory()
        action.strategy.coordinators.add(chief)
        type(action).objects.update(referent=chief)
        administrator = make.UserFactory(role="administration")
        answer(chief, action, What.NOT_MINE)
        assert lines(FRIDAY) == [
            (Kind.ACTION_DUE, -30, administrator.pk),
            (Kind.REASSIGN, 0, administrator.pk),
        ]

    def test_a_referent_named_without_handover_ends_it_too(self, referent, action, coordinator):
        type(action.proposal).objects.update(referent=referent)
        type(action).objects.update(referent=None)
        answer(referent, action, What.NOT_MINE)
        heir = make.UserFactory()
        type(action).objects.update(referent=heir)
        assert lines(FRIDAY) == [(Kind.ACTION_DUE, -30, heir.pk)]
        assert "ne plus suivre" not in read(SignedIn(coordinator), DESK)


# What colleagues read


def test_who_may_hand_it_over_reads_who_does_not_follow_it_any_more(
    referent, action, coordinator, outsider
):
    answer(referent, action, What.NOT_MINE, word="Passée au service emploi.")
    page = read(SignedIn(coordinator), DESK)
    said = 'Camille Référente a répondu le <time datetime="2019-11-15">15 novembre 2019</time> ne'
    assert f"{said} plus suivre cette action : « Passée au service emploi. »" in page
    assert f'<a href="/suivi/passation/?action={action.pk}">Confier l\'action</a>' in page
    assert "ne plus suivre" not in read(outsider, DESK)
    deputy = make.UserFactory()
    make.AbsenceFactory(user=referent, deputy=deputy)
    assert "ne plus suivre" not in read(SignedIn(deputy), DESK), "a deputy hands nothing over"


def test_the_desk_of_an_action_leads_its_referent_to_later(referent, action, coordinator):
    link = re.compile(r'href="(/suivi/relances/reponse/[^"]+)">Me relancer plus tard<')
    where = link.search(read(SignedIn(referent), DESK))[1]
    with on(FRIDAY, 12):
        page = SignedIn(referent).get(where)
        assert page.status_code == 200
        assert page.context["person"] == referent
    assert not link.search(read(SignedIn(coordinator), DESK)), "no reminder reaches them"
    type(action).objects.update(archived=True)
    assert not link.search(read(SignedIn(referent), DESK))


# What is kept of it


def _token(person, action, what):
    with on(FRIDAY):
        return replies.token(Link(person.pk, action.pk, what))


@pytest.mark.parametrize(
    ("what", "kind", "said"),
    [
        (What.NOTHING_NEW, ProgressReport, "point d'avancement « 12.3, 15/11/2019 »"),
        (What.SNOOZE, ReminderReply, "réponse à une relance « 12.3, Plus tard »"),
        (What.NOT_MINE, ReminderReply, "réponse à une relance « 12.3, Ce n'est plus moi »"),
    ],
)
def test_the_history_says_who_answered_by_mail_and_holds_no_link(
    referent, action, what, kind, said
):
    answer(referent, action, what, when="Dans une semaine")
    latest = history(action)[0].sentence.replace("\u202f", " ").replace("\u00a0", " ")
    assert f"Camille Référente a ajouté : {said}" in latest
    assert latest.endswith("par courriel")
    version = registry[kind].version.objects.get()
    assert version.pgh_context["user"] == referent.pk
    assert version.pgh_context["path"] == "/suivi/relances/reponse/…/"


def test_a_deputy_signs_what_they_put_off_for_the_absent(referent, action):
    deputy = make.UserFactory(full_name="Alix Suppléante")
    make.AbsenceFactory(user=referent, deputy=deputy)
    answer(deputy, action, What.SNOOZE, when="Dans une semaine")
    told_by = {entry.who for entry in history(action)[:2]}
    assert told_by == {"Alix Suppléante"}


def test_the_log_never_holds_a_link(referent, action, caplog):
    tokens = [_token(referent, action, what) for what in What]
    client, known, unknown = Client(), [], []
    with on(FRIDAY, 12), caplog.at_level("DEBUG"):
        for token in tokens:
            where = f"/suivi/relances/reponse/{token}/"
            known += [client.get(where), client.put(where), client.get(f"{where[:-9]}/")]
            known.append(Client(enforce_csrf_checks=True).post(where))
            # Cut, or lengthened, by the program that shows the mail.
            unknown += [client.get(f"{where}x/"), client.get(f"/autre/{token}.")]
    assert {one.status_code for one in known} == {200, 403, 405, 410}
    assert {one.status_code for one in unknown} == {404}
    said = "\n".join(DiscreetFormatter().format(record) for record in caplog.records)
    assert "Not Found: /suivi/relances/reponse/…/x/" in said
    for token in tokens:
        signature = token.rpartition(":")[2]
        assert signature[:20] not in said
        assert token.partition(":")[0] not in said


@pytest.mark.parametrize("signature", ["ab-" * 14, "a" * 43, "-" * 43, "abcdefgh_-" * 4])
def test_whatever_a_signature_is_made_of(signature):
    from sress.logs import MASK, TOKEN

    address = f"/suivi/relances/reponse/WzEsMl0:1iVQ5w:{signature}/x/"
    assert TOKEN.sub(MASK, address) == "/suivi/relances/reponse/…/x/"
    listening = "Listening at: http://127.0.0.1:8000 (12), unix:/run/site.sock"
    assert TOKEN.sub(MASK, listening) == listening
