"""Previews of a change of the calendar: frozen when it is proposed, made anew when that is old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from deadlines.models import CalendarChange, CalendarPreview, ChangeState
from deadlines.services.calendar_plan import Plan, candidates, plan_of, preview_of
from duban.ledger.errors import WHOLE, RecordedRefusal, RuleViolation

# A preview that somebody has just read holds this long, though matters go on moving meanwhile.
PREVIEW_HOLDS: Final = timedelta(minutes=30)
REFRESHED: Final = timedelta(minutes=20)
# Beyond this many clocks a preview is worked out by the worker, not while a person waits.
AT_ONCE: Final = 5_000
COUNTED: Final[Mapping[str, str]] = {
    "clocks": "涉及时限",
    "later": "期限推后",
    "earlier": "期限提前",
    "settled": "暂定转为确定",
    "same": "仅提醒日期调整",
    "cleared": "不再超期",
    "late": "变为超期",
    "findings": "重新核对的超期认定",
}


def calendar_preview_refresh(
    *, change: CalendarChange, at: datetime | None = None
) -> CalendarPreview:
    """The preview as of now, where the last one is old or missing; the same again is not kept."""
    at = at or timezone.now()
    newest = newest_preview(change)
    if newest and at - newest.at <= PREVIEW_HOLDS:
        return newest
    return freeze(change, plan_of(change, at))


def calendar_previews_refresh(*, at: datetime | None = None) -> int:
    """For the worker: previews too large to make while a person waits, kept fresh until decided."""
    at = at or timezone.now()
    made = 0
    for change in CalendarChange.objects.filter(state=ChangeState.PROPOSED):
        newest = newest_preview(change)
        if newest is None or (at - newest.at > REFRESHED and is_large(plan_of(change, at))):
            freeze(change, plan_of(change, at))
            made += 1
    return made


def is_large(plan: Plan) -> bool:
    return candidates(plan).count() > AT_ONCE


def newest_preview(change: CalendarChange) -> CalendarPreview | None:
    return change.previews.order_by("-id").first()


def freeze(change: CalendarChange, plan: Plan) -> CalendarPreview:
    found = preview_of(plan)
    return CalendarPreview.objects.create(
        change=change, at=plan.at, counts=found.counts, digest=found.digest
    )


def require_current_preview(change: CalendarChange, seen: int | None, at: datetime) -> None:
    newest = newest_preview(change)
    if newest is None:
        raise RuleViolation("预览尚未算出，请稍后刷新页面再确认。")
    if seen != newest.pk:
        raise RuleViolation("预览已经更新，请核对最新的预览后再确认。")
    if at - newest.at <= PREVIEW_HOLDS:
        return
    if is_large(plan_of(change, at)):
        raise RuleViolation("预览已超过30分钟，系统正在重新计算，请稍后刷新页面再确认。")
    now = calendar_preview_refresh(change=change, at=at)
    if now.digest != newest.digest:
        changed = "预览之后情况有变化，已重新计算，请核对后再确认。"
        raise RecordedRefusal({WHOLE: [changed, *differences(newest, now)]})


def differences(before: CalendarPreview, after: CalendarPreview) -> list[str]:
    """涉及时限：12件，原预览10件"""
    lines = [
        f"{label}：现为{_count(after, key)}件，原预览{_count(before, key)}件"
        for key, label in COUNTED.items()
        if _count(after, key) != _count(before, key)
    ]
    return lines or ["件数未变，个别期限与原预览不同"]


def _count(preview: CalendarPreview, key: str) -> Any:
    return preview.counts.get(key, 0)
