"""From a bare demonstration, a new officer prepares a committee: their steps are counted."""

import time
from datetime import date

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from actors.models import User
from proposals import demo
from proposals.models import Meeting
from tests.actors.accounts.kit import PASSWORD
from tests.browser.test_accounts import arrived, is_accessible, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What a person does, signing in apart: each click, tick and field counts for one. At half a minute
# a step, reading included, it takes less than ten minutes.
MOST_STEPS = 15
TEN_MINUTES = 600


class Steps:
    """Counts what a person does."""

    def __init__(self):
        self.count = 0

    def click(self, what):
        self.count += 1
        what.click()

    def check(self, what):
        self.count += 1
        what.check()

    def fill(self, what, text):
        self.count += 1
        what.fill(text)


@pytest.fixture
def address(live_server, settings):
    cache.clear()
    settings.SRESS_TODAY = date(2019, 11, 15)
    demo.load()
    officer = User.objects.get(email="coordination@example.org")
    officer.set_password(PASSWORD)
    officer.save()
    return live_server.url


def test_a_new_officer_prepares_a_committee_in_under_ten_minutes(page, address):
    officer = User.objects.get(email="coordination@example.org")
    sign_in(page, address, officer)
    began, steps = time.monotonic(), Steps()

    steps.click(page.get_by_role("link", name="Réunions"))
    arrived(page, "Réunions")
    is_accessible(page, "the meetings")
    steps.click(page.get_by_role("link", name="Préparer : COPIL du 5 décembre 2019"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Préparer")
    is_accessible(page, "the preparation")

    # Three highlights, of which one is reworded.
    candidates = page.locator("input[name=marquant]")
    for rank in range(3):
        steps.check(candidates.nth(rank))
    steps.click(page.get_by_role("button", name="Garder ces faits marquants"))
    expect(page.get_by_text("Préparation enregistrée.")).to_be_visible()
    steps.fill(page.get_by_role("textbox", name="Fait marquant 1"), "Les diagnostics sont rendus.")

    # The agenda: two actions to arbitrate, a decision to come back to, a subject of one's own.
    for subject in ("4.2", "5.2", "Décision n°"):
        button = page.get_by_role("button", name=f"Mettre à l'ordre du jour : {subject}")
        steps.click(button.first)
        expect(
            page.locator(f"input[type=text][name$='-subject'][value^='{subject}']")
        ).to_be_visible()
    steps.fill(page.get_by_label("Autre sujet"), "Calendrier de 2020")
    steps.click(page.get_by_role("button", name="Enregistrer l'ordre du jour"))
    expect(page.get_by_role("textbox", name="Sujet 4")).to_have_value("Calendrier de 2020")

    # Who still owes a report is asked for it; then the file to print.
    steps.click(page.get_by_role("button", name="Demander ces points par courriel"))
    expect(page.get_by_text("seront relancées")).to_be_visible()
    steps.click(page.get_by_role("link", name="Voir le dossier de séance"))
    arrived(page, "COPIL du 5 décembre 2019")
    is_accessible(page, "the file of the meeting")
    expect(page.get_by_text("Les diagnostics sont rendus.")).to_be_visible()

    assert steps.count <= MOST_STEPS, steps.count
    assert time.monotonic() - began < TEN_MINUTES
    meeting = Meeting.objects.get(date=date(2019, 12, 5))
    assert (meeting.highlights.count(), meeting.agenda.count()) == (3, 4)
