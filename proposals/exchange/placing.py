"""The axes and proposals that the rows of a file name, by number or by title."""

from collections.abc import Iterable, Mapping
from typing import Any

from proposals.exchange.levels import Named
from proposals.exchange.loading import Loading
from proposals.models import Axis, Proposal
from sress.spreadsheets.columns import Record
from sress.text import folded


class Placing:
    """Finds the level that a row names, and makes it when the row says enough."""

    def __init__(self, loading: Loading) -> None:
        self.loading = loading
        self.strategy = loading.strategy

    def declared(
        self,
        model: type[Any],
        record: Record,
        key: str,
        above: Mapping[str, Any],
        facts: Mapping[str, Any],
        sets: Mapping[str, Iterable[Any]] | None = None,
    ) -> Any:
        """The axis or proposal that a row of its own sheet describes."""
        said: Named | None = record.get(key)
        if said is None:
            return None  # compulsory there: it was said
        title = self._title(record, key, said)
        number = self._number(model, said, title, above, record)
        record.places.setdefault("number", record.place(key))
        record.places.setdefault("title", record.place(f"{key}_title" if title else key))
        given = {"title": title} if title else {}
        if not title and not self._own(model).filter(number=number).exists():
            self._needs_title(model, said, number, record, key)
            return None
        return self.loading.put(
            model,
            {"strategy": self.strategy, "number": number},
            record,
            {**above, **given, **facts},
            sets=sets,
        )

    def axis(self, record: Record) -> Axis | None:
        """The axis that a row of another sheet names."""
        found: Axis | None = self._named(Axis, record, "axis", {})
        return found

    def axis_of_proposal(self, record: Record) -> Axis | None:
        """The axis of a row about a proposal: as it says, else where the proposal already is."""
        if record.get("axis"):
            return self.axis(record)
        known = self.present(record)
        if known is not None:
            self.loading.mention(known.axis)
            return known.axis
        if not record.faulty & {"axis", "proposal"} and record.get("proposal"):
            self.loading.remarks.error(
                record.place("axis"),
                f"Quel est son {self.strategy.axis_word} ? Donnez un numéro ou un titre.",
            )
        return None

    def proposal(self, record: Record) -> Proposal | None:
        """The proposal that a row of another sheet names, under its axis."""
        if record.get("proposal") is None:
            if "proposal" not in record.faulty:
                self.loading.remarks.error(
                    record.place("proposal"),
                    f"Quelle est sa {self.strategy.proposal_word} ? Donnez un numéro ou un titre."
                    if self.strategy.proposal_word.endswith(("n", "e"))
                    else f"Quel est son {self.strategy.proposal_word} ? Donnez un numéro ou un "
                    "titre.",
                )
            return None
        axis = self.axis_of_proposal(record)
        if axis is None:
            return None
        found: Proposal | None = self._named(Proposal, record, "proposal", {"axis": axis})
        if found and found.axis_id != axis.pk:
            self.loading.remarks.error(
                record.place("axis"),
                f"« {found} » est dans l'{self.strategy.axis_word} {found.axis.number}, pas "
                f"{axis.number}.",
            )
            return None
        return found

    def _named(self, model: type[Any], record: Record, key: str, above: Mapping[str, Any]) -> Any:
        said: Named = record.values[key]
        title = self._title(record, key, said)
        number = self._number(model, said, title, above, record)
        identity = (model, self.strategy, number)
        if identity in self.loading.failed:
            return None
        found = self._own(model).filter(number=number).select_related(*above).first()
        place = record.place(f"{key}_title" if record.get(f"{key}_title") else key)
        if found and (not title or folded(title) == folded(found.title)):
            self.loading.mention(found)
            if title:
                self.loading.seen.setdefault(identity, place)
            return found
        if found and identity in self.loading.seen:
            self.loading.remarks.error(
                place,
                f"{self._word(model)} {number} s'appelle aussi « {found.title} » dans ce fichier : "
                "gardez un seul titre.",
            )
            return None
        if not title:
            self._needs_title(model, said, number, record, key)
            return None
        brief = Record(record.table, record.sheet, record.row, {}, {"title": place})
        return self.loading.put(
            model,
            {"strategy": self.strategy, "number": number},
            brief,
            {**(above if found is None else {}), "title": title},
        )

    def _needs_title(
        self, model: type[Any], said: Named, number: int, record: Record, key: str
    ) -> None:
        word = self._word(model)
        self.loading.remarks.error(
            record.place(key),
            f"{word} {said.mark} n'a pas de titre : écrivez « {word} {said.mark} : son titre », ou "
            "donnez-le dans sa feuille.",
        )
        self.loading.failed.add((model, self.strategy, number))

    def _number(
        self, model: type[Any], said: Named, title: str, above: Mapping[str, Any], record: Record
    ) -> int:
        """Its own number, else that of its title, else the next, in the order of the file."""
        if said.number is not None:
            return said.number
        mark = (model, *above.values(), said.mark or folded(title))
        marks = self.loading.marks
        if mark not in marks:
            own = list(self._own(model))
            known = next((one for one in own if title and folded(one.title) == folded(title)), None)
            if known is None:
                self.loading.remarks.ask(
                    record.place("axis" if model is Axis else "proposal"),
                    "Sans numéro simple, ces lignes sont numérotées à la suite, dans l'ordre du "
                    "fichier.",
                )
            last = max((one.number for one in own), default=0)
            marks[mark] = known.number if known else last + 1
        return marks[mark]

    def present(self, record: Record) -> Proposal | None:
        """The proposal that a row names, if it is there already."""
        said: Named | None = record.get("proposal")
        if said is None:
            return None
        own = self._own(Proposal).select_related("axis")
        if said.number is not None:
            return own.filter(number=said.number).first()
        title = folded(self._title(record, "proposal", said))
        return next((one for one in own if title and folded(one.title) == title), None)

    def _own(self, model: type[Any]) -> Any:
        return model.objects.filter(strategy=self.strategy)

    def _word(self, model: type[Any]) -> str:
        return self.strategy.axis_label if model is Axis else self.strategy.proposal_label

    @staticmethod
    def _title(record: Record, key: str, said: Named) -> str:
        return str(record.get(f"{key}_title") or said.title)
