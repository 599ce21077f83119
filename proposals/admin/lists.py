"""Lists of the administration as spreadsheets: their rows, as they are filtered and searched."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header

from actors.access import Access, open_to
from proposals.exchange import LISTINGS, Listing
from proposals.exchange.listing import MOST
from proposals.models import Strategy
from sress import clock
from sress.admin import Guarded
from sress.faults import NotFound
from sress.spreadsheets import delimited
from sress.spreadsheets.writing import TYPES
from sress.templatetags.french import number

_SEVERAL = (
    "Une feuille d'actions est d'une seule stratégie : filtrez la liste par stratégie, puis "
    "exportez."
)


class Lists(Guarded):
    """The exports of the lists of accounts, organisations and actions, which only link here."""

    def get_urls(self) -> Any:
        export = self.admin_site.admin_view(self.export_list)
        return [
            path("listes/<slug:table>.<slug:kind>", export, name="list_export"),
            *super().get_urls(),
        ]

    @open_to(Access.STAFF)
    def export_list(self, request: HttpRequest, table: str, kind: str) -> HttpResponseBase:
        """The rows of a list, all pages, by the query string of the list."""
        listing = LISTINGS.get(table)
        if listing is None or kind not in (*TYPES, "csv"):
            raise NotFound("Les listes s'exportent en .xlsx, en .ods et en .csv.")
        changes = self._listed(request, listing)
        if changes is None:
            return redirect(f"{_address(listing)}?e=1")
        most = MOST.get(kind)
        if most and changes.result_count > most:
            return _back(
                request,
                listing,
                f"Un fichier .{kind} a {number(most)} lignes au plus, la liste en a "
                f"{number(changes.result_count)} : filtrez-la, ou exportez en .csv.",
            )
        strategies = _strategies(changes.queryset) if listing.of_strategy else []
        if len(strategies) > 1:
            return _back(request, listing, _SEVERAL)
        strategy = strategies[0] if strategies else None
        response: HttpResponseBase
        if kind == "csv":
            lines: Iterable[str] = listing.csv(changes.queryset, strategy)
            response = StreamingHttpResponse(lines, content_type=delimited.TYPE)
        else:
            content = listing.export(kind, changes.queryset, strategy)
            response = HttpResponse(content, content_type=TYPES[kind])
        return as_download(response, f"{table}-{clock.today().isoformat()}.{kind}")

    def _listed(self, request: HttpRequest, listing: Listing) -> ChangeList | None:
        """What the list shows who asks; None when its address asks for what makes no sense."""
        shown = self.admin_site.get_model_admin(listing.model)
        user: Any = request.user
        if not shown.has_view_permission(request) or (
            listing.for_administrators and not user.is_superuser
        ):
            raise PermissionDenied("L'export de cette liste n'est pas ouvert à votre rôle")
        try:
            return shown.get_changelist_instance(request)
        except (IncorrectLookupParameters, DataError):
            return None


def as_download(response: Any, name: str) -> Any:
    """A response that browsers save under that name, and that nobody keeps on the way."""
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    response["Cache-Control"] = "no-store"
    return response


def _strategies(actions: Any) -> list[Strategy]:
    """The strategy of these actions; two when they are of several."""
    own = Strategy.objects.filter(pk__in=actions.order_by().values("strategy"))
    return list(own.select_related("region")[:2])


def _address(listing: Listing) -> str:
    meta = listing.model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def _back(request: HttpRequest, listing: Listing, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect(f"{_address(listing)}?{request.GET.urlencode()}")
