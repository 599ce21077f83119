"""What triggers refuse, to the owner of the tables and to the site alike, and how they say so."""

import contextlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from proposals.models import Action, ProgressReport, Rectification
from sress import refusals
from tests import factories as f
from tests.factories import ActionFactory, ProgressReportFactory, UserFactory

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = date(2019, 2, 1), date(2019, 3, 1), date(2019, 4, 1)
DAY = timedelta(days=1)


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@contextlib.contextmanager
def refused(constraint, text=None):
    """The block breaks that constraint, at commit at the latest, and readers are told `text`."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():  # noqa: PT012
        yield
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert caught.value.__cause__.diag.constraint_name == constraint
    if text:
        assert text in refusals.message(caught.value)


def at_commit():
    """What waits for the commit is checked now."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture(params=["owner", "site"])
def role(request):
    """Who writes: the role that owns the tables, then the one of the running site."""

    def become():
        if request.param == "site":
            sql("SET LOCAL ROLE sress_app")

    return become


# What is recorded is neither changed nor erased

RECORDED = {
    "report_append_only": (ProgressReportFactory, "text"),
    "milestone_update_append_only": (f.MilestoneUpdateFactory, "reached"),
    "rectification_append_only": (f.RectificationFactory, "motive"),
}
ATTEMPTS = {
    "save": lambda row, column: row.save(),
    "save one field": lambda row, column: row.save(update_fields=[column]),
    "update": lambda row, column: type(row).objects.update(**{column: "1"}),
    "bulk_update": lambda row, column: type(row).objects.bulk_update([row], [column]),
    "bulk_create over": lambda row, column: type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=[column]
    ),
    "delete": lambda row, column: row.delete(),
    "delete all": lambda row, column: type(row).objects.all().delete(),
    "UPDATE": lambda row, column: sql(f"UPDATE {row._meta.db_table} SET {column} = {column}"),
    "DELETE": lambda row, column: sql(f"DELETE FROM {row._meta.db_table}"),
    "ON CONFLICT": lambda row, column: sql(
        f"INSERT INTO {row._meta.db_table} SELECT * FROM {row._meta.db_table} "
        f"ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}"
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("constraint", RECORDED)
def test_what_is_recorded_stays(constraint, attempt, role):
    factory, column = RECORDED[constraint]
    row = factory()
    role()
    with refused(constraint, "publiez une correction"):
        ATTEMPTS[attempt](row, column)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_who_and_what_facts_speak_of_cannot_be_deleted():
    report = ProgressReportFactory()
    for row in (report.action, report.author):
        with pytest.raises(ProtectedError):
            row.delete()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE proposals_progressreport CASCADE",
        "TRUNCATE proposals_rectification",
        "ALTER TABLE proposals_progressreport DISABLE TRIGGER append_only",
        "ALTER TABLE proposals_progressreport DISABLE TRIGGER ALL",
        "ALTER TABLE proposals_progressreport DROP CONSTRAINT report_says_state",
        "DROP TRIGGER append_only ON proposals_progressreport",
        "CREATE TRIGGER a BEFORE INSERT ON proposals_progressreport EXECUTE FUNCTION refuse()",
        "CREATE OR REPLACE FUNCTION refuse(rule text, message text) RETURNS void "
        "LANGUAGE sql AS 'SELECT'",
        "DROP FUNCTION proposals_append_only() CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_site_cannot_silence_the_guards(statement):
    sql("SET LOCAL ROLE sress_app")
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
    ):
        sql(statement)


@pytest.mark.parametrize(
    ("tables", "rights"),
    [
        (r"(?<!_version)$", ("SELECT", "INSERT", "UPDATE", "DELETE")),
        (r"_version$", ("SELECT",)),  # of the audit trail: triggers write it
    ],
)
def test_the_site_reads_and_writes_rows_and_nothing_else(tables, rights):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right_, count(*) FILTER (WHERE has_table_privilege('sress_app', oid, right_)), "
            "count(*) FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', "
            "'TRUNCATE', 'TRIGGER', 'REFERENCES']) right_ "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname ~ %s "
            "GROUP BY right_",
            [tables],
        )
        granted = {right: held == count for right, held, count in cursor if held}
    assert granted == dict.fromkeys(rights, True)


# Reports


