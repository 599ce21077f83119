"""What people do with their accounts, through the pages."""

import base64
import hashlib
import hmac
import re
import struct
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

PASSWORD = "une phrase de passe"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN = "/compte/connexion/"
DOUBLE = "/compte/double-authentification/"
SECOND_STEP = f"{DOUBLE}verification/"


def sign_in(client, user, password=PASSWORD, headers=None, **more):
    data = {"login": user.email, "password": password, **more}
    return client.post(LOGIN, data, headers=headers)


def is_signed_in(client):
    return client.get("/compte/").status_code == 200


def code(secret=SECRET):
    """What an authenticator application shows now (RFC 6238)."""
    digest = hmac.new(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1
    ).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def give_application(user):
    """The second factor of `user`; returns their recovery codes."""
    TOTP.activate(user, SECRET)
    return RecoveryCodes.activate(user).get_unused_codes()


def confirm(client, password=PASSWORD):
    """Say again who one is, as pages about security ask."""
    return client.post("/compte/confirmation/", {"password": password})


def confirm_by_code(client, typed):
    """The same, of somebody who has a second factor."""
    return client.post(f"{DOUBLE}confirmation/", {"code": typed})


def add_application(client):
    """Set an authenticator application up; the page that shows the recovery codes."""
    page = client.get(f"{DOUBLE}application/")
    typed = code(page.context["form"].secret)
    return client.post(f"{DOUBLE}application/", {"code": typed}, follow=True)


def link_in(mail):
    """The path of the link in a mail."""
    (found,) = re.findall(r"https?://[^/\s]+(/compte/\S+)", mail.body)
    return found


def text(response):
    return response.content.decode()
