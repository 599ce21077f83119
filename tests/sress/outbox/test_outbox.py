"""The outbox against a real SMTP server that misbehaves: nothing is lost, nobody holds another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from actors import erasure
from sress.models import Mail
from sress.outbox.sending import send_waiting
from tests import factories as make
from tests.factories import noon
from tests.sress.outbox.kit import server

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp(settings):
    """Mails leave by SMTP, to the port that a test gives."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 3
    settings.OUTBOX_PAUSE = 60

    def to(port):
        settings.EMAIL_PORT = port

    return to


def later(minutes):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True)


def put(**said):
    return Mail.objects.put(
        **{
            "key": "relances/1/2019-11-15",
            "recipient": make.UserFactory(),
            "subject": "Échéance dans 7 jours : ouvrir le guichet",
            "text": "Bonjour,\n\nl'échéance est le 22 novembre.\n",
            "html": "<p>Bonjour,</p><p>l'échéance est le 22 novembre.</p>",
            "list_id": "relances",
            **said,
        }
    )


class TestWriting:
    def test_a_key_is_written_once(self):
        assert put()
        assert put(text="Autre chose.") is None
        assert Mail.objects.count() == 1

    def test_headers_say_what_kind_of_mail_it_is(self):
        mail = message_from_bytes(bytes(put().content), policy=policy.default)
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Id"] == "<relances.sress.example.org>"
        assert mail["Message-ID"].endswith("@sress.example.org>")
        assert mail["Subject"] == "Échéance dans 7 jours : ouvrir le guichet"
        assert mail.get_body(("plain",)).get_content().startswith("Bonjour,")
        assert "<p>Bonjour,</p>" in mail.get_body(("html",)).get_content()

    def test_its_identity_is_that_of_its_key(self):
        first = message_from_bytes(bytes(put().content))["Message-ID"]
        other = message_from_bytes(bytes(put(key="relances/2/2019-11-15").content))["Message-ID"]
        Mail.objects.all().delete()
        again = message_from_bytes(bytes(put().content))["Message-ID"]
        assert first == again != other

    def test_a_subject_is_one_line(self):
        mail = message_from_bytes(bytes(put(subject="Un\r\nBcc: x@example.org\ntitre").content))
        assert mail["Bcc"] is None
        assert mail["Subject"] == "Un Bcc: x@example.org titre"


class TestSending:
    def test_what_the_server_takes_is_sent_byte_for_byte(self, smtp):
        mail = put()
        with server() as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 1
            assert send_waiting(10) == 0
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.in_doubt) == ("envoye", 1, False)
        (one,) = accepted
        assert one.to == mail.to
        assert one.message_id == message_from_bytes(bytes(mail.content))["Message-ID"]

    @pytest.mark.parametrize("fault", ["550 at RCPT", "554 at DATA"])
    def test_a_refusal_ends_that_mail_alone(self, smtp, fault):
        first, second, third = (put(key=f"relances/{n}") for n in range(3))
        with server(["", fault]) as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 2
        assert len(accepted) == 2
        states = [Mail.objects.get(pk=one.pk).state for one in (first, second, third)]
        assert states == ["envoye", "refuse", "envoye"]
        assert Mail.objects.get(pk=second.pk).error[:3] == fault[:3]
        with later(600), server() as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 0

    @pytest.mark.parametrize("fault", ["421 at RCPT", "451 at RCPT", "451 at DATA", "530 at MAIL"])
    def test_what_may_pass_is_tried_again_and_holds_nobody(self, smtp, fault):
        first, second = (put(key=f"relances/{n}") for n in range(2))
        with server([fault]) as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 1
            first.refresh_from_db()
            assert (first.state, first.in_doubt) == ("en_attente", False)
            assert first.error.startswith(fault[:3])
            assert send_waiting(10) == 0, "after a pause"
            with later(2):
                assert send_waiting(10) == 1
        assert {one.to for one in accepted} == {first.to, second.to}
        assert len(accepted) == 2

    def test_the_pause_grows(self, smtp):
        mail = put()
        waited = []
        with server(["451 at RCPT"] * 9) as (port, _):
            smtp(port)
            for _ in range(8):
                before = timezone.now()
                send_waiting(10)
                mail.refresh_from_db()
                waited.append(round((mail.next_attempt_at - before).total_seconds() / 60))
                Mail.objects.update(next_attempt_at=before)
        assert waited == [1, 2, 4, 8, 16, 32, 60, 60]

    def test_it_is_given_up_in_the_end(self, smtp, settings):
        settings.OUTBOX_ATTEMPTS = 1
        mail = put()
        with server(["451 at RCPT"]) as (port, _):
            smtp(port)
            send_waiting(10)
        mail.refresh_from_db()
        assert mail.state == "abandonne"

    def test_a_lost_reply_leaves_a_doubt_and_the_same_bytes_go_again(self, smtp):
        mail = put()
        with server(["dropped after DATA"]) as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 0
            mail.refresh_from_db()
            assert (mail.state, mail.in_doubt) == ("en_attente", True)
            assert Mail.objects.recall() == [], "it may have been read"
            with later(2):
                assert send_waiting(10) == 1
        first, second = accepted
        assert (first.message_id, first.digest) == (second.message_id, second.digest)
        assert (first.heard, second.heard) == (False, True)

    def test_a_lost_connection_is_no_loss(self, smtp):
        put()
        with server(["dropped before DATA"]) as (port, accepted):
            smtp(port)
            assert send_waiting(10) == 0
            with later(2):
                assert send_waiting(10) == 1
        assert len(accepted) == 1

    def test_without_a_server_the_round_ends(self, smtp):
        mails = [put(key=f"relances/{n}") for n in range(3)]
        smtp(1)  # nobody listens there
        assert send_waiting(10) == 0
        tried = [Mail.objects.get(pk=mail.pk).attempts for mail in mails]
        assert tried == [1, 0, 0]
        assert not Mail.objects.filter(in_doubt=True).exists()

    def test_a_sender_that_dies_leaves_a_doubt_and_the_next_one_sends(self, smtp, settings):
        mail = put()
        assert Mail.objects.claim() == mail
        assert Mail.objects.claim() is None, "under its lease"
        with later(settings.OUTBOX_LEASE / 60 + 1), server() as (port, accepted):
            smtp(port)
            claimed = Mail.objects.claim()
            assert claimed.in_doubt
            Mail.objects.update(leased_until=None)
            assert send_waiting(10) == 1
        assert len(accepted) == 1

    def test_a_late_result_does_not_undo_that_of_who_took_over(self, settings):
        put()
        slow = Mail.objects.claim()
        with later(settings.OUTBOX_LEASE / 60 + 1):
            Mail.objects.claim().delivered()
        slow.put_off("421", in_doubt=False)
        assert Mail.objects.get().state == "envoye"


