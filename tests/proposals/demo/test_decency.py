"""The demonstration is decent on every day of its story."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import models
from django.db.models import Q

from actors.models import Organisation, User
from proposals import state
from proposals.models import (
    Act,
    Action,
    Amendment,
    Convention,
    Event,
    Milestone,
    Partnership,
    ProgressReport,
    ProgressReportDraft,
    Strategy,
)
from proposals.models.progress import Visibility
from proposals.state import Moment
from sress.clock import PARIS
from tests.proposals.demo.kit import INVENTED, TODAY, TROUBLED

pytestmark = pytest.mark.django_db


def invented(organisation: Organisation | None) -> bool:
    return bool(organisation and re.match(INVENTED, organisation.name))


def of_real_bodies() -> set[int]:
    """The actions where a real body plays, or that no invented structure carries."""
    carried = Action.objects.filter(lead__name__iregex=INVENTED)
    real_partners = Partnership.objects.exclude(organisation__name__iregex=INVENTED)
    return set(
        Action.objects.filter(
            ~Q(pk__in=carried)
            | Q(territories__isnull=False)
            | Q(pk__in=real_partners.values("action"))
        ).values_list("pk", flat=True)
    )


def days_of_the_story() -> set[date]:
    """Every day when something may change: reports, what follows a deadline, silences; today."""
    days = {date(2018, 6, 28), TODAY}
    for report in ProgressReport.objects.all():
        known = report.recorded_at.astimezone(PARIS).date()
        days |= {report.reported_on, known, report.reported_on + timedelta(90)}
    for one in Action.objects.all():
        days.add(one.exists_from + timedelta(90))
    for model in (Action, Milestone):
        dues = model._default_manager.values_list("initial_due_date", flat=True)
        days |= {due + timedelta(1) for due in dues if due}
    return {day for day in days if day <= TODAY}


def told() -> Iterator[str]:
    """All the words of actions, milestones and reports."""
    for model in (Action, Milestone, ProgressReport, ProgressReportDraft):
        names = [
            field.name
            for field in model._meta.get_fields()
            if isinstance(field, models.CharField | models.TextField)
        ]
        for row in model._default_manager.values_list(*names):
            yield " / ".join(row)


class TestDecency:
    """Real bodies appear in neutral actions only."""

    def test_real_bodies_are_never_late_nor_in_trouble_on_any_day(self, strategy: Strategy) -> None:
        theirs = of_real_bodies()
        assert len(theirs) > 20
        late = Q(is_overdue=True) | ~Q(slippage=0)
        trouble = late | Q(status__in=TROUBLED) | Q(is_silent=True)
        milestones = Milestone.objects.filter(action__in=theirs)
        for day in sorted(days_of_the_story()):
            moment = Moment(day, embargoed=True)
            found = state.actions(moment, Action.objects.filter(pk__in=theirs)).filter(trouble)
            assert [*found, *state.milestones(moment, milestones).filter(late)] == [], day

    def test_reports_on_actions_of_real_bodies_are_plain(self, strategy: Strategy) -> None:
        plain = {
            "difficulty_motive": "",
            "revision_motive": "",
            "decision": "",
            "supersedes": None,
            "is_retraction": False,
            "visibility": Visibility.PUBLIC,
            "public_from": None,
        }
        reports = ProgressReport.objects.filter(action__in=of_real_bodies())
        assert reports.filter(**plain).count() == reports.count() > 0
        assert not ProgressReportDraft.objects.filter(action__in=of_real_bodies()).exists()

    def test_no_real_body_carries_an_action_but_the_region(self, strategy: Strategy) -> None:
        leads = Organisation.objects.filter(led_actions__isnull=False).distinct()
        assert {one.label for one in leads if not invented(one)} == {"Région"}
        roles = Partnership.objects.exclude(organisation__name__iregex=INVENTED)
        assert set(roles.values_list("role", flat=True)) <= {"partenaire", "financeur"}
        funders = roles.filter(role="financeur").values_list("organisation__short_name", flat=True)
        assert set(funders) == {"FSE"}

    def test_conventions_with_real_bodies_have_no_amendment(self, strategy: Strategy) -> None:
        assert all(invented(one.convention.partner) for one in Amendment.objects.all())
        epci = Convention.objects.filter(kind="epci")
        assert epci.count() >= 2
        assert not epci.exclude(reference__startswith="DEMO-").exists()

    def test_invented_bodies_have_no_number_and_example_addresses(self, loaded: Any) -> None:
        for one in Organisation.objects.filter(name__iregex=INVENTED):
            assert (one.siren, one.siret, one.rna) == ("", "", "")
            assert one.website in ("", "https://example.org/")
            assert one.public_email in ("", "contact@example.org")
        assert all(user.email.endswith("@example.org") for user in User.objects.all())
        assert all("Exemple" in user.full_name for user in User.objects.all())

    def test_no_word_about_a_real_body_nor_money(self, strategy: Strategy) -> None:
        real = [
            one for one in Organisation.objects.all() if not invented(one) and one.kind != "region"
        ]
        names = {name for one in real for name in (one.name, one.short_name) if name}
        names |= {"CRESS", "CESER", "DIRECCTE", "Scop Centre", "France Active"}
        named = re.compile(rf"\b({'|'.join(map(re.escape, sorted(names)))})\b")
        money = re.compile(r"€|\beuros?\b|\bk€|\bEUR\b|\d[\d\s]*\d{3}\b(?<!\b20\d\d)")
        for text in told():
            assert not named.search(text), text
            assert not money.search(text), text

    def test_acts_of_the_demonstration_are_marked(self, strategy: Strategy) -> None:
        sourced = Q(source__gt="")
        assert not Act.objects.exclude(sourced).exclude(reference__startswith="DEMO-").exists()
        assert not Act.objects.filter(sourced, reference__startswith="DEMO-").exists()
        invented_events = Event.objects.exclude(sourced).filter(strategy=strategy)
        assert invented_events
        assert all("démonstration" in one.title for one in invented_events)
