"""What the files of the demonstration tell, read strictly: an unknown word is an error.

The files are the story, in French, one action after the other with its reports in their order:

- `cadre.toml`: accounts, services, organisations, territories, acts, events, collections,
  conventions;
- `axe-1.toml` … `axe-4.toml`: the proposals of an axis, and their actions;
- `exemple.toml`: the second strategy, of an invented region, with all of its own.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from proposals.models import Status

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class MilestoneTold:
    title: str
    due: date


@dataclass(frozen=True, kw_only=True)
class ReportTold:
    """A progress report, or with `retracts` the withdrawal of one."""

    on: date
    state: str = ""
    progress: int | None = None
    """May be left out when `state` is Réalisée."""
    text: str = ""
    recorded: date | datetime | None = None
    """When it was recorded, if not on that day."""
    due: date | None = None
    why: str = ""
    """Why the due date moves."""
    difficulty: str = ""
    decision: str = ""
    visibility: str = "public"
    public_from: date | None = None
    reached: tuple[str, ...] = ()
    """Titles of milestones."""
    moved: Mapping[str, date] = field(default_factory=dict)
    """New dates of milestones, by title."""
    name: str = ""
    """A word by which a later report of the action can name this one."""
    corrects: str = ""
    retracts: str = ""
    author: str = ""
    """An account's address, if not the referent's."""

    @property
    def percent(self) -> int | None:
        return 100 if self.state == Status.DELIVERED else self.progress


@dataclass(frozen=True, kw_only=True)
class ActionTold:
    """An action and its story. Without `act`, it is planned: entered, and not voted yet."""

    code: str
    year: int
    title: str
    description: str
    start: date
    due: date | None = None
    exists_from: date | None = None
    act: str = ""
    lead: str
    referent: str = ""
    partners: Mapping[str, Any] = field(default_factory=dict)
    """A role, or a table with `role`, `since`, `until`, by the name of the organisation."""
    territories: tuple[str, ...] | Mapping[str, str] = ()
    """Names of EPCI in `cadre.toml`, or their shares by name."""
    tags: tuple[str, ...] = ()
    series: str = ""
    weight: Decimal = Decimal(1)
    elected: str = ""
    contributes_to: tuple[int, ...] = ()
    milestones: tuple[MilestoneTold, ...] = ()
    reports: tuple[ReportTold, ...] = ()
    draft: ReportTold | None = None

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "ActionTold":
        nested: dict[str, Any] = {
            "milestones": tuple(MilestoneTold(**one) for one in raw.pop("milestones", ())),
            "reports": tuple(ReportTold(**one) for one in raw.pop("reports", ())),
            "draft": ReportTold(**raw.pop("draft")) if "draft" in raw else None,
        }
        return cls(**nested, **raw)


@dataclass(frozen=True, kw_only=True)
class ProposalTold:
    number: int
    title: str
    description: str
    family: str = ""
    tags: tuple[str, ...] = ()
    schemes: Mapping[str, str] = field(default_factory=dict)
    """How the proposal builds on a scheme (renforce, complete), by its label."""
    contributions: tuple[str, ...] = ()
    actions: tuple[ActionTold, ...] = ()

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "ProposalTold":
        actions = tuple(ActionTold.read(one) for one in raw.pop("actions", ()))
        return cls(actions=actions, **raw)


@dataclass(frozen=True, kw_only=True)
class AxisTold:
    """An axis: who leads it, in which service, and its proposals."""

    number: int
    referent: str
    service: str
    lead: str
    """The organisation that leads its proposals."""
    title: str = ""
    """Left out when the reference data have it."""
    proposals: tuple[ProposalTold, ...]

    @classmethod
    def read(cls, raw: dict[str, Any]) -> "AxisTold":
        proposals = tuple(ProposalTold.read(one) for one in raw.pop("proposals"))
        return cls(proposals=proposals, **raw)


def read(name: str) -> dict[str, Any]:
    """The content of a file of the demonstration."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"), parse_float=Decimal)
