"""Buttons of 缓办, 终止 and 重新办理: at the head of a matter, and of each request."""

from __future__ import annotations

from datetime import datetime

from cases import permissions
from cases.models import CaseState, Turn, TurnKind
from cases.models.case import DONE, UNDER_WAY
from cases.models.extension import OPEN_EXTENSION
from cases.models.turn import OPEN_TURN
from cases.services.turn_rules import Undecided, asking_part, label_of, may_ask, turn_bars
from cases.web.buttons import label_of as step_label
from cases.web.buttons import link, press, step, texts
from cases.web.case_record import CaseRecord
from duban.approvals.models import ChainKind
from duban.web.parts import Action

_PAGES = {
    TurnKind.SUSPENSION: ("suspend", "pause-circle"),
    TurnKind.TERMINATION: ("terminate", "slash-circle"),
    TurnKind.REOPENING: ("reopen", "arrow-repeat"),
}


def turn_head_actions(record: CaseRecord, *, at: datetime) -> list[Action]:
    """Only what lies ahead of a matter in its state; greyed where something else stands against."""
    case, by = record.case, record.actor
    if any(row.state in OPEN_TURN for row in record.turns):
        return []
    found, undecided = [], _undecided(record)
    if case.state == CaseState.SUSPENDED:
        found += step(case, "resume", by, "resume", page=True, primary=True, icon="clock")
    for kind in _ahead(case.state):
        if may_ask(case, kind, by):
            part = asking_part(case, kind, by)
            bars = turn_bars(case, kind, part, at=at, undecided=undecided)
            name, icon = _PAGES[kind]
            found.append(link(label_of(case, kind), name, case.pk, reasons=texts(bars), icon=icon))
    return found


def _undecided(record: CaseRecord) -> Undecided:
    """From the chains: of what the office still weighs a unit has no row."""
    waiting = {chain.kind for chain in record.chains.values() if not chain.closed_at}
    turns = [kind.label for kind in TurnKind if kind in waiting]
    return Undecided(
        turn=turns[0] if turns else "",
        closing=ChainKind.CLOSURE in waiting,
        extending=any(row.state in OPEN_EXTENSION for row in record.extensions),
    )


def _ahead(state: str) -> tuple[TurnKind, ...]:
    if state in DONE:
        return (TurnKind.REOPENING,)
    if state in UNDER_WAY:
        return (TurnKind.SUSPENSION, TurnKind.TERMINATION)
    return (TurnKind.TERMINATION,) if state == CaseState.SUSPENDED else ()


def turn_row_actions(record: CaseRecord, row: Turn) -> list[Action]:
    if row.state not in OPEN_TURN or not permissions.asked_for_turn(row, record.actor):
        return []
    look = {"icon": "arrow-return-left", "confirm": "撤回后一切照常。确定撤回？"}
    return [press(step_label(row, "withdraw"), "turn_withdraw", row, **look)]
