"""Every declared constraint of the database is broken once; its French text is what readers see."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint
from django.urls import get_resolver

from actors import validators
from proposals.models import Status
from proposals.models.progress import Motive
from proposals.models.strategy import RESERVED_SLUGS, validate_strategy_slug
from sress import refusals
from sress.models import Heartbeat
from tests import factories as f
from tests.factories import PARIS, ActionFactory, ProgressReportFactory, UserFactory, noon
from tests.proposals.test_guards import refused

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = date(2019, 2, 1), date(2019, 3, 1), date(2019, 4, 1)
DAY = timedelta(days=1)


def twice(factory, **same):
    factory(**same)
    factory(**same)


def a_day_off(factory, first, second):
    factory(**{first: MARCH, second: FEBRUARY})


def two_organisations(**same):
    twice(f.OrganisationFactory, **same)


def carried_by_itself():
    organisation = f.OrganisationFactory()
    organisation.carrier = organisation
    organisation.save()


def twice_in_a_meeting(factory, **about):
    (row,) = about.values()
    of = row if hasattr(row, "strategy") else getattr(row, "action", None) or row.meeting
    twice(factory, meeting=f.MeetingFactory(strategy=of.strategy, date=FEBRUARY), **about)


def twice_about(decision):
    action = f.ActionFactory(strategy=decision.meeting.strategy)
    twice(f.DecisionActionFactory, decision=decision, action=action)


BROKEN = {
    "meeting_once_a_day": lambda: twice(f.MeetingFactory, strategy=f.StrategyFactory(), date=MARCH),
    "meeting_record_validated_by_somebody": lambda: f.MeetingFactory(validated_at=noon(APRIL)),
    "meeting_record_not_before_it": lambda: f.validated(f.MeetingFactory(date=APRIL), MARCH),
    "meeting_record_of_what_was_held": lambda: f.validated(f.MeetingFactory(cancelled=True)),
    "agenda_action_once": lambda: twice_in_a_meeting(f.AgendaItemFactory, action=f.ActionFactory()),
    "agenda_decision_once": lambda: twice_in_a_meeting(
        f.AgendaItemFactory, decision=f.DecisionFactory()
    ),
    "agenda_has_subject": lambda: f.AgendaItemFactory(subject=""),
    "highlight_report_once": lambda: twice_in_a_meeting(
        f.HighlightFactory, report=f.ProgressReportFactory()
    ),
    "highlight_has_text": lambda: f.HighlightFactory(text=""),
    "decision_number_unique": lambda: twice(
        f.DecisionFactory, meeting=f.MeetingFactory(), number=1
    ),
    "decision_has_text": lambda: f.DecisionFactory(text=""),
    "decision_is_carried": lambda: f.DecisionFactory(carried_by=""),
    "decision_action_once": lambda: twice_about(f.DecisionFactory()),
    "follow_up_deferral_has_date": lambda: f.DecisionFollowUpFactory(state="reportee"),
    "follow_up_abandon_has_note": lambda: f.DecisionFollowUpFactory(state="abandonnee"),
    "follow_up_not_in_future": lambda: f.DecisionFollowUpFactory(
        day=APRIL, recorded_at=noon(MARCH)
    ),
    "organisation_siret_unique": lambda: two_organisations(siret="35600000049837"),
    "organisation_rna_unique": lambda: two_organisations(rna="W451000123"),
    "organisation_public_siren_unique": lambda: twice(f.EpciFactory, siren="234500023"),
    "organisation_siren_digits": lambda: f.OrganisationFactory(siren="23450002A"),
    "organisation_siret_digits": lambda: f.OrganisationFactory(siret="3560000004983"),
    "organisation_siret_extends_siren": lambda: f.OrganisationFactory(
        siren="234500023", siret="35600000049837"
    ),
    "organisation_carrier_is_another": carried_by_itself,
    "service_name_unique": lambda: twice(
        f.ServiceFactory, organisation=f.OrganisationFactory(), name="Direction de l'ESS"
    ),
    "user_email_lower_case": lambda: UserFactory(email="Agent@region.example.org"),
    "account_event_what_known": lambda: f.AccountEventFactory(what="rien"),
    "epci_validity_in_order": lambda: a_day_off(f.EpciFactory, "valid_from", "valid_until"),
    "epci_has_departement": lambda: f.EpciFactory(departements=[]),
    "membership_validity_in_order": lambda: a_day_off(
        f.MembershipFactory, "valid_from", "valid_until"
    ),
    "contour_validity_in_order": lambda: a_day_off(f.ContourFactory, "valid_from", "valid_until"),
    "action_due_date_plausible": lambda: f.ActionFactory(initial_due_date=date(2191, 1, 1)),
    "membership_one_epci_at_a_time": lambda: twice(f.MembershipFactory, commune=f.CommuneFactory()),
    "contour_one_at_a_time": lambda: twice(f.ContourFactory, epci=f.EpciFactory()),
    "heartbeat_process_known": lambda: Heartbeat.objects.create(
        process="cron", beaten_at=noon(MARCH)
    ),
    "strategy_period_in_order": lambda: f.StrategyFactory(period_end=2017),
    "strategy_target_after_start": lambda: f.StrategyFactory(target_date=date(2017, 12, 31)),
    "strategy_slug_not_reserved": lambda: f.StrategyFactory(slug="recherche"),
    "axis_number_unique": lambda: twice(f.AxisFactory, strategy=f.StrategyFactory(), number=1),
    "family_slug_unique": lambda: twice(f.FamilyFactory, strategy=f.StrategyFactory(), slug="a"),
    "contribution_title_unique": lambda: twice(
        f.ContributionFactory,
        strategy=f.StrategyFactory(),
        organisation=f.OrganisationFactory(),
        title="Un fonds d'amorçage",
    ),
    "proposal_number_unique": lambda: twice(f.ProposalFactory, axis=f.AxisFactory(), number=1),
    "proposal_scheme_once": lambda: twice(
        f.ProposalSchemeFactory, proposal=f.ProposalFactory(), scheme=f.SchemeFactory()
    ),
    "act_reference_unique": lambda: twice(
        f.ActFactory, strategy=f.StrategyFactory(), reference="n° 1"
    ),
    "event_unique": lambda: twice(f.EventFactory, strategy=f.StrategyFactory(), title="Forum"),
    "event_month_starts_on_first": lambda: f.EventFactory(date_is_month=True),
    "convention_dates_in_order": lambda: a_day_off(f.ConventionFactory, "signed_on", "ends_on"),
    "convention_reference_unique": lambda: twice(
        f.ConventionFactory, strategy=f.StrategyFactory(), reference="n° 1"
    ),
    "amendment_number_unique": lambda: twice(
        f.AmendmentFactory, convention=f.ConventionFactory(), number=1
    ),
    "series_name_unique": lambda: twice(f.SeriesFactory, strategy=f.StrategyFactory(), name="Mois"),
    "action_code_unique": lambda: twice(ActionFactory, strategy=f.StrategyFactory(), code="12.3"),
    "action_code_shape": lambda: ActionFactory(code="12.3\n"),
    "action_weight_positive": lambda: ActionFactory(weight=0),
    "action_dates_in_order": lambda: a_day_off(ActionFactory, "start_date", "initial_due_date"),
    "milestone_title_unique": lambda: twice(
        f.MilestoneFactory, action=ActionFactory(), title="Ouverture"
    ),
    # Without a beginning too: then NULL equals NULL.
    "partnership_unique": lambda: twice(
        f.PartnershipFactory, action=ActionFactory(), organisation=f.OrganisationFactory()
    ),
    "partnership_dates_in_order": lambda: a_day_off(f.PartnershipFactory, "since", "until"),
    "territory_once": lambda: twice(
        f.TerritoryFactory, action=ActionFactory(), epci=f.EpciFactory()
    ),
    "territory_share_in_range": lambda: f.TerritoryFactory(share=Decimal("1.0001")),
    "milestone_update_once": lambda: twice(
        f.MilestoneUpdateFactory,
        report=(report := ProgressReportFactory()),
        milestone=f.MilestoneFactory(action=report.action),
    ),
    "draft_one_per_author": lambda: twice(
        f.ProgressReportDraftFactory, action=ActionFactory(), author=UserFactory()
    ),
    "user_role_known": lambda: UserFactory(role="chef"),
    "user_contributor_has_organisation": lambda: UserFactory(role="contributeur"),
    "absence_dates_in_order": lambda: a_day_off(f.AbsenceFactory, "starts_on", "ends_on"),
    "absence_deputy_is_another": lambda: f.AbsenceFactory(user=(u := UserFactory()), deputy=u),
    "absence_no_overlap": lambda: twice(f.AbsenceFactory, user=UserFactory()),
    "attachment_of_report_or_draft": lambda: f.AttachmentFactory(draft=None),
    "attachment_erased_with_motive": lambda: f.AttachmentFactory(erased_at=noon(MARCH)),
    "attachment_once": lambda: twice(
        f.AttachmentFactory, draft=f.ProgressReportDraftFactory(), sha256="a" * 64
    ),
    "draft_returned_with_word": lambda: f.ProgressReportDraftFactory(returned_by=UserFactory()),
    "indicator_code_unique": lambda: twice(
        f.IndicatorFactory, strategy=f.StrategyFactory(), code="emplois"
    ),
    "indicator_code_shape": lambda: f.IndicatorFactory(code="emplois créés"),
    "indicator_of_one_thing": lambda: f.IndicatorFactory(
        action=(a := ActionFactory()), proposal=a.proposal
    ),
    "indicator_baseline_dated": lambda: f.IndicatorFactory(baseline=1),
    "indicator_baseline_not_in_future": lambda: f.IndicatorFactory(baseline=1, baseline_on=MARCH),
    "indicator_better_known": lambda: f.IndicatorFactory(better="autant"),
    "indicator_period_known": lambda: f.IndicatorFactory(period=5),
    "indicator_decimals_at_most_four": lambda: f.IndicatorFactory(decimals=5),
    "indicator_target_year_plausible": lambda: f.IndicatorTargetFactory(year=1999),
    "indicator_target_not_in_future": lambda: f.IndicatorTargetFactory(
        decided_on=MARCH, recorded_at=noon(FEBRUARY)
    ),
    "indicator_value_withdrawn_with_motive": lambda: f.IndicatorValueFactory(value=None),
    "indicator_value_not_in_future": lambda: f.IndicatorValueFactory(
        reported_on=MARCH, recorded_at=noon(FEBRUARY)
    ),
    "indicator_value_measured_before_told": lambda: f.IndicatorValueFactory(
        measured_on=MARCH, reported_on=FEBRUARY
    ),
    "indicator_value_date_plausible": lambda: f.IndicatorValueFactory(
        measured_on=date(1999, 12, 31)
    ),
    "rectification_has_motive": lambda: f.RectificationFactory(motive=""),
    "user_pace_known": lambda: UserFactory(pace="parfois"),
    "mail_state_known": lambda: f.MailFactory(state="perdu"),
    "mail_sent_is_dated": lambda: f.MailFactory(state="envoye"),
    "campaign_dates_in_order": lambda: a_day_off(f.CampaignFactory, "opens_on", "committee_on"),
    "campaign_unique": lambda: twice(f.CampaignFactory, strategy=f.StrategyFactory()),
    "reminder_rule_unique": lambda: twice(f.ReminderRuleFactory, strategy=None),
    "reminder_rule_has_threshold": lambda: f.ReminderRuleFactory(thresholds=[]),
    "reminder_rule_kind_known": lambda: f.ReminderRuleFactory(kind="humeur"),
    "reminder_once": lambda: twice(
        f.ReminderFactory,
        rule=f.ReminderRuleFactory(),
        action=ActionFactory(),
        recipient=UserFactory(),
    ),
    "reminder_told_or_cancelled": lambda: f.ReminderFactory(
        mail=f.MailFactory(), cancelled_at=noon(MARCH)
    ),
    "reminder_reply_shape": lambda: f.ReminderReplyFactory(until=None),
    "programme_code_unique": lambda: twice(
        f.ProgrammeFactory, strategy=f.StrategyFactory(), code="ESS"
    ),
    "authorisation_reference_unique": lambda: twice(
        f.AuthorisationFactory, strategy=f.StrategyFactory(), reference="AE-1"
    ),
    "authorisation_nature_known": lambda: f.AuthorisationFactory(nature="AX"),
    "authorisation_vintage_plausible": lambda: f.AuthorisationFactory(vintage=1819),
    # Of the whole authorisation too: then NULL equals NULL.
    "initiative_slug_unique": lambda: twice(
        f.InitiativeFactory, strategy=f.StrategyFactory(), slug="un-jardin"
    ),
    "initiative_picture_described": lambda: f.InitiativeFactory(picture="a" * 64),
    "edition_number_unique": lambda: twice(
        f.EditionFactory, strategy=f.StrategyFactory(), number=1
    ),
    "edition_not_of_the_future": lambda: f.EditionFactory(day=APRIL, known_at=noon(MARCH)),
    "edition_has_title": lambda: f.EditionFactory(title=""),
    "edition_document_unique": lambda: twice(
        f.EditionDocumentFactory, edition=f.EditionFactory(), name="a.pdf"
    ),
    "movement_reference_unique": lambda: twice(
        f.MovementFactory, authorisation=f.AuthorisationFactory(), reference="V-1"
    ),
    "movement_amount_positive": lambda: f.MovementFactory(amount=-1),
    "movement_not_in_future": lambda: f.MovementFactory(date=APRIL, recorded_at=noon(MARCH)),
    "movement_date_plausible": lambda: f.MovementFactory(date=date(1999, 12, 31)),
    "movement_exercise_is_of_its_date": lambda: f.MovementFactory(date=MARCH, exercise=2018),
    "movement_names_its_action": lambda: f.MovementFactory(action=ActionFactory()),
    "movement_correction_has_motive": lambda: f.MovementFactory(
        authorisation=(vote := f.MovementFactory()).authorisation,
        kind="annulation",
        corrects=vote,
        motive="",
    ),
    "credit_reference_unique": lambda: twice(
        f.CreditLineFactory, programme=f.ProgrammeFactory(), reference="BP-1"
    ),
    "credit_amount_not_zero": lambda: f.CreditLineFactory(kind="DM", amount=0),
    "credit_taken_back_by_amendment": lambda: f.CreditLineFactory(amount=-1),
    "credit_exercise_plausible": lambda: f.CreditLineFactory(exercise=1819),
    "credit_not_in_future": lambda: f.CreditLineFactory(date=APRIL, recorded_at=noon(MARCH)),
    "funding_amount_not_negative": lambda: f.FundingFactory(amount=-1),
    "funding_not_in_future": lambda: f.FundingFactory(date=APRIL, recorded_at=noon(MARCH)),
    "human_means_not_negative": lambda: f.HumanMeansFactory(quantity=-1),
    "human_means_year_plausible": lambda: f.HumanMeansFactory(year=1819),
    "human_means_not_in_future": lambda: f.HumanMeansFactory(date=APRIL, recorded_at=noon(MARCH)),
    "grant_reference_unique": lambda: twice(
        f.GrantFactory, strategy=f.StrategyFactory(), reference="S-1"
    ),
    "grant_unique": lambda: twice(f.GrantFactory, strategy=f.StrategyFactory(), reference=""),
    "grant_identifies_beneficiary": lambda: f.GrantFactory(beneficiary_rna=""),
    "grant_keeps_no_person": lambda: f.GrantFactory(is_person=True, beneficiary_name="Madame X"),
    "grant_nature_known": lambda: f.GrantFactory(nature="aide"),
    "grant_siret_digits": lambda: f.GrantFactory(beneficiary_siret="1234"),
    "grant_granting_siret_digits": lambda: f.GrantFactory(granting_siret="1234"),
    "grant_rna_shape": lambda: f.GrantFactory(beneficiary_rna="452000001"),
    "grant_period_shape": lambda: f.GrantFactory(payment_period="2019"),
    "grant_share_in_range": lambda: f.GrantFactory(share=Decimal("1.000001")),
}
BROKEN_REPORTS = [
    ("report_not_in_future", {"reported_on": MARCH + DAY, "recorded_at": noon(MARCH)}),
    # In Paris 1 March begins an hour before it does in universal time.
    ("report_not_in_future", {"recorded_at": datetime(2019, 2, 28, 22, 59, tzinfo=UTC)}),
    ("report_embargo_at_most_a_year", {"public_from": MARCH + 367 * DAY}),
    ("report_says_state", {"progress": None}),
    ("report_says_state", {"status": "", "progress": 0}),
    ("report_says_state", {"progress": 33}),
    ("report_says_state", {"status": "en_panne", "progress": 0}),
    ("report_retraction_has_target", {"is_retraction": True}),
    ("report_done_means_delivered", {"progress": 100}),
    ("report_done_means_delivered", {"status": Status.DELIVERED, "progress": 75}),
    ("report_difficulty_has_motive", {"status": Status.DIFFICULTY, "difficulty_motive": ""}),
    ("report_difficulty_has_motive", {"status": Status.DIFFICULTY, "difficulty_motive": "?"}),
    ("report_difficulty_has_motive", {"difficulty_motive": Motive.FUNDING}),
    ("report_revision_has_motive", {"revised_due_date": APRIL, "revision_motive": ""}),
    ("report_revision_has_motive", {"revision_motive": "Sans nouvelle date"}),
    ("report_dropped_by_decision", {"status": Status.DROPPED, "decision": ""}),
]
# The target of a foreign key, which no form can break.
TECHNICAL = {"axis_with_strategy", "proposal_with_strategy", "programme_with_strategy"}


def declared():
    return {
        constraint.name: constraint
        for label in ("sress", "actors", "proposals")
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }


@pytest.mark.parametrize("constraint", BROKEN)
def test_a_broken_constraint_is_named_and_told_in_its_words(constraint):
    with refused(constraint, str(declared()[constraint].violation_error_message)):
        BROKEN[constraint]()


@pytest.mark.parametrize(("constraint", "said"), BROKEN_REPORTS)
def test_a_report_that_breaks_a_rule_is_refused(constraint, said):
    with refused(constraint, str(declared()[constraint].violation_error_message)):
        ProgressReportFactory(**said)


@pytest.mark.parametrize(("constraint", "said"), BROKEN_REPORTS)
def test_forms_and_commands_tell_a_broken_rule_alike(constraint, said):
    report = ProgressReportFactory.build(
        **said, action=ActionFactory(), author=UserFactory(service=None)
    )
    with pytest.raises(ValidationError) as told:
        report.validate_constraints()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        ProgressReportFactory(**said)
    assert refusals.message(caught.value) in told.value.messages


def test_every_unique_column_tells_readers_why_in_french():
    untold = {
        f"{model._meta.label}.{field.name}"
        for label in ("sress", "actors", "proposals")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.local_fields
        if field.unique and not field.primary_key and "%(" in str(field.error_messages["unique"])
    }
    assert untold == set()


def test_a_report_of_the_day_may_be_recorded_right_after_midnight_in_paris():
    just_after = datetime(2019, 3, 1, 0, 0, tzinfo=PARIS)
    assert ProgressReportFactory(reported_on=MARCH, recorded_at=just_after)


def test_every_constraint_is_broken_by_a_test_above():
    broken = {*BROKEN, *(name for name, _ in BROKEN_REPORTS)}
    assert broken == declared().keys() - TECHNICAL


def test_every_constraint_tells_readers_why_in_french():
    untold = str(BaseConstraint.default_violation_error_message)
    silent = {
        name
        for name, constraint in declared().items()
        if str(constraint.violation_error_message) == untold
    }
    assert silent == TECHNICAL


def test_a_fault_of_ours_has_no_text_for_readers():
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        ActionFactory(exists_from=MARCH, title=None)
    with pytest.raises(IntegrityError):
        refusals.message(caught.value)


# Addresses, communes and official numbers


def test_the_sites_own_addresses_cannot_be_a_strategys():
    own = {str(pattern.pattern).split("/")[0] for pattern in get_resolver().url_patterns}
    own |= {str(p.pattern).split("/")[0] for p in get_resolver("proposals.urls").url_patterns}
    assert {word for word in own if word and "<" not in word} <= RESERVED_SLUGS
    for slug in RESERVED_SLUGS:
        with pytest.raises(ValidationError, match="adresse du site"):
            validate_strategy_slug(slug)
    validate_strategy_slug("sress-2018-2021")


def test_a_commune_changes_epci_from_one_day_to_the_next():
    commune = f.CommuneFactory()
    f.MembershipFactory(commune=commune, valid_until=MARCH - DAY)
    f.MembershipFactory(commune=commune, valid_from=MARCH, valid_until=APRIL)
    with refused("membership_one_epci_at_a_time", "appartient déjà à un EPCI"):
        f.MembershipFactory(commune=commune, valid_from=APRIL)
    with refused("membership_one_epci_at_a_time"):
        f.MembershipFactory(commune=commune, valid_until=date(2000, 1, 1))


@pytest.mark.parametrize(
    ("kind", "number", "is_valid"),
    [
        ("siren", "234500023", True),  # Région Centre-Val de Loire
        ("siren", "234500024", False),
        ("siren", "000000000", False),
        ("siren", "23450002", False),
        ("siren", "234 500 023", False),
        ("siren", "２３４５０００２３", False),
        ("siret", "23450002300028", True),
        ("siret", "23450002300029", False),
        ("siret", "35600000000048", True),  # La Poste, its seat
        ("siret", "35600000049837", True),  # La Poste, an office: the key is its own
        ("siret", "35600000049838", False),
        ("siret", "356000000", False),
        ("rna", "W451000123", True),
        ("rna", "W9R1000123", True),
        ("rna", "w451000123", False),
        ("rna", "W45100012", False),
        ("rna", "W4510001234", False),
        ("rna", "4510001234", False),
        ("rna", "W451000123\n", False),
    ],
)
def test_official_numbers_are_checked(kind, number, is_valid):
    validate = getattr(validators, f"validate_{kind}")
    if is_valid:
        validate(number)
    else:
        with pytest.raises(ValidationError, match=f"n'est pas un (numéro )?{kind.upper()}"):
            validate(number)


def test_an_official_number_may_be_missing():
    for _ in range(2):
        f.OrganisationFactory(kind="commune", siren="")
