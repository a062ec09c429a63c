"""Who is told of a change of the calendar: those who may confirm it, and, one message each with the
list, the units and offices whose deadlines moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q
from django.urls import reverse

from deadlines.models import CalendarChange, CalendarMove
from deadlines.moments import day_of
from duban.notify.services import message_create
from duban.org.models import Office, Post, Unit, User

LISTED: Final = 20
WORTH_TELLING: Final = ~Q(due_before=F("due_after")) | Q(settled=True)


def tell_confirmers(change: CalendarChange, *, at: datetime) -> None:
    """Everybody who may be the second person, the proposer left out."""
    heads = Q(role="office_head", office__isnull=False)
    if change.office_id is not None:
        heads &= Q(office_id=change.office_id)
    guards = Q(role="security_admin")
    if change.office_id is not None:
        guards &= Q(office__isnull=True) | Q(office_id=change.office_id)
    posts = Post.objects.held(on=day_of(at)).filter(heads | guards)
    _send(
        change,
        "calendar_change_awaits",
        _people(posts, without=change.proposed_by_id),
        office=change.office,
        event=f"calendar-change:{change.pk}:awaits",
        at=at,
    )


def tell_of_moves(change: CalendarChange, *, at: datetime) -> None:
    """After the last clock. May run again: each event is one message a person."""
    # Nobody is told where only the day of a reminder moved.
    moved = CalendarMove.objects.filter(change=change).filter(WORTH_TELLING)
    totals = moved.values("clock__office_id", "clock__unit_id").annotate(count=Count("pk"))
    for row in totals.order_by("clock__office_id", "clock__unit_id"):
        _tell_unit(change, row["clock__office_id"], row["clock__unit_id"], row["count"], at)
    for row in moved.values("clock__office_id").annotate(
        count=Count("pk"),
        units=Count("clock__unit_id", distinct=True),
        cleared=Count("pk", filter=Q(late_before=True, late_after=False)),
        late=Count("pk", filter=Q(late_before=False, late_after=True)),
    ):
        _tell_office(change, row, at)


def _tell_unit(
    change: CalendarChange, office_id: int, unit_id: int, count: int, at: datetime
) -> None:
    rows = CalendarMove.objects.filter(
        WORTH_TELLING, change=change, clock__office_id=office_id, clock__unit_id=unit_id
    ).select_related("clock")[:LISTED]
    posts = Post.objects.held(on=day_of(at)).filter(
        unit_id=unit_id, role__in=["liaison", "unit_head"]
    )
    _send(
        change,
        "calendar_change_unit",
        _people(posts),
        office=Office.objects.get(pk=office_id),
        event=f"calendar-change:{change.pk}:{office_id}:{unit_id}",
        at=at,
        unit=Unit.objects.get(pk=unit_id),
        lines=[_line(row) for row in rows],
        count=count,
        more=max(count - LISTED, 0),
    )


def _tell_office(change: CalendarChange, row: dict[str, int], at: datetime) -> None:
    office = Office.objects.get(pk=row["clock__office_id"])
    posts = Post.objects.held(on=day_of(at)).filter(
        office=office, role__in=["office_head", "office_staff"]
    )
    _send(
        change,
        "calendar_change_office",
        _people(posts),
        office=office,
        event=f"calendar-change:{change.pk}:{office.pk}",
        at=at,
        counts=row,
    )


def _line(move: CalendarMove) -> str:
    before, after = (last_day(moment) for moment in (move.due_before, move.due_after))
    subject = move.clock.subject or move.clock.label
    if before == after:
        return f"{subject}（{move.clock.label}）：{after}，由暂定转为确定"
    verdict = "，不再超期" if move.late_before and not move.late_after else ""
    return f"{subject}（{move.clock.label}）：{before}改为{after}{verdict}"


def last_day(due_at: datetime) -> str:
    """The last day that is in time: a due moment at midnight belongs to the day before."""
    on = day_of(due_at - timedelta(microseconds=1))
    return f"{on.year}年{on.month}月{on.day}日"


def _people(posts: Iterable[Post], *, without: int | None = None) -> list[User]:
    wanted = {post.user_id for post in posts} - {without}
    return list(User.objects.filter(pk__in=wanted, is_active=True))


def _send(
    change: CalendarChange,
    template: str,
    people: list[User],
    *,
    office: Office | None,
    event: str,
    at: datetime,
    **context: object,
) -> None:
    message_create(
        event=event,
        recipients=people,
        template=template,
        context={"change": change, **context},
        office=office,
        url=reverse("calendar_changes:change", args=[change.pk]),
        at=at,
    )
