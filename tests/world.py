"""One action that everyone sees from their own side, and a row of everything."""

import re

from allauth.usersessions.models import UserSession
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from actors.access import Persona
from actors.models import Absence
from proposals.models import Action
from proposals.reminders import replies
from proposals.reminders.replies import Link, What
from sress.models import Heartbeat
from tests import factories as make
from tests.actors.accounts.kit import give_application
from tests.conftest import SignedIn

AUTOCOMPLETE = (
    "/admin/autocomplete/?app_label=proposals&model_name=action&field_name=proposal&term="
)

OF_MEETING = (
    *("desk:meeting", "desk:change_meeting", "desk:prepare", "desk:session", "desk:record"),
    "desk:validate_record",
)


class World:
    """One action that everyone sees from their own side, and a row of everything."""

    def __init__(self):
        strategy = make.StrategyFactory(slug="sress")
        lead = make.UserFactory()
        self.action = make.ActionFactory(
            strategy=strategy,
            proposal__axis__number=1,
            proposal__number=1,
            code="1.1",
            referent=lead,
        )
        partner = make.ContributorFactory()
        make.PartnershipFactory(action=self.action, organisation=partner.organisation)
        coordinator, colleague = make.CoordinatorFactory(), make.CoordinatorFactory()
        strategy.coordinators.add(coordinator)
        make.StrategyFactory(slug="ailleurs").coordinators.add(colleague)
        self.report = make.ProgressReportFactory(action=self.action, author=lead)
        self.attachment = make.attached(self.report)
        self.draft = make.ProgressReportDraftFactory(
            action=self.action, author=partner, submitted_at=make.noon(make.date(2019, 11, 1))
        )
        self.people = {
            Persona.STRANGER: make.ContributorFactory(),
            Persona.PARTNER: partner,
            Persona.OFFICER: make.UserFactory(),
            Persona.LEAD: lead,
            Persona.COLLEAGUE: colleague,
            Persona.COORDINATOR: coordinator,
            Persona.ADMINISTRATOR: make.UserFactory(role="administration"),
        }
        for user in self.people.values():
            give_application(user)
        self._rows_of_the_administration()

    def _rows_of_the_administration(self):
        milestone = make.MilestoneFactory(action=self.action)
        make.MilestoneUpdateFactory(report=self.report, milestone=milestone)
        make.TerritoryFactory(action=self.action)
        make.RectificationFactory(action=self.action)
        make.HandoverFactory(action=self.action)
        make.ProposalSchemeFactory(proposal=self.action.proposal)
        make.MembershipFactory()
        make.ContourFactory()
        make.TagFactory()
        strategy = self.action.strategy
        for factory in (
            make.FamilyFactory,
            make.ContributionFactory,
            make.ActFactory,
            make.EventFactory,
            make.SeriesFactory,
        ):
            factory(strategy=strategy)
        make.AmendmentFactory(convention__strategy=strategy)
        make.AbsenceFactory(starts_on=make.date(2020, 1, 1), ends_on=make.date(2020, 1, 2))
        make.AccountEventFactory()
        Heartbeat.beat(Heartbeat.Process.WORKER)
        administrator = self.people[Persona.ADMINISTRATOR]
        make.CampaignFactory(strategy=strategy)
        rule = make.ReminderRuleFactory(strategy=strategy)
        self.mail = make.MailFactory(recipient=administrator)
        make.ReminderFactory(action=self.action, rule=rule, mail=self.mail)
        make.ReminderReplyFactory(action=self.action)
        movement = make.MovementFactory(strategy=strategy)
        self.affected = make.MovementFactory(
            authorisation=movement.authorisation, action=self.action, kind="affectation", amount=1
        )
        make.CreditLineFactory(programme=movement.authorisation.programme)
        make.FundingFactory(action=self.action)
        make.HumanMeansFactory(action=self.action)
        make.GrantFactory(action=self.action)
        self.epci = make.EpciFactory()
        self.initiative = make.pictured(
            make.InitiativeFactory(strategy=strategy, slug="x", action=self.action)
        )
        indicator = make.IndicatorFactory(action=self.action, code="1-1")
        make.IndicatorTargetFactory(indicator=indicator)
        make.IndicatorValueFactory(indicator=indicator)
        self.document = make.EditionDocumentFactory(
            edition__strategy=strategy, edition__number=1, name="x"
        )
        self.meeting = make.MeetingFactory(strategy=strategy, date=make.date(2019, 11, 14))
        make.AgendaItemFactory(meeting=self.meeting)
        make.HighlightFactory(meeting=self.meeting)
        self.decision = make.decided(
            self.action,
            meeting__strategy=strategy,
            meeting__visibility="public",
            owner=self.action.referent,
            visibility="public",
        )
        make.DecisionFollowUpFactory(decision=self.decision)
        self.file = make.StrategyFileFactory(target=strategy, author=administrator)

    def client(self, persona):
        return SignedIn(self.people[persona]) if persona in self.people else Client()

    def path(self, address, persona):
        """Where `persona` finds a row of theirs at `address`."""
        rows = {
            "attachment": self.attachment.pk,
            "desk:retract": self.report.pk,
            "desk:validate": self.draft.pk,
            "desk:forget_absence": self._absence_of(persona),
            "desk:correct_movement": self.affected.pk,
            "desk:follow_up": self.decision.pk,
            "record": self.decision.meeting.pk,
            **dict.fromkeys(OF_MEETING, self.meeting.pk),
            "desk:mail": self._mail_of(persona),
            "desk:resend": self.mail.pk,
            "admin:strategy_export": self.action.strategy_id,
            "usersessions_end": self._session_of(persona),
            "admin:actors_user_erase": self.people[Persona.OFFICER].pk,
        }
        values = {
            "slug": "sress",
            "code": "1-1",
            "number": 1,
            "kind": "xlsx",
            "name": "x",
            "table": "actions",
            "uidb36": "1",
            "key": "x",
            "siren": self.epci.siren,
            "digest": self.initiative.picture[:16],
            "size": "petite",
            "token": self._token_of(persona) if address.name == "desk:reply" else "x",
            "pk": rows.get(address.name, self.file.pk),
            "id": self.people[Persona.OFFICER].pk,
            "object_id": self._row_of(address),
            "content_type_id": ContentType.objects.get_for_model(Action).pk,
            "app_label": "proposals",
        }
        asked = re.findall(r"<(?:\w+:)?(\w+)>", address.path)
        if address.name == "admin:view_on_site":
            values["object_id"] = self.action.pk
        if address.name == "admin:app_list":
            return "/admin/proposals/"
        if address.name == "admin:autocomplete":
            return AUTOCOMPLETE
        return reverse(address.name, kwargs={name: values[name] for name in asked})

    def _row_of(self, address):
        if address.admin is None:
            return None
        rows = address.admin.model.objects.order_by("pk")
        path = getattr(address.admin, "strategy_path", "")
        row = (
            rows.filter(**{f"{path}__in": [self.action.strategy.pk]}).first()
            if path
            else rows.last()
        )
        return row.pk

    def _session_of(self, persona):
        """Another browser of theirs."""
        user = self.people.get(persona)
        facts = {"session_key": f"other-{persona}", "ip": "192.0.2.1", "user_agent": "Navigateur"}
        return UserSession.objects.get_or_create(user=user, defaults=facts)[0].pk if user else 1

    def _token_of(self, persona):
        """Of a link in a mail to them; who has no account holds the referent's."""
        user = self.people.get(persona, self.people[Persona.LEAD])
        return replies.token(Link(user.pk, self.action.pk, What.NOTHING_NEW))

    def _mail_of(self, persona):
        user = self.people.get(persona)
        return make.MailFactory(recipient=user).pk if user else self.mail.pk

    def _absence_of(self, persona):
        user = self.people.get(persona)
        if user is None:
            return 1
        days = {"starts_on": make.date(2020, 2, 1), "ends_on": make.date(2020, 2, 2)}
        found = Absence.objects.filter(user=user, **days).first()
        return (found or make.AbsenceFactory(user=user, **days)).pk
