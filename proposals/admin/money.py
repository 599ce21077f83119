"""Means: programmes, authorisations and their movements, credits, other funders, grants.

Movements, credits and declarations are written once, here or from a file. Administrators write;
coordinators read.
"""

from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize_input
from django.utils.safestring import SafeString

from proposals.admin.base import OfStrategy, strategies_of
from proposals.models import (
    Authorisation,
    CreditLine,
    Funding,
    Grant,
    HumanMeans,
    Movement,
    Programme,
    Stage,
    Strategy,
)
from proposals.money import with_sums
from proposals.publication import TO_PUBLISH, waiting
from proposals.state import Moment
from sress import clock
from sress.admin import column, link
from sress.bulk import asks_first
from sress.money import ZERO
from sress.templatetags.french import euros

ONCE = "Ce qui est enregistré ne se modifie pas et ne s'efface pas"


class InOneStrategy(forms.ModelForm):
    """What is added belongs to a strategy by what it names: only that strategy's is offered."""

    strategy = forms.ModelChoiceField(Strategy.objects.none(), label="Stratégie", empty_label=None)


class WrittenOnce(OfStrategy):
    """Facts of a strategy: added, then read."""

    staff_may: tuple[str, ...] = ("view",)
    closed = ("change", "delete")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=InOneStrategy, **kwargs)
        chosen = getattr(request, "strategy", None) or 0
        form.base_fields["strategy"].queryset = strategies_of(request).filter(pk=chosen)
        form.base_fields["strategy"].help_text = self._others(request)
        return form

    @admin.display(description="stratégie")
    def strategy(self, row: Any) -> Strategy:
        """Where it belongs, by what it names."""
        found: Strategy = attrgetter(self.strategy_path.replace("__", "."))(row)
        return found

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        today = clock.today()
        initial = {"date": today.isoformat(), "exercise": today.year, "year": today.year}
        return {**initial, **super().get_changeform_initial_data(request)}


def in_euros(name: str, label: str, ordering: str = "") -> Any:
    """A column of a list, of amounts as they are read."""

    @admin.display(description=label, ordering=ordering or name)
    def shown(row: Any) -> str:
        return euros(getattr(row, name))

    return shown


@admin.register(Programme)
class ProgrammeAdmin(OfStrategy):
    staff_may = ("view",)
    fieldsets = ((None, {"fields": ("strategy", "code", "title")}),)
    list_display = ("code", "title", column("strategy", "stratégie"))
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("code", "title__unaccent__icontains")
    ordering = ("strategy", "code")


@admin.register(Authorisation)
class AuthorisationAdmin(OfStrategy):
    staff_may = ("view",)
    fieldsets = (
        (None, {"fields": ("strategy", "programme", "reference", "title")}),
        (
            "Nature et millésime",
            {
                "fields": ("nature", "vintage"),
                "description": "Ils ne changent plus dès qu'un mouvement porte sur l'autorisation. "
                "Son montant vient des mouvements : commencez par son vote.",
            },
        ),
    )
    same_strategy = ("programme",)
    autocomplete_fields = ("programme",)
    list_display = (
        "reference",
        column("programme", "programme"),
        "nature",
        "vintage",
        *(in_euros(stage.name.lower(), stage.label.lower()) for stage in Stage),
    )
    list_filter = ("strategy", "nature", "vintage")
    list_select_related = ("programme", "strategy")
    search_fields = ("reference", "title__unaccent__icontains", "programme__code")
    search_help_text = "Référence, intitulé ou programme."
    ordering = ("strategy", "-vintage", "reference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with the money that has come to each stage."""
        return with_sums(super().get_queryset(request))


@admin.register(Movement)
class MovementAdmin(WrittenOnce):
    strategy_path = "authorisation__strategy"
    same_strategy = ("authorisation", "action", "act", "grant", "corrects")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("strategy", "authorisation", "action"),
                    *("kind", "date", "exercise", "amount"),
                ),
                "description": f"{ONCE} : une erreur se corrige par le mouvement contraire, avec "
                "son motif (« Corriger », sur la fiche du mouvement).",
            },
        ),
        ("Pièces", {"fields": ("reference", "label", "act", "grant")}),
        ("Correction", {"fields": ("corrects", "motive", "correct")}),
    )
    readonly_fields = ("correct",)
    autocomplete_fields = ("authorisation", "action", "act", "grant", "corrects")
    list_display = (
        "kind",
        column("date", "date"),
        in_euros("signed", "montant", ordering="amount"),
        column("authorisation", "autorisation"),
        column("action", "action"),
        "reference",
    )
    list_filter = ("authorisation__strategy", "kind", "exercise")
    list_select_related = ("authorisation__strategy", "action", "corrects")
    search_fields = (
        "reference",
        "label__unaccent__icontains",
        "authorisation__reference",
        "^action__code",
    )
    search_help_text = "Référence, objet, autorisation ou code d'action."
    date_hierarchy = "date"
    ordering = ("-date", "-pk")

    @admin.display(description="Corriger")
    def correct(self, movement: Movement) -> SafeString | str:
        """A link to the form of the opposite movement, filled in."""
        if movement.pk is None or movement.correction_kind is None:
            return "—"
        taken = movement.corrections.aggregate(sum=Sum("amount"))["sum"] or ZERO
        if taken == movement.amount:
            return "Déjà repris en entier."
        said = {
            "strategy": movement.authorisation.strategy_id,
            "authorisation": movement.authorisation_id,
            "action": movement.action_id or "",
            "kind": movement.correction_kind,
            "amount": localize_input(movement.amount - taken),
            "corrects": movement.pk,
            "grant": movement.grant_id or "",
            "label": movement.label,
        }
        address = f"{reverse('admin:proposals_movement_add')}?{urlencode(said)}"
        return link(address, f"Reprendre tout ou partie des {euros(movement.amount - taken)}")


