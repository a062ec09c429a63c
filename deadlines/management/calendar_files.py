"""What `calendar preview` and `calendar import` do with a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from deadlines.announcement.checks import refusals, remarks
from deadlines.announcement.files import read_file
from deadlines.announcement.found import AnnouncementError, Found
from deadlines.announcement.text import read_text
from deadlines.calendars import known_calendar
from deadlines.models import CalendarChange
from deadlines.moments import day_of
from deadlines.services.calendar_changes import (
    calendar_change_propose,
    question_of,
)
from deadlines.services.calendar_plan import moves, plan_of, preview_of
from deadlines.services.calendar_previews import COUNTED, newest_preview
from deadlines.web.calendar_changes_shown import effect_of, last_day, shown_days
from duban.ledger.errors import RuleViolation
from duban.org.models import User
from duban.org.selectors import actors_of, system_actor


def read(path: str, *, year: int | None, at: datetime) -> tuple[Found, str]:
    """The arrangement in a JSON file, or in a text file with the announcement; and that text.

    Raises AnnouncementError, also where the file cannot be opened.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise AnnouncementError(f"不能打开文件{path}：{error.strerror}") from error
    if not path.endswith(".txt"):
        return read_file(content, year=year), ""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnnouncementError("文件不是UTF-8编码的文本") from error
    return read_text(text, year=year, current=known_calendar(at)), text


def change_of(found: Found, decided_on: date | None, at: datetime) -> CalendarChange:
    """As it would be proposed; not stored."""
    return CalendarChange(
        year=found.year,
        title=found.title or f"{found.year}年放假安排",
        document_no=found.document_no,
        decided_on=decided_on or found.signed_on or day_of(at),
        source=found.source,
        whole=found.whole,
        days_off={on.isoformat(): name for on, name in found.days_off.items()},
        workdays={on.isoformat(): name for on, name in found.workdays.items()},
    )


def previewed(change: CalendarChange, found: Found, at: datetime) -> dict[str, Any]:
    """Changes nothing. Raises RuleViolation with what speaks against the proposal."""
    plan = plan_of(change, at)
    asked = question_of(plan, found)
    if reasons := refusals(asked):
        raise RuleViolation(reasons)
    return {
        "year": change.year,
        "title": change.title,
        "decided_on": change.decided_on.isoformat(),
        "remarks": remarks(asked),
        "days": [
            {"date": day.on.isoformat(), "before": day.before, "after": day.after}
            for day in shown_days(plan.days)
        ],
        "counts": preview_of(plan).counts,
        "moves": [
            {
                "clock": row.clock.pk,
                "label": row.clock.label,
                "subject": row.clock.subject,
                "before": last_day(row.due_before).isoformat(),
                "after": last_day(row.due_after).isoformat(),
                "verdict": effect_of(row)[0],
            }
            for row in moves(plan)
        ],
    }


def proposed(
    change: CalendarChange, found: Found, text: str, *, login: str, at: datetime
) -> dict[str, Any]:
    """Puts it forward in the name of the person, or of the system; another one confirms it."""
    row = calendar_change_propose(
        office=None,
        found=found,
        title=change.title,
        decided_on=change.decided_on,
        document_no=change.document_no,
        source=change.source or "命令行导入的文件",
        text=text,
        by=_proposer(login, at),
        at=at,
    )
    preview = newest_preview(row)
    return {"change": row.pk, "state": row.state, "counts": preview.counts if preview else None}


def _proposer(login: str, at: datetime) -> Any:
    if not login:
        return system_actor()
    user = User.objects.filter(username=login, is_active=True).first()
    actors = actors_of(user, at=at) if user else []
    if not actors:
        raise RuleViolation(f"没有登录名为{login}、在任的人员")
    fit = [actor for actor in actors if actor.has("office_head", "system_admin")]
    return (fit or actors)[0]


def preview_text(found: dict[str, Any], limit: int = 50) -> list[str]:
    counts = found["counts"]
    lines = [f"{found['title']}（{found['decided_on']}公布）", ""]
    lines += [f"注意：{remark}" for remark in found["remarks"]]
    lines += ["日期的变化："]
    lines += [f"  {day['date']}　{day['before']} → {day['after']}" for day in found["days"]]
    lines += ["", "；".join(f"{label}{counts.get(key, 0)}件" for key, label in COUNTED.items())]
    for row in found["moves"][:limit]:
        lines.append(
            f"  时钟{row['clock']}　{row['label']}　{row['before']} → {row['after']}　{row['verdict']}"
        )
    if len(found["moves"]) > limit:
        lines.append(f"  另有{len(found['moves']) - limit}项，用 --json 全部列出")
    return lines