def test_a_report_is_corrected_once():
    report = ProgressReportFactory()
    ProgressReportFactory(supersedes=report)
    with refused("proposals_progressreport_supersedes_id_key", "déjà été corrigé ou retiré"):
        ProgressReportFactory(supersedes=report, is_retraction=True)


def test_a_report_corrects_a_report_of_its_action():
    report = ProgressReportFactory()
    with refused("report_supersedes_same_action", "de la même action"):
        ProgressReportFactory(supersedes=report, action=ActionFactory(strategy__slug="autre"))


def test_a_report_does_not_date_from_before_its_action():
    action = ActionFactory(exists_from=MARCH)
    with refused("report_not_before_action", "que depuis le 01/03/2019"):
        ProgressReportFactory(action=action, reported_on=MARCH - DAY)
    assert ProgressReportFactory(action=action, reported_on=MARCH)


def test_a_report_speaks_of_the_milestones_of_its_action():
    with refused("milestone_update_same_action", "n'est pas celle de l'action"):
        f.MilestoneUpdateFactory(report=ProgressReportFactory(), milestone=f.MilestoneFactory())


def test_the_day_a_revision_is_recorded_is_not_for_the_writer_to_say():
    report = ProgressReportFactory(revised_due_date=APRIL, revision_recorded_on=date(2000, 1, 1))
    assert ProgressReport.objects.get(pk=report.pk).revision_recorded_on == MARCH


# Voted facts

VOTED = {
    "code": ("1.99", "1.98"),
    "start_date": (FEBRUARY, MARCH),
    "initial_due_date": (APRIL, None),
    "exists_from": (date(2018, 12, 1), FEBRUARY),
    "weight": (Decimal(2), Decimal("0.5")),
}
FROZEN_TEXT = "ne changent que par une rectification motivée"


def rectify(action, field, value):
    return Rectification.objects.apply(
        action, field, value, author=UserFactory(), motive="Erreur de saisie"
    )


@pytest.mark.parametrize("field", [*VOTED, "proposal"])
def test_what_was_voted_is_frozen_once_published(field, role):
    action = ActionFactory()
    value = VOTED[field][0] if field in VOTED else f.ProposalFactory(axis=action.proposal.axis)
    role()
    column, written = Action._meta.get_field(field).column, getattr(value, "pk", value)
    with refused("action_frozen", FROZEN_TEXT):
        Action.objects.update(**{field: value})
    with refused("action_frozen", FROZEN_TEXT):
        sql(f"UPDATE proposals_action SET {column} = %s", written)
    with refused("action_frozen", FROZEN_TEXT):
        sql(f"UPDATE proposals_action SET published = false, {column} = %s", written)
    setattr(action, field, value)
    with refused("action_frozen", FROZEN_TEXT):
        action.save()


@pytest.mark.parametrize("field", VOTED)
def test_a_draft_action_changes_freely(field):
    action = ActionFactory(published=False)
    setattr(action, field, VOTED[field][0])
    action.save()


@pytest.mark.parametrize("field", VOTED)
def test_a_rectification_changes_one_voted_fact_once(field, role):
    action = ActionFactory()
    before = getattr(action, field)
    role()
    for value in VOTED[field]:
        rectify(action, field, value)
        assert getattr(Action.objects.get(), field) == value
    with refused("action_frozen"):  # What the first one allowed was undone by the second.
        Action.objects.update(**{field: VOTED[field][0]})
    with refused("action_frozen"):
        Action.objects.update(**{field: before})
    assert Rectification.objects.filter(action=action, field=field).count() == 2


def test_a_rectification_of_one_fact_leaves_the_others_frozen():
    rectify(ActionFactory(), "weight", 2)
    with refused("action_frozen"):
        Action.objects.update(weight=1, initial_due_date=APRIL)


def test_an_action_is_not_moved_to_another_strategy():
    action = ActionFactory()
    with refused("action_frozen"):
        Action.objects.update(strategy=f.StrategyFactory())
    with refused("action_proposal_same_strategy"):
        rectify(action, "proposal", f.ProposalFactory())


def test_an_action_does_not_start_after_its_reports():
    action = ProgressReportFactory(reported_on=MARCH).action
    with refused("action_exists_before_reports", "antérieur à cette date"):
        rectify(action, "exists_from", MARCH + DAY)
    rectify(action, "exists_from", MARCH)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE proposals_milestone SET initial_due_date = '2019-12-01'",
        "UPDATE proposals_milestone SET exists_from = '2019-01-02'",
        "DELETE FROM proposals_milestone",
    ],
)
def test_a_milestone_that_was_shown_stays_with_its_date(statement, role):
    milestone = f.MilestoneFactory()
    draft = f.MilestoneFactory(action=ActionFactory(published=False))
    role()
    with refused("milestone_frozen", "ses étapes restent"):
        sql(statement)
    milestone.title = "Un titre plus clair"
    milestone.save()
    draft.initial_due_date = date(2019, 12, 1)
    draft.save()
    draft.delete()