@pytest.mark.django_db(transaction=True)
def test_many_senders_send_each_mail_once(smtp):
    for n in range(40):
        put(key=f"relances/{n}")

    def one_sender():
        try:
            return send_waiting(20)
        finally:
            connection.close()

    with server() as (port, accepted), ThreadPoolExecutor(6) as pool:
        smtp(port)
        counts = [future.result() for future in [pool.submit(one_sender) for _ in range(6)]]
    assert sum(counts) == len(accepted) == 40
    assert len({one.message_id for one in accepted}) == 40


class TestAfterwards:
    def test_an_erased_person_is_in_no_mail(self):
        person = make.UserFactory(full_name="Camille Effacée", email="camille@example.org")
        to_them = put(recipient=person)
        naming = put(
            key="relances/2", text="Pour Camille Effacée.\n" * 30, html="<p>Camille Effacée</p>"
        )
        Mail.objects.filter(pk=naming.pk).update(state="envoye", sent_at=noon(date(2019, 11, 15)))
        other = put(key="relances/3")
        erasure.erase(person, by=None)
        to_them.refresh_from_db()
        assert (to_them.recipient, to_them.to, to_them.subject) == (None, "", "")
        assert to_them.state == "rappele"
        assert bytes(to_them.content) == b""
        assert Mail.objects.get(pk=naming.pk).readable() == ""
        assert Mail.objects.get(pk=other.pk).readable() != ""

    def test_old_words_are_forgotten(self):
        old = make.MailFactory(created_at=noon(date(2018, 1, 1)), state="refuse")
        waiting = make.MailFactory(created_at=noon(date(2018, 1, 1)))
        recent = make.MailFactory(created_at=noon(date(2019, 11, 1)), state="refuse")
        with time_machine.travel("2019-11-15T09:00:00Z", tick=False):
            assert Mail.objects.forget_old() == 1
        kept = {one.pk: bool(one.readable()) for one in Mail.objects.all()}
        assert kept == {old.pk: False, waiting.pk: True, recent.pk: True}

    def test_who_watches_the_site_is_told_that_mails_are_late(self, anonymous):
        assert anonymous.get("/readyz").json()["mail"] == "ok"
        put()
        assert anonymous.get("/readyz").json()["mail"] == "ok"
        with later(10):
            told = anonymous.get("/readyz").json()
        assert (told["mail"], told["status"]) == ("late", "degraded")
