"""Nothing that the public can reach names an officer: pages, files, feeds, answers to programs."""

import re
from collections import deque
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client

from actors.models import User
from proposals import demo
from sress.audit.tracking import registry

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
# Where nothing links to, and readers or programs may look.
UNLINKED = [
    "/",
    "/robots.txt",
    "/sitemap.xml",
    "/healthz",
    "/readyz",
    "/compte/connexion/",
    "/admin/",
]
LINK = re.compile(r"""(?:href|src|action)\s*=\s*["']([^"']+)["']""")
# Each page exists on every day: today and this one are enough.
PAST = "2019-06-01"
# A list filtered in every way would never end.
MOST = 800


class Public:
    """Everything that links lead to from the home page, without an account."""

    def __init__(self) -> None:
        self.client = Client()
        self.found: dict[str, str] = {}

    def crawl(self) -> dict[str, str]:
        """What each address answers, headers included."""
        waiting = deque(UNLINKED)
        seen = set(waiting)
        while waiting and len(self.found) < MOST:
            address = waiting.popleft()
            response: Any = self.client.get(address)
            body = response.getvalue() if response.streaming else response.content
            said = unescape(body.decode("utf-8", "replace"))
            self.found[address] = f"{response.headers} {said}"
            links = [response.get("Location", ""), *LINK.findall(said)]
            if "?" not in address:
                links.append(f"{address}?au={PAST}")
            for link in filter(None, links):
                follow = self._followed(address, link)
                if follow and follow not in seen:
                    seen.add(follow)
                    waiting.append(follow)
        assert not waiting, "more pages than this test reads: raise MOST or narrow it"
        return self.found

    def _followed(self, page: str, link: str) -> str:
        address = urlsplit(urldefrag(urljoin(f"{SITE}{page}", link)).url)
        if address.netloc != "testserver" or address.path.startswith("/static/"):
            return ""
        asked = parse_qs(address.query)
        if asked.pop("au", [""])[0] not in ("", PAST) or asked.keys() - {"page"}:
            return ""
        return address.path + (f"?{address.query}" if address.query else "")


@pytest.fixture
def public(settings):
    """The whole public site of the demonstration."""
    settings.SRESS_TODAY = date(2019, 11, 15)
    demo.load()
    with connection.cursor() as cursor:
        # Else the planner takes the tables for what they were before: empty.
        cursor.execute("ANALYZE")
    return Public().crawl()


def test_no_officer_is_named_in_public(public):
    people = list(User.objects.values_list("full_name", "email"))
    words = {word.lower() for person in people for word in person}
    words |= {
        str(word).lower()
        for version in registry[User].version.objects.values_list("full_name", "email")
        for word in version
    }
    assert len(words) >= 10
    named = [
        (address, word)
        for address, said in public.items()
        for word in words
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said.lower())
    ]
    assert named == []
    # The test read what it is about, on several days.
    assert "/sress-2018-2021/actions/1-1/" in public
    assert sum(f"?au={PAST}" in address for address in public) > 10
    assert len(public) > 100
