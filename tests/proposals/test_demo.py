"""The demonstration: complete, repeatable, and decent on every day of its story."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from actors.models import Organisation, Service, User
from proposals import demo, reference, state
from proposals.models import (
    Act,
    Action,
    Amendment,
    Axis,
    Convention,
    Event,
    Milestone,
    MilestoneUpdate,
    Partnership,
    ProgressReport,
    ProgressReportDraft,
    Proposal,
    Rectification,
    Series,
    Status,
    Strategy,
)
from proposals.models.progress import Visibility
from proposals.state import Moment, Tally
from sress.audit.version import Version
from sress.clock import PARIS
from tests.factories import ActionFactory, ProgressReportFactory, ProposalFactory

pytestmark = pytest.mark.django_db
TODAY = date(2019, 11, 15)
INVENTED = r"^(Structure exemple \d+|Région Exemple)$"
TROUBLED = (Status.DIFFICULTY, Status.SUSPENDED, Status.DROPPED)


@pytest.fixture(scope="class")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The demonstration, loaded once for a class of tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = demo.load()
        with connection.cursor() as cursor:
            # Else the planner takes the tables for what they were before: empty.
            tables = (model._meta.db_table for model in (Action, Milestone, ProgressReport))
            cursor.execute(f"ANALYZE {', '.join(tables)}, proposals_milestoneupdate")
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def on_the_day_of_the_demonstration(settings: Any) -> None:
    settings.SRESS_TODAY = TODAY


@pytest.fixture
def strategy(loaded: Any) -> Strategy:
    return Strategy.objects.get(slug="sress-2018-2021")


def tally(strategy: Strategy, day: date) -> Tally:
    return Tally.total(state.tallies(Moment(day), strategy.actions.all()).values())


def action(strategy: Strategy, code: str, day: date = TODAY, **options: Any) -> Any:
    return state.actions(Moment(day, **options), strategy.actions.all()).get(code=code)


# --- Loading


def facts() -> dict[str, list[Any]]:
    """Every row in words, territories apart: a key is replaced by what it points to."""
    tables: dict[str, list[Any]] = {}
    ours: list[type[models.Model]] = [
        Organisation,
        Service,
        User,
        *(m for m in apps.get_app_config("proposals").get_models() if not issubclass(m, Version)),
    ]
    for model in ours:
        near = [field.name for field in model._meta.fields if field.is_relation]
        rows = [said(row) for row in model._default_manager.select_related(*near)]
        tables[model.__name__] = sorted(rows, key=lambda row: json.dumps(row, default=str))
    return tables


def said(row: models.Model) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in row._meta.get_fields():
        if isinstance(field, models.ForeignKey | models.OneToOneField):
            values[field.name] = str(getattr(row, field.name))
        elif isinstance(field, models.ManyToManyField):
            values[field.name] = sorted(map(str, getattr(row, field.name).all()))
        elif isinstance(field, models.Field) and not isinstance(field, models.AutoField):
            values[field.name] = getattr(row, field.name)
    values.pop("password", None)  # salted
    return values


def digest() -> str:
    return hashlib.sha256(json.dumps(facts(), cls=DjangoJSONEncoder).encode()).hexdigest()


def test_two_loads_into_a_clean_database_give_the_same_facts() -> None:
    digests = []
    for _ in range(2):
        with transaction.atomic():
            demo.load()
            digests.append(digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    assert not Strategy.objects.exists()


def test_it_refuses_a_database_with_real_reports() -> None:
    reference.load()
    axis = Axis.objects.get(number=2)
    real = ActionFactory(proposal=ProposalFactory(axis=axis))
    ProgressReportFactory(action=real, reported_on=date(2019, 3, 1))
    with pytest.raises(CommandError, match=r"1\spoint d'avancement réel"):
        call_command("load_demo")
    assert not Strategy.objects.filter(is_demonstration=True).exists()
    assert not User.objects.filter(email="admin@example.org").exists()


def test_it_refuses_to_mix_with_real_proposals() -> None:
    reference.load()
    ProposalFactory(axis=Axis.objects.get(number=2))
    with pytest.raises(CommandError, match="vraies propositions"):
        call_command("load_demo")
    assert Proposal.objects.count() == 1


def test_the_command_prints_the_accounts(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SRESS_DEMO = True
    call_command("load_demo")
    output = capsys.readouterr().out
    for name in ("officier1", "officier2", "officier3", "officier4", "admin", "structure"):
        assert f"{name}@example.org" in output
        assert User.objects.get(email=f"{name}@example.org").check_password("demonstration")
    assert "demonstration" in output
    assert User.objects.filter(role="administration").count() == 1


def test_a_public_password_opens_nothing_outside_of_demonstration_mode(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SRESS_DEMO = False
    call_command("load_demo")
    assert not any(user.has_usable_password() for user in User.objects.all())
    assert "sans mot de passe" in capsys.readouterr().out
    settings.SRESS_DEMO = True
    call_command("load_demo")
    assert all(user.check_password("demonstration") for user in User.objects.all())


class TestAgain:
    """A demonstration that is already there."""

    def test_a_second_run_writes_nothing(self, loaded: Any) -> None:
        with CaptureQueriesContext(connection) as queries:
            demo.load()
        writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert writes == []

    def test_what_visitors_did_since_stays(self, strategy: Strategy) -> None:
        proposal = Proposal.objects.get(strategy=strategy, number=1)
        proposal.title = "Titre changé par un visiteur"
        proposal.save()
        Organisation.objects.filter(kind="region").update(short_name="Conseil régional")
        overdue = strategy.actions.get(code="2.2")
        ProgressReport.objects.create(
            action=overdue,
            author=User.objects.get(email="officier1@example.org"),
            reported_on=TODAY,
            recorded_at=datetime(2019, 11, 15, 10, tzinfo=PARIS),
            status=Status.DELIVERED,
            progress=100,
        )
        overdue.drafts.all().delete()
        renumbered = strategy.actions.get(code="3.2")
        Rectification.objects.apply(
            renumbered,
            "code",
            "3.9",
            author=User.objects.get(email="admin@example.org"),
            motive="Erreur de numérotation",
        )
        before = digest()
        demo.load()
        assert digest() == before


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


# --- Decency


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