@admin.register(CreditLine)
class CreditLineAdmin(WrittenOnce):
    strategy_path = "programme__strategy"
    same_strategy = ("programme", "act")
    fieldsets = (
        (None, {"fields": ("strategy", "programme", "nature", "exercise", "kind")}),
        ("Montant", {"fields": ("date", "amount")}),
        (
            "Pièces",
            {
                "fields": ("reference", "act"),
                "description": f"{ONCE} : une décision modificative les change.",
            },
        ),
    )
    autocomplete_fields = ("programme", "act")
    list_display = (
        "reference",
        column("programme", "programme"),
        "exercise",
        "kind",
        column("date", "date"),
        in_euros("amount", "montant"),
    )
    list_filter = ("programme__strategy", "exercise", "kind")
    list_select_related = ("programme__strategy",)
    search_fields = ("reference", "programme__code", "programme__title__unaccent__icontains")
    ordering = ("-exercise", "-date", "-pk")


@admin.register(Funding)
class FundingAdmin(WrittenOnce):
    strategy_path = "action__strategy"
    same_strategy = ("action",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("strategy", "action", "funder", "stage"),
                    *("date", "amount", "reference", "note"),
                ),
                "description": f"{ONCE} : une nouvelle ligne de la même étape remplace la "
                "précédente à partir de sa date.",
            },
        ),
    )
    autocomplete_fields = ("action", "funder")
    list_display = (
        column("funder", "financeur"),
        column("action", "action"),
        "stage",
        column("date", "date"),
        in_euros("amount", "montant"),
    )
    list_filter = ("action__strategy", "stage")
    list_select_related = ("action__strategy", "funder")
    search_fields = ("funder__name__unaccent__icontains", "^action__code", "reference")
    ordering = ("-date", "-pk")


@admin.register(HumanMeans)
class HumanMeansAdmin(WrittenOnce):
    strategy_path = "action__strategy"
    same_strategy = ("action",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("strategy", "action", "provider", "kind"),
                    *("year", "quantity", "date", "note"),
                ),
                "description": f"{ONCE} : une nouvelle ligne de la même année remplace la "
                "précédente à partir de sa date.",
            },
        ),
    )
    autocomplete_fields = ("action", "provider")
    list_display = (
        column("provider", "apporté par"),
        column("action", "action"),
        "kind",
        "year",
        "quantity",
        column("date", "déclaré le"),
    )
    list_filter = ("action__strategy", "kind", "year")
    list_select_related = ("action__strategy", "provider")
    search_fields = ("provider__name__unaccent__icontains", "^action__code")
    ordering = ("-year", "-date", "-pk")


class ToPublish(admin.SimpleListFilter):
    """Those that the law asks to publish, and that are not."""

    title = "à publier"
    parameter_name = TO_PUBLISH

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("1", "Oui")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "1":
            return queryset
        late = waiting(Moment.today(), strategies_of(request))
        return queryset.filter(pk__in=late.order_by().values("pk"))


@admin.register(Grant)
class GrantAdmin(OfStrategy):
    staff_may = ("view",)
    fieldsets = (
        (None, {"fields": ("strategy", "reference", "action", "purpose")}),
        (
            "Bénéficiaire",
            {
                "fields": (
                    "is_person",
                    "beneficiary_name",
                    "beneficiary_siret",
                    "beneficiary_rna",
                    "beneficiary",
                ),
                "description": "D'une personne physique, on ne garde ni le nom ni un numéro. "
                "Sinon, le SIRET ou le RNA est nécessaire.",
            },
        ),
        ("Attribuant", {"fields": ("granting_name", "granting_siret", "decision_reference")}),
        (
            "Montant et versement",
            {
                "fields": (
                    "signed_on",
                    "amount",
                    "share",
                    "nature",
                    "payment_terms",
                    "payment_period",
                )
            },
        ),
        ("Régime", {"fields": ("rae_id", "eu_notified", "scheme")}),
        (
            "Données ouvertes",
            {
                "fields": ("published_on",),
                "description": "Au-delà de 23 000 € par an, les données essentielles sont publiées "
                "dans les trois mois qui suivent la signature (décret 2017-779).",
            },
        ),
    )
    same_strategy = ("action",)
    autocomplete_fields = ("action", "beneficiary")
    list_display = (
        "shown",
        "purpose",
        column("signed_on", "convention"),
        in_euros("amount", "montant total"),
        column("published_on", "publiée le"),
    )
    list_filter = (
        "strategy",
        ToPublish,
        ("published_on", admin.EmptyFieldListFilter),
        "is_person",
    )
    list_select_related = ("strategy", "action")
    search_fields = (
        "reference",
        "beneficiary_name__unaccent__icontains",
        "purpose__unaccent__icontains",
        "decision_reference",
    )
    search_help_text = "Référence, bénéficiaire, objet ou décision."
    date_hierarchy = "signed_on"
    ordering = ("-signed_on", "-pk")
    actions = ("publish",)

    @admin.display(description="bénéficiaire", ordering="beneficiary_name")
    def shown(self, grant: Grant) -> str:
        return grant.shown_beneficiary

    @asks_first(
        "Publier les données essentielles",
        "Ces subventions paraîtront dans les données ouvertes à partir d'aujourd'hui. Celles des "
        "personnes physiques, et celles qui y sont déjà, restent comme elles sont.",
    )
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        """Put what may be published into the open data, from today."""
        ready = queryset.filter(is_person=False, published_on=None)
        count = self.change_all(request, ready, published_on=clock.today())
        self.message_user(request, f"Subventions publiées : {count}.")
