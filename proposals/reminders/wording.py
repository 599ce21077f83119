"""Reminders in words: the same on the mails, the pages and the commands."""

from datetime import date

from proposals.models import Kind
from proposals.publication import countdown
from proposals.reminders.names import Names
from proposals.reminders.planning import Due
from sress.templatetags.french import NBSP, counted
from sress.templatetags.french import day as french_day


def threshold(value: int) -> str:
    """« J-7 », « J », « J+7 »."""
    return f"J{value:+d}" if value else "J"


def distance(origin: date, day: date) -> str:
    """How far a date is from the day on which one reads: « dans 7 jours », « demain »."""
    days = (origin - day).days
    near = {-1: "hier", 0: "aujourd'hui", 1: "demain"}
    if days in near:
        return near[days]
    return f"dans {counted(days, 'jour,jours')}" if days > 0 else f"il y a {_days(-days)}"


def reason(due: Due, names: Names, day: date) -> str:
    """Why somebody is told of it, in one sentence without a full stop."""
    return _REASONS[due.kind](due, names, day)


def subject(due: Due, names: Names) -> str:
    """What it is about: an action, a convention, a strategy, a mail."""
    key = due.key
    if key.action:
        return str(names.actions[key.action])
    if due.kind == Kind.DECISION:
        return str(names.decisions[due.about or 0].text)
    if key.convention:
        convention = names.conventions[key.convention]
        return f"{convention.title} ({convention.partner.label})"
    if key.strategy:
        return names.strategies[key.strategy].title
    return f"Courriel à {_addressee(names.mails[due.about or 0])}"


def _due(origin: date, day: date) -> str:
    if origin >= day:
        return f"Échéance le {french_day(origin)}, {distance(origin, day)}"
    return f"Échéance dépassée de {_days((day - origin).days)} ({french_day(origin)})"


def _action_due(due: Due, names: Names, day: date) -> str:
    return _due(due.origin, day)


def _milestone_due(due: Due, names: Names, day: date) -> str:
    title = names.milestones[due.key.milestone or 0].title
    said = _due(due.origin, day)
    return f"Étape «{NBSP}{title}{NBSP}» : {said[0].lower()}{said[1:]}"


def _campaign(due: Due, names: Names, day: date) -> str:
    committee = names.campaigns[due.key.campaign or 0].committee
    return f"À actualiser avant le {committee} du {french_day(due.origin)}"


def _validation(due: Due, names: Names, day: date) -> str:
    author = names.drafts[due.about or 0].author
    return f"Point de {author} ({author.public_name}) à valider, envoyé le {french_day(due.origin)}"


def _difficulty(due: Due, names: Names, day: date) -> str:
    return f"En difficulté depuis le {french_day(due.origin)} ({_days((day - due.origin).days)})"


def _silence(due: Due, names: Names, day: date) -> str:
    return f"Sans nouvelle depuis le {french_day(due.origin)} ({_days((day - due.origin).days)})"


def _answer(due: Due, names: Names, day: date) -> str:
    if due.key.anchor.startswith("renvoi"):
        draft = names.drafts[due.about or 0]
        return f"{draft.returned_by} vous rend votre point : «{NBSP}{draft.word}{NBSP}»"
    report = names.reports[due.about or 0]
    return f"Votre point du {french_day(report.reported_on)} est publié"


def _reassign(due: Due, names: Names, day: date) -> str:
    person, word = names.people[due.about or 0], names.words[(due.about or 0, due.key.action or 0)]
    said = f", et dit : «{NBSP}{word}{NBSP}»" if word else ""
    return f"{person} répond ne plus suivre cette action{said} : elle est à confier"


def _convention(due: Due, names: Names, day: date) -> str:
    return f"Terme de la convention le {french_day(due.origin)}, {distance(due.origin, day)}"


def _decision(due: Due, names: Names, day: date) -> str:
    decision = names.decisions[due.about or 0]
    meeting = f"{decision.meeting.get_kind_display()} du {french_day(decision.meeting.date)}"
    return f"Décision n°{NBSP}{decision.number} du {meeting}. {_due(due.origin, day)}"


def _grant(due: Due, names: Names, day: date) -> str:
    count = names.unpublished[due.key.strategy or 0, due.origin]
    return f"{counted(count, 'subvention,subventions')} {countdown(due.origin, day)}"


def _result(due: Due, names: Names, day: date) -> str:
    title = names.indicators[due.about or 0].title
    return f"«{NBSP}{title}{NBSP}» : la valeur au {french_day(due.origin)} manque"


def _target(due: Due, names: Names, day: date) -> str:
    count = len(names.undelivered.get(due.key.strategy or 0, ()))
    left = counted(count, "action reste à réaliser,actions restent à réaliser")
    return f"Date cible le {french_day(due.origin)}, {distance(due.origin, day)} : {left}"


def _refused(due: Due, names: Names, day: date) -> str:
    mail = names.mails[due.about or 0]
    return f"Courriel non remis : «{NBSP}{mail.subject}{NBSP}» ({mail.error})"


_REASONS = {
    Kind.ACTION_DUE: _action_due,
    Kind.MILESTONE_DUE: _milestone_due,
    Kind.CAMPAIGN: _campaign,
    Kind.VALIDATION: _validation,
    Kind.DIFFICULTY: _difficulty,
    Kind.SILENCE: _silence,
    Kind.ANSWER: _answer,
    Kind.REASSIGN: _reassign,
    Kind.DECISION: _decision,
    Kind.GRANT: _grant,
    Kind.RESULT: _result,
    Kind.CONVENTION: _convention,
    Kind.TARGET: _target,
    Kind.REFUSED: _refused,
}


def _addressee(mail: object) -> str:
    return str(getattr(mail, "recipient", None) or getattr(mail, "to", ""))


def _days(count: int) -> str:
    return counted(count, "jour,jours")
