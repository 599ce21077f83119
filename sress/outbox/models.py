"""Mails as they leave: stored bytes, and where each one stands."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from sress import clock
from sress.outbox import writing

# The words of a mail are kept for as long as somebody may ask what they were told.
KEPT = timedelta(days=400)


class MailQuerySet(models.QuerySet["Mail"]):
    def put(
        self,
        *,
        key: str,
        recipient: Any,
        subject: str,
        text: str,
        html: str,
        list_id: str,
    ) -> "Mail | None":
        """Write a mail down, to leave as soon as it can; None when `key` has one already.

        Part of the caller's transaction: what is told and the mail that tells it are written
        together, or not at all.
        """
        content = writing.written(
            key=key, to=recipient.email, subject=subject, text=text, html=html, list_id=list_id
        )
        said = {"recipient": recipient, "to": recipient.email, "subject": subject[:200]}
        mail, is_new = self.get_or_create(key=key, defaults={**said, "content": content})
        return mail if is_new else None

    def waiting(self) -> Self:
        """Those that are to leave."""
        return self.filter(state=Mail.State.WAITING)

    def overdue(self) -> Self:
        """Those that should have left a while ago: nobody sends, or the server refuses."""
        before = timezone.now() - timedelta(seconds=5 * settings.OUTBOX_EVERY)
        return self.waiting().filter(Q(next_attempt_at__lt=before) | Q(attempts__gte=5))

    def claim(self) -> "Mail | None":
        """Take the next mail to send, under a lease that others respect; committed at once.

        A mail whose lease ran out was being sent when its process died: it may have left.
        """
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, {"now": timezone.now(), "lease": settings.OUTBOX_LEASE})
            row = cursor.fetchone()
        return self.get(pk=row[0]) if row else None

    def undelivered(self) -> Self:
        """Those to leave that certainly did not, and are not leaving now."""
        return self.waiting().filter(in_doubt=False, leased_until=None)

    def recall(self) -> Sequence[int]:
        """Take back the mails of this queryset that were not delivered; their ids.

        What they said is to be said again, in a mail of another day or to another address: their
        key is free again. Those that may have been received go on as they are.
        """
        states = [Mail.State.WAITING, Mail.State.REFUSED, Mail.State.FAILED]
        rows = self.filter(state__in=states, in_doubt=False, leased_until=None)
        pks = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        self.model.objects.filter(pk__in=pks).update(
            state=Mail.State.RECALLED,
            key=Concat("key", Value("/rappel-"), Cast("pk", models.CharField())),
        )
        return pks

    def forget_old(self) -> int:
        """Erase the words of mails that are over for long; how many."""
        old = self.exclude(state=Mail.State.WAITING).exclude(content=b"")
        return old.filter(created_at__lt=clock.now() - KEPT).update(content=b"")

    def forget(self, user: Any) -> None:
        """For the erasure of a person: mails to them, and the words of those that name them."""
        theirs = self.filter(recipient=user)
        theirs.waiting().update(state=Mail.State.RECALLED)
        theirs.update(to="", subject="", content=b"", error="")
        told = self.exclude(state=Mail.State.WAITING).exclude(content=b"")
        naming = [
            mail.pk
            for mail in told.iterator(chunk_size=200)
            if user.full_name in (read := mail.readable()) or user.email in read
        ]
        self.filter(pk__in=naming).update(content=b"")


class Mail(models.Model):
    """A mail: planned with what it tells, in one transaction; then sent, at least once.

    Moments of the outbox itself (lease, next attempt) are in real time, those of the record in that
    of the site's clock.
    """

    class State(models.TextChoices):
        WAITING = "en_attente", "En attente"
        SENT = "envoye", "Envoyé"
        REFUSED = "refuse", "Refusé par le serveur du destinataire"
        FAILED = "abandonne", "Abandonné après trop d'essais"
        RECALLED = "rappele", "Remplacé par un courriel plus récent"

    key = models.CharField(
        "clé",
        max_length=100,
        unique=True,
        error_messages={"unique": "Ce courriel est déjà écrit."},
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="mails",
        verbose_name="destinataire",
    )
    to = models.EmailField("adresse", blank=True)
    subject = models.CharField("objet", max_length=200, blank=True)
    content = models.BinaryField("contenu", editable=False)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    in_doubt = models.BooleanField(
        "peut-être reçu",
        default=False,
        help_text="La réponse du serveur s'est perdue : le même courriel part une seconde fois.",
    )
    error = models.CharField("dernière erreur", max_length=300, blank=True)
    created_at = models.DateTimeField("écrit le", default=clock.now)
    sent_at = models.DateTimeField("envoyé le", null=True)
    leased_until = models.DateTimeField("en cours d'envoi jusqu'au", null=True)
    next_attempt_at = models.DateTimeField("prochain essai", default=timezone.now)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["en_attente", "envoye", "refuse", "abandonne", "rappele"]),
                name="mail_state_known",
                violation_error_message="Cet état de courriel n'existe pas.",
            ),
            models.CheckConstraint(
                condition=Q(state="envoye", sent_at__isnull=False)
                | (~Q(state="envoye") & Q(sent_at=None)),
                name="mail_sent_is_dated",
                violation_error_message="Un courriel envoyé, et lui seul, a une date d'envoi.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state="en_attente"),
                name="mail_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.subject or self.key

    def readable(self) -> str:
        """Its plain text; "" once it was erased."""
        return writing.text_of(bytes(self.content))

    def delivered(self) -> None:
        """The server took it."""
        self._conclude(state=self.State.SENT, sent_at=clock.now(), error="", in_doubt=False)

    def refused(self, error: str) -> None:
        """The server will not take it for this recipient."""
        self._conclude(state=self.State.REFUSED, error=error[:300])

    def put_off(self, error: str, *, in_doubt: bool) -> None:
        """It did not leave, or nobody knows: again after a pause that grows, so many times."""
        now = timezone.now()
        pause = min(settings.OUTBOX_PAUSE * 2 ** min(self.attempts - 1, 12), LONGEST_PAUSE)
        given_up = self.attempts >= settings.OUTBOX_ATTEMPTS
        self._conclude(
            state=self.State.FAILED if given_up else self.State.WAITING,
            next_attempt_at=now + timedelta(seconds=pause),
            in_doubt=self.in_doubt or in_doubt,
            error=error[:300],
        )

    @property
    def may_be_sent_again(self) -> bool:
        """Whether it is over, and its words were not erased."""
        return self.state in OVER and bool(self.content)

    def send_again(self) -> bool:
        """On an administrator's word: the same bytes leave once more; whether they can."""
        rows = Mail.objects.filter(pk=self.pk, state__in=OVER, leased_until=None)
        return bool(
            rows.exclude(content=b"").update(
                state=self.State.WAITING,
                sent_at=None,
                attempts=0,
                error="",
                next_attempt_at=timezone.now(),
            )
        )

    def _conclude(self, **values: Any) -> None:
        """Write the result, unless the lease ran out and somebody else took the mail."""
        mine = Mail.objects.waiting().filter(pk=self.pk, attempts=self.attempts)
        mine.update(leased_until=None, **values)


LONGEST_PAUSE = 3600
OVER = (Mail.State.SENT, Mail.State.REFUSED, Mail.State.FAILED)
CLAIM = """
UPDATE sress_mail
SET leased_until = %(now)s + %(lease)s * INTERVAL '1 second',
    attempts = attempts + 1,
    in_doubt = in_doubt OR leased_until IS NOT NULL
WHERE id = (
    SELECT id FROM sress_mail
    WHERE state = 'en_attente' AND next_attempt_at <= %(now)s
        AND (leased_until IS NULL OR leased_until < %(now)s)
    ORDER BY next_attempt_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
