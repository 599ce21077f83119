"""Strategies in and out as spreadsheets, in the administration: upload, columns, preview, apply."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from actors.access import Access, open_to
from proposals import exchange
from proposals.admin.exchange_forms import ColumnsForm, UploadForm
from proposals.admin.lists import Lists, as_download
from proposals.models import Strategy, StrategyFile
from sress import clock
from sress.faults import NotFound
from sress.spreadsheets.columns import recognise
from sress.spreadsheets.reading import read_workbook
from sress.spreadsheets.workbook import UnreadableFileError, Workbook
from sress.spreadsheets.writing import TYPES
from sress.templatetags.french import counted

# Where a file of people and organisations only leads to, once applied.
_LISTS = {
    "organisations": "admin:actors_organisation_changelist",
    "services": "admin:actors_service_changelist",
    "personnes": "admin:actors_user_changelist",
}
# A preview names this many rows of each list, and counts the others.
SHOWN = 200


class Exchange(Lists):
    """The pages that the administration of strategies has besides Django's own."""

    change_list_template = "admin/proposals/strategy/change_list.html"
    change_form_template = "admin/proposals/strategy/change_form.html"

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view
        own = [
            path("import/", view(self.upload), name="strategy_import"),
            path("import/<int:pk>/", view(self.preview), name="strategy_preview"),
            path("import/<int:pk>/colonnes/", view(self.columns), name="strategy_columns"),
            path("import/<int:pk>/colonnes.json", view(self.mapping), name="strategy_mapping"),
            path("modele.<str:kind>", view(self.model_file), name="strategy_model"),
            path("<int:pk>/export.<str:kind>", view(self.export), name="strategy_export"),
        ]
        return own + super().get_urls()

    @open_to(Access.ADMINISTER)
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Choose a file, and say what it is about."""
        self._allow(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            sent, workbook = form.cleaned_data["file"], form.cleaned_data["workbook"]
            StrategyFile.objects.forget_the_old()
            fingerprint = _fingerprint(workbook)
            stored = StrategyFile.objects.create(
                name=sent.name[:250],
                content=form.content,
                fingerprint=fingerprint,
                mapping=_remembered(workbook, fingerprint),
                target=form.cleaned_data["target"],
                publish=form.cleaned_data["publish"],
                author=request.user,  # type: ignore[misc]
            )
            known = recognise(workbook, exchange.TABLES, aside=exchange.FOR_READERS)
            is_known = exchange.says_enough(known, exchange.Mapping())
            step = "preview" if stored.mapping or is_known else "columns"
            return redirect(f"admin:strategy_{step}", stored.pk)
        return self._page(request, "upload", "Importer un fichier", form=form)

    @open_to(Access.ADMINISTER)
    def columns(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Say which column is what, and see the first rows as they would load."""
        stored = self._stored(request, pk)
        workbook = _workbook(stored)
        form = ColumnsForm(
            workbook,
            exchange.Mapping.from_dict(stored.mapping) if stored.mapping else None,
            is_new=stored.target is None,
            data=request.POST or None,
        )
        if request.method == "POST":
            stored.mapping = form.mapping.as_dict()
            stored.save(update_fields=["mapping"])
            if "suite" in request.POST:
                return redirect("admin:strategy_preview", stored.pk)
        return self._page(request, "columns", "Quelle colonne est quoi ?", form=form, stored=stored)

    @open_to(Access.ADMINISTER)
    def preview(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the file would do; applied when it is agreed to, once."""
        stored = self._stored(request, pk)
        agreed = request.POST.get("digest", "")
        with transaction.atomic():
            # Two clicks are one import.
            stored = StrategyFile.objects.select_for_update(of=("self",)).get(pk=stored.pk)
            if stored.applied_at:
                # The second of two clicks is the one that browsers show.
                messages.warning(request, f"Ce fichier a déjà été importé : {stored.summary}.")
                return redirect("admin:proposals_strategy_changelist")
            outcome = exchange.load(
                _workbook(stored),
                author=stored.author,
                mapping=exchange.Mapping.from_dict(stored.mapping),
                target=stored.target,
                publish=stored.publish,
                agree=lambda outcome: request.method == "POST" and outcome.digest == agreed,
            )
            if outcome.applied:
                stored.applied_at, stored.content = clock.now(), b""
                stored.target, stored.summary = outcome.strategy, _summary(outcome)
                stored.save(update_fields=["applied_at", "content", "target", "summary"])
        if outcome.applied:
            return self._applied(request, outcome)
        if request.method == "POST" and not outcome.remarks.errors:
            messages.warning(
                request, "La base a changé depuis l'aperçu : relisez-le avant de confirmer."
            )
        title = "Ce fichier a des erreurs" if outcome.remarks.errors else "Ce qui va changer"
        return self._page(
            request, "preview", title, outcome=outcome, stored=stored, lists=_lists(outcome)
        )

    @open_to(Access.ADMINISTER)
    def mapping(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The mapping of a file, for the command `import_strategy --mapping`."""
        stored = self._stored(request, pk)
        mapping = exchange.Mapping.from_dict(stored.mapping)
        if not stored.mapping:
            mapping = exchange.propose(_workbook(stored))
        return _download(mapping.to_json().encode(), "application/json", "colonnes.json")

    @open_to(Access.ADMINISTER)
    def model_file(self, request: HttpRequest, kind: str) -> HttpResponse:
        """The empty workbook to fill in."""
        self._allow(request)
        if kind not in TYPES:
            raise NotFound("Le fichier modèle existe en .xlsx et en .ods.")
        return _download(exchange.model_file(kind), TYPES[kind], f"modele-strategie.{kind}")

    @open_to(Access.ADMINISTER)
    def export(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """A strategy as a workbook that imports again."""
        self._allow(request)
        strategy = get_object_or_404(Strategy, pk=pk)
        if kind not in TYPES:
            raise NotFound("L'export existe en .xlsx et en .ods.")
        name = f"{strategy.slug}-{clock.today().isoformat()}.{kind}"
        return _download(exchange.export(strategy, kind), TYPES[kind], name)

    def _applied(self, request: HttpRequest, outcome: exchange.Outcome) -> HttpResponse:
        strategy = outcome.strategy
        assert strategy is not None
        about = "Import" if outcome.is_about_actors else f"« {strategy} »"
        messages.success(request, f"{about} : {_summary(outcome)}.")
        if outcome.makes_accounts:
            messages.info(request, exchange.INVITE)
        if outcome.is_about_actors:
            return redirect(_LISTS[outcome.readings[-1].table.key])
        if not strategy.published:
            messages.warning(
                request,
                "La stratégie n'est pas publiée : cochez « publiée » ci-dessous, puis publiez ses "
                "actions depuis leur liste.",
            )
        return redirect("admin:proposals_strategy_change", strategy.pk)

    def _stored(self, request: HttpRequest, pk: int) -> StrategyFile:
        self._allow(request)
        stored = get_object_or_404(StrategyFile.objects.select_related("target", "author"), pk=pk)
        if stored.author != request.user:
            raise PermissionDenied("Ce fichier a été déposé par quelqu'un d'autre")
        return stored

    def _allow(self, request: HttpRequest) -> None:
        """A file makes accounts, holds names, and changes everything: administrators only."""
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied("L'import et l'export sont réservés aux administrateurs")

    def _page(self, request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
        form = context.get("form")
        status = 422 if form is not None and getattr(form, "errors", None) else 200
        return render(
            request,
            f"admin/proposals/strategy/import_{name}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "back": reverse("admin:proposals_strategy_changelist"),
                **context,
            },
            status=status,
        )


def _lists(outcome: exchange.Outcome) -> list[dict[str, Any]]:
    """The lists of a preview: title, the lines shown, and how many are left out."""
    told: list[tuple[str, str, list[Any]]] = [
        ("À corriger dans le fichier", "error", outcome.remarks.errors),
        ("Deviné : est-ce juste ?", "question", outcome.remarks.questions),
        ("Changements", "change", outcome.modifications),
        ("Ajouts", "addition", outcome.additions),
        ("Dit autrement dans le fichier, laissé tel quel", "kept", outcome.kept),
        ("Absent du fichier, conservé", "missing", outcome.missing),
        ("À savoir", "note", outcome.remarks.notes),
    ]
    return [
        {
            "title": title,
            "kind": kind,
            "count": len(lines),
            "lines": lines[:SHOWN],
            "left_out": max(0, len(lines) - SHOWN),
        }
        for title, kind, lines in told
        if lines
    ]


def _summary(outcome: exchange.Outcome) -> str:
    """« 3 ajouts, 1 changement »."""
    if not outcome.changes:
        return "rien n'a changé"
    added = counted(len(outcome.additions), "ajout,ajouts")
    return f"{added}, {counted(len(outcome.modifications), 'changement,changements')}"


def _workbook(stored: StrategyFile) -> Workbook:
    try:
        return read_workbook(stored.name, bytes(stored.content))
    except UnreadableFileError as error:
        raise NotFound(f"{stored.name} : {error}") from error


def _fingerprint(workbook: Workbook) -> str:
    """Of the sheets and their headings, as a mapping would name them."""
    proposed = exchange.propose(workbook)
    # A csv file has one sheet, called as the file is: next year's is called otherwise.
    named = len(proposed.sheets) > 1
    told = sorted(
        (name if named else "", sorted(one.columns)) for name, one in proposed.sheets.items()
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _remembered(workbook: Workbook, fingerprint: str) -> dict[str, Any]:
    """What was said of the last file with the same headings, for this one; {} if there was none."""
    known = StrategyFile.objects.remembered_mapping(fingerprint)
    sheets = known.get("sheets", {})
    if len(sheets) == len(workbook.sheets) == 1:
        known["sheets"] = {workbook.sheets[0].name: next(iter(sheets.values()))}
    return known


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    return as_download(HttpResponse(content, content_type=content_type), name)
