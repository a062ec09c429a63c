"""What speaks for a rung: facts from the record, and the words a draft begins with."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases.models import Act, Escalation, NoticeKind
from deadlines.models import Clock, ClockState
from deadlines.services.overdue import days_late

COUNTED = (NoticeKind.URGE, NoticeKind.EARLY_WARNING, NoticeKind.SUPERVISION)
ENDINGS = {
    Act.URGE: (
        "请抓紧办理，按期书面回复进展情况、未办结的原因和完成时间；确有困难的，请一并说明。"
    ),
    Act.EARLY_WARNING: "现提出预警，请立即查明原因，采取有效措施赶上进度。",
    Act.SUPERVISE: "请对照办理要求逐项整改落实，限期书面回复整改措施、完成时间和责任人。",
    Act.TAKE_OVER: "本事项经多次催办、督办仍未落实，建议由{body}立项督办，请予批准。",
    Act.PROPOSE: "",
}


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def grounds_of(row: Escalation, *, at: datetime) -> list[str]:
    """One fact a line: how late, what was not answered, what was sent, what was last heard."""
    found = [_lateness(row, at)]
    found += _unanswered(row, at)
    if sent := _sent(row):
        found.append(sent)
    found.append(_last_heard(row))
    return [line for line in found if line]


def wording(row: Escalation, grounds: list[str]) -> str:
    """What a draft begins with. To a leader the facts are listed beside it, to a unit they are told."""
    ending = ENDINGS[Act(row.does)].format(body=row.case.office.body.name)
    return ending if row.does == Act.TAKE_OVER else f"{'；'.join(grounds)}。{ending}"


def _lateness(row: Escalation, at: datetime) -> str:
    clock = row.assignment.clock if row.rests_on_id else row.clock
    if clock is None:
        return ""
    owed = clock.pk != row.assignment.clock_id
    text = f"“{clock.label}”应于{day(clock.due_on)}前报送" if owed else _until(clock)
    if clock.state != ClockState.RUNNING:
        return text
    late = days_late(clock.due_at, at)
    if not late:
        return text if owed else f"{text}，尚未办结"
    return f"{text}，至{day(timezone.localdate(at))}已超期{late}天"


def _until(clock: Clock) -> str:
    return f"{clock.label}为{day(clock.due_on)}"


def _unanswered(row: Escalation, at: datetime) -> list[str]:
    """Documents whose reply is overdue, the oldest first."""
    rows = row.assignment.notices.filter(
        state__in=["issued", "receipted"], clock__state=ClockState.RUNNING, clock__due_at__lte=at
    )
    return [
        f"{notice.get_kind_display()}（{notice.document.number_text}）应于"
        f"{day(notice.clock.due_on)}前回复，逾期{days_late(notice.clock.due_at, at)}天未回复"
        for notice in rows.select_related("clock", "document").order_by("pk")
        if notice.document
    ]


def _sent(row: Escalation) -> str:
    kinds = list(row.assignment.notices.exclude(state="draft").values_list("kind", flat=True))
    said = [f"{kind.label}{kinds.count(kind)}份" for kind in COUNTED if kind in kinds]
    return f"此前已发{'、'.join(said)}" if said else ""


def _last_heard(row: Escalation) -> str:
    last = row.assignment.feedback.sent().order_by("-submitted_at").first()
    if last is None:
        return "送达以来未报送反馈"
    return (
        f"最近一次反馈在{day(timezone.localdate(last.submitted_at))}（{last.get_kind_display()}）"
    )
