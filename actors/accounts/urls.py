"""The addresses of accounts: allauth's names (its views reverse them), and only what is used."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as application
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount.views import login_cancelled
from allauth.usersessions.views import list_usersessions
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from actors.access import Access, open_to
from actors.accounts import oidc, views

# Forms of who has no session; pages of who has one.
door, mine = open_to(Access.DOOR), open_to(Access.ACCOUNT)
THE_PROVIDER = {"provider_id": "oidc"}

password = [
    path("", mine(account.password_change), name="account_change_password"),
    path("choisir/", mine(account.password_set), name="account_set_password"),
    path("oublie/", door(account.password_reset), name="account_reset_password"),
    path("oublie/envoye/", door(account.password_reset_done), name="account_reset_password_done"),
    path(
        "oublie/change/",
        door(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        door(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]

double = [
    path("", mine(second_factor.index), name="mfa_index"),
    path("verification/", door(second_factor.authenticate), name="mfa_authenticate"),
    path("confirmation/", mine(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("application/", mine(application.activate_totp), name="mfa_activate_totp"),
    path("application/retirer/", mine(application.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", mine(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "codes/telecharger/",
        mine(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "codes/renouveler/", mine(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"
    ),
    path("cles/", mine(RedirectView.as_view(pattern_name="mfa_index")), name="mfa_list_webauthn"),
    path("cles/ajouter/", mine(keys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "cles/confirmation/", mine(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("cles/<int:pk>/retirer/", mine(keys.remove_webauthn), name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("", mine(views.home), name="account_home"),
    path("connexion/", door(views.SignIn.as_view()), name="account_login"),
    path("deconnexion/", door(account.logout), name="account_logout"),
    path("ferme/", door(account.account_inactive), name="account_inactive"),
    path("confirmation/", mine(account.reauthenticate), name="account_reauthenticate"),
    path("invitation/<str:token>/", door(views.accept_invitation), name="account_invitation"),
    path("mot-de-passe/", include(password)),
    path("double-authentification/", include(double)),
    path("connexions/", mine(list_usersessions), name="usersessions_list"),
    path("connexions/<int:pk>/fermer/", mine(views.end_session), name="usersessions_end"),
    path("fournisseur/", door(oidc.login), THE_PROVIDER, name="openid_connect_login"),
    path("fournisseur/retour/", door(oidc.callback), THE_PROVIDER, name="openid_connect_callback"),
    path("fournisseur/annule/", door(login_cancelled), name="socialaccount_login_cancelled"),
]
