"""Every page × everyone: a new page that declares nothing fails here."""

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from proposals.models import ProgressReport
from tests.factories import ActionFactory, ProgressReportFactory, StrategyFactory

pytestmark = pytest.mark.django_db

LOGIN = "302 /compte/connexion/"
FOR_ALL = {"anonymous": "200", "outsider": "200", "lead": "200", "administrator": "200"}
SIGNED_IN = {**FOR_ALL, "anonymous": LOGIN}
POSTED = {**dict.fromkeys(FOR_ALL, "405"), "anonymous": LOGIN}
BY_PASSWORD = "302 /compte/confirmation/"
CONFIRMED = {**dict.fromkeys(FOR_ALL, BY_PASSWORD), "anonymous": LOGIN}
THEIRS = {"anonymous": LOGIN, "outsider": "403", "lead": "200", "administrator": "200"}

# name of the address → (address, who gets what)
PAGES = {
    "healthz": ("/healthz", FOR_ALL),
    "readyz": ("/readyz", FOR_ALL),
    "home": ("/", dict.fromkeys(FOR_ALL, "302 /sress/")),
    "strategy": ("/sress/", FOR_ALL),
    "axis": ("/sress/axes/1/", FOR_ALL),
    "proposals": ("/sress/propositions/", FOR_ALL),
    "proposal": ("/sress/propositions/1/", FOR_ALL),
    "actions": ("/sress/actions/", FOR_ALL),
    "action": ("/sress/actions/1-1/", FOR_ALL),
    "account_login": (
        "/compte/connexion/",
        {**dict.fromkeys(FOR_ALL, "302 /suivi/"), "anonymous": "200"},
    ),
    "account_logout": ("/compte/deconnexion/", {**FOR_ALL, "anonymous": "302 /"}),
    "account_inactive": ("/compte/ferme/", FOR_ALL),
    "account_home": ("/compte/", SIGNED_IN),
    "account_reauthenticate": ("/compte/confirmation/", SIGNED_IN),
    "account_invitation": ("/compte/invitation/invente/", dict.fromkeys(FOR_ALL, "410")),
    "account_change_password": ("/compte/mot-de-passe/", SIGNED_IN),
    "account_set_password": (
        "/compte/mot-de-passe/choisir/",
        {**dict.fromkeys(FOR_ALL, "302 /compte/mot-de-passe/"), "anonymous": LOGIN},
    ),
    "account_reset_password": ("/compte/mot-de-passe/oublie/", FOR_ALL),
    "account_reset_password_done": ("/compte/mot-de-passe/oublie/envoye/", FOR_ALL),
    "account_reset_password_from_key_done": ("/compte/mot-de-passe/oublie/change/", FOR_ALL),
    "account_reset_password_from_key": ("/compte/mot-de-passe/oublie/1-invente/", FOR_ALL),
    "usersessions_list": ("/compte/connexions/", SIGNED_IN),
    "usersessions_end": ("/compte/connexions/1/fermer/", POSTED),
    "mfa_index": ("/compte/double-authentification/", SIGNED_IN),
    "mfa_authenticate": (
        "/compte/double-authentification/verification/",
        {**dict.fromkeys(FOR_ALL, "302 /suivi/"), "anonymous": LOGIN},
    ),
    "mfa_reauthenticate": (
        "/compte/double-authentification/confirmation/",
        {**dict.fromkeys(FOR_ALL, BY_PASSWORD), "anonymous": LOGIN, "administrator": "200"},
    ),
    "mfa_reauthenticate_webauthn": (
        "/compte/double-authentification/cles/confirmation/",
        {**dict.fromkeys(FOR_ALL, BY_PASSWORD), "anonymous": LOGIN},
    ),
    "mfa_activate_totp": ("/compte/double-authentification/application/", CONFIRMED),
    "mfa_deactivate_totp": (
        "/compte/double-authentification/application/retirer/",
        {**dict.fromkeys(FOR_ALL, "404"), "anonymous": LOGIN, "administrator": BY_PASSWORD},
    ),
    "mfa_view_recovery_codes": (
        "/compte/double-authentification/codes/",
        {**dict.fromkeys(FOR_ALL, "404"), "anonymous": LOGIN},
    ),
    "mfa_download_recovery_codes": (
        "/compte/double-authentification/codes/telecharger/",
        {**dict.fromkeys(FOR_ALL, "404"), "anonymous": LOGIN},
    ),
    "mfa_generate_recovery_codes": (
        "/compte/double-authentification/codes/renouveler/",
        CONFIRMED,
    ),
    "mfa_list_webauthn": (
        "/compte/double-authentification/cles/",
        {**dict.fromkeys(FOR_ALL, "302 /compte/double-authentification/"), "anonymous": LOGIN},
    ),
    "mfa_add_webauthn": ("/compte/double-authentification/cles/ajouter/", CONFIRMED),
    "mfa_remove_webauthn": ("/compte/double-authentification/cles/1/retirer/", CONFIRMED),
    "openid_connect_login": ("/compte/fournisseur/", dict.fromkeys(FOR_ALL, "404")),
    "openid_connect_callback": ("/compte/fournisseur/retour/", dict.fromkeys(FOR_ALL, "404")),
    "socialaccount_login_cancelled": ("/compte/fournisseur/annule/", FOR_ALL),
    "admin_password": (
        "/admin/password_change/",
        {**dict.fromkeys(FOR_ALL, "302 /compte/mot-de-passe/"), "anonymous": LOGIN},
    ),
    "desk:home": ("/suivi/", SIGNED_IN),
    "desk:report": ("/suivi/sress/actions/1-1/point/", THEIRS),
    "desk:retract": ("/suivi/sress/actions/1-1/point/{report}/retrait/", THEIRS),
}
PEOPLE = tuple(FOR_ALL)


