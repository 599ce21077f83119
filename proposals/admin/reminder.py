"""Reminders: their rules, with a preview of who would get what, and collections of news."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from actors.access import Access, open_to
from proposals.admin.base import CoordinatedFacts, OfStrategy
from proposals.forms.thresholds import ThresholdsField, said
from proposals.models import Campaign, Kind, Reminder, ReminderReply, ReminderRule
from proposals.reminders import days
from proposals.reminders.preview import Line, preview
from sress import clock
from sress.admin import Facts, column
from sress.models import Mail

# What the days of each kind are counted from; see `proposals.reminders.arming`.
COUNTED_FROM = {
    Kind.ACTION_DUE: "l'échéance de l'action, telle que le dernier point la fixe",
    Kind.MILESTONE_DUE: "l'échéance de l'étape, telle que le dernier point la fixe",
    Kind.CAMPAIGN: "la date du comité",
    Kind.VALIDATION: "l'envoi du brouillon, en jours ouvrés",
    Kind.DIFFICULTY: "le premier point qui dit l'action en difficulté",
    Kind.SILENCE: "le dernier point, ou le début de l'action",
    Kind.ANSWER: "la validation du brouillon, ou son renvoi",
    Kind.REASSIGN: "la réponse « ce n'est plus moi »",
    Kind.DECISION: "l'échéance de la décision, telle que sa dernière suite la fixe",
    Kind.GRANT: "le dernier jour pour publier : trois mois après la signature",
    Kind.RESULT: "la fin de la période dont la valeur manque",
    Kind.CONVENTION: "le terme de la convention, avenants compris",
    Kind.TARGET: "la date cible de la stratégie",
    Kind.REFUSED: "le courriel",
}


class RuleForm(forms.ModelForm):
    """Thresholds are typed as people write them."""

    thresholds = ThresholdsField(label="Seuils")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counted = COUNTED_FROM.get(self.instance.kind) if self.instance.pk else None
        start = f"Comptés depuis {counted}. " if counted else ""
        if "thresholds" in self.fields:
            self.fields["thresholds"].help_text = (
                f"{start}Par exemple « J-30, J-7, J+7 » ; J-90 et J-1 (la veille ouvrée) sont "
                "possibles. Un seuil à sept jours ou moins part sans attendre le lundi."
            )


@admin.register(ReminderRule)
class ReminderRuleAdmin(OfStrategy):
    staff_may = ("view", "add", "change", "delete")
    form = RuleForm
    change_form_template = "admin/proposals/reminderrule/change_form.html"
    change_list_template = "admin/proposals/reminderrule/change_list.html"
    fieldsets = (
        (None, {"fields": ("kind", "strategy", "active")}),
        (
            "Quand",
            {
                "fields": ("thresholds", "monthly", "escalates_after"),
                "description": "« Aperçu » montre qui recevrait quoi, sans rien enregistrer.",
            },
        ),
    )
    list_display = ("kind", "of", "shown_thresholds", "monthly", "escalates_after", "active")
    list_filter = ("kind", "active", "strategy")
    list_select_related = ("strategy",)
    search_fields = ("kind", "strategy__short_title__unaccent__icontains")
    ordering = ("strategy", "pk")

    @admin.display(description="pour", ordering="strategy")
    def of(self, rule: ReminderRule) -> str:
        """Which strategies it is about."""
        return rule.strategy.short_title if rule.strategy else "toutes les stratégies"

    @admin.display(description="seuils")
    def shown_thresholds(self, rule: ReminderRule) -> str:
        return said(rule.thresholds)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Coordinators read the general rules beside those of their strategies."""
        if request.user.is_superuser:
            return super().get_queryset(request)
        theirs = request.user.coordinated.values("pk")  # type: ignore[union-attr]
        rules = ReminderRule.objects.select_related("strategy")
        return rules.filter(Q(strategy=None) | Q(strategy__in=theirs))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a rule is about is told to people: it does not become another."""
        return (*super().get_readonly_fields(request, obj), *(("kind",) if obj else ()))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A general rule is put out of action, not deleted."""
        general = obj is not None and obj.strategy_id is None
        return super().has_delete_permission(request, obj) and not general

    def _own(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or obj.strategy_id is not None or bool(request.user.is_superuser)

    def get_urls(self) -> Any:
        page = self.admin_site.admin_view(self.preview_page)
        return [path("apercu/", page, name="reminder_preview"), *super().get_urls()]

    @open_to(Access.STAFF)
    def preview_page(self, request: HttpRequest) -> HttpResponse:
        """Who would get what on a day (`?le=`), by the rules in force."""
        return self._preview(request, request.GET.get("le", ""))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form; its button « Aperçu » shows what the rule would do and saves nothing."""
        if request.method == "POST" and "_preview" in request.POST:
            object_id = kwargs.get("object_id") or (args[0] if args else None)
            rule = self.get_object(request, object_id) if object_id else None
            if self.has_change_permission(request, rule):
                form = self.get_form(request, rule, change=bool(rule))(request.POST, instance=rule)
                if form.is_valid():
                    return self._preview(request, "", form.save(commit=False))
        return super().changeform_view(request, *args, **kwargs)

    def _preview(
        self, request: HttpRequest, asked: str, rule: ReminderRule | None = None
    ) -> HttpResponse:
        rules = None
        if rule:
            rules = {**ReminderRule.objects.in_force(), (rule.kind, rule.strategy_id): rule}
        day = a_day(asked) or days.next_leaving(clock.today())
        found = preview(day, rules)
        context = {
            **self.admin_site.each_context(request),
            "title": "Qui recevrait quoi ?",
            "opts": self.opts,
            "rule": rule,
            "day": day,
            "unread": asked if asked and a_day(asked) is None else "",
            "is_past": day < clock.today(),
            "leaving": self._theirs(request, found.leaving),
            "waiting": self._theirs(request, found.waiting),
        }
        return TemplateResponse(request, "admin/proposals/reminderrule/preview.html", context)

    @staticmethod
    def _theirs(request: HttpRequest, lines: list[Line]) -> list[Line]:
        """Of the strategies that this person administers."""
        if request.user.is_superuser:
            return lines
        own = set(request.user.coordinated.values_list("pk", flat=True))  # type: ignore[union-attr]
        return [line for line in lines if line.due.key.strategy in own]


@admin.register(Campaign)
class CampaignAdmin(OfStrategy):
    staff_may = ("view", "add", "change", "delete")
    same_strategy = ("actions",)
    fieldsets = (
        (None, {"fields": ("strategy", "committee", "opens_on", "committee_on")}),
        ("Actions", {"fields": ("actions",)}),
    )
    autocomplete_fields = ("actions",)
    list_display = (
        "committee",
        column("committee_on", "date du comité"),
        column("opens_on", "ouvre le"),
        column("strategy", "stratégie"),
    )
    list_filter = ("strategy",)
    list_select_related = ("strategy",)
    search_fields = ("committee__unaccent__icontains",)
    date_hierarchy = "committee_on"
    ordering = ("-committee_on", "pk")


@admin.register(Reminder)
class ReminderAdmin(CoordinatedFacts):
    """What was planned and told, line by line."""

    list_display = (
        "rule",
        "threshold",
        column("recipient", "destinataire"),
        column("action", "action"),
        column("planned_on", "prévue le"),
        column("mail__state", "courriel"),
    )
    list_filter = ("rule__kind", "escalated", "strategy")
    list_select_related = ("rule", "recipient", "action", "mail", "strategy")
    search_fields = ("recipient__full_name__unaccent__icontains", "action__code")
    date_hierarchy = "planned_on"
    ordering = ("-planned_on", "-pk")


@admin.register(ReminderReply)
class ReminderReplyAdmin(CoordinatedFacts):
    strategy_path = "action__strategy"
    list_display = (
        "what",
        column("user", "personne"),
        column("action", "action"),
        column("until", "jusqu'au"),
        column("replied_at", "le"),
    )
    list_filter = ("what", "action__strategy")
    list_select_related = ("user", "action")
    search_fields = ("user__full_name__unaccent__icontains", "action__code")
    date_hierarchy = "replied_at"
    ordering = ("-replied_at", "pk")


@admin.register(Mail)
class MailAdmin(Facts):
    """Their text, and what can be done about them, is among the reminders of the site."""

    list_display = (
        "subject",
        "to",
        "state",
        "attempts",
        column("created_at", "écrit le"),
        column("sent_at", "envoyé le"),
    )
    list_filter = ("state",)
    search_fields = ("to", "subject__unaccent__icontains")
    date_hierarchy = "created_at"
    ordering = ("-pk",)


def a_day(text: str) -> date | None:
    """The day that an address gives; None when it is none, or absurd."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text and 2014 <= found.year < 2100 else None
