"""allauth's forms in the site's words, without placeholders that repeat the labels."""

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.http import HttpRequest

ADDRESS = "Adresse électronique"
PASSWORD = "Mot de passe"
NEW_PASSWORD = {
    "password1": "Nouveau mot de passe",
    "password2": "Le même, encore une fois",
}
STRONG = {
    "password1": "Douze caractères au moins, et pas que des chiffres : une phrase se retient.",
}
DIFFERENT = "Les deux mots de passe diffèrent."


class Worded:
    """Labels and helps by name of field."""

    fields: dict[str, Any]
    labels: dict[str, str] = {}
    helps: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


class NewPassword(Worded):
    """A password of one's own choice, typed twice."""

    labels = NEW_PASSWORD
    helps = STRONG

    def clean(self) -> Any:
        cleaned: dict[str, Any] = self.cleaned_data  # type: ignore[attr-defined]
        typed = cleaned.get("password1"), cleaned.get("password2")
        if all(typed) and typed[0] != typed[1]:
            self.add_error("password2", DIFFERENT)  # type: ignore[attr-defined]
        return cleaned


class Login(Worded, account.LoginForm):
    labels = {"login": ADDRESS, "password": PASSWORD}


class Reauthenticate(Worded, account.ReauthenticateForm):
    labels = {"password": PASSWORD}


class ResetPassword(Worded, account.ResetPasswordForm):
    labels = {"email": ADDRESS}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send a mail, to an unknown address too: nobody can tell one from the other."""
        if self.users:
            return str(super().save(request, **kwargs))
        address = str(self.cleaned_data["email"])
        get_adapter().send_mail("account/email/unknown_account", address, {})
        return address


class ResetPasswordKey(NewPassword, account.ResetPasswordKeyForm):
    pass


class SetPassword(NewPassword, account.SetPasswordForm):
    pass


class ChangePassword(NewPassword, account.ChangePasswordForm):
    labels = {"oldpassword": "Mot de passe actuel", **NEW_PASSWORD}


class Code(Worded):
    """Six figures of an application, or a recovery code."""

    labels = {"code": "Code à six chiffres"}
    helps = {"code": "Ou l'un de vos codes de secours."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "spellcheck": "false"}


class Authenticate(Code, second_factor.AuthenticateForm):
    @property
    def has_key(self) -> bool:
        """Whether a security key can take the place of the code."""
        return is_mfa_enabled(self.user, [Authenticator.Type.WEBAUTHN])


class ReauthenticateByCode(Code, second_factor.ReauthenticateForm):
    pass


class ActivateTOTP(Code, ActivateTOTPForm):
    helps = {"code": "Celui que l'application affiche en ce moment."}


class AddWebAuthn(Worded, AddWebAuthnForm):
    labels = {"name": "Nom de la clé"}
    helps = {"name": "Pour la reconnaître : « Clé bleue », « Ordinateur portable »."}
