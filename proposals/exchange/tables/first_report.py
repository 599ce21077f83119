"""What a file says of progress: the first report of an action that has none, and never another."""

import uuid
from typing import Any

from django.db.models import QuerySet

from proposals import state
from proposals.exchange.loading import Change, Difference, Loading
from proposals.models import Action, ProgressReport, Status
from proposals.models.progress import Motive, Progress, Visibility
from proposals.state import Moment
from sress import clock
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record
from sress.spreadsheets.values import Ask, Unreadable
from sress.spreadsheets.workbook import Value
from sress.text import folded

STATUS_WORDS = {
    "non démarrée": Status.UPCOMING,
    "pas commencée": Status.UPCOMING,
    "à lancer": Status.UPCOMING,
    "à faire": Status.UPCOMING,
    "prévue": Status.UPCOMING,
    "programmée": Status.UPCOMING,
    "cadrage": Status.SCOPING,
    "en préparation": Status.SCOPING,
    "lancée": Status.ONGOING,
    "engagée": Status.ONGOING,
    "en cours de réalisation": Status.ONGOING,
    "bloquée": Status.DIFFICULTY,
    "difficulté": Status.DIFFICULTY,
    "en pause": Status.SUSPENDED,
    "reportée": Status.SUSPENDED,
    "terminée": Status.DELIVERED,
    "achevée": Status.DELIVERED,
    "finalisée": Status.DELIVERED,
    "faite": Status.DELIVERED,
    "abandonnée": Status.DROPPED,
    "annulée": Status.DROPPED,
}
# « terminé », « abandonnés »: agreement does not matter.
STATUS_WORDS |= {word.removesuffix("e"): status for word, status in STATUS_WORDS.items()}
_read_status = values.choice(dict(Status.choices), STATUS_WORDS)
_STATES = {folded(word) for word in (*Status.labels, *STATUS_WORDS)}
# The first report of an action has the same identity however often its file is sent.
FIRST_REPORTS = uuid.UUID("0d7c1a52-5a10-4f0e-9a39-5e55c0de2018")


def status(value: Value, ask: Ask) -> str:
    """A state, in the words that officers use."""
    said = folded(values.text(value, ask))
    if said in ("en retard", "retard", "echeance depassee"):
        raise Unreadable(
            f"« {value} » n'est pas un état : le site constate lui-même les échéances dépassées. "
            "Donnez l'état de l'action, « En cours » par exemple"
        )
    found: str = _read_status(value, ask)
    return found


def progress(value: Value, ask: Ask) -> int:
    """A step of progress; another percentage is brought down to the step below."""
    if folded(values.text(value, ask)) in _STATES:
        raise Unreadable(
            f"« {value} » est un état, pas un avancement : mettez-le dans une colonne « État »"
        )
    number = values.decimal(value, ask)
    percent = number * 100 if 0 < number <= 1 and "%" not in str(value) else number
    if not 0 <= percent <= 100:
        raise Unreadable(f"« {values.text(value, ask)} » : un avancement va de 0 % à 100 %")
    step = max(known for known in Progress.values if known <= percent)
    if step != percent:
        ask(f"« {values.text(value, ask)} » est ramené au pas d'avancement inférieur, {step} %")
    return int(step)


REPORT_COLUMNS = (
    Column(
        key="status",
        label="État",
        also=("Statut", "État d'avancement", "Avancement de l'action"),
        read=status,
        labels=dict(Status.choices),
        telling=True,
        help="L'état au moment de l'import ; il n'est lu que si l'action n'a encore aucun point "
        "d'avancement.",
        width=16,
    ),
    Column(
        key="progress",
        label="Avancement",
        also=("% d'avancement", "Taux d'avancement", "Taux de réalisation", "% réalisé"),
        read=progress,
        help="0, 25, 50, 75 ou 100 %.",
        example="25 %",
        width=12,
    ),
    Column(
        key="reported_on",
        label="Date du point",
        also=("Mise à jour", "Dernière actualisation", "Date de mise à jour"),
        read=values.ends_on,
        help="À quelle date cet état était vrai. Vide : le jour de l'import.",
        width=13,
    ),
    Column(
        key="text",
        label="Commentaire",
        also=("Commentaires", "Observations", "Point d'avancement", "Remarques"),
        read=values.paragraphs,
        width=48,
    ),
    Column(
        key="difficulty_motive",
        label="Nature de la difficulté",
        read=values.choice(dict(Motive.choices)),
        labels=dict(Motive.choices),
    ),
    Column(
        key="decision",
        label="Décision",
        read=values.text,
        help="Pour une action non poursuivie : instance, date et référence.",
    ),
    Column(
        key="revised_due_date",
        label="Nouvelle échéance",
        also=("Échéance révisée", "Échéance actualisée"),
        read=values.ends_on,
        width=13,
    ),
    Column(key="revision_motive", label="Motif du report", read=values.text),
    Column(
        key="visibility",
        label="Visibilité du commentaire",
        also=("Visibilité",),
        read=values.choice(dict(Visibility.choices)),
        labels=dict(Visibility.choices),
        help="« Interne » cache le commentaire et les motifs au public.",
        width=12,
    ),
    Column(
        key="public_from",
        label="Publique à partir du",
        read=values.starts_on,
        help="Avant cette date, cet état ne compte pas pour le public.",
        width=13,
    ),
)


