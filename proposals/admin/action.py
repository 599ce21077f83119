"""Priority actions and what hangs on them."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from actors.models import User
from proposals.admin.base import Coordinated, OfStrategy, ReadOnSite
from proposals.models import (
    Action,
    Handover,
    Milestone,
    Partnership,
    Series,
    Strategy,
    Territory,
)
from proposals.models.action import FROZEN
from sress.admin import AddedElsewhere, InlineRows, Rows, column, link
from sress.bulk import asks_first


class ReferentForm(forms.Form):
    """Who takes over."""

    to = forms.ModelChoiceField(User.objects.regional(), label="Nouvelle personne référente")
    word = forms.CharField(label="Un mot pour la suite", required=False, max_length=250)


class MilestoneRows(Rows):
    model = Milestone
    fields = ("title", "initial_due_date", "exists_from")


class PartnershipRows(Rows):
    model = Partnership
    fields = ("organisation", "role", "since", "until")
    related = ("organisation",)
    autocomplete_fields = ("organisation",)


class Shares(InlineRows):
    """Says beside the table what the database would refuse at the end."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [f for f in self.forms if f.has_changed() or f.instance.pk]
        shares = [
            form.cleaned_data.get("share") for form in kept if not form.cleaned_data.get("DELETE")
        ]
        given = [share for share in shares if share is not None]
        if given and (len(given) < len(shares) or sum(given) != Decimal(1)):
            raise ValidationError(
                "Donnez la part de chaque territoire, de sorte que leur somme fasse 1, ou n'en "
                "donnez aucune. Somme actuelle : %(sum)s.",
                params={"sum": f"{sum(given):f}".replace(".", ",")},
            )


class TerritoryRows(Rows):
    model = Territory
    formset = Shares
    fields = ("epci", "share")
    related = ("epci",)
    autocomplete_fields = ("epci",)
    verbose_name_plural = "territoires desservis (aucun : action non territorialisée)"


