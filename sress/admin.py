"""What the pages of the administration share: refusals on the form, lookups, read-only rows.

The database has the last word on every rule. When it refuses, nothing is written and the same form
comes back with the French text of the rule.
"""

from collections.abc import Callable
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME as CHOSEN
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, router, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from sress import refusals
from sress.audit.pages import WithHistory
from sress.deletion import Taken, held_by
from sress.models import Heartbeat

admin.site.site_header = admin.site.site_title = "Administration — Stratégies ESS"
admin.site.index_title = "Que voulez-vous mettre à jour ?"
admin.site.empty_value_display = "—"

# A confirmation page names the first objects and counts the others.
LISTED = 20
# Characters from which a line of text gets a long box.
LONG = 150


def refusal(error: IntegrityError) -> str:
    """Why the database refused, in French. A fault of ours is raised again."""
    try:
        return refusals.message(error)
    except IntegrityError:
        # A row was deleted between the validation of the form and its saving.
        if getattr(error.__cause__, "sqlstate", None) == "23503":
            return "Une donnée liée a changé entre-temps : vérifiez vos choix et recommencez."
        raise


class Lookup(AutocompleteMixin):
    """Select2's field, with three differences.

    Objects already `known` to the form are not fetched again (a table of 50 rows costs no query);
    what cannot be a key is ignored (Django fails on `?action=x`); `scope` narrows the search.
    """

    create_option: Any
    is_required: bool
    known: dict[Any, models.Model] = {}
    scope: dict[str, Any] = {}

    def get_url(self) -> str:
        url: str = super().get_url()
        return f"{url}?{urlencode(self.scope)}" if self.scope else url

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        return value.replace("\0", "?") if isinstance(value, str) else value

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        key = self.field.remote_field.model._meta.pk
        wanted = [item for item in value if item in ("", None) or _is_key(key, item)]
        if not wanted or any(str(item) not in map(str, self.known) for item in wanted):
            return super().optgroups(name, wanted, attr)
        options = [
            self.create_option(name, pk, str(row), {str(pk)}, index)
            for index, (pk, row) in enumerate(self.known.items())
            if str(pk) in map(str, wanted)
        ]
        if not self.is_required:
            options.insert(0, self.create_option(name, "", "", False, 0))
        return [(None, options, 0)]


class LookupOne(Lookup, AutocompleteSelect):
    """One object, found by typing."""


class LookupMany(Lookup, AutocompleteSelectMultiple):
    """Several objects, found by typing."""


def _is_key(key: Any, item: Any) -> bool:
    if "\0" in str(item):
        return False
    try:
        key.clean(item, None) if not isinstance(key, models.OneToOneField) else int(item)
    except (ValidationError, ValueError):
        return False
    return True


class Lookups(admin.options.BaseModelAdmin):
    """For forms and inlines: `autocomplete_fields` are `Lookup`s, without dangerous buttons."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    # Titles and choices are long, and forms have room for them; tables have not.
    wide = True
    # Relations whose objects are not created from this form.
    not_added_here: tuple[str, ...] = ()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookupOne(db_field, self.admin_site, self._width()))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookupMany(db_field, self.admin_site, self._width()))
            kwargs.setdefault("help_text", db_field.help_text or "Plusieurs choix possibles.")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DecimalField):
            kwargs["localize"] = True  # « 0,5 » as well as « 0.5 »
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # Beside a choice, a cross reads « remove this choice »; it would delete the object.
            field.widget.can_delete_related = field.widget.can_change_related = False
            field.widget.can_add_related &= db_field.name not in self.not_added_here
        long = isinstance(db_field, models.CharField) and (db_field.max_length or 0) >= LONG
        if self.wide and field and getattr(field.widget, "input_type", "") == "text" and long:
            field.widget.attrs["class"] = "vLargeTextField"
        return field

    def _width(self) -> dict[str, str]:
        return {"data-width": "36em"} if self.wide else {}


class InlineRows(forms.BaseInlineFormSet):
    """Gives each row's lookups the objects that the inline fetched with it."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, Lookup) and form.instance.pk:
                chosen = getattr(form.instance, name)
                widget.known = {chosen.pk: chosen} if chosen else {}


class Gate(admin.options.BaseModelAdmin):
    """Administrators do everything; `staff_may` says what other members of staff may do.

    The words are Django's: view, add, change, delete.
    """

    staff_may: tuple[str, ...] = ()
    # What nobody does here, administrators included.
    closed: tuple[str, ...] = ()

    def may(self, request: HttpRequest, what: str) -> bool:
        """Whether who asks may do this here."""
        user: Any = request.user
        if what in self.closed:
            return False
        return user.is_active and (user.is_superuser or (user.is_staff and what in self.staff_may))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "view")

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return self.may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request, "delete")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request, "view")


