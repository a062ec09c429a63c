"""The confirmed changes of the calendar, as every process sees them without asking too often.

A confirmed change never changes, and each carries a seal over itself and all before it. So the
newest seal says whether what a process holds is complete: one small query for a request, and one
for each look outside of requests.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deadlines.models import CalendarChange
from deadlines.notices import Notice
from duban.org.models import Office


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One confirmed change; `office_id` is None for a national one."""

    number: int
    office_id: int | None
    confirmed_at: datetime
    notice: Notice
    seal: str = ""

    @property
    def changes_days(self) -> bool:
        return bool(self.notice.days_off or self.notice.workdays)


@dataclass(frozen=True, slots=True)
class Index:
    """All confirmed changes by number, up to the one with that seal."""

    seal: str
    changes: tuple[Confirmed, ...]

    def numbered(self, numbers: tuple[int, ...]) -> list[Confirmed] | None:
        """In that order; None where one is missing."""
        known = {change.number: change for change in self.changes}
        found = [known[number] for number in numbers if number in known]
        return found if len(found) == len(numbers) else None


_NOTHING = Index("", ())


@dataclass(slots=True)
class _Request:
    """What one request has asked already."""

    index: Index | None = None
    over: dict[int, frozenset[int]] = field(default_factory=dict)


_request: ContextVar[_Request | None] = ContextVar("calendar_request", default=None)
_held: Index = _NOTHING


def begin_request(**_: Any) -> None:
    _request.set(_Request())


def end_request(**_: Any) -> None:
    _request.set(None)


def index() -> Index:
    """Complete as of now; within a request, as of its first look."""
    request = _request.get()
    if request is not None and request.index is not None:
        return request.index
    found = fresh_index()
    if request is not None:
        request.index = found
    return found


def fresh_index() -> Index:
    """One query where nothing is new, two where something is."""
    global _held
    newest = CalendarChange.objects.confirmed().order_by("-number").values_list("seal").first()
    seal = newest[0] if newest else ""
    held = _held
    if held.seal != seal:
        held = _held = _read(seal) if seal else _NOTHING
    return held


def _read(seal: str) -> Index:
    rows = CalendarChange.objects.confirmed().order_by("number")
    changes = [
        Confirmed(row.number or 0, row.office_id, row.confirmed_at, row.notice, row.seal)
        for row in rows.defer("text")
        if row.confirmed_at
    ]
    return Index(seal, tuple(changes))


def held() -> Index:
    """What this process has read already, without asking: what is in it is true for ever."""
    return _held


def forget() -> None:
    """After a confirmation: the rest of this request sees it."""
    global _held
    _held = _NOTHING
    if (request := _request.get()) is not None:
        request.index = None


def offices_over(office_id: int, local: Index) -> frozenset[int]:
    """Which of the offices with days of their own stand over this one, itself among them."""
    having = {change.office_id for change in local.changes if change.office_id is not None}
    if not having:
        return frozenset()
    request = _request.get()
    if request is not None and office_id in request.over:
        return request.over[office_id]
    rows = Office.objects.filter(pk__in={*having, office_id}).values_list("pk", "root__path")
    paths = dict(rows)
    own = paths.get(office_id, "")
    over = frozenset(pk for pk in having if pk in paths and own.startswith(paths[pk]))
    if request is not None:
        request.over[office_id] = over
    return over