def load_first_report(loading: Loading, action: Action, record: Record) -> None:
    """Record the state that the row gives, unless the action has a log already."""
    said = {column.key: record.get(column.key) for column in REPORT_COLUMNS}
    if record.faulty & said.keys() or not any(said.values()):
        return
    if not said["status"] and not any(value for key, value in said.items() if key != "text"):
        loading.remarks.ask(record.place("text"), "Sans état, le commentaire n'est pas repris.")
        return
    if not said["status"]:
        given = next(key for key, value in said.items() if value)
        loading.remarks.error(
            record.place("status" if "status" in record else given),
            "Quel est l'état de l'action ? Il va avec l'avancement, la date et le commentaire.",
        )
        return
    if ProgressReport.objects.filter(action=action).exists():
        _keep_the_log(loading, action, record, said)
        return
    if loading.author is None:
        loading.remarks.error(
            record.place("status"),
            "Qui signe ce point d'avancement ? Donnez --author et l'adresse d'un compte.",
        )
        return
    if said["progress"] is None:
        said["progress"] = _presumed_progress(loading, record, said["status"])
    said["reported_on"] = said["reported_on"] or clock.today()
    said["visibility"] = said["visibility"] or Visibility.PUBLIC
    texts = ("text", "difficulty_motive", "decision", "revision_motive")
    said |= {key: said[key] or "" for key in texts}

    def write() -> None:
        loading.first_reports[action.pk], _ = ProgressReport.objects.record(
            submission=uuid.uuid5(FIRST_REPORTS, str(action.pk)),
            action=action,
            author=loading.author,
            **said,
        )

    loading.attempt(record, "status", write)


def _presumed_progress(loading: Loading, record: Record, state_said: str) -> int:
    presumed = {Status.UPCOMING: 0, Status.SCOPING: 25, Status.DELIVERED: 100}
    step = presumed.get(Status(state_said), 50)
    if state_said not in presumed:
        loading.remarks.ask(record.place("progress"), f"Sans avancement, {step} % est retenu.")
    return step


def _keep_the_log(loading: Loading, action: Action, record: Record, said: dict[str, Any]) -> None:
    """The log goes on in the site: what the file says otherwise is told, and left."""
    moment = Moment.today(embargoed=True)
    now = state.actions(moment, Action.objects.filter(pk=action.pk)).first()
    if now is None:
        return
    present = {"status": now.status, "progress": now.progress, "revised_due_date": None}
    if now.due_date != action.initial_due_date:
        present["revised_due_date"] = now.due_date
    differences = [
        Difference(
            next(column.label for column in REPORT_COLUMNS if column.key == key),
            _word(key, present[key]),
            _word(key, said[key]),
        )
        for key in present
        if said[key] is not None and said[key] != present[key]
    ]
    if differences:
        what = f"action « {action} »"
        loading.kept.append(Change("journal", what, record.place(), differences))


def _word(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "status":
        return str(Status(value).label)
    return f"{value} %" if key == "progress" else f"{value:%d/%m/%Y}"


def reports_told(listed: QuerySet[Action]) -> dict[int, dict[str, Any]]:
    """What the columns say of each action that has a log, by its id: where it stands today."""
    moment = Moment.today(embargoed=True)
    own = Action.objects.filter(pk__in=listed.order_by().values("pk"))
    actions = list(state.actions(moment, own).exclude(report_id=None).order_by())
    reports = ProgressReport.objects.in_bulk([action.report_id for action in actions])
    log = ProgressReport.objects.filter(action__in=[action.pk for action in actions])
    revisions = state.history(moment, log).filter(revision_holds=True)
    motives = {one.action_id: one.revision_motive for one in reversed(revisions)}
    return {
        action.pk: {
            **_report_cells(reports[action.report_id]),
            "revised_due_date": action.due_date if action.pk in motives else None,
            "revision_motive": motives.get(action.pk, ""),
        }
        for action in actions
    }


def _report_cells(report: ProgressReport) -> dict[str, Any]:
    motive = report.difficulty_motive
    return {
        "status": str(Status(report.status).label),
        "progress": f"{report.progress} %",
        "reported_on": report.reported_on,
        "text": report.text,
        "difficulty_motive": str(Motive(motive).label) if motive else "",
        "decision": report.decision,
        "visibility": str(Visibility(report.visibility).label),
        "public_from": report.public_from,
    }
