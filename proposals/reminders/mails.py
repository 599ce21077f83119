"""The mail of a person and a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from actors.models import User
from proposals.models import Kind, Status
from proposals.publication import waiting_list
from proposals.reminders import replies, wording
from proposals.reminders.facts import Facts
from proposals.reminders.names import names_of
from proposals.reminders.planning import SNOOZABLE, Due
from proposals.reminders.replies import Link, What
from sress import links
from sress.templatetags.french import NBSP, counted
from sress.templatetags.french import day as french_day

# What a list in a mail names before it only counts.
LISTED = 40
# What most readers show of a subject.
SUBJECT = 78


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told on a day."""

    person: User
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """One thing and all that is to be said of it."""

    title: str
    where: str
    """Where one acts on it, or reads more."""
    do: str
    """What one does there, as a button says it."""
    reasons: list[str]
    standing: str = ""
    """Where it stands, in words."""
    note: str = ""
    """What happens if nothing is said."""
    replies: list[tuple[str, str]] = field(default_factory=list)
    """Other answers: label and address."""
    undelivered: list[tuple[str, list[str]]] = field(default_factory=list)
    """By axis, what is not delivered."""
    more: int = 0
    """How many of these are counted, not named."""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks of one's own, of a colleague who is away, or of the synthesis."""

    title: str
    about: str
    blocks: list[Block]


