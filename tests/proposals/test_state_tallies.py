"""Proposals, axes and strategies summed up: the table of `proposals.state.Tally`, in examples."""

from datetime import date
from decimal import Decimal

import pytest

from proposals import state
from proposals.models import Action, Status
from proposals.state import Moment, Tally
from tests.factories import ActionFactory, AxisFactory, ProgressReportFactory, ProposalFactory

MARCH, DECEMBER = date(2019, 3, 1), date(2019, 12, 1)


def said(action, status, progress=None):
    progress = {} if progress is None else {"progress": progress}
    return ProgressReportFactory(action=action, reported_on=MARCH, status=status, **progress)


def tally_of(proposal, day=DECEMBER):
    return state.tallies(Moment(day), Action.objects.published())[proposal.pk]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ("", "À venir"),
        ("Non poursuivie", "Non poursuivie"),
        ("À venir, À venir", "À venir"),
        ("À venir, Non poursuivie", "À venir"),
        ("Réalisée, Réalisée", "Réalisée"),
        ("Réalisée, Non poursuivie", "Réalisée"),
        ("Suspendue", "Suspendue"),
        ("Réalisée, Suspendue", "Suspendue"),
        ("Suspendue, Non poursuivie", "Suspendue"),
        ("En cadrage", "En cadrage"),
        ("À venir, En cadrage, Non poursuivie", "En cadrage"),
        ("À venir, Réalisée", "En cours"),
        ("À venir, Suspendue", "En cours"),
        ("En cadrage, Réalisée", "En cours"),
        ("En difficulté", "En cours"),
        ("Réalisée, En cours", "En cours"),
    ],
)
def test_the_status_of_a_whole(statuses, expected):
    by_label = {status.label: status for status in Status}
    words = [by_label[word] for word in statuses.split(", ") if word]
    whole = Tally.total(Tally({status: 1}) for status in words)
    assert whole.status.label == expected


@pytest.mark.parametrize(
    ("progresses", "expected"),
    [([0, 25], 13), ([25, 50], 38), ([0, 0, 25], 8), ([50, 50, 0], 33), ([75], 75)],
)
def test_the_mean_is_a_whole_percentage_half_up(progresses, expected):
    mean = Tally(live_weight=Decimal(len(progresses)), weighted_progress=Decimal(sum(progresses)))
    assert mean.progress == expected


@pytest.mark.django_db
def test_progress_is_weighted():
    proposal = ProposalFactory()
    said(ActionFactory(proposal=proposal, weight=3), Status.DELIVERED)
    ActionFactory(proposal=proposal, weight=1)
    assert tally_of(proposal).progress == 75


@pytest.mark.django_db
def test_a_dropped_action_is_counted_but_weighs_nothing():
    proposal = ProposalFactory()
    said(ActionFactory(proposal=proposal), Status.ONGOING, 50)
    said(ActionFactory(proposal=proposal, weight=9), Status.DROPPED, 0)
    found = tally_of(proposal)
    assert (found.actions, found.progress, found.status) == (2, 50, Status.ONGOING)


@pytest.mark.django_db
def test_nothing_live_has_no_progress():
    proposal = ProposalFactory()
    said(ActionFactory(proposal=proposal), Status.DROPPED)
    assert tally_of(proposal).progress is None
    assert Tally().progress is None


@pytest.mark.django_db
def test_an_action_is_counted_once_under_its_main_proposal():
    proposal, other = ProposalFactory(), ProposalFactory()
    ActionFactory(proposal=proposal).contributes_to.add(proposal, other)
    tallies = state.tallies(Moment(DECEMBER), Action.objects.all())
    assert {pk: tally.actions for pk, tally in tallies.items()} == {proposal.pk: 1}


@pytest.mark.django_db
def test_what_is_unpublished_is_not_counted():
    proposal = ProposalFactory()
    ActionFactory(proposal=proposal)
    ActionFactory(proposal=proposal, published=False)
    assert tally_of(proposal).actions == 1


@pytest.mark.django_db
def test_what_does_not_exist_yet_is_not_counted():
    proposal = ProposalFactory()
    ActionFactory(proposal=proposal)
    ActionFactory(proposal=proposal, exists_from=DECEMBER)
    assert tally_of(proposal, MARCH).actions == 1
    assert tally_of(proposal, DECEMBER).actions == 2


@pytest.mark.django_db
def test_difficulties_deadlines_and_silences_are_counted():
    proposal = ProposalFactory()
    due = {"proposal": proposal, "initial_due_date": MARCH}
    said(ActionFactory(**due), Status.DIFFICULTY)
    said(ActionFactory(**due), Status.DELIVERED)
    ActionFactory(**due, exists_from=DECEMBER, start_date=None)
    found = tally_of(proposal)
    assert (found.in_difficulty, found.delivered) == (1, 1)
    assert (found.overdue, found.silent, found.actions) == (2, 1, 3)


@pytest.mark.django_db
def test_an_axis_is_the_sum_of_its_proposals_by_weight():
    axis = AxisFactory()
    proposals = [ProposalFactory(axis=axis) for _ in range(2)]
    said(ActionFactory(proposal=proposals[0], weight=3), Status.ONGOING, 50)
    said(ActionFactory(proposal=proposals[1]), Status.SUSPENDED, 0)
    whole = Tally.total(state.tallies(Moment(DECEMBER), axis_actions(axis)).values())
    assert (whole.actions, whole.progress, whole.status) == (2, 38, Status.ONGOING)


@pytest.mark.django_db
def test_all_tallies_are_one_query(django_assert_num_queries):
    axis = AxisFactory()
    for _ in range(3):
        said(ActionFactory(proposal__axis=axis), Status.ONGOING)
    with django_assert_num_queries(1):
        assert len(state.tallies(Moment(DECEMBER), axis_actions(axis))) == 3


def axis_actions(axis):
    return Action.objects.published().filter(proposal__axis=axis)
