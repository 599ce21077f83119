"""The sheet « Étapes »."""

from collections.abc import Iterator

from proposals import state
from proposals.exchange.loading import Change, Difference, Loading
from proposals.exchange.names import Names
from proposals.exchange.tables.base import Cells, Exchanged, each
from proposals.models import Action, Milestone, MilestoneUpdate, Strategy
from proposals.state import Moment
from sress.spreadsheets import values
from sress.spreadsheets.columns import Column, Record, Table

MILESTONES = Table(
    key="etapes",
    label="Étapes",
    also=("Jalons", "Étape"),
    about="Les étapes d'une action, avec une date chacune.",
    columns=(
        Column(
            key="action",
            label="Action",
            also=("Code", "Code de l'action"),
            read=values.code,
            required=True,
            level=1,
            help="Son code. Vide : la même qu'à la ligne du dessus.",
            example="12.3",
            width=10,
        ),
        Column(
            key="title",
            label="Étape",
            also=("Jalon", "Intitulé de l'étape", "Titre"),
            read=values.text,
            required=True,
            width=60,
        ),
        Column(
            key="initial_due_date",
            label="Échéance",
            also=("Date", "Échéance initiale"),
            read=values.ends_on,
            required=True,
            example="30/06/2020",
            width=13,
        ),
        Column(
            key="exists_from",
            label="Existe depuis",
            read=values.starts_on,
            help="Vide : depuis que l'action existe.",
            width=13,
        ),
        Column(
            key="reached",
            label="Atteinte",
            read=values.yes_no,
            choices=("oui", "non"),
            help="Comme l'état de l'action : lu avec son premier point d'avancement.",
            width=10,
        ),
        Column(key="revised_due_date", label="Nouvelle échéance", read=values.ends_on, width=13),
    ),
)


def load_milestone(loading: Loading, names: Names, record: Record) -> Milestone | None:
    """A milestone, and what the first report of its action says of it."""
    if record.faulty & {"action", "title", "initial_due_date"}:
        return None
    code = record.get("action")
    if loading.is_lost(Action, loading.strategy, code):
        return None
    action = Action.objects.filter(strategy=loading.strategy, code=code).first()
    if action is None:
        loading.remarks.error(
            record.place("action"),
            f"Aucune action ne porte le code « {code} » : vérifiez-le dans la feuille « Actions ».",
        )
        return None
    said = {"initial_due_date": record.get("initial_due_date")}
    if record.get("exists_from"):
        said["exists_from"] = record.get("exists_from")
    milestone = loading.put(
        Milestone,
        {"action": action, "title": record.get("title")},
        record,
        said,
        first={"exists_from": action.exists_from},
    )
    if milestone:
        _update(loading, milestone, record)
    return milestone


def _update(loading: Loading, milestone: Milestone, record: Record) -> None:
    reached, revised = bool(record.get("reached")), record.get("revised_due_date")
    if record.faulty & {"reached", "revised_due_date"} or not (reached or revised):
        return
    if report := loading.first_reports.get(milestone.action_id):
        update = MilestoneUpdate(
            report=report, milestone=milestone, reached=reached, revised_due_date=revised
        )
        loading.attempt(record, "revised_due_date", update.save)
        return
    moment = Moment.today(embargoed=True)
    now = state.milestones(moment, Milestone.objects.filter(pk=milestone.pk)).first()
    present = now and (now.is_reached, now.due_date)
    if present == (reached, revised or milestone.initial_due_date):
        return
    if now is None or not milestone.action.reports.exists():
        loading.remarks.error(
            record.place("reached"),
            "Ce que l'on dit d'une étape va avec l'état de son action : donnez-le aussi.",
        )
        return
    told = Difference("étape", "telle que le journal la dit", "autrement dans le fichier")
    loading.kept.append(Change("journal", f"étape « {milestone} »", record.place(), [told]))


def milestone_rows(strategy: Strategy) -> Iterator[Cells]:
    all_of = Milestone.objects.filter(action__strategy=strategy)
    moment = Moment.today(embargoed=True)
    now = {one.pk: one for one in state.milestones(moment, all_of)}
    for one in all_of.select_related("action").order_by("action__code", "initial_due_date", "pk"):
        standing = now.get(one.pk)
        moved = standing and standing.due_date != one.initial_due_date
        yield {
            "action": one.action.code,
            "title": one.title,
            "initial_due_date": one.initial_due_date,
            "exists_from": one.exists_from,
            "reached": bool(standing and standing.is_reached) or "",
            "revised_due_date": standing.due_date if standing and moved else None,
        }


EXCHANGED = (
    Exchanged(
        table=MILESTONES,
        load=each(load_milestone),
        rows=milestone_rows,
        own=lambda strategy: Milestone.objects.filter(action__strategy=strategy),
        in_model=True,
    ),
)