class Letters:
    """Writes the mails of a day, whose facts are fetched for all of them at once."""

    def __init__(self, leaving: dict[int, list[Due]], facts: Facts) -> None:
        self.leaving, self.day = leaving, facts.day
        self.names = names_of(leaving, facts)
        self.people = User.objects.in_bulk(leaving)

    def letter(self, person: int) -> Letter:
        """The mail to `person`."""
        reader, lines = self.people[person], self.leaving[person]
        sections = list(self._sections(person, lines))
        count = sum(len(section.blocks) for section in sections)
        context = {
            "reader": reader,
            "sections": sections,
            "campaigns": self._campaigns(lines),
            "is_demonstration": self._is_demonstration(lines),
            "settings": links.absolute("desk:reminders"),
            "home": links.absolute("home"),
            "preview": sections[0].blocks[0].reasons[0],
        }
        return Letter(
            reader,
            self._subject(lines, count),
            render_to_string("emails/reminders.txt", context),
            render_to_string("emails/reminders.html", context),
        )

    def _sections(self, person: int, lines: list[Due]) -> Iterator[Section]:
        """Their own lines first, then those of whom they stand in for, then the synthesis."""

        def kept(line: Due) -> tuple[bool, bool, str]:
            owner = line.key.recipient
            return line.escalated, owner != person, str(self.names.people[owner])

        for (escalated, deputises, owner), group in groupby(sorted(lines, key=kept), kept):
            blocks = [self._block(person, list(said)) for said in _by_target(group)]
            title, about = "", ""
            if escalated:
                title = "Synthèse de la coordination"
                about = "Ce qui dure. La personne qui suit chaque action le sait déjà."
            if deputises:
                away = f"En l'absence de {owner}"
                title = f"{title}, {away[0].lower()}{away[1:]}" if title else away
                about = about or "Vous suppléez cette personne ces jours-ci."
            yield Section(title, about, blocks)

    def _block(self, person: int, lines: list[Due]) -> Block:
        first = lines[0]
        reasons = [wording.reason(one, self.names, self.day) for one in lines]
        title = wording.subject(first, self.names)
        if first.key.action:
            return self._action(person, lines, title, reasons)
        if first.kind == Kind.REFUSED:
            return Block(title, links.absolute("desk:mails"), "Voir les courriels", reasons)
        if first.kind == Kind.DECISION:
            where = links.absolute("desk:follow_up", first.about)
            return Block(title, where, "Dire la suite", reasons)
        if first.kind == Kind.GRANT:
            return Block(
                title, f"{settings.SITE_URL}{waiting_list()}", "Ouvrir les subventions", reasons
            )
        strategy = self.names.strategies[first.key.strategy or 0]
        if first.kind == Kind.RESULT:
            address = links.absolute("desk:results", strategy.slug)
            return Block(title, address, "Saisir les valeurs", reasons)
        where = links.absolute("strategy", strategy.slug)
        if first.kind != Kind.TARGET:
            return Block(title, where, "Ouvrir la stratégie", reasons)
        undelivered = self.names.undelivered.get(strategy.pk, [])
        return Block(
            title,
            links.absolute("actions", strategy.slug),
            "Ouvrir les actions",
            reasons,
            undelivered=list(_by_axis(undelivered[:LISTED], strategy.axis_label)),
            more=max(0, len(undelivered) - LISTED),
        )

    def _action(self, person: int, lines: list[Due], title: str, reasons: list[str]) -> Block:
        action, first = self.names.actions[lines[0].key.action or 0], lines[0]
        slug, code = action.strategy.slug, action.url_code
        where, do = links.absolute("desk:report", slug, code), "Faire le point"
        if first.kind == Kind.VALIDATION:
            where = links.absolute("desk:validate", slug, code, first.about)
            do = "Lire et valider"
        elif first.kind == Kind.REASSIGN:
            where, do = links.absolute("desk:handover"), "Confier l'action"
        elif first.escalated:
            where, do = links.absolute("desk:action", slug, code), "Voir le suivi"
        elif first.kind == Kind.ANSWER:
            returned = first.key.anchor.startswith("renvoi")
            do = "Reprendre le point" if returned else "Voir l'action"
            where = where if returned else links.absolute("action", slug, code)
        answered = not first.escalated and any(one.kind in SNOOZABLE for one in lines)
        dates = [one.escalates_on for one in lines if one.escalates_on]
        note = (
            f"Sans nouvelle d'ici le {french_day(min(dates))}, cette action figurera dans la "
            "synthèse de la coordination."
            if dates
            else ""
        )
        return Block(
            title,
            where,
            do,
            reasons,
            standing=_standing(action),
            note=note,
            replies=[
                (what.label, replies.link(Link(person, action.pk, what)))
                for what in (What if answered else ())
                # Who stands in for somebody, or coordinates, does not disown.
                if what != What.NOT_MINE or replies.is_theirs(action, person)
            ],
        )

    def _campaigns(self, lines: list[Due]) -> list[str]:
        """« 3 actions à actualiser avant le COPIL du 12 mars 2019 », the next committee first."""
        gathered: dict[int, list[Due]] = {}
        for line in sorted(lines, key=lambda one: one.origin):
            if line.kind == Kind.CAMPAIGN:
                gathered.setdefault(line.key.campaign or 0, []).append(line)
        return [self._campaign(pk, said) for pk, said in gathered.items()]

    def _campaign(self, pk: int, lines: list[Due]) -> str:
        committee = self.names.campaigns[pk].committee
        count = counted(len(lines), "action,actions")
        return f"{count} à actualiser avant le {committee} du {french_day(lines[0].origin)}"

    def _subject(self, lines: list[Due], count: int) -> str:
        first = lines[0]
        mark = "[Démonstration] " if self._is_demonstration(lines) else ""
        if first.escalated:
            things = counted(count, "sujet qui dure,sujets qui durent")
            return f"{mark}Synthèse de la coordination{NBSP}: {things}"
        if first.kind == Kind.CAMPAIGN:
            said, others = (
                self._campaigns(lines)[0],
                len(
                    {_target(one) for one in lines if one.kind != Kind.CAMPAIGN}
                    - {_target(one) for one in lines if one.kind == Kind.CAMPAIGN}
                ),
            )
        else:
            said, others = f"{self._short(first)}{NBSP}: ", count - 1
        end = f", et {counted(others, 'autre sujet,autres sujets')}" if others else ""
        if first.kind != Kind.CAMPAIGN:
            room = SUBJECT - len(mark) - len(said) - len(end)
            said += _cut(wording.subject(first, self.names), max(room, 24))
        return f"{mark}{said}{end}"

    def _short(self, line: Due) -> str:
        if line.kind == Kind.ACTION_DUE or line.kind == Kind.MILESTONE_DUE:
            what = "Échéance" if line.kind == Kind.ACTION_DUE else "Étape"
            if line.origin < self.day:
                return f"{what} dépassée"
            return f"{what} {wording.distance(line.origin, self.day)}"
        if line.kind == Kind.TARGET:
            return f"Date cible {wording.distance(line.origin, self.day)}"
        if line.kind == Kind.CONVENTION:
            return f"Convention à son terme {wording.distance(line.origin, self.day)}"
        if line.kind == Kind.DECISION:
            late = line.origin < self.day
            said = "en retard" if late else wording.distance(line.origin, self.day)
            return f"Décision à mettre en œuvre, {said}"
        if line.kind == Kind.GRANT:
            return f"Subventions à publier avant le {french_day(line.origin)}"
        if line.kind == Kind.ANSWER:
            return "Point à reprendre" if line.key.anchor.startswith("renvoi") else "Point publié"
        return {
            Kind.VALIDATION: "Point à valider",
            Kind.DIFFICULTY: "En difficulté",
            Kind.SILENCE: "Sans nouvelle récente",
            Kind.REASSIGN: "Action à confier",
            Kind.RESULT: "Valeur d'indicateur manquante",
            Kind.REFUSED: "Non remis",
        }[line.kind]

    def _is_demonstration(self, lines: list[Due]) -> bool:
        told = (self.names.strategies.get(one.key.strategy or 0) for one in lines)
        return any(strategy and strategy.is_demonstration for strategy in told)


def _target(line: Due) -> tuple[Any, ...]:
    """What a line is about: an action whatever is said of it, a convention, a strategy, a mail."""
    key = line.key
    if key.action:
        return (key.action,)
    if line.kind == Kind.RESULT:  # one block for all the values that are missing
        return (None, None, key.strategy, None, line.kind)
    return (None, key.convention, key.strategy, line.about, line.kind)


def _by_target(lines: Iterable[Due]) -> list[list[Due]]:
    gathered: dict[tuple[Any, ...], list[Due]] = {}
    for line in lines:
        gathered.setdefault(_target(line), []).append(line)
    return list(gathered.values())


def _standing(action: Any) -> str:
    told = (
        f"dernier point le {french_day(action.reported_on)}"
        if action.reported_on
        else "aucun point encore"
    )
    return f"{Status(action.status).label}, {action.progress}{NBSP}%, {told}"


def _by_axis(actions: list[Any], word: str) -> Iterator[tuple[str, list[str]]]:
    for axis, group in groupby(actions, lambda action: action.proposal.axis):
        yield (
            f"{word} {axis.number}. {axis.title}",
            [
                f"{action} ({Status(action.status).label.lower()}"
                + (f", échéance le {french_day(action.due_date)}" if action.due_date else "")
                + ")"
                for action in group
            ],
        )


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
