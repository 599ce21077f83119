"""The sheet « Mouvements »: the ledger, in and out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db import IntegrityError, connection, models, transaction

from proposals.exchange import appending
from proposals.exchange.appending import Index, Key, Line
from proposals.exchange.loading import Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, label
from proposals.exchange.tables.ledger import hold
from proposals.models import Movement
from sress import refusals
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table
from sress.spreadsheets.remarks import Place
from sress.text import folded

Kind = Movement.Kind
AT_A_TIME = 2_000
MOVEMENTS = Table(
    key="mouvements",
    label="Mouvements",
    also=("Mandats", "Engagements", "Affectations"),
    about="Votes, affectations, engagements, mandats et leurs corrections. Ce qui est écrit ne "
    "change plus : une correction est un mouvement de plus.",
    whole=True,
    columns=(
        Column(
            key="reference",
            label="Référence",
            also=(
                *("N° mandat", "Numéro de mandat", "N° du mandat", "N° de pièce"),
                *("Référence du mouvement", "N° mouvement"),
            ),
            read=values.text,
            required=True,
            help="Elle retrouve le mouvement quand le fichier revient.",
        ),
        Column(
            key="authorisation",
            label="Autorisation",
            also=(
                *("N° AE", "N° AP", "N° AE/AP", "N° d'autorisation", "AE", "AP", "AE/AP"),
                *("Référence de l'autorisation", "Autorisation d'engagement"),
                "Autorisation de programme",
            ),
            read=values.text,
            required=True,
            help="Sa référence, de la feuille « Autorisations ».",
        ),
        Column(
            key="kind",
            label="Mouvement",
            also=("Nature du mouvement", "Type de mouvement", "Nature"),
            read=values.choice(dict(Kind.choices)),
            labels=dict(Kind.choices),
            help="Sans cette colonne, l'intitulé de celle du montant, du numéro ou de la date le "
            "dit : « Montant mandaté », « N° mandat ».",
            width=24,
        ),
        Column(
            key="date",
            label="Date",
            also=(
                *("Date de mandatement", "Date du mandat", "Date du mouvement"),
                *("Date d'engagement", "Date d'affectation", "Date comptable"),
            ),
            read=values.starts_on,
            required=True,
            example="31/12/2020",
            width=13,
        ),
        Column(
            key="exercise",
            label="Exercice",
            also=("Exercice budgétaire",),
            read=values.year,
            help="Vide : l'année de la date. En janvier, ce peut être la précédente.",
            width=9,
        ),
        Column(
            key="action",
            label="Action",
            also=("Code action", "Code de l'action", "N° action"),
            read=values.code,
            help="Son code. Vide pour un vote, un report, une caducité.",
            example="12.3",
            width=10,
        ),
        Column(
            key="amount",
            label="Montant",
            also=(
                *("Montant TTC", "Montant mandaté", "Montant engagé", "Montant affecté"),
                *("Montant voté", "Montant du mandat", "Montant en euros"),
            ),
            read=values.euros,
            euros=True,
            required=True,
            help="Toujours positif : la nature du mouvement dit le sens.",
            example="1 234,56 €",
            width=16,
        ),
        Column(
            key="label",
            label="Objet",
            also=("Libellé", "Objet du mandat", "Intitulé"),
            read=values.text,
            help="Public : aucun nom de personne.",
            width=48,
        ),
        Column(
            key="motive",
            label="Motif",
            also=("Motif de la correction",),
            read=values.text,
            help="Nécessaire à une correction.",
            width=30,
        ),
        Column(
            key="act",
            label="Acte",
            also=("Délibération",),
            read=values.text,
            help="Référence, ou intitulé, d'un acte de la feuille « Actes ».",
        ),
        Column(
            key="grant",
            label="Subvention",
            read=values.text,
            help="Sa référence interne, de la feuille « Subventions ».",
        ),
        Column(
            key="corrects",
            label="Corrige",
            also=("Mouvement corrigé",),
            read=values.text,
            help="Référence d'un mouvement de la même autorisation et de la même action.",
        ),
    ),
)
# What the heading of a column or the name of a sheet says that all of its movements are.
_KIND_OF_WORD: dict[str, str] = {
    **dict.fromkeys(("mandat", "mandats", "mandate", "mandatement"), Kind.PAYMENT),
    **dict.fromkeys(("engagement", "engagements", "engage"), Kind.COMMITMENT),
    **dict.fromkeys(("affectation", "affectations", "affecte"), Kind.AFFECTATION),
    **dict.fromkeys(("vote", "votes"), Kind.VOTE),
}
_COMPARED = ("date", "exercise", "amount", "label", "motive", "act", "grant", "corrects")
_ADVICE = (
    "Ce qui est écrit ne change plus : ajoutez un mouvement qui le corrige, ou une autre "
    "référence si c'est un autre mouvement."
)


def load_movements(loading: Loading, names: Names, records: Sequence[Record]) -> None:
    """Movements that are not there yet, by authorisation: what one of them refuses is told, and the
    others are still tried."""
    _Movements(loading).load(records)


class _Movements:
    """A sheet of movements on its way in."""

    def __init__(self, loading: Loading) -> None:
        self.loading = loading
        hold(loading.strategy)
        self.authorisations = appending.authorisations(loading)
        self.actions, self.acts = appending.actions(loading), appending.acts(loading)
        self.grants: Index | None = None
        self.kinds: dict[str, str] = {}
        """What the headings say of the movements whose kind no cell says, by sheet."""
        self.lost: set[str] = set()
        """References of the rows that cannot be written, and of which it was said."""
        self.incomplete: set[int] = set()
        """Authorisations of such rows: their sums would say the same again."""

    def load(self, records: Sequence[Record]) -> None:
        lines = [line for record in records if (line := self._line(record))]
        own = Movement.objects.filter(authorisation__strategy=self.loading.strategy)
        present: dict[Key, Movement] = {_key(one): one for one in own.iterator(AT_A_TIME)}
        in_file = {line.key: line for line in lines}
        corrected = self._corrected(lines, present, in_file)
        lines = [line for line in lines if not line.record.faulty]
        lines = appending.new_lines(self.loading, lines, present, _COMPARED, _ADVICE)
        moved = self._moved(present, in_file)
        by_authorisation: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            if not self._is_moved(line, moved):
                by_authorisation[line.row.authorisation_id].append(line)
        for authorisation in sorted(by_authorisation):
            self._write(by_authorisation[authorisation], corrected)

    def _line(self, record: Record) -> Line | None:
        row = Movement(
            authorisation_id=self.authorisations.find(record, "authorisation") or 0,
            action_id=self.actions.find(record, "action"),
            act_id=self.acts.find(record, "act"),
            kind=self._kind(record),
        )
        if record.get("grant"):
            self.grants = self.grants or appending.grants(self.loading)
            row.grant_id = self.grants.find(record, "grant")
        for name in ("reference", "label", "motive"):
            setattr(row, name, record.get(name) or "")
        row.date, row.amount = record.get("date"), record.get("amount")
        if record.faulty:
            self._lose(record, row)
            return None
        row.exercise = record.get("exercise") or row.date.year
        return Line(record, row, _key(row))

    def _lose(self, record: Record, row: Movement) -> None:
        self.lost.add(record.get("reference") or "")
        self.incomplete.add(row.authorisation_id)

    def _kind(self, record: Record) -> str:
        if (said := record.get("kind")) or "kind" in record.faulty:
            return said or ""
        if record.sheet not in self.kinds:
            self.kinds[record.sheet] = self._kind_of_all(record)
        if not self.kinds[record.sheet]:
            record.faulty.add("kind")
        return self.kinds[record.sheet]

    def _kind_of_all(self, record: Record) -> str:
        """What a sheet without that column, or with an empty cell in it, is about."""
        headings = [record.place(key).label for key in ("amount", "reference", "date")]
        for heading in (*headings, record.sheet):
            for word in folded(heading).split():
                if kind := _KIND_OF_WORD.get(word):
                    self.loading.remarks.ask(
                        Place(record.sheet),
                        "Là où rien ne dit la nature du mouvement : « "
                        f"{Kind(kind).label} », d'après « {heading} ».",
                    )
                    return kind
        self.loading.remarks.error(
            record.place("kind"),
            "Quel est le mouvement ? Dites-le dans une colonne « Mouvement », ou par l'intitulé de "
            "celle du montant : « Montant mandaté ».",
        )
        return ""

    def _corrected(
        self, lines: Iterable[Line], present: dict[Key, Movement], in_file: dict[Key, Line]
    ) -> dict[Key, Line]:
        """What corrections correct: noted in their rows when it is there; returned, by the key of
        the correction, when this file brings it."""
        found: dict[Key, Line] = {}
        for line in lines:
            said, row = line.record.get("corrects"), line.row
            if said is None:
                continue
            likes = [
                (row.authorisation_id, row.action_id, kind, said)
                for kind, effect in Movement.EFFECTS.items()
                if effect == (Movement.EFFECTS[row.kind][0], 1)
            ]
            if there := next((present[key] for key in likes if key in present), None):
                row.corrects = there
            elif brought := next((in_file[key] for key in likes if key in in_file), None):
                found[line.key] = brought
            else:
                if said not in self.lost:
                    self.loading.remarks.error(
                        line.record.place("corrects"),
                        "Aucun mouvement de cette autorisation et de cette action ne porte la "
                        f"référence « {said} ».",
                    )
                line.record.faulty.add("corrects")
                self._lose(line.record, row)
        return found

    def _moved(
        self, present: dict[Key, Movement], in_file: dict[Key, Line]
    ) -> dict[tuple[str, str, int], Movement]:
        """Movements that are there and that the file does not say again, by what they are called:
        the same words elsewhere in the file are theirs, changed."""
        return {
            (key[2], key[3], one.exercise): one
            for key, one in present.items()
            if key not in in_file
        }

    def _is_moved(self, line: Line, moved: dict[tuple[str, str, int], Movement]) -> bool:
        row = line.row
        if (there := moved.get((row.kind, line.key[3], row.exercise))) is None:
            return False
        names = ("authorisation", "action")
        # The cell may be empty: an action that the file took away.
        name = next(n for n in names if getattr(there, f"{n}_id") != getattr(row, f"{n}_id"))
        self.loading.remarks.error(
            line.record.place(name),
            f"La référence « {line.key[3]} » est déjà celle d'un mouvement de l'autorisation "
            f"{there.authorisation.reference}"
            + (f", action {there.action.code}. " if there.action else ". ")
            + _ADVICE,
        )
        self._lose(line.record, row)
        return True

    def _write(self, lines: list[Line], corrected: dict[Key, Line]) -> None:
        """The new movements of one authorisation, corrections after what they correct."""
        record = Movement.objects.record
        try:
            with transaction.atomic():
                first = [line for line in lines if line.key not in corrected]
                written = appending.write(self.loading, first, record)
                keys = {line.key for line in written}
                after = []
                for line in lines:
                    if line.key in corrected and corrected[line.key].key in keys:
                        line.row.corrects = corrected[line.key].row
                        after.append(line)
                written += appending.write(self.loading, after, record)
                if len(written) < len(lines) or lines[0].row.authorisation_id in self.incomplete:
                    transaction.set_rollback(True)
                    return
                connection.check_constraints()
        except IntegrityError as error:
            self.loading.remarks.error(Place(lines[0].record.sheet), refusals.message(error))
            return
        appending.note(self.loading, written)


def _key(row: Movement) -> Key:
    """What a movement is known by; without a reference, by the one that exports give it."""
    return row.authorisation_id, row.action_id, row.kind, row.reference or str(row.submission)


def movement_rows(rows: models.QuerySet[Movement]) -> Iterator[Cells]:
    """Movements, oldest first; those of one day in the same order wherever they were written."""
    order = (
        "date",
        "authorisation__reference",
        models.F("action__code").asc(nulls_first=True),
        *("reference", "kind", "submission"),
    )
    related = rows.select_related("authorisation", "action", "act", "grant", "corrects")
    for one in related.order_by(*order).iterator(AT_A_TIME):
        yield {
            **{key: getattr(one, key) for key in ("date", "exercise", "amount", "label", "motive")},
            "reference": _key(one)[3],
            "authorisation": one.authorisation.reference,
            "kind": label(Kind, one.kind),
            "action": one.action.code if one.action else "",
            "act": (one.act.reference or one.act.title) if one.act else "",
            "grant": one.grant.reference if one.grant else "",
            "corrects": _key(one.corrects)[3] if one.corrects else "",
        }


EXCHANGED = (
    Exchanged(
        table=MOVEMENTS,
        load=load_movements,
        rows=lambda strategy: movement_rows(
            Movement.objects.filter(authorisation__strategy=strategy)
        ),
        in_model=True,
    ),
)
