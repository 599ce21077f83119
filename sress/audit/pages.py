"""The audit trail in the administration: the history of an object, the journal of everything."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, TextField
from django.db.models.expressions import RawSQL
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from sress.audit import journal
from sress.audit.journal import Branch
from sress.audit.tracking import Tracked, registry
from sress.audit.wording import history, tell

PER_PAGE = 50
LABELS = (("", "Tous"), ("insert", "Ajout"), ("update", "Modification"), ("delete", "Suppression"))
# Pages that one can turn by hand; further back, one filters.
LAST_PAGE = 200


def page_of(request: HttpRequest) -> int:
    """The number of the page asked for, 1 for what is none."""
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), LAST_PAGE) if asked.isascii() and asked.isdigit() else 1


class JournalForm(forms.Form):
    """What one looks for among the changes."""

    who = forms.CharField(label="Par qui", required=False, help_text="Nom ou adresse.")
    kind = forms.ChoiceField(label="Changement", required=False, choices=LABELS)
    table = forms.ChoiceField(label="Objet", required=False)
    since = forms.DateField(label="Du", required=False)
    until = forms.DateField(label="Au", required=False)
    words = forms.CharField(label="Contient", required=False, help_text="Un mot, un code, un nom.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted((capfirst(_kind(one)), key) for key, one in _tables().items())
        table: Any = self.fields["table"]
        table.choices = [("", "Tous"), *((key, name) for name, key in names)]
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def branches(self) -> list[Branch]:
        """Where to look, once the form is valid."""
        said = self.cleaned_data
        wanted = Q()
        if said["kind"]:
            wanted &= Q(pgh_label=said["kind"])
        if said["since"]:
            wanted &= Q(pgh_created_at__date__gte=said["since"])
        if said["until"]:
            wanted &= Q(pgh_created_at__date__lte=said["until"])
        if said["who"]:
            people = get_user_model()._default_manager.filter(
                Q(full_name__unaccent__icontains=said["who"]) | Q(email__icontains=said["who"])
            )
            wanted &= Q(pgh_context__user__in=list(people.values_list("pk", flat=True)))
        chosen = _tables()
        if said["table"]:
            chosen = {said["table"]: chosen[said["table"]]}
        return [(one, wanted & self._containing(one)) for one in chosen.values()]

    def _containing(self, tracked: Tracked) -> Q:
        if not self.cleaned_data["words"]:
            return Q()
        table = tracked.version._meta.db_table
        said = RawSQL(f'to_jsonb("{table}")::text', (), TextField())
        rows = tracked.version._default_manager.alias(said=said)
        found = rows.filter(said__unaccent__icontains=self.cleaned_data["words"])
        return Q(pgh_id__in=found.values("pgh_id"))


def journal_page(request: HttpRequest) -> HttpResponse:
    """Every change, the newest first, with what one asks for."""
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied
    form = JournalForm(request.GET)
    number = page_of(request)
    entries = []
    if form.is_valid():
        offset = (number - 1) * PER_PAGE
        found = journal.changes(form.branches(), limit=PER_PAGE + 1, offset=offset)
        entries = tell(found)
    context = {
        **admin.site.each_context(request),
        "title": "Journal des modifications",
        "form": form,
        **turning(request, number, len(entries) > PER_PAGE),
        "entries": entries[:PER_PAGE],
    }
    return TemplateResponse(request, "admin/journal.html", context)


class WithHistory(admin.ModelAdmin):
    """« Historique » of an object shows the audit trail: what was changed elsewhere too."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened to the object, and to the rows that hang on it."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        number = page_of(request)
        entries = history(obj, limit=PER_PAGE + 1, offset=(number - 1) * PER_PAGE)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Historique : {obj}",
            "opts": self.opts,
            "object": obj,
            "entries": entries[:PER_PAGE],
            **turning(request, number, len(entries) > PER_PAGE),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/history.html", context)


def turning(request: HttpRequest, number: int, more: bool) -> dict[str, str]:
    """The addresses of the newer and older pages, "" where there is none."""

    def to(page: int) -> str:
        query = request.GET.copy()
        query["page"] = str(page)
        return f"?{query.urlencode()}"

    return {
        "newer": to(number - 1) if number > 1 else "",
        "older": to(number + 1) if more and number < LAST_PAGE else "",
    }


def _tables() -> dict[str, Tracked]:
    return {one.table: one for one in registry.values()}


def _kind(tracked: Tracked) -> str:
    options = tracked.model._meta
    if not options.auto_created:
        return str(options.verbose_name)
    # A table that only links rows: « action : étiquettes ».
    owner: Any = options.auto_created
    field = next(
        field
        for field in owner._meta.local_many_to_many
        if field.remote_field.through is tracked.model
    )
    return f"{owner._meta.verbose_name} : {field.verbose_name}"
