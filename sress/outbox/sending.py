"""Sending: claim, SMTP, result; each committed before the next one begins."""

import logging
import smtplib
import time
from email import message_from_bytes
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage, get_connection

from sress.outbox.models import Mail

logger = logging.getLogger(__name__)


def send_waiting(seconds: float) -> int:
    """Send what waits, one mail after the other, for so long at most; how many left.

    A refusal (5xx) of a recipient or of a mail's content ends that mail; any other fault puts it
    off. A server that cannot be reached ends the round: nothing more would leave.
    """
    ends, sent = time.monotonic() + seconds, 0
    server: Any = get_connection()
    try:
        while time.monotonic() < ends and (mail := Mail.objects.claim()):
            if not _reached(server, mail):
                break
            sent += _send(server, mail)
    finally:
        _leave(server)
    return sent


def _reached(server: Any, mail: Mail) -> bool:
    """Open the connection, unless it is; a failure puts the mail off and is no doubt about it."""
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("The mail server cannot be reached: %s", type(error).__name__)
        _leave(server)
        mail.put_off(f"Serveur injoignable : {_said(error)}", in_doubt=False)
        return False
    return True


def _send(server: Any, mail: Mail) -> bool:
    """Send one mail over an open connection; whether the server took it."""
    try:
        server.send_messages([Stored(mail)])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, said = next(iter(refusal.recipients.values()))
        _answered(mail, code, said)
    except smtplib.SMTPDataError as refusal:
        _answered(mail, refusal.smtp_code, refusal.smtp_error)
    except smtplib.SMTPNotSupportedError as refusal:
        # An address that this server cannot carry, now or later.
        mail.refused(_said(refusal))
    except smtplib.SMTPResponseException as refusal:
        # Of the sender, or of the server: a fault of the site's, not of the mail.
        mail.put_off(_reply(refusal.smtp_code, refusal.smtp_error), in_doubt=False)
    except (OSError, smtplib.SMTPException) as error:
        # The connection was lost, perhaps after the mail had been handed over.
        mail.put_off(f"Connexion perdue : {_said(error)}", in_doubt=True)
    except Exception as error:
        # A fault of one mail must not hold the others.
        logger.exception("Mail %s cannot be sent", mail.pk)
        mail.put_off(_said(error), in_doubt=False)
    else:
        mail.delivered()
        return True
    _leave(server)
    return False


def _answered(mail: Mail, code: int, said: bytes | str) -> None:
    if 500 <= code < 600:
        logger.warning("Mail %s is refused: %s", mail.pk, code)
        mail.refused(_reply(code, said))
    else:
        mail.put_off(_reply(code, said), in_doubt=False)


def _leave(server: Any) -> None:
    """Close the connection; one that is broken is forgotten."""
    try:
        server.close()
    except (OSError, smtplib.SMTPException):
        server.connection = None


def _reply(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


class Stored(EmailMessage):
    """A mail that was written down: whatever sends it sends its very bytes."""

    def __init__(self, mail: Mail) -> None:
        super().__init__(subject=mail.subject, to=[mail.to])
        self.content = bytes(mail.content)

    def message(self, *args: Any, **kwargs: Any) -> Any:
        parsed: Any = message_from_bytes(self.content, _class=Exact)
        parsed.content = self.content
        return parsed


class Exact(Message):
    """A parsed mail that is written again as it was."""

    content: bytes

    def as_bytes(self, *args: Any, **kwargs: Any) -> bytes:
        return self.content