@admin.register(Action)
class ActionAdmin(OfStrategy, ReadOnSite):
    same_strategy = ("proposal", "contributes_to", "act", "series")
    list_display = (
        "code",
        "title",
        column("initial_due_date", "échéance initiale"),
        column("referent", "référent·e"),
        "published",
        column("strategy", "stratégie"),
    )
    list_display_links = ("code", "title")
    list_filter = ("published", "archived", "strategy", "year", "referent__is_active")
    list_select_related = ("referent", "strategy")
    search_fields = (
        "^code",
        "title__unaccent__icontains",
        "referent__full_name__unaccent__icontains",
    )
    search_help_text = "Code, titre ou référent·e."
    autocomplete_fields = (
        "proposal",
        "contributes_to",
        "act",
        "referent",
        "service",
        "lead",
        "series",
        "tags",
    )
    inlines = (MilestoneRows, PartnershipRows, TerritoryRows)
    actions = ("change_referent", "publish", "unpublish", "archive", "take_out")

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("-strategy__period_start", "strategy", "proposal__number", Length("code"), "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        frozen = FROZEN if obj and obj.was_published else ()
        return (*super().get_readonly_fields(request, obj), "recorded_at", "history", *frozen)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        voted = (
            "strategy",
            "proposal",
            "code",
            ("start_date", "initial_due_date"),
            "exists_from",
            "weight",
        )
        return (
            ("Ce qui a été voté", {"fields": voted, "description": _about_voted(obj)}),
            ("Présentation", {"fields": ("title", "description", "year", "act")}),
            (
                "Qui",
                {
                    "fields": ("referent", "service", "elected_function", "lead"),
                    "description": "La personne référente saisit l'avancement ; le public ne voit "
                    "que son service.",
                },
            ),
            ("Classement", {"fields": ("contributes_to", "series", "tags")}),
            (
                "Publication",
                {
                    "fields": (
                        "published",
                        "archived",
                        "recorded_at",
                        *(("history",) if obj else ()),
                    ),
                    "description": "Publier rend l'action visible à toutes les dates, dépublier la "
                    "cache à toutes les dates. Son état se calcule d'après ses points "
                    "d'avancement.",
                },
            ),
        )

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        if request.GET.get("model_name") == "rectification":
            queryset = queryset.filter(was_published=True)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="historique")
    def history(self, obj: Action) -> SafeString:
        lists = (
            ("progressreport", "points d'avancement", obj.reports.count()),
            ("rectification", "rectifications", obj.rectifications.count()),
        )
        return format_html_join(
            " · ",
            '<a href="{}?action__id__exact={}">{} ({})</a>',
            [
                (reverse(f"admin:proposals_{model}_changelist"), obj.pk, text, count)
                for model, text, count in lists
            ],
        )

    @asks_first(
        "Changer la personne référente",
        "Ces actions passent entre les mains de la personne que vous choisissez, qui le lira sur "
        "son suivi.",
        form=ReferentForm,
    )
    def change_referent(
        self, request: HttpRequest, queryset: QuerySet[Action], *, to: User, word: str
    ) -> None:
        giver: Any = request.user
        moved = Handover.objects.hand_over(queryset, by=giver, to=to, word=word)
        self.log_changes(request, queryset, ["référent·e"])
        self.message_user(request, f"{moved} action(s) confiée(s) à {to}.")

    @asks_first(
        "Archiver les actions choisies",
        "Archivées, elles sortent des suivis et des relances, et personne n'y fait plus le point. "
        "Leurs pages publiques restent. Vous pourrez les désarchiver.",
    )
    def archive(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        archived = self.change_all(request, queryset, archived=True)
        self.message_user(request, f"{archived} action(s) archivée(s).")

    @admin.action(description="Désarchiver les actions choisies", permissions=["change"])
    def take_out(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        taken = self.change_all(request, queryset, archived=False)
        self.message_user(request, f"{taken} action(s) de retour dans les suivis.")

    @asks_first(
        "Publier les actions choisies",
        "Publiées, elles sont visibles de tous, à toutes les dates ; leurs code, proposition, "
        "dates initiales et poids ne changent plus que par une rectification que le public voit.",
    )
    def publish(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        published = self.change_all(request, queryset, published=True)
        self.message_user(
            request,
            f"{published} action(s) publiée(s). Leurs code, proposition, dates initiales et poids "
            "ne changent plus que par une rectification.",
        )
        hidden = Strategy.objects.filter(
            Q(published=False) & Q(actions__in=queryset.values("pk"))
        ).distinct()
        for strategy in hidden:
            self.message_user(
                request,
                f"La stratégie « {strategy} » n'est pas publiée : le public ne voit pas encore "
                "ces actions.",
                messages.WARNING,
            )

    @asks_first(
        "Dépublier les actions choisies",
        "Dépubliées, elles disparaissent des pages publiques, à toutes les dates.",
    )
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Action]) -> None:
        hidden = self.change_all(request, queryset, published=False)
        self.message_user(
            request, f"{hidden} action(s) dépubliée(s) : le public ne les voit plus, à aucune date."
        )


def rectify_url(action: Action) -> str:
    """The form that rectifies `action`."""
    return f"{reverse('admin:proposals_rectification_add')}?action={action.pk}"


def _about_voted(action: Action | None) -> SafeString | str:
    if action and action.was_published:
        return format_html(
            "L'action a été publiée : ces champs sont figés. Une erreur s'y corrige par une "
            "rectification motivée, que le public voit : {}.",
            link(rectify_url(action), "Rectifier"),
        )
    return (
        "Ces champs se figent à la publication. « Existe depuis » : laissez vide pour le plus tôt "
        "du vote et du début de l'action ; avant cette date, l'action n'apparaît pas et aucun "
        "point d'avancement n'est admis."
    )


@admin.register(Series)
class SeriesAdmin(OfStrategy):
    fieldsets = (
        (
            None,
            {
                "fields": ("strategy", "name"),
                "description": "Des actions renouvelées d'une année à l'autre.",
            },
        ),
    )
    list_display = ("name", column("strategy", "stratégie"))
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("name__unaccent__icontains",)
    ordering = ("-strategy__period_start", "strategy", "name")


OF_ACTION = column("action__strategy", "stratégie")


class PartOfAction(Coordinated, AddedElsewhere):
    """Rows of an action, found here across all actions."""

    staff_may = ("view", "change")
    strategy_path = "action__strategy"
    readonly_fields = ["action"]
    list_select_related = ["action__strategy"]


@admin.register(Milestone)
class MilestoneAdmin(PartOfAction):
    fieldsets = (
        (
            None,
            {
                "fields": ("action", "title", "initial_due_date", "exists_from", "recorded_at"),
                "description": "De nouvelles étapes s'ajoutent dans la fiche de l'action. Ce qui "
                "est atteint ou reporté se lit dans les points d'avancement.",
            },
        ),
    )
    readonly_fields = ["action", "recorded_at"]
    list_display = (
        "title",
        column("action", "action"),
        column("initial_due_date", "échéance initiale"),
        OF_ACTION,
    )
    list_filter = ("action__strategy",)
    search_fields = ("title__unaccent__icontains", "^action__code")
    date_hierarchy = "initial_due_date"
    ordering = ("initial_due_date", "pk")


@admin.register(Partnership)
class PartnershipAdmin(PartOfAction):
    fieldsets = (
        (
            None,
            {
                "fields": ("action", "organisation", "role", "since", "until"),
                "description": "De nouveaux partenaires s'ajoutent dans la fiche de l'action. "
                "Quand l'un se retire, donnez la fin plutôt que de le supprimer.",
            },
        ),
    )
    list_display = (
        column("organisation", "organisation"),
        "role",
        column("action", "action"),
        column("since", "depuis"),
        column("until", "jusqu'au"),
        OF_ACTION,
    )
    list_filter = ("role", "action__strategy")
    list_select_related = ["action__strategy", "organisation"]
    search_fields = ("organisation__name__unaccent__icontains", "^action__code")
    ordering = ("organisation__name", "pk")
    autocomplete_fields = ("organisation",)


@admin.register(Territory)
class TerritoryAdmin(PartOfAction):
    fieldsets = (
        (
            None,
            {
                "fields": ("action", "epci", "share"),
                "description": "De nouveaux territoires s'ajoutent dans la fiche de l'action. Les "
                "parts d'une action font 1 ensemble : pour les modifier, ouvrez sa fiche.",
            },
        ),
    )
    list_display = (column("epci", "EPCI"), column("action", "action"), "share", OF_ACTION)
    list_filter = ("action__strategy",)
    list_select_related = ["action__strategy", "epci"]
    search_fields = ("epci__name__unaccent__icontains", "^action__code")
    ordering = ("epci__name", "pk")
    autocomplete_fields = ("epci",)
