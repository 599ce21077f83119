"""How a public page is read: which strategy, and when: `?au=AAAA-MM-JJ`, or in an `?edition=`."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from proposals import state
from proposals.models import Action, Edition, Strategy
from proposals.state import Moment
from sress import clock
from sress.faults import NotFound
from sress.templatetags.french import day as french_day

# Law 2014-856 on the ESS, which asks every region for a strategy: there was none before.
FIRST_DAY = date(2014, 7, 31)


@dataclass(frozen=True, slots=True)
class Reading:
    """A published strategy, read at a moment."""

    strategy: Strategy
    moment: Moment
    edition: Edition | None = None

    @classmethod
    def of(cls, request: HttpRequest, slug: str) -> "Reading":
        """Raises NotFound, with a reason, for what is no strategy, date or édition."""
        strategy = (
            Strategy.objects.published()
            .select_related("region", "service")
            .filter(slug=slug)
            .first()
        )
        if strategy is None:
            raise NotFound("Aucune stratégie publiée ne porte cette adresse.")
        return cls.within(request, strategy)

    @classmethod
    def within(cls, request: HttpRequest, strategy: Strategy) -> "Reading":
        """The moment that the address asks for, in a strategy that is found. Raises NotFound."""
        if asked := request.GET.get("edition"):
            edition = edition_of(strategy, asked)
            return cls(strategy, frozen(edition), edition)
        return cls(strategy, requested_moment(request))

    @property
    def is_adopted(self) -> bool:
        """Whether the strategy was voted by then; one without a date of vote always was."""
        adopted_on = self.strategy.adopted_on
        return adopted_on is None or adopted_on <= self.moment.day

    @classmethod
    def of_adopted(cls, request: HttpRequest, slug: str) -> "Reading":
        """The same, for what there is only once the strategy is voted."""
        return cls.of(request, slug).once_adopted()

    def once_adopted(self) -> "Reading":
        """Itself; raises NotFound when the strategy was not voted yet."""
        if not self.is_adopted:
            raise NotFound(
                f"Le {french_day(self.moment.day)}, la stratégie n'était pas encore votée : "
                f"elle l'a été le {french_day(self.strategy.adopted_on)}."
            )
        return self

    def actions(self) -> Any:
        """The published actions of the strategy, whatever the date."""
        return Action.objects.published().filter(strategy=self.strategy)

    def states(self, **chosen: Any) -> Any:
        """Those that exist at the moment, each with its state and what its links need.

        `chosen` narrows them before states are computed; filter the result by state.
        """
        return state.actions(self.moment, self.actions().filter(**chosen)).select_related(
            "strategy", "proposal__axis"
        )

    def context(self, **extra: Any) -> dict[str, Any]:
        """What the templates of a strategy's pages share."""
        shared = {"strategy": self.strategy, "moment": self.moment, "edition": self.edition}
        return {**shared, **extra}


def edition_of(strategy: Strategy, number: str) -> Edition:
    """The édition of that number. Raises NotFound, with a reason, when there is none."""
    found = strategy.editions.filter(number=number).first() if number.isdecimal() else None
    if found is None:
        raise NotFound("La stratégie n'a pas d'édition de ce numéro.")
    found.strategy = strategy
    return found


def frozen(edition: Edition) -> Moment:
    """The moment that an édition froze, as the public reads it."""
    return Moment(edition.day, edition.known_at, edition=edition.number)


def requested_moment(request: HttpRequest, name: str = "au") -> Moment:
    """The moment that `?au=` asks for; today without it. Raises NotFound when it is no such day."""
    asked = request.GET.get(name, "")
    if not asked:
        return Moment.today()
    try:
        day = date.fromisoformat(asked)
        # One address for one day: Python reads « 20181002 » and « 2018-W40-2 » too.
        if day.isoformat() != asked:
            raise ValueError(asked)
    except ValueError:
        raise NotFound(
            f"« {asked[:40]} » n'est pas une date : écrivez-la comme 2018-10-02."
        ) from None
    if day > clock.today():
        raise NotFound(f"Le {french_day(day)} est à venir : rien n'est encore connu à cette date.")
    if day < FIRST_DAY:
        raise NotFound(
            f"Le {french_day(day)} précède la loi du {french_day(FIRST_DAY)} : aucune stratégie "
            "régionale de l'ESS n'existait."
        )
    return Moment(day)
