"""Sorting and keyset paging: each page starts after the last row of the one before, however many
rows came in between. The cursor names that row; its place is looked up afresh.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case as SqlCase
from django.db.models import F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from cases.models import Case, CaseState, Importance

PAGE = 50
DEFAULT_SORT = "-registered"
_LAST = Value(datetime(9999, 1, 1, tzinfo=UTC))
_CURSOR = re.compile(r"[ab][0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Key:
    """One expression of the order, never null, under an alias of its own."""

    alias: str
    expression: Any
    descending: bool = False

    @property
    def order(self) -> str:
        return f"-{self.alias}" if self.descending else self.alias


@dataclass(frozen=True)
class Page:
    """One page of ids in order, with the cursors of its neighbours where there are any."""

    ids: Sequence[int]
    previous: str | None
    next: str | None


def sort_keys(sort: str, ranks: dict[str, Sequence[str]]) -> list[Key]:
    """The order of `?sort=`: `key` or `-key`. `ranks`: the order of the pack's choices by field.

    An unknown key is the default order, newest first.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    expression = _expression(name, ranks)
    if expression is None:
        return [Key("pk", F("pk"), descending=not sort or sort == DEFAULT_SORT or descending)]
    return [Key("sort_1", expression, descending), Key("pk", F("pk"), descending=True)]


def group_key(name: str, ranks: dict[str, Sequence[str]]) -> Key:
    """The order of groups, before the order inside them."""
    return Key("sort_0", _expression(name, ranks))


def _expression(name: str, ranks: dict[str, Sequence[str]]) -> Any:
    if name in ranks:
        return ranked(name, ranks[name])
    return {
        "title": F("title"),
        "state": ranked("state", CaseState.values),
        "importance": ranked("importance", Importance.values[::-1]),
        "lead": Coalesce("lead_unit__path", Value("~")),
        "supervisor": F("supervisor__path"),
        "due": Coalesce("clock__due_at", _LAST),
        "assigned": Coalesce("assigned_at", _LAST),
        "completed": Coalesce("completed_at", _LAST),
    }.get(name)


SORTABLE = frozenset(
    {
        "registered",
        "title",
        "state",
        "importance",
        "lead",
        "supervisor",
        "due",
        "assigned",
        "completed",
        "source",
        "urgency",
        "grade",
    }
)


def ranked(field: str, values: Sequence[str]) -> SqlCase | F:
    """The place of a value in its list; what is not in it comes last. A pack without such values
    has no order to give (and PostgreSQL takes a constant for the number of a column).
    """
    if not values:
        return F(field)
    places = [When(**{field: value}, then=Value(place)) for place, value in enumerate(values)]
    return SqlCase(*places, default=Value(len(values)), output_field=IntegerField())


def page_of(rows: QuerySet[Case], keys: Sequence[Key], cursor: str, *, size: int = PAGE) -> Page:
    """The page at the cursor; the first one for a cursor that leads nowhere."""
    rows = ordered(rows, keys)
    backward, pivot = _pivot(rows, keys, cursor)
    if pivot is not None:
        rows = rows.filter(_beyond(keys, pivot, backward=backward))
    if backward:
        rows = rows.reverse()
    ids = list(rows.values_list("pk", flat=True)[: size + 1])
    more, ids = len(ids) > size, ids[:size]
    if backward:
        ids.reverse()
    has_previous = more if backward else pivot is not None
    has_next = (pivot is not None) if backward else more
    return Page(
        ids=ids,
        previous=f"b{ids[0]}" if ids and has_previous else None,
        next=f"a{ids[-1]}" if ids and has_next else None,
    )


def ordered(rows: QuerySet[Case], keys: Sequence[Key]) -> QuerySet[Case]:
    made = {key.alias: key.expression for key in keys if key.alias != "pk"}
    return rows.annotate(**made).order_by(*[key.order for key in keys])


def _pivot(
    rows: QuerySet[Case], keys: Sequence[Key], cursor: str
) -> tuple[bool, tuple[Any, ...] | None]:
    """Whether to page backward, and the values of the keys at the row the cursor names."""
    if not _CURSOR.fullmatch(cursor):
        return False, None
    backward, pk = cursor[0] == "b", int(cursor[1:])
    if [key.alias for key in keys] == ["pk"]:
        return backward, (pk,)
    # The row may have left the list since; where it would stand is all that matters.
    made = {key.alias: key.expression for key in keys if key.alias != "pk"}
    values = Case.objects.filter(pk=pk).annotate(**made)
    found = values.values_list(*[key.alias for key in keys]).first()
    return (backward, found) if found else (False, None)


def _beyond(keys: Sequence[Key], pivot: Sequence[Any], *, backward: bool) -> Q:
    """Rows that come after the pivot in the order (before it where `backward`)."""
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, pivot, strict=True):
        lookup = "lt" if key.descending != backward else "gt"
        found |= equal & Q(**{f"{key.alias}__{lookup}": value})
        equal &= Q(**{key.alias: value})
    return found
