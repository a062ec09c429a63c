"""持有: in whose hands a matter lay, stretch by stretch. PURE.

Each moment of a matter's life belongs to exactly one holder: the lead, a co-unit, an approver, or
our own desk. An approval that is waiting outweighs everything; a question put to the unit while it
waits outweighs the approval. While a matter is suspended or ended nobody holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

LEAD, CO, APPROVER, DESK = "lead", "co", "approver", "desk"
HOLDERS = {LEAD: "牵头单位", CO: "协办单位", APPROVER: "审批领导", DESK: "督办机构"}

_BEFORE = {"draft", "pending_approval", "registered"}
_UNDER_WAY = {"assigned", "in_progress"}
_WORKING = {"delivered", "acknowledged"}
_SETTLED = {"accepted", "waived"}


@dataclass(frozen=True)
class Holder:
    """`name` is the unit, or the link of the approval chain."""

    kind: str
    name: str
    unit_id: int | None = None


@dataclass(frozen=True)
class Stretch:
    """From the first moment to the last, exclusive; `ended_at` is None while it runs."""

    holder: Holder
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Part:
    """A unit's part. `rank` says which of several co-units is asked first: the earliest due."""

    holder: Holder
    is_lead: bool
    rank: int = 0


@dataclass(frozen=True)
class StateChange:
    """What became of the matter (`part` is None) or of one part."""

    at: datetime
    part: int | None
    state: str


@dataclass(frozen=True)
class Waiting:
    """An approval, or a question to the unit, open from one moment to another."""

    since: datetime
    until: datetime | None
    holder: Holder


@dataclass(frozen=True)
class Life:
    """Everything that decides who held one matter."""

    desk: Holder
    parts: Mapping[int, Part]
    changes: Sequence[StateChange]
    # When the lead said that its own work was finished, though co-units still owed theirs.
    finished: Sequence[datetime] = ()
    approvals: Sequence[Waiting] = ()
    questions: Sequence[Waiting] = ()


@dataclass
class _Now:
    """The state of the matter at one moment of the walk."""

    life: Life
    case: str = ""
    parts: dict[int, str] = field(default_factory=dict)
    finished: bool = False

    def holder(self) -> Holder | None:
        if self.case in _BEFORE or self.case == "completed":
            return self.life.desk
        if self.case not in _UNDER_WAY:
            return None
        lead = next((pk for pk, part in self.life.parts.items() if part.is_lead), None)
        if lead is None or self.parts.get(lead) not in _WORKING:
            return self.life.desk
        return self._others() if self.finished else self.life.parts[lead].holder

    def _others(self) -> Holder:
        """The lead is finished: the co-unit that still owes its part; what is reported is ours."""
        open_parts = [
            (part.rank, pk, part)
            for pk, part in self.life.parts.items()
            if not part.is_lead and self.parts.get(pk) not in _SETTLED
        ]
        owing = [item for item in open_parts if self.parts.get(item[1]) in _WORKING]
        if owing:
            return min(owing)[2].holder
        if open_parts:
            return self.life.desk
        return next(part.holder for part in self.life.parts.values() if part.is_lead)


def stretches(life: Life) -> list[Stretch]:
    """The stretches in order, without gap or overlap except where nobody held the matter."""
    now, found = _Now(life), list[Stretch]()
    moments = sorted(set(_moments(life)))
    changes = sorted(life.changes, key=lambda change: change.at)
    position = 0
    for index, moment in enumerate(moments):
        while position < len(changes) and changes[position].at <= moment:
            _take(now, changes[position])
            position += 1
        now.finished = any(at <= moment for at in life.finished)
        holder = now.holder()
        if holder is not None:
            holder = _outweighing(life, moment) or holder
            _append(found, holder, moment, moments[index + 1 : index + 2])
    return found


def _take(now: _Now, change: StateChange) -> None:
    if change.part is None:
        now.case = change.state
    else:
        now.parts[change.part] = change.state


def _outweighing(life: Life, moment: datetime) -> Holder | None:
    for waiting in (*life.questions, *life.approvals):
        if waiting.since <= moment and (waiting.until is None or moment < waiting.until):
            return waiting.holder
    return None


def _moments(life: Life) -> Iterator[datetime]:
    yield from (change.at for change in life.changes)
    yield from life.finished
    for waiting in (*life.approvals, *life.questions):
        yield waiting.since
        if waiting.until:
            yield waiting.until


def _append(
    found: list[Stretch], holder: Holder, start: datetime, following: Sequence[datetime]
) -> None:
    end = following[0] if following else None
    last = found[-1] if found else None
    if last and last.holder == holder and last.ended_at == start:
        found[-1] = Stretch(holder, last.started_at, end)
    else:
        found.append(Stretch(holder, start, end))


def until(rows: Iterable[Stretch], moment: datetime) -> list[Stretch]:
    """The same as seen at that moment: what runs ends there, what begins later is left out."""
    return [
        Stretch(row.holder, row.started_at, min(row.ended_at or moment, moment))
        for row in rows
        if row.started_at < moment
    ]