class Rows(Lookups, Gate, admin.TabularInline):
    """Rows edited in their parent's form. `related` is fetched with them: constant queries.

    Who may change the parent may change its rows.
    """

    staff_may = ("view", "add", "change", "delete")
    formset = InlineRows
    extra = 0
    view_on_site = False
    wide = False
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows


class Guarded(WithHistory, Lookups, Gate, admin.ModelAdmin):
    """The base of every administration page."""

    list_per_page = 50
    # Counting everything besides what is shown takes a scan of the whole table.
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Each row with what its list and its title name: a constant number of queries."""
        rows = super().get_queryset(request)
        related = self.list_select_related
        return rows if isinstance(related, bool) else rows.select_related(*related)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; when the database refuses what it says, the form again with the reason."""
        name = capfirst(self.opts.verbose_name)
        title = name if object_id else f"{name} : ajout"
        extra_context = {"title": title, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            request.refusal = refusal(error)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        reason = getattr(request, "refusal", None)
        if reason is None:
            return form

        class Refused(form):
            def clean(self) -> Any:
                cleaned = super().clean()
                self.add_error(None, reason)
                return cleaned

        return Refused

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        connection.check_constraints()  # what waits for the end, now

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            self.message_user(request, refusal(error), messages.ERROR)
            return redirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        connection.check_constraints()

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        super().delete_queryset(request, queryset)
        connection.check_constraints()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list. A bulk action is done whole or not at all."""
        extra_context = {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        try:
            if request.method != "POST":
                return super().changelist_view(request, extra_context)
            if not all(_is_key(self.opts.pk, pk) for pk in request.POST.getlist(CHOSEN)):
                return redirect(f"{request.path}?e=1")
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except IntegrityError as error:
            self.message_user(request, refusal(error), messages.ERROR)
            return redirect(request.get_full_path())
        except DataError:
            # An address typed by hand asks for what no column can hold.
            return redirect(f"{request.path}?e=1")

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return None if "\0" in object_id else super().get_object(request, object_id, from_field)

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What a deletion takes with it, counted by kind: naming all would cost a query each."""
        if not objs:
            return [], {}, set(), []
        named = [str(obj) for obj in objs[:LISTED]]
        if len(objs) > LISTED:
            named.append(f"… et {len(objs) - LISTED} de plus")
        if kept := held_by(self.opts, objs):
            return named, {}, set(), kept
        collector = Taken(router.db_for_write(self.model), list(objs))
        taken: Any = collector.model_objs
        refused = {
            str(model._meta.verbose_name)
            for model, rows in taken.items()
            if self.admin_site.is_registered(model)
            and not all(
                self.admin_site.get_model_admin(model).has_delete_permission(request, row)
                for row in rows
            )
        }
        counts = {model._meta.verbose_name_plural: len(rows) for model, rows in taken.items()}
        protected: dict[Any, int] = {}
        for row in collector.protected:
            plural = row._meta.verbose_name_plural
            protected[plural] = protected.get(plural, 0) + 1
        return named, counts, refused, [f"{n} {plural}" for plural, n in protected.items()]

    def change_all(self, request: HttpRequest, rows: models.QuerySet, **values: Any) -> int:
        """For bulk actions: update `rows` that differ, each with a line in its history."""
        pks = list(rows.exclude(**values).values_list("pk", flat=True))
        changed = self.model._default_manager.filter(pk__in=pks)
        names = [str(self.model._meta.get_field(name).verbose_name) for name in values]
        changed.update(**values)
        connection.check_constraints()
        self.log_changes(request, changed, names)
        return len(pks)

    def log_changes(self, request: HttpRequest, rows: models.QuerySet, names: list[str]) -> None:
        """Note in their history that these fields of `rows` changed."""
        LogEntry.objects.log_actions(
            request.user.pk,  # type: ignore[arg-type]
            rows,
            CHANGE,
            change_message=[{"changed": {"fields": names}}],
        )


class AddedElsewhere(Guarded):
    """Rows of another form: listed, found and changed here, but added there."""

    closed: tuple[str, ...] = ("add",)


class Facts(Guarded):
    """Rows that are read, never written here."""

    closed: tuple[str, ...] = ("add", "change", "delete")


def column(path: str, label: str, boolean: bool = False) -> Callable[[Any], Any]:
    """A column of a list that is narrow: short dates, and text that wraps."""

    @admin.display(description=label, ordering=path, boolean=boolean)
    def shown(row: Any) -> Any:
        value = attrgetter(path.replace("__", "."))(row)
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%d/%m/%Y %H:%M}"
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    return shown


def link(url: str, text: Any) -> SafeString:
    """A link in a list or a form."""
    return format_html('<a href="{}">{}</a>', url, text)


@admin.register(Heartbeat)
class HeartbeatAdmin(Facts):
    """Are the background processes alive?"""

    list_display = ["process", "beaten_at"]
    ordering = ["process"]
    search_fields = ["process"]
