"""What a mail says: what matters first, each action once, both parts complete."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import ReminderRule, Status
from proposals.reminders.departures import departures
from proposals.reminders.facts import gather
from proposals.reminders.mails import Letters
from proposals.reminders.planning import due
from proposals.reminders.run import run
from sress.models import Mail
from tests import factories as make
from tests.factories import noon
from tests.proposals.reminders.kit import FRIDAY, MONDAY, html, letter, on, words

pytestmark = pytest.mark.django_db

NBSP = "\u00a0"


def followed(**said):
    return make.ActionFactory(
        **{
            "strategy__slug": "sress",
            "code": "12.3",
            "title": "Ouvrir le guichet",
            "referent": make.UserFactory(full_name="Camille Référente"),
            "initial_due_date": date(2019, 11, 8),
            "exists_from": date(2019, 7, 1),
            "start_date": None,
            **said,
        }
    )


def mail_of(day=MONDAY, **of):
    with on(day):
        run()
    return Mail.objects.get(**of)


def read(page):
    """The words of a page in HTML, in the order in which they are read."""
    body = re.sub(r"(?s)<(style|title).*?</\1>|<div style=\"display:none.*?</div>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_an_action_is_there_once_with_all_its_reasons():
    action = followed()
    make.MilestoneFactory(action=action, title="Bail signé", initial_due_date=date(2019, 11, 8))
    said = words(mail_of())
    assert said.count("12.3 Ouvrir le guichet") == 1
    assert f"Échéance dépassée de 10{NBSP}jours (8{NBSP}novembre{NBSP}2019)" in said
    assert f"Étape «{NBSP}Bail signé{NBSP}»{NBSP}: échéance dépassée" in said
    assert f"Sans nouvelle depuis le 1er{NBSP}juillet{NBSP}2019 (140{NBSP}jours)" in said
    assert f"Aujourd'hui{NBSP}: À venir, 0{NBSP}%, aucun point encore" in said


def test_links_lead_to_the_form_and_to_answers():
    followed()
    said = words(mail_of())
    assert "https://sress.example.org/suivi/sress/actions/12-3/point/" in said
    assert len(re.findall(r"https://sress\.example\.org/suivi/relances/reponse/\S+/", said)) == 3
    assert "https://sress.example.org/suivi/relances/" in said.split()


def test_both_parts_say_the_same():
    action = followed(title='Ouvrir <b>un</b> guichet & "deux"')
    coordinator = make.CoordinatorFactory()
    action.strategy.coordinators.add(coordinator)
    action.strategy.target_date = MONDAY + timedelta(days=90)
    action.strategy.save()
    with on(MONDAY):
        run()
    assert Mail.objects.count() == 2
    for mail in Mail.objects.all():
        page = html(mail)
        seen = read(page)
        for line in words(mail).splitlines():
            line = line.strip().removeprefix("- ")
            if line.startswith("https://"):
                assert f'href="{line}"' in page
            elif line and not line.startswith(
                ("==", "--", "Vous recevez", "l'économie", "Choisir")
            ):
                assert " ".join(line.removesuffix(f"{NBSP}:").split()) in seen, line
        assert "<b>un</b>" not in page


@pytest.mark.parametrize(
    ("due_on", "begins"),
    [
        (date(2019, 11, 8), f"Échéance dépassée{NBSP}: 12.3 Ouvrir le guichet"),
        (date(2019, 11, 19), f"Échéance demain{NBSP}: 12.3"),
        (date(2019, 11, 25), f"Échéance dans 7{NBSP}jours{NBSP}: 12.3"),
        (date(2019, 12, 10), f"Échéance dans 22{NBSP}jours{NBSP}: 12.3"),
    ],
)
def test_the_subject_says_what_presses(due_on, begins):
    followed(initial_due_date=due_on, exists_from=date(2019, 11, 1))
    assert mail_of().subject.startswith(begins)


def test_the_subject_counts_the_rest_and_stays_short():
    action = followed(title="Un titre qui n'en finit pas, et qui va bien au-delà de la ligne" * 3)
    for n in range(4):
        followed(code=f"13.{n}", strategy=action.strategy, referent=action.referent)
    subject = mail_of().subject
    assert subject.endswith(f"…, et 4{NBSP}autres sujets")
    assert len(subject) <= 80


def test_a_demonstration_says_so():
    action = followed()
    type(action.strategy).objects.update(is_demonstration=True)
    mail = mail_of()
    assert mail.subject.startswith("[Démonstration] ")
    assert "rien de tout cela n'est réel" in words(mail)
    assert "rien de tout cela n'est réel" in html(mail)


def test_who_coordinates_is_not_asked_whether_it_is_still_them():
    action = followed(referent=None, proposal__referent=None)
    coordinator = make.CoordinatorFactory()
    action.strategy.coordinators.add(coordinator)
    said = words(mail_of(recipient=coordinator))
    assert "Rien de nouveau" in said
    assert "Ce n'est plus moi" not in said


def test_a_partner_reads_of_answers_alone():
    action = followed()
    partner = make.ContributorFactory()
    make.PartnershipFactory(action=action, organisation=partner.organisation)
    make.ProgressReportFactory(
        action=action, author=partner, validated_by=action.referent, reported_on=FRIDAY
    )
    said = words(mail_of(recipient=partner))
    assert f"Votre point du 15{NBSP}novembre{NBSP}2019 est publié" in said
    assert "reponse" not in said


def test_who_disowned_is_named_to_the_coordination_with_their_word():
    action = followed()
    coordinator = make.CoordinatorFactory()
    action.strategy.coordinators.add(coordinator)
    make.ReminderReplyFactory(
        action=action,
        user=action.referent,
        what="plus_moi",
        word="Je change de service.",
        replied_at=noon(FRIDAY),
    )
    said = words(mail_of(recipient=coordinator))
    assert "Camille Référente répond ne plus suivre cette action" in said
    assert "Je change de service." in said
    assert not Mail.objects.filter(recipient=action.referent).exists()


def test_what_is_undelivered_is_listed_by_axis_and_counted_beyond():
    action = followed()
    for n in range(45):
        followed(code=f"13.{n}", proposal=action.proposal, referent=action.referent)
    done = followed(code="14.1", proposal=action.proposal, title="Déjà faite")
    make.ProgressReportFactory(action=done, status=Status.DELIVERED, reported_on=FRIDAY)
    coordinator = make.CoordinatorFactory()
    action.strategy.coordinators.add(coordinator)
    type(action.strategy).objects.update(target_date=MONDAY + timedelta(days=30))
    said = words(mail_of(recipient=coordinator))
    assert f"46{NBSP}actions restent à réaliser" in said
    assert f"… et 6{NBSP}autres" in said
    assert "Déjà faite" not in said


def test_the_mails_of_a_day_cost_the_same_few_queries():
    def measured():
        facts = gather(MONDAY)
        leaving = departures(due(facts).values(), facts)
        with CaptureQueriesContext(connection) as captured:
            letters = Letters(leaving, facts)
            for person in leaving:
                letters.letter(person)
        return len(leaving), len(captured)

    with on(MONDAY):
        ReminderRule.objects.update(active=True)
        for size in (2, 6):
            for n in range(size):
                one = followed(code=f"1{size}.{n}", strategy=make.StrategyFactory())
                make.MilestoneFactory(action=one, initial_due_date=date(2019, 11, 8))
                one.strategy.coordinators.add(make.CoordinatorFactory())
                type(one.strategy).objects.update(target_date=MONDAY + timedelta(days=30))
            if size == 2:
                few = measured()
        many = measured()
    assert few[0] < many[0]
    assert few[1] == many[1] <= 15


def test_the_mail_is_read_in_french(settings):
    followed()
    mail = mail_of()
    assert '<html lang="fr">' in html(mail)
    assert letter(mail)["From"] == settings.DEFAULT_FROM_EMAIL
    assert not re.search(r" [;!?:]\s|« | »", words(mail)), "spaces that do not break"
