"""Writes the means that `budget.toml` tells, once."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from actors.loading import put
from proposals.demo.builder import SUBMISSIONS
from proposals.demo.cast import Cast
from proposals.models import (
    Act,
    Action,
    Authorisation,
    CreditLine,
    Funding,
    Grant,
    HumanMeans,
    Movement,
    Programme,
    Strategy,
)
from sress.clock import PARIS

K = Movement.Kind
# Nobody's numbers: the demonstration publishes nothing under the name of a real body.
GRANTING = {"granting_name": "Région (démonstration)", "granting_siret": "00000000000000"}


def load(strategy: Strategy, told: Mapping[str, Any], cast: Cast) -> None:
    """The means of a strategy, unless it has some."""
    if strategy.programmes.exists():
        return
    acts = {one.reference: one for one in strategy.acts.all()}
    actions = {one.code: one for one in strategy.actions.select_related("proposal")}
    programmes = {
        one["code"]: Programme.objects.create(strategy=strategy, **one)
        for one in told["programmes"]
    }
    authorisations = {
        one["reference"]: Authorisation.objects.create(
            strategy=strategy,
            programme=programmes[one["programme"]],
            **{key: one[key] for key in ("reference", "nature", "vintage")},
        )
        for one in told["authorisations"]
    }
    for one in told["authorisations"]:
        Movement.objects.record(_of_authorisation(one, authorisations[one["reference"]], acts))
    for one in told["actions"]:
        _of_action(one, authorisations[one["authorisation"]], actions[one["code"]], acts)
        _beside(one, actions[one["code"]], cast)
    for one in told["credits"]:
        said = {key: one[key] for key in ("reference", "nature", "exercise", "kind")}
        CreditLine.objects.create(
            programme=programmes[one["programme"]],
            amount=Decimal(one["amount"]),
            date=one["on"],
            recorded_at=_noon(one["on"]),
            **said,
        )
    for one in told["grants"]:
        _grant(one, strategy, actions, cast)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), PARIS)


def _row(
    authorisation: Authorisation,
    kind: str,
    said: Mapping[str, Any],
    acts: Mapping[str, Act],
    **more: Any,
) -> Movement:
    named = f"{authorisation.reference}/{kind}/{said['on']}/{said['amount']}/{more.get('action')}"
    return Movement(
        authorisation=authorisation,
        kind=kind,
        submission=uuid.uuid5(SUBMISSIONS, named),
        date=said["on"],
        exercise=said.get("exercise", said["on"].year),
        amount=Decimal(said["amount"]),
        motive=said.get("motive", ""),
        act=acts[said["act"]] if "act" in said else None,
        recorded_at=_noon(said["on"]),
        **more,
    )


def _of_authorisation(
    told: Mapping[str, Any], authorisation: Authorisation, acts: Mapping[str, Act]
) -> Iterator[Movement]:
    for rank, one in enumerate(told["votes"], start=1):
        reference = f"{told['reference']}-V{rank}"
        yield _row(authorisation, K.VOTE, one, acts, reference=reference)
    if lapse := told.get("lapse"):
        yield _row(authorisation, K.LAPSE, lapse, acts, reference=f"{told['reference']}-C1")


def _of_action(
    told: Mapping[str, Any], authorisation: Authorisation, action: Action, acts: Mapping[str, Act]
) -> None:
    name = f"DEMO-{action.code}"
    steps = (
        (K.AFFECTATION, told["affected"], "A1"),
        (K.COMMITMENT, told["committed"], "E1"),
        *((K.PAYMENT, one, f"M{rank}") for rank, one in enumerate(told["paid"], start=1)),
    )
    Movement.objects.record(
        _row(authorisation, kind, one, acts, reference=f"{name}-{suffix}", action=action)
        for kind, one, suffix in steps
    )
    written = {one.reference: one for one in action.movements.all()}
    for rank, one in enumerate(told["paid"], start=1):
        if cancelled := one.get("cancelled"):
            said = {**cancelled, "amount": one["amount"]}
            corrects = written[f"{name}-M{rank}"]
            row = _row(
                authorisation, K.PAYMENT_CANCELLED, said, acts, corrects=corrects, action=action
            )
            Movement.objects.record([row])
    for key, kind, corrected in (
        ("decommitted", K.DECOMMITMENT, f"{name}-E1"),
        ("repaid", K.REPAYMENT, f"{name}-M1"),
    ):
        if one := told.get(key):
            row = _row(authorisation, kind, one, acts, corrects=written[corrected], action=action)
            Movement.objects.record([row])


def _beside(told: Mapping[str, Any], action: Action, cast: Cast) -> None:
    for one in told.get("funders", ()):
        funder = cast.organisation(one["funder"])
        levels = {"prevu": "expected", "obtenu": "granted", "verse": "paid"}
        for stage, key in levels.items():
            if key in one:
                Funding.objects.create(
                    action=action,
                    funder=funder,
                    stage=stage,
                    date=one["on"],
                    amount=Decimal(one[key]),
                    recorded_at=_noon(one["on"]),
                )
    for one in told.get("people", ()):
        HumanMeans.objects.create(
            action=action,
            provider=cast.organisation(one["provider"]),
            kind=one["kind"],
            year=one["year"],
            quantity=Decimal(one["quantity"]),
            date=date(2019, 3, 1),
            recorded_at=_noon(date(2019, 3, 1)),
        )


def _grant(
    told: Mapping[str, Any], strategy: Strategy, actions: Mapping[str, Action], cast: Cast
) -> None:
    named = told.get("beneficiary", "")
    facts = {
        **GRANTING,
        "action": actions[told["action"]] if "action" in told else None,
        "beneficiary": cast.organisation(named) if named else None,
        "is_person": not named,
        "beneficiary_name": named,
        "beneficiary_rna": told.get("rna", ""),
        "signed_on": told["signed_on"],
        "decision_reference": told["reference"] if named else "",
        "purpose": told["purpose"],
        "amount": Decimal(told["amount"]),
        "payment_terms": told["terms"],
        "payment_period": told["period"],
        "published_on": told.get("published_on"),
        "recorded_at": _noon(told["signed_on"]),
    }
    put(Grant, {"strategy": strategy, "reference": told["reference"]}, first=facts)
