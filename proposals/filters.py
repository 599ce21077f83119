"""What lists can be narrowed by. The words of the addresses are French, as readers share them."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from actors.models import Epci
from proposals.models import (
    Action,
    Axis,
    Family,
    Grant,
    Movement,
    Nature,
    Programme,
    Status,
    Strategy,
    Tag,
)
from proposals.state import Moment
from sress.models import Mail
from sress.text import folded


class WordedFilter(django_filters.FilterSet):
    """Says in words what it narrows to."""

    def _choose(self, name: str, choices: Any) -> None:
        self.filters[name].extra["choices"] = list(choices)

    @property
    def narrowed_by(self) -> list[str]:
        """The filters in force, in words: « Axe : 1. Accompagner… »."""
        said = []
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name) if self.form.is_bound else None
            if value is True:
                said.append(str(field.label))
            elif value:
                chosen = dict(getattr(field, "choices", ())).get(value, value)
                said.append(f"{field.label}\u00a0: {chosen}")
        return said


class ActionFilter(WordedFilter):
    """Narrows the actions of a strategy, each with its state (`proposals.state.actions`)."""

    q = django_filters.CharFilter(
        label="Rechercher",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Titre, code, porteur…"}),
    )
    axe = django_filters.ChoiceFilter(
        field_name="proposal__axis__number", label="Axe", empty_label="Tout"
    )
    statut = django_filters.ChoiceFilter(
        field_name="status", label="État", choices=Status.choices, empty_label="Tout"
    )
    annee = django_filters.ChoiceFilter(field_name="year", label="Année", empty_label="Tout")
    famille = django_filters.ChoiceFilter(
        field_name="proposal__family__slug", label="Famille", empty_label="Tout"
    )
    etiquette = django_filters.ChoiceFilter(
        field_name="tags__slug", label="Étiquette", empty_label="Tout"
    )
    epci = django_filters.ChoiceFilter(
        field_name="territories__epci__siren", label="Territoire", empty_label="Tout"
    )
    depassee = django_filters.BooleanFilter(
        field_name="is_overdue", label="Échéance dépassée", widget=forms.CheckboxInput
    )
    silencieuse = django_filters.BooleanFilter(
        field_name="is_silent", label="Sans nouvelle depuis 90 jours", widget=forms.CheckboxInput
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def __init__(
        self,
        data: Any,
        queryset: QuerySet[Action],
        *,
        among: QuerySet[Action],
        strategy: Strategy,
        moment: Moment,
    ) -> None:
        """`among` are the actions, of the strategy and without state, whose values are offered."""
        super().__init__(data, queryset)
        own = among.filter(exists_from__lte=moment.day).order_by()
        axes = Axis.objects.filter(strategy=strategy).values_list("number", "title")
        self._choose("axe", [(str(n), f"{n}. {title}") for n, title in axes])
        self.filters["axe"].label = strategy.axis_label
        years = own.values_list("year", flat=True).distinct().order_by("year")
        self._choose("annee", [(str(year), str(year)) for year in years])
        self._choose(
            "famille", Family.objects.filter(strategy=strategy).values_list("slug", "name")
        )
        tags = Tag.objects.filter(actions__in=own).distinct()
        self._choose("etiquette", tags.values_list("slug", "name"))
        # All of the region, so that everyone finds theirs, and the neighbours that are served.
        served = Exists(own.filter(territories__epci=OuterRef("pk")))
        there = Epci.objects.valid_on(moment.day).filter(Q(region_code=strategy.region_id) | served)
        named = [(one.siren, one.label) for one in there.only("siren", "name", "short_name")]
        self._choose("epci", sorted(named, key=lambda one: folded(one[1])))

    @property
    def is_territorial(self) -> bool:
        """Whether only the actions of one territory are listed."""
        return self.form.is_bound and bool(self.form.cleaned_data.get("epci"))

    def filter_queryset(self, queryset: QuerySet[Action]) -> QuerySet[Action]:
        # An unticked box means « whether or not », never « not ».
        for box in ("depassee", "silencieuse"):
            self.form.cleaned_data[box] = self.form.cleaned_data.get(box) or None
        return super().filter_queryset(queryset)

    def search(self, queryset: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        """Every word somewhere in the code, title, description or carrier's name, accents aside."""
        for word in value.split():
            queryset = queryset.filter(
                Q(code__istartswith=word)
                | Q(title__unaccent__icontains=word)
                | Q(description__unaccent__icontains=word)
                | Q(lead__name__unaccent__icontains=word)
            )
        return queryset


