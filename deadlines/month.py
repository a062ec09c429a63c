"""A month as a calendar: which days are working days, what falls due on them, what stage runs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Min

from deadlines.calendar import Day, WorkingCalendar
from deadlines.models import ClockState, Obligation, ObligationState
from deadlines.moments import day_end, day_of, day_start
from deadlines.obligation_selectors import clocks_visible, offices_of
from deadlines.periods import Period
from duban.org.actor import Actor
from duban.rulepacks.models import Activation
from duban.rulepacks.schema import Campaign

MAKE_UP = "调休上班"
_STATUTORY = re.compile(r"法定节假日（(.+)）")


@dataclass(frozen=True, slots=True)
class DueItem:
    """What falls due on a day, of one sort: how many, how many still wait. `only` is the one row
    where it is only one; `case_id` its matter.
    """

    label: str
    key: str = ""
    total: int = 0
    waiting: int = 0
    late: bool = False
    only: int | None = None
    case_id: int | None = None
    subject: str = ""

    @property
    def is_obligation(self) -> bool:
        return bool(self.key)


@dataclass(slots=True)
class MonthDay:
    """One day of the grid; days of the neighbouring months fill the weeks and hold no items."""

    on: date
    day: Day
    inside: bool
    items: list[DueItem] = field(default_factory=list)

    @property
    def is_make_up(self) -> bool:
        return self.day.working and self.day.reason.startswith(MAKE_UP)

    @property
    def mark(self) -> str:
        """What an official would write beside the number; nothing on plain days."""
        if self.is_make_up:
            return "班"
        plain = self.day.working or self.day.reason == "周末"
        return "" if plain else "休"

    @property
    def why(self) -> str:
        """国庆节假期; of a year not announced yet only the name of the holiday."""
        found = _STATUTORY.fullmatch(self.day.reason)
        return found[1] if found else self.day.reason

    @property
    def is_remarkable(self) -> bool:
        return bool(self.mark or self.items)


@dataclass(frozen=True, slots=True)
class StageLine:
    campaign: str
    label: str
    first: date
    last: date
    clause: str
    quote: str
    active: bool


def weeks_of(
    month: Period, calendar: WorkingCalendar, items: dict[date, list[DueItem]]
) -> list[list[MonthDay]]:
    """Whole weeks, Monday first."""
    on = month.first - timedelta(days=month.first.weekday())
    weeks = []
    while on <= month.last:
        days = [on + timedelta(days=n) for n in range(7)]
        weeks.append(
            [MonthDay(d, calendar.day(d), d in month, items.get(d, []) if d in month else [])
             for d in days]
        )  # fmt: skip
        on = days[-1] + timedelta(days=1)
    return weeks


def due_items(actor: Actor, first: date, last: date, *, at: datetime) -> dict[date, list[DueItem]]:
    """What falls due from `first` to `last`, by day, in two queries however much it is."""
    found: dict[date, list[DueItem]] = defaultdict(list)
    for on, item in (*_obligations(actor, first, last, at), *_clocks(actor, first, last, at)):
        found[on].append(item)
    return found


def _obligations(
    actor: Actor, first: date, last: date, at: datetime
) -> Iterable[tuple[date, DueItem]]:
    rows = (
        Obligation.objects.visible_to(actor)
        .within(first, last)
        .exclude(state__in=(ObligationState.WAIVED, ObligationState.CEASED))
        .order_by()
        .values("key", "label", "state", "clock__due_at")
        .annotate(n=Count("pk"), only=Min("pk"))
    )
    merged: dict[tuple[date, str, str], list[dict]] = defaultdict(list)
    for row in rows:
        merged[_last_day(row["clock__due_at"]), row["key"], row["label"]].append(row)
    for (on, key, label), lines in sorted(merged.items()):
        total = sum(line["n"] for line in lines)
        waiting = sum(line["n"] for line in lines if line["state"] == ObligationState.OPEN)
        late = waiting > 0 and lines[0]["clock__due_at"] <= at
        yield (
            on,
            DueItem(label, key, total, waiting, late, lines[0]["only"] if total == 1 else None),
        )


def _clocks(actor: Actor, first: date, last: date, at: datetime) -> Iterable[tuple[date, DueItem]]:
    rows = (
        clocks_visible(actor)
        .filter(state=ClockState.RUNNING, obligation__isnull=True, case_id__isnull=False)
        .filter(due_at__gt=day_start(first), due_at__lte=day_end(last))
        .order_by()
        .values("label", "due_at")
        .annotate(n=Count("pk"), only=Min("case_id"), about=Min("subject"))
        .order_by("due_at", "label")
    )
    for row in rows:
        n = row["n"]
        case_id = row["only"] if n == 1 else None
        yield (
            _last_day(row["due_at"]),
            DueItem(row["label"], "", n, n, row["due_at"] <= at, None, case_id, row["about"]),
        )


def _last_day(due_at: datetime) -> date:
    return day_of(due_at - timedelta(microseconds=1))


def stages(actor: Actor, month: Period, *, on: date) -> list[StageLine]:
    """Stages of campaigns that touch the month, those that run on the day marked (NT-3.0)."""
    rows = (
        Activation.objects.filter(
            office__in=offices_of(actor), active_from__lte=on, confirmed_at__isnull=False
        )
        .select_related("pack_version")
        .defer("pack_version__document", "pack_version__source")
        .order_by("office", "-active_from")
    )
    newest: dict[int, Activation] = {}
    for row in rows:
        newest.setdefault(row.office_id, row)
    return [
        line
        for row in newest.values()
        for campaign in row.pack_version.pack.campaigns.values()
        if campaign.year in (None, month.first.year)
        for line in _lines(campaign, month, on)
    ]


def _lines(campaign: Campaign, month: Period, on: date) -> Iterable[StageLine]:
    year = month.first.year
    for stage in campaign.stages.values():
        first = date.fromisoformat(f"{year}-{stage.starts}")
        last = date.fromisoformat(f"{year}-{stage.ends}")
        if first <= month.last and last >= month.first:
            yield StageLine(
                campaign.label, stage.label, first, last, stage.clause, stage.quote,
                first <= on <= last,
            )  # fmt: skip
