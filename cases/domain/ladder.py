"""The ladder from a first reminder to a proposal: which rungs a clock carries. Pure.

A rung is a threshold of a clock like any reminder, under the level `ladder:<key>`. What is counted
from an unanswered document stands on the reply clock of that document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from duban.rulepacks.schema import Pack, Rung

PREFIX = "ladder:"
# What a rung does → the kind of document it issues.
DOCUMENTS = {"urge": "urge", "early_warning": "early_warning", "supervise": "supervision"}
# Of these only the highest is put to anybody: nobody is pressed twice (DESIGN 3.5).
PRESSING = (*DOCUMENTS, "take_over")


@dataclass(frozen=True)
class Times:
    """What a clock takes over from the pack when it opens, the rungs among the reminders."""

    name: str
    version: int
    warning: Any
    reminders: Mapping[str, Any]


def level_of(rung: str) -> str:
    return f"{PREFIX}{rung}"


def rung_of(level: str) -> str:
    """The rung's key; empty where the level is none of the ladder."""
    return level.removeprefix(PREFIX) if level.startswith(PREFIX) else ""


def rungs(pack: Pack, importance: str) -> dict[str, Rung]:
    """The rungs that a matter of this weight may pass, in order."""
    return {
        key: rung
        for key, rung in pack.ladder.items()
        if not rung.only_for or importance in rung.only_for
    }


def times_of_part(pack: Pack, importance: str) -> Pack | Times:
    return _times(pack, _counted(pack, importance, "part"))


def times_of_report(pack: Pack, importance: str) -> Pack | Times:
    return _times(pack, _counted(pack, importance, "report"))


def times_of_notice(pack: Pack, importance: str, kind: str) -> Pack | Times:
    """The reply clock of a document carries what follows when it is not answered."""
    found = {
        key: rung
        for key, rung in rungs(pack, importance).items()
        if rung.after and DOCUMENTS.get(pack.ladder[rung.after].does) == kind
    }
    return _times(pack, found)


def needs_warning(pack: Pack) -> bool:
    """Whether a 督办通知书 has to follow a 预警 (CZ-3.4e). A ladder without a 预警 asks for none."""
    if not pack.ladder:
        return True
    order = [rung.does for rung in pack.ladder.values()]
    return "early_warning" in order


def _counted(pack: Pack, importance: str, clock: str) -> dict[str, Rung]:
    found = rungs(pack, importance)
    return {key: rung for key, rung in found.items() if not rung.after and rung.clock == clock}


def _times(pack: Pack, found: Mapping[str, Rung]) -> Pack | Times:
    if not found:
        return pack
    joined = {**pack.reminders, **{level_of(key): rung for key, rung in found.items()}}
    return Times(pack.name, pack.version, pack.warning, joined)
