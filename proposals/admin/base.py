"""Rows of one strategy: the strategy comes first, and everything else is looked up in it."""

from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from proposals.models import Strategy
from sress import clock
from sress.admin import Facts, Guarded, Lookup, link


class Coordinated(Guarded):
    """Rows of strategies: administrators have all of them, coordinators those they coordinate.

    `strategy_path` leads from a row to its strategy.
    """

    staff_may: tuple[str, ...] = ("view",)
    strategy_path = "strategy"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        theirs = request.user.coordinated.values("pk")  # type: ignore[union-attr]
        return rows.filter(**{f"{self.strategy_path}__in": theirs})


class CoordinatedFacts(Facts, Coordinated):
    """The same, never written here."""


class OfStrategy(Coordinated):
    """`same_strategy` names the relations that stay inside the row's strategy."""

    staff_may: tuple[str, ...] = ("view", "add", "change")
    same_strategy: tuple[str, ...] = ()

    @property
    def not_added_here(self) -> tuple[str, ...]:  # type: ignore[override]
        """The window of « add » would not know which strategy this form is about."""
        return (*self.same_strategy, "strategy")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row never moves to another strategy."""
        return (*super().get_readonly_fields(request, obj), *(("strategy",) if obj else ()))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        path = f"{self.strategy_path}_id".replace("__", ".")
        request.strategy = attrgetter(path)(obj) if obj else _chosen(request)  # type: ignore[attr-defined]
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        initial = super().get_changeform_initial_data(request)
        return {**initial, "strategy": getattr(request, "strategy", None)}

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "strategy":
            chosen = strategies_of(request).filter(pk=getattr(request, "strategy", None) or 0)
            kwargs.update(queryset=chosen, empty_label=None, help_text=self._others(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        strategy = getattr(request, "strategy", None)
        if field and strategy and db_field.name in self.same_strategy:
            shown: Any = self.admin_site.get_model_admin(field.queryset.model)
            field.queryset = field.queryset.filter(**{shown.strategy_path: strategy})
            field.error_messages["invalid_choice"] = "Ce choix n'existe pas dans la stratégie."
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, Lookup):
                widget.scope = {"strategy": strategy}
        return field

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        strategy = key(request.GET.get("strategy"))
        if strategy:
            queryset = queryset.filter(**{self.strategy_path: strategy})
        return super().get_search_results(request, queryset, search_term)

    def _others(self, request: Any) -> SafeString | str:
        """Links to the same form for the other strategies."""
        others = strategies_of(request).exclude(pk=getattr(request, "strategy", None) or 0)
        links = format_html_join(
            " · ", '<a href="?strategy={}">{}</a>', [(s.pk, s.short_title) for s in others]
        )
        if links:
            return mark_safe("Elle ne change plus ensuite. Choisir plutôt : ") + links
        return "Elle ne change plus ensuite."


class ReadOnSite(Guarded):
    """Rows with a public page: a link leads there when the public can read it."""

    def view_on_site(self, obj: Any) -> str | None:
        strategy = getattr(obj, "strategy", obj)
        if strategy.published and getattr(obj, "published", True):
            return str(obj.get_absolute_url())
        return None


def to_change(obj: Any, text: Any = None) -> SafeString:
    """A link to the administration page of `obj`."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
    return link(reverse(name, args=[obj.pk]), text or obj)


def _chosen(request: HttpRequest) -> Any:
    """The strategy of a new row: the one sent or asked for, else the current one."""
    if request.method == "POST":
        return key(request.POST.get("strategy"))
    theirs = strategies_of(request)
    asked = key(request.GET.get("strategy"))
    if asked and theirs.filter(pk=asked).exists():
        return asked
    at_hand = theirs.at_hand(clock.today())
    return at_hand and at_hand.pk


def strategies_of(request: HttpRequest) -> Any:
    """Those that this person administers."""
    return Strategy.objects.administered_by(request.user)


def key(text: str | None) -> int | None:
    """The number that an address or a form gives, if it is one."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
