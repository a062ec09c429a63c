"""在手时间 in figures: how much working time of a period lay with whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest, Least

from cases.models import Possession
from deadlines.calendar import WorkingCalendar
from deadlines.moments import day_end, day_start
from deadlines.office_hours import Hours, office_minutes
from duban.org.actor import Actor


@dataclass(frozen=True)
class Period:
    """Both days included; what lies after `at` has not happened yet."""

    first: date
    last: date
    at: datetime

    @property
    def opens(self) -> datetime:
        return day_start(self.first)

    @property
    def closes(self) -> datetime:
        return min(day_end(self.last), self.at)


@dataclass(frozen=True)
class Total:
    """Working minutes of one holder in the period, over so many matters; `open` are held now."""

    kind: str
    name: str
    unit_id: int | None
    minutes: int
    cases: int
    open: int

    @property
    def mean(self) -> int:
        return self.minutes // self.cases if self.cases else 0


def stretches_in(
    actor: Actor, period: Period, calendar: WorkingCalendar, hours: Hours
) -> QuerySet[Possession]:
    """The stretches that touch the period, each with its working `minutes` inside it."""
    first = office_minutes(period.opens, calendar, hours)
    last = max(office_minutes(period.closes, calendar, hours), first)
    return (
        Possession.objects.visible_to(actor)
        .filter(started_at__lt=period.closes)
        .exclude(ended_at__lte=period.opens)
        .annotate(
            minutes=Least(Coalesce(F("ended_tick"), last), last)
            - Greatest(F("started_tick"), first)
        )
        .order_by()
    )


def totals(rows: QuerySet[Possession]) -> list[Total]:
    """One line per holder, the longest first. One query."""
    grouped = rows.values("kind", "name", "unit_id").annotate(
        total=Sum("minutes"),
        matters=Count("case_id", distinct=True),
        held=Count("pk") - Count("ended_at"),
    )
    found = [
        Total(row["kind"], row["name"], row["unit_id"], row["total"], row["matters"], row["held"])
        for row in grouped
    ]
    return sorted(found, key=lambda total: (-total.minutes, total.name))


def minutes_a_day(hours: Hours) -> int:
    """Office minutes of one working day."""
    return sum(
        (closes.hour - opens.hour) * 60 + closes.minute - opens.minute for opens, closes in hours
    )