# Territories


@pytest.mark.parametrize(
    "shares", [["1"], ["0.5", "0.5"], ["0.3333", "0.3333", "0.3334"], [None] * 3]
)
def test_shares_are_all_given_and_sum_to_one_or_all_left_out(shares):
    action = ActionFactory()
    for share in shares:
        f.TerritoryFactory(action=action, share=share and Decimal(share))
    at_commit()


@pytest.mark.parametrize("shares", [["0.5"], ["0.5", "0.6"], ["1", None], ["0.3333"] * 3])
def test_other_shares_are_refused_at_commit(shares):
    action = ActionFactory()
    with refused("territory_shares_sum_to_one", "leur somme est 1"):
        for share in shares:
            f.TerritoryFactory(action=action, share=share and Decimal(share))


def test_shares_are_checked_when_one_is_changed_or_removed():
    action = ActionFactory()
    territory = f.TerritoryFactory(action=action, share=Decimal("0.5"))
    other = f.TerritoryFactory(action=action, share=Decimal("0.5"))
    at_commit()
    with refused("territory_shares_sum_to_one"):
        territory.delete()
    with refused("territory_shares_sum_to_one"):
        other.share = Decimal("0.6")
        other.save()
    action.territories.all().delete()
    at_commit()


# One strategy


def test_parents_are_of_the_same_strategy():
    with refused("proposal_axis_same_strategy"):
        f.ProposalFactory(strategy=f.StrategyFactory(), axis=f.AxisFactory())
    with refused("action_proposal_same_strategy"):
        ActionFactory(strategy=f.StrategyFactory(), proposal=f.ProposalFactory())


def test_withdrawing_an_action_does_not_unfreeze_it():
    ActionFactory()
    with refused("action_frozen"):
        Action.objects.update(published=False, was_published=False)
        Action.objects.update(weight=5)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_to_a_report_afterwards():
    report = ProgressReportFactory(reported_on=MARCH)
    milestone = f.MilestoneFactory(action=report.action)
    with refused("milestone_update_with_its_report"):
        f.MilestoneUpdateFactory(report=report, milestone=milestone)
    with transaction.atomic():
        author, said = report.author, {"reached": True}
        with transaction.atomic():
            ProgressReport.objects.record(
                action=report.action,
                author=author,
                reported_on=MARCH,
                status="en_cours",
                progress=50,
                milestones={milestone: said},
            )
    assert milestone.updates.get().reached


def test_a_report_does_not_correct_what_is_not_written_yet():
    with refused("report_supersedes_same_action"):
        ProgressReportFactory(id=900_001, supersedes_id=900_002)
        ProgressReportFactory(id=900_002)


def test_shares_are_checked_where_a_territory_is_taken_from():
    origin = ActionFactory()
    territory = f.TerritoryFactory(action=origin, share=Decimal("0.5"))
    f.TerritoryFactory(action=origin, share=Decimal("0.5"))
    at_commit()
    with refused("territory_shares_sum_to_one"):
        other = ActionFactory()
        f.TerritoryFactory(action=other, share=Decimal("0.5"))
        territory.action = other
        territory.save()


def test_a_rectification_ends_with_the_value_there_is():
    with refused("rectification_is_applied", "un changement qui a lieu"):
        f.RectificationFactory(field="weight", old_value="1.00", new_value="3.00")


def test_a_new_deadline_is_of_a_plausible_year():
    strategy = f.StrategyFactory(period_start=2018, period_end=2021)
    action = ActionFactory(strategy=strategy)
    for year in (2017, 2027):
        far = date(year, 6, 30)
        with refused("report_revision_plausible", "entre 2018 et 2026"):
            ProgressReportFactory(action=action, revised_due_date=far)
        with refused("report_revision_plausible", "entre 2018 et 2026"):
            f.MilestoneUpdateFactory(action=action, revised_due_date=far)
    assert ProgressReportFactory(action=action, revised_due_date=date(2026, 12, 31))
