"""What lists can be narrowed by. The words of the addresses are French, as readers share them."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from actors.models import Epci
from proposals.models import Action, Axis, Family, Status, Strategy, Tag
from proposals.state import Moment


class ActionFilter(django_filters.FilterSet):
    """Narrows the actions of a strategy, each with its state (`proposals.state.actions`)."""

    q = django_filters.CharFilter(
        label="Mots",
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Titre, code, porteur…"}),
    )
    axe = django_filters.ChoiceFilter(field_name="proposal__axis__number", label="Axe")
    statut = django_filters.ChoiceFilter(
        field_name="status", label="État", choices=Status.choices, empty_label="Tous"
    )
    annee = django_filters.ChoiceFilter(field_name="year", label="Année", empty_label="Toutes")
    famille = django_filters.ChoiceFilter(
        field_name="proposal__family__slug", label="Famille", empty_label="Toutes"
    )
    etiquette = django_filters.ChoiceFilter(
        field_name="tags__slug", label="Étiquette", empty_label="Toutes"
    )
    epci = django_filters.ChoiceFilter(
        field_name="territories__epci__siren", label="Territoire", empty_label="Tous"
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
        self, data: Any, queryset: QuerySet[Action], *, strategy: Strategy, moment: Moment
    ) -> None:
        super().__init__(data, queryset)
        own = Action.objects.published().filter(strategy=strategy).order_by()
        axes = Axis.objects.filter(strategy=strategy).values_list("number", "title")
        self._choose("axe", [(str(n), f"{n}. {title}") for n, title in axes])
        self.filters["axe"].extra["empty_label"] = "Tous"
        years = own.values_list("year", flat=True).distinct().order_by("year")
        self._choose("annee", [(str(year), str(year)) for year in years])
        self._choose(
            "famille", Family.objects.filter(strategy=strategy).values_list("slug", "name")
        )
        tags = Tag.objects.filter(actions__in=own).distinct()
        self._choose("etiquette", tags.values_list("slug", "name"))
        epci = Epci.objects.valid_on(moment.day).filter(served_by__action__in=own).distinct()
        self._choose("epci", epci.values_list("siren", "name"))

    def _choose(self, name: str, choices: Any) -> None:
        self.filters[name].extra["choices"] = list(choices)

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
