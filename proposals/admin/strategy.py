"""What was voted: strategies, their two levels, and what they build on."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from proposals.admin.base import Coordinated, OfStrategy, ReadOnSite
from proposals.admin.exchange import Exchange
from proposals.models import (
    Axis,
    Contribution,
    Family,
    Proposal,
    ProposalScheme,
    Scheme,
    Strategy,
    StrategyFile,
    Tag,
)
from sress.admin import AddedElsewhere, Facts, Guarded, Rows, column


class AxisRows(Rows):
    model = Axis
    fields = ("number", "title")
    wide = True
    # Removing an axis takes a page of its own, which says what it would take along.
    can_delete = False


@admin.register(Strategy)
class StrategyAdmin(Exchange, ReadOnSite, Coordinated):
    strategy_path = "pk"
    fieldsets = (
        (None, {"fields": ("region", "title", "short_title", "slug", "summary", "document_url")}),
        (
            "Calendrier",
            {
                "fields": (("period_start", "period_end"), "adopted_on", "target_date"),
                "description": "La date cible est celle avant laquelle la Région s'est engagée à "
                "mettre la stratégie en œuvre.",
            },
        ),
        (
            "Vocabulaire",
            {
                "fields": (
                    ("axis_word", "axis_word_plural"),
                    ("proposal_word", "proposal_word_plural"),
                ),
                "description": "Les mots de votre stratégie : « axe » et « proposition » ici, "
                "« enjeu » et « objectif » ailleurs.",
            },
        ),
        (
            "Qui suit, qui publie",
            {
                "fields": ("coordinators", "officers_publish", "contributors_publish"),
                "description": "La coordination a toutes les actions de la stratégie entre les "
                "mains, et valide ce qui attend.",
            },
        ),
        (
            "Publication",
            {
                "fields": ("service", "published", "is_demonstration"),
                "description": "Tant que la stratégie n'est pas publiée, aucune de ses pages ne "
                "l'est.",
            },
        ),
    )
    prepopulated_fields = {"slug": ("short_title",)}
    list_display = (
        "short_title",
        "region",
        "period",
        column("adopted_on", "adoptée le"),
        column("target_date", "date cible"),
        "published",
    )
    list_filter = ("published", "region")
    list_select_related = ("region",)
    search_fields = ("title__unaccent__icontains", "short_title__unaccent__icontains", "slug")
    ordering = ("-period_start", "pk")
    autocomplete_fields = ("region", "service", "coordinators")
    inlines = (AxisRows,)

    @admin.display(description="période", ordering="period_start")
    def period(self, obj: Strategy) -> str:
        return obj.period


@admin.register(StrategyFile)
class StrategyFileAdmin(Facts):
    """Which files were imported, when and by whom. Their content does not stay."""

    fields = ("name", "target", "publish", "author", "uploaded_at", "applied_at", "summary")
    list_display = (
        "name",
        column("target", "stratégie"),
        column("author", "auteur"),
        column("uploaded_at", "déposé le"),
        column("applied_at", "appliqué le"),
    )
    list_filter = ("target",)
    list_select_related = ("target", "author")
    search_fields = ("name",)
    ordering = ("-uploaded_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


@admin.register(Axis)
class AxisAdmin(OfStrategy, ReadOnSite):
    staff_may = ("view", "change")
    fields = ("strategy", "number", "title", "description")
    list_display = ("number", "title", column("strategy", "stratégie"))
    list_display_links = ("number", "title")
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("=number", "title__unaccent__icontains", "strategy__short_title")
    ordering = ("-strategy__period_start", "strategy", "number")


@admin.register(Family)
class FamilyAdmin(OfStrategy):
    fieldsets = (
        (
            None,
            {
                "fields": ("strategy", "name", "slug"),
                "description": "Un thème qui rassemble des propositions de plusieurs axes.",
            },
        ),
    )
    prepopulated_fields = {"slug": ("name",)}
    list_display = ("name", column("strategy", "stratégie"))
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("name__unaccent__icontains", "strategy__short_title")
    ordering = ("-strategy__period_start", "strategy", "name")


@admin.register(Tag)
class TagAdmin(Guarded):
    staff_may = ("view", "add")
    fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    list_display = ("name", "slug")
    search_fields = ("name__unaccent__icontains",)
    ordering = ("name",)


@admin.register(Scheme)
class SchemeAdmin(Guarded):
    staff_may = ("view", "add", "change")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "short_name", "description", "url"),
                "description": "Un dispositif public existant, que des propositions renforcent ou "
                "complètent.",
            },
        ),
    )
    list_display = ("name", "short_name", "url")
    search_fields = ("name__unaccent__icontains", "short_name__unaccent__icontains")
    ordering = ("name",)


@admin.register(Contribution)
class ContributionAdmin(OfStrategy):
    fieldsets = (
        (
            None,
            {
                "fields": ("strategy", "organisation", "title", "family", "source"),
                "description": "Ce qu'un organisme (CRESS, CESER…) a demandé. La fiche de chaque "
                "proposition dit quelles contributions elle reprend.",
            },
        ),
    )
    same_strategy = ("family",)
    list_display = (
        "title",
        column("organisation", "auteur"),
        column("family", "famille"),
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy",)
    list_select_related = ("organisation", "family", "strategy")
    search_fields = ("title__unaccent__icontains", "organisation__name__unaccent__icontains")
    ordering = ("-strategy__period_start", "strategy", "title", "pk")
    autocomplete_fields = ("organisation", "family")


class SchemeRows(Rows):
    model = ProposalScheme
    fields = ("link", "scheme")
    related = ("scheme", "proposal")
    autocomplete_fields = ("scheme",)


@admin.register(Proposal)
class ProposalAdmin(OfStrategy, ReadOnSite):
    staff_may = ("view", "change")
    fieldsets = (
        (None, {"fields": ("strategy", "axis", "number", "title", "description")}),
        (
            "Pilotage",
            {
                "fields": ("referent", "lead", "target_date"),
                "description": "La personne référente peut saisir l'avancement de toutes les "
                "actions de la proposition ; son nom n'est pas public. L'état de la proposition "
                "se calcule d'après ses actions.",
            },
        ),
        ("Classement", {"fields": ("family", "tags", "contributions")}),
    )
    same_strategy = ("axis", "family", "contributions")
    list_display = (
        "number",
        "title",
        column("axis__number", "axe"),
        column("referent", "référent·e"),
        column("target_date", "date cible"),
        column("strategy", "stratégie"),
    )
    list_display_links = ("number", "title")
    list_filter = ("strategy",)
    list_select_related = ("axis", "referent", "strategy")
    search_fields = (
        "=number",
        "title__unaccent__icontains",
        "referent__full_name__unaccent__icontains",
    )
    search_help_text = "Numéro, titre ou référent·e."
    ordering = ("-strategy__period_start", "strategy", "number")
    autocomplete_fields = ("axis", "family", "referent", "lead", "contributions", "tags")
    inlines = (SchemeRows,)


@admin.register(ProposalScheme)
class ProposalSchemeAdmin(Coordinated, AddedElsewhere):
    staff_may = ("view", "change")
    strategy_path = "proposal__strategy"
    fieldsets = (
        (
            None,
            {
                "fields": ("proposal", "link", "scheme"),
                "description": "De nouveaux liens s'ajoutent dans la fiche de la proposition.",
            },
        ),
    )
    readonly_fields = ("proposal",)
    list_display = (
        column("proposal", "proposition"),
        "link",
        column("scheme", "dispositif"),
        column("proposal__strategy", "stratégie"),
    )
    list_filter = ("link",)
    list_select_related = ("proposal__strategy", "scheme")
    search_fields = ("scheme__name__unaccent__icontains", "proposal__title__unaccent__icontains")
    ordering = ("proposal__strategy", "proposal__number", "pk")
    autocomplete_fields = ("scheme",)
