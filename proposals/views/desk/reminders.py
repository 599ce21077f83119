"""What was and what will be told to whom."""

from django.http import HttpResponse
from django.shortcuts import render

from actors.access import Access, open_to
from proposals.views.desk.common import SignedIn


@open_to(Access.ACCOUNT)
def reminders(request: SignedIn) -> HttpResponse:
    """My reminders: sent, and to come."""
    return render(request, "proposals/desk/reminders.html", {})
