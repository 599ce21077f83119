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

from actors.accounts import oidc, views

THE_PROVIDER = {"provider_id": "oidc"}

password = [
    path("", account.password_change, name="account_change_password"),
    path("choisir/", account.password_set, name="account_set_password"),
    path("oublie/", account.password_reset, name="account_reset_password"),
    path("oublie/envoye/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "oublie/change/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

double = [
    path("", second_factor.index, name="mfa_index"),
    path("verification/", second_factor.authenticate, name="mfa_authenticate"),
    path("confirmation/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("application/", application.activate_totp, name="mfa_activate_totp"),
    path("application/retirer/", application.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/telecharger/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("codes/renouveler/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("cles/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("cles/ajouter/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("cles/confirmation/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("cles/<int:pk>/retirer/", keys.remove_webauthn, name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("", views.home, name="account_home"),
    path("connexion/", views.SignIn.as_view(), name="account_login"),
    path("deconnexion/", account.logout, name="account_logout"),
    path("ferme/", account.account_inactive, name="account_inactive"),
    path("confirmation/", account.reauthenticate, name="account_reauthenticate"),
    path("invitation/<str:token>/", views.accept_invitation, name="account_invitation"),
    path("mot-de-passe/", include(password)),
    path("double-authentification/", include(double)),
    path("connexions/", list_usersessions, name="usersessions_list"),
    path("connexions/<int:pk>/fermer/", views.end_session, name="usersessions_end"),
    path("fournisseur/", oidc.login, THE_PROVIDER, name="openid_connect_login"),
    path("fournisseur/retour/", oidc.callback, THE_PROVIDER, name="openid_connect_callback"),
    path("fournisseur/annule/", login_cancelled, name="socialaccount_login_cancelled"),
]
