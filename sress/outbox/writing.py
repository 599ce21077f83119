"""A mail as the bytes that leave: made once, so that a second sending is the same mail."""

import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives


def written(*, key: str, to: str, subject: str, text: str, html: str, list_id: str) -> bytes:
    """The mail, in plain text and in HTML.

    Its Message-ID is that of `key`: a server or a reader that gets it twice knows it. It says that
    no person wrote it (RFC 3834; the second header is what Exchange reads), and what list it is of
    (RFC 2919), so that nobody's absence answers it and anybody's filter finds it.
    """
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[to],
        headers={
            "Message-ID": message_id(key),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"<{list_id}.{_host()}>",
        },
    )
    mail.attach_alternative(html, "text/html")
    message: Any = mail.message()
    return bytes(message.as_bytes(linesep="\r\n"))


def message_id(key: str) -> str:
    """What identifies the mail of a key, here and for whoever receives it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{_host()}>"


def text_of(content: bytes) -> str:
    """What a stored mail says, in plain text."""
    mail = cast(EmailMessage, message_from_bytes(content, policy=policy.default))
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
