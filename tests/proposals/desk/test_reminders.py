"""« Mes relances », and every mail for administrators."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proposals.models import ReminderReply
from proposals.reminders.run import run
from sress.models import Mail
from sress.outbox.sending import send_waiting
from tests import factories as make
from tests.proposals.reminders.kit import MONDAY, on

pytestmark = pytest.mark.django_db

PAGE = "/suivi/relances/"
MAILS = "/suivi/relances/courriels/"


@pytest.fixture(autouse=True)
def _today():
    with on(MONDAY):
        yield


def followed(user, **said):
    return make.ActionFactory(
        **{
            "strategy__slug": "sress",
            "code": "12.3",
            "title": "Ouvrir le guichet",
            "referent": user,
            "initial_due_date": date(2019, 11, 29),
            "exists_from": date(2019, 10, 1),
            "start_date": None,
            **said,
        }
    )


def text(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return unescape(response.content.decode())


class TestMine:
    def test_what_was_and_what_will_be_sent(self, lead):
        followed(lead.user)
        run()
        send_waiting(10)
        page = text(lead)
        assert Mail.objects.get().subject in page
        assert "Envoyé" in page
        assert "22\u00a0novembre\u00a02019" in page
        assert "7\u00a0jours avant l'échéance du 29\u00a0novembre\u00a02019" in page

    def test_what_is_planned_waits_for_its_day(self, lead):
        followed(lead.user, initial_due_date=date(2019, 12, 19))
        with on(MONDAY + timedelta(days=1)):
            run()  # J-30 is the 19th; the digest of this week has left
            lead.force_login(lead.user)
            assert not Mail.objects.exists()
            page = text(lead)
        assert "25\u00a0novembre\u00a02019" in page
        assert "échéance d'une action, J-30" in page

    def test_nothing_is_said_calmly(self, lead):
        page = text(lead)
        assert "Rien n'est prévu dans les semaines qui viennent." in page
        assert "Aucune relance ne vous a encore été envoyée." in page

    def test_one_chooses_the_rhythm(self, lead):
        assert lead.post(PAGE, {"pace": "quotidien"}).status_code == 302
        lead.user.refresh_from_db()
        assert lead.user.pace == "quotidien"
        assert lead.post(PAGE, {"pace": "jamais"}).status_code == 422

    def test_what_is_put_off_can_be_taken_back(self, lead, outsider):
        action = followed(lead.user)
        reply = make.ReminderReplyFactory(action=action, user=lead.user, until=date(2019, 12, 2))
        assert "jusqu'au" in text(lead)
        outsider.post(f"/suivi/relances/plus-tard/{reply.pk}/fin/")
        assert ReminderReply.objects.exists()
        lead.post(f"/suivi/relances/plus-tard/{reply.pk}/fin/")
        assert not ReminderReply.objects.exists()

    def test_a_deputy_sees_whom_it_is_for(self, lead, outsider):
        followed(lead.user, initial_due_date=date(2019, 12, 19))
        make.AbsenceFactory(
            user=lead.user, deputy=outsider.user, starts_on=MONDAY, ends_on=date(2019, 11, 29)
        )
        with on(MONDAY + timedelta(days=1)):
            run()
            outsider.force_login(outsider.user)
            lead.force_login(lead.user)
            assert "pour Camille Référente" in text(outsider)
            assert "Odile Tierce" in text(lead)

    def test_it_costs_the_same_few_queries(self, lead):
        def cost():
            lead.get(PAGE)
            with CaptureQueriesContext(connection) as captured:
                lead.get(PAGE)
            return len(captured)

        action = followed(lead.user)
        make.MilestoneFactory(action=action, initial_due_date=date(2019, 11, 29))
        run()
        few = cost()
        for n in range(8):
            one = followed(lead.user, strategy=action.strategy, code=f"13.{n}")
            make.MilestoneFactory(action=one, initial_due_date=date(2019, 11, 29))
            make.ReminderReplyFactory(action=one, user=lead.user)
            make.MailFactory(recipient=lead.user)
        run()
        assert cost() == few <= 12


class TestAMail:
    def test_its_reader_and_administrators_read_it_without_its_links(
        self, lead, outsider, administrator
    ):
        followed(lead.user)
        run()
        address = f"{MAILS}{Mail.objects.get().pk}/"
        for reader in (lead, administrator):
            page = text(reader, address)
            assert "Ouvrir le guichet" in page
            assert "/relances/reponse/…" in page, "whoever holds a link answers for its reader"
        assert outsider.get(address).status_code == 404

    def test_erased_words_are_said_to_be_erased(self, lead):
        mail = make.MailFactory(recipient=lead.user, content=b"")
        assert "Son texte a été effacé." in text(lead, f"{MAILS}{mail.pk}/")


class TestEveryMail:
    def test_state_error_and_doubt_are_shown(self, administrator):
        make.MailFactory(state="refuse", error="550 No such user here", in_doubt=True)
        page = text(administrator, MAILS)
        assert "Refusé" in page
        assert "550 No such user here" in page
        assert "peut-être reçu" in page

    def test_it_is_filtered(self, administrator):
        make.MailFactory(subject="Premier sujet", recipient__full_name="Éloïse Une")
        make.MailFactory(subject="Second sujet", state="refuse")
        page = text(administrator, f"{MAILS}?etat=refuse")
        assert "Second sujet" in page
        assert "Premier sujet" not in page
        assert "Premier sujet" in text(administrator, f"{MAILS}?q=eloise+premier")

    def test_what_was_sent_goes_again_once(self, administrator):
        followed(make.UserFactory())
        run()
        send_waiting(10)
        mail = Mail.objects.get()
        address = f"{MAILS}{mail.pk}/renvoi/"
        assert administrator.post(address).status_code == 302
        administrator.post(address)
        assert send_waiting(10) == 1
        assert send_waiting(10) == 0

    def test_what_a_refused_mail_told_is_told_anew(self, administrator):
        followed(make.UserFactory())
        run()
        Mail.objects.update(state="refuse", error="550")
        mail = Mail.objects.get()
        page = administrator.post(f"{MAILS}{mail.pk}/renvoi/", follow=True).content.decode()
        assert "à l'adresse qu'elle aura alors" in unescape(page)
        run()
        again = Mail.objects.filter(recipient=mail.recipient, state="en_attente").get()
        assert again.pk != mail.pk

    def test_it_costs_the_same_few_queries(self, administrator):
        def cost():
            administrator.get(MAILS)
            with CaptureQueriesContext(connection) as captured:
                administrator.get(MAILS)
            return len(captured)

        make.MailFactory()
        few = cost()
        for _ in range(8):
            make.MailFactory()
        assert cost() == few <= 12

    def test_it_is_closed_to_others(self, lead, coordinator):
        mail = make.MailFactory(state="refuse")
        for client in (lead, coordinator):
            assert client.get(MAILS).status_code == 403
            assert client.post(f"{MAILS}{mail.pk}/renvoi/").status_code == 403


def test_the_desk_leads_there(lead):
    assert f'href="{PAGE}"' in text(lead, "/suivi/")