@pytest.fixture
def report(lead):
    strategy = StrategyFactory(slug="sress")
    action = ActionFactory(
        proposal__axis__number=1,
        proposal__number=1,
        strategy=strategy,
        code="1.1",
        referent=lead.user,
    )
    return ProgressReportFactory(action=action, author=lead.user)


def declared_names(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                inner = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from declared_names(pattern.url_patterns, prefix + inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"


def test_every_address_is_in_the_matrix():
    assert set(declared_names(get_resolver().url_patterns)) == set(PAGES)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", PAGES)
def test_who_reads_what(request, report, who, name):
    address, expected = PAGES[name]
    response = request.getfixturevalue(who).get(address.format(report=report.pk))
    told = str(response.status_code)
    if told == "302":
        told += f" {response['Location'].split('?')[0]}"
    assert told == expected[who]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", ["desk:report", "desk:retract"])
def test_who_writes_what(request, report, who, name):
    client = request.getfixturevalue(who)
    client.post(
        PAGES[name][0].format(report=report.pk),
        {
            "submission": str(uuid.uuid4()),
            "reported_on": "2019-03-02",
            "status": "en_cours",
            "progress": "50",
            "text": "Un texte.",
            "visibility": "public",
        },
    )
    written = ProgressReport.objects.count() - 1
    assert written == (1 if who in ("lead", "administrator") else 0)


@pytest.mark.parametrize(
    ("who", "status"),
    [("anonymous", 302), ("outsider", 404), ("lead", 200), ("administrator", 200)],
)
def test_an_unpublished_action_is_unknown_to_outsiders(request, report, who, status):
    report.action.published = False
    report.action.save()
    client = request.getfixturevalue(who)
    assert client.get("/suivi/sress/actions/1-1/point/").status_code == status
    assert client.get("/sress/actions/1-1/").status_code == 404


def test_the_lead_of_a_proposal_reports_on_its_actions(report, outsider):
    proposal = report.action.proposal
    proposal.referent = outsider.user
    proposal.save()
    assert outsider.get("/suivi/sress/actions/1-1/point/").status_code == 200


def test_anyone_signed_in_may_sign_out(outsider):
    assert outsider.post("/compte/deconnexion/").status_code == 302
    assert outsider.get("/suivi/").status_code == 302


def test_no_strategy_can_take_the_place_of_a_page_of_the_site():
    from proposals.models.strategy import RESERVED_SLUGS

    for pattern in get_resolver().url_patterns:
        first = str(pattern.pattern).split("/")[0]
        if first and "<" not in first:
            assert first in RESERVED_SLUGS, first
    for pattern in get_resolver("proposals.urls").url_patterns:
        first = str(pattern.pattern).split("/")[0]
        if first and "<" not in first:
            assert first in RESERVED_SLUGS, first