class MailFilter(WordedFilter):
    """Narrows the mails of the site."""

    q = django_filters.CharFilter(
        label="Rechercher",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nom, adresse, objet…"}),
    )
    etat = django_filters.ChoiceFilter(
        field_name="state", label="État", choices=Mail.State.choices, empty_label="Tous"
    )

    class Meta:
        model = Mail
        fields: list[str] = []

    def search(self, queryset: QuerySet[Mail], name: str, value: str) -> QuerySet[Mail]:
        """Every word somewhere in the recipient's name, the address or the subject."""
        for word in value.split():
            queryset = queryset.filter(
                Q(recipient__full_name__unaccent__icontains=word)
                | Q(to__icontains=word)
                | Q(subject__unaccent__icontains=word)
            )
        return queryset


class MovementFilter(WordedFilter):
    """Narrows the movements of a strategy's ledger."""

    q = django_filters.CharFilter(
        label="Rechercher",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Objet, référence, acte…"}),
    )
    mouvement = django_filters.ChoiceFilter(
        field_name="kind", label="Mouvement", choices=Movement.Kind.choices, empty_label="Tous"
    )
    axe = django_filters.ChoiceFilter(
        field_name="action__proposal__axis__number", label="Axe", empty_label="Tout"
    )
    programme = django_filters.ChoiceFilter(
        field_name="authorisation__programme__code", label="Programme", empty_label="Tous"
    )
    millesime = django_filters.ChoiceFilter(
        field_name="authorisation__vintage", label="Millésime", empty_label="Tous"
    )
    nature = django_filters.ChoiceFilter(
        field_name="authorisation__nature",
        label="Nature",
        choices=Nature.choices,
        empty_label="Toutes",
    )
    exercice = django_filters.ChoiceFilter(
        field_name="exercise", label="Exercice", empty_label="Tous"
    )
    action = django_filters.CharFilter(field_name="action__code", label="Action")
    proposition = django_filters.NumberFilter(
        field_name="action__proposal__number", label="Proposition", widget=forms.HiddenInput
    )
    territoire = django_filters.CharFilter(
        field_name="action__territories__epci__siren", widget=forms.HiddenInput, label="Territoire"
    )

    class Meta:
        model = Movement
        fields: list[str] = []

    def __init__(
        self, data: Any, queryset: QuerySet[Movement], *, strategy: Strategy, moment: Moment
    ) -> None:
        super().__init__(data, queryset)
        axes = Axis.objects.filter(strategy=strategy).values_list("number", "title")
        self._choose("axe", [(str(n), f"{n}. {title}") for n, title in axes])
        self.filters["axe"].label = strategy.axis_label
        programmes = Programme.objects.filter(strategy=strategy)
        self._choose("programme", [(one.code, str(one)) for one in programmes])
        for name, column in (("millesime", "authorisation__vintage"), ("exercice", "exercise")):
            years = queryset.order_by(column).values_list(column, flat=True).distinct()
            self._choose(name, [(str(year), str(year)) for year in years])

    def search(self, queryset: QuerySet[Movement], name: str, value: str) -> QuerySet[Movement]:
        """Every word somewhere in the object, the references, or the title of the act."""
        for word in value.split():
            queryset = queryset.filter(
                Q(label__unaccent__icontains=word)
                | Q(reference__icontains=word)
                | Q(authorisation__reference__icontains=word)
                | Q(act__reference__icontains=word)
                | Q(act__title__unaccent__icontains=word)
            )
        return queryset


class GrantFilter(WordedFilter):
    """Narrows the grants of a strategy."""

    q = django_filters.CharFilter(
        label="Rechercher",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Bénéficiaire, objet…"}),
    )
    annee = django_filters.ChoiceFilter(
        field_name="signed_on__year", label="Année", empty_label="Toutes"
    )
    action = django_filters.CharFilter(
        field_name="action__code", label="Action", method="of_action"
    )
    proposition = django_filters.NumberFilter(
        field_name="action__proposal__number",
        label="Proposition",
        widget=forms.HiddenInput,
        method="of_action",
    )

    class Meta:
        model = Grant
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Grant], *, among: QuerySet[Grant]) -> None:
        super().__init__(data, queryset)
        years = among.order_by("signed_on__year").values_list("signed_on__year", flat=True)
        self._choose("annee", [(str(year), str(year)) for year in years.distinct()])

    def of_action(self, queryset: QuerySet[Grant], name: str, value: Any) -> QuerySet[Grant]:
        """Those of an action that the public may know of."""
        return queryset.filter(**{name: value, "action__published": True})

    def search(self, queryset: QuerySet[Grant], name: str, value: str) -> QuerySet[Grant]:
        """Every word somewhere in the beneficiary, the object, the decision or the scheme."""
        for word in value.split():
            queryset = queryset.filter(
                Q(beneficiary_name__unaccent__icontains=word)
                | Q(purpose__unaccent__icontains=word)
                | Q(decision_reference__icontains=word)
                | Q(scheme__unaccent__icontains=word)
                | Q(beneficiary_siret=word)
                | Q(beneficiary_rna=word)
            )
        return queryset
