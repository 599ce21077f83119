"""What the public takes away: the report, the means as spreadsheets, the grants as open data."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from actors.access import Access, open_to
from proposals import documents, money
from proposals.exchange import (
    fits,
    means_csv,
    means_workbook,
    results_csv,
    results_workbook,
    scdl,
)
from proposals.views.reading import Reading
from proposals.views.results import results_of
from sress.faults import NotFound
from sress.spreadsheets import delimited
from sress.spreadsheets.writing import TYPES


@open_to(Access.PUBLIC)
def means(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """The movements (csv), or all the means (xlsx, ods), at the date that is read."""
    reading = Reading.of_adopted(request, slug)
    strategy, moment = reading.strategy, reading.moment
    if kind == "csv":
        lines = means_csv(strategy, moment)
        return _named(StreamingHttpResponse(lines, content_type=delimited.TYPE), reading, "moyens")
    if kind not in TYPES:
        raise NotFound("Les moyens se téléchargent en csv, en xlsx ou en ods.")
    if not fits(strategy, moment, kind):
        raise NotFound(
            f"Il y a trop de mouvements pour un fichier .{kind} : prenez le fichier .csv, qui les "
            "a tous."
        )
    content = means_workbook(strategy, moment, kind)
    return _named(HttpResponse(content, content_type=TYPES[kind]), reading, "moyens", kind)


@open_to(Access.PUBLIC)
def results(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """The values (csv), or indicators, targets and values (xlsx, ods), at the date that is read."""
    reading = Reading.of_adopted(request, slug)
    if kind not in (*TYPES, "csv"):
        raise NotFound("Les résultats se téléchargent en csv, en xlsx ou en ods.")
    found = results_of(reading)
    if kind == "csv":
        lines = results_csv(reading.strategy, found)
        response = StreamingHttpResponse(lines, content_type=delimited.TYPE)
        return _named(response, reading, "resultats")
    content = results_workbook(reading.strategy, found, kind)
    return _named(HttpResponse(content, content_type=TYPES[kind]), reading, "resultats", kind)


@open_to(Access.PUBLIC)
def grants_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The essential data of the grants that are published (SCDL Subventions 2.1.1)."""
    reading = Reading.of_adopted(request, slug)
    signed = money.grants_at(reading.moment, reading.strategy)
    lines = scdl.lines(scdl.published(signed, reading.moment.day))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return _named(response, reading, "subventions")


@open_to(Access.PUBLIC)
def report(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The report on the strategy, as a pdf."""
    reading = Reading.of_adopted(request, slug)
    content = documents.gather(reading.moment, reading.strategy, reading.edition)
    response = HttpResponse(documents.report_pdf(content), content_type=documents.PDF)
    return _named(response, reading, "rapport", "pdf")


def _named(response: Any, reading: Reading, what: str, kind: str = "csv") -> HttpResponseBase:
    """The file, whose name says of which strategy and day it is, and whether it is invented."""
    invented = "demonstration-" if reading.strategy.is_demonstration else ""
    of = f"edition-{reading.edition.number}" if reading.edition else reading.moment.day.isoformat()
    name = f"{invented}{what}-{reading.strategy.slug}-{of}.{kind}"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
