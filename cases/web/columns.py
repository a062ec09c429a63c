"""The columns of the 台账: what stands in a cell, on the page and in the exported sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone

from cases.selectors.rows import Row, last_day
from duban.web.parts import Due

Value = str | date | None


@dataclass(frozen=True)
class Cell:
    """`kind`: title, state, due or text; the template chooses by it."""

    label: str
    kind: str = "text"
    text: str = ""
    sub: str = ""
    url: str = ""
    due: Due | None = None
    state: str = ""
    css: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """`sort` is the value of `?sort=`; `sheet` the columns of the export with their widths."""

    key: str
    label: str
    show: Callable[[Row], dict[str, object]]
    sort: str = ""
    css: str = ""
    sheet: Sequence[tuple[str, int, Callable[[Row], Value]]] = ()

    def cell(self, row: Row) -> Cell:
        return Cell(self.label, css=self.css, **self.show(row))


def _text(
    key: str,
    label: str,
    value: Callable[[Row], str],
    *,
    sort: str = "",
    css: str = "",
    width: int = 14,
) -> Column:
    return Column(key, label, lambda row: {"text": value(row)}, sort, css, [(label, width, value)])


def _day(key: str, label: str, field: str, *, sort: str = "") -> Column:
    def value(row: Row) -> date | None:
        moment: datetime | date | None = getattr(row.case, field)
        return timezone.localdate(moment) if isinstance(moment, datetime) else moment

    def show(row: Row) -> dict[str, object]:
        day = value(row)
        return {"text": day.isoformat() if day else ""}

    return Column(key, label, show, sort, "nowrap", [(label, 12, value)])


def _title(row: Row) -> dict[str, object]:
    case = row.case
    facts = [case.source_label, case.urgency_label]
    if case.importance != "ordinary":
        facts.insert(0, case.get_importance_display())
    if case.assigner:
        facts.append(f"{case.assigner.user.name}交办")
    sub = " · ".join(filter(None, facts))
    return {
        "kind": "title",
        "text": case.title,
        "url": reverse("cases:detail", args=[case.pk]),
        "sub": sub,
        "mark": f"未明确责任人：{'、'.join(row.unnamed)}" if row.unnamed else "",
    }


def _lead(row: Row) -> dict[str, object]:
    co_units, text = row.co_units, row.case.lead_unit.label if row.case.lead_unit else ""
    shown = "、".join(co_units[:3]) + (f"等{len(co_units)}家" if len(co_units) > 3 else "")
    return {"text": text, "sub": f"协办：{shown}" if co_units else ""}


def _due_day(row: Row) -> date | None:
    return last_day(row.case.due_at) if row.case.due_at else row.case.due_on


def _due_words(row: Row) -> str:
    due = row.due
    if due is None:
        return ""
    marks = ["暂定"] if due.provisional else []
    return "，".join(filter(None, [due.light, *marks, due.pending, due.remaining_text]))


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        _text(
            "number", "案号", lambda row: row.case.number, sort="registered", css="nowrap", width=22
        ),
        Column(
            "title",
            "事项名称",
            _title,
            "title",
            "title",
            [("事项名称", 44, lambda row: row.case.title)],
        ),
        Column(
            "state",
            "状态",
            lambda row: {
                "kind": "state",
                "state": row.case.state,
                "text": row.case.get_state_display(),
            },
            "state",
            "",
            [("状态", 9, lambda row: row.case.get_state_display())],
        ),
        Column(
            "due",
            "办结期限",
            lambda row: {"kind": "due", "due": row.due},
            "due",
            "",
            [("办结期限", 12, _due_day), ("时限状态", 22, _due_words)],
        ),
        Column(
            "lead",
            "牵头单位",
            _lead,
            "lead",
            "mid",
            [
                ("牵头单位", 18, lambda row: row.case.lead_unit.name if row.case.lead_unit else ""),
                ("协办单位", 24, lambda row: "、".join(row.co_units)),
            ],
        ),
        _text("holder", "当前环节", lambda row: row.holder, css="mid", width=20),
        _text("latest", "最近反馈", lambda row: row.latest, css="clamp", width=40),
        _text("source", "事项来源", lambda row: row.case.source_label, sort="source", width=20),
        _text(
            "importance",
            "重要程度",
            lambda row: row.case.get_importance_display(),
            sort="importance",
            css="nowrap",
            width=10,
        ),
        _text(
            "urgency",
            "缓急程度",
            lambda row: row.case.urgency_label,
            sort="urgency",
            css="nowrap",
            width=10,
        ),
        _text("supervisor", "督办科室", lambda row: row.case.supervisor.label, sort="supervisor"),
        _text(
            "assigner",
            "交办领导",
            lambda row: row.case.assigner.user.name if row.case.assigner else "",
            css="nowrap",
            width=10,
        ),
        _text("heading", "所属任务", lambda row: row.case.heading, width=24),
        _text("task", "办理要求", lambda row: row.case.task, width=50),
        _text("basis", "立项依据", lambda row: row.case.basis, width=30),
        _day("basis_on", "依据日期", "basis_on"),
        _text("due_citation", "期限依据说明", lambda row: row.case.due_citation, width=30),
        _text("collective_units", "其他责任主体", lambda row: row.case.collective_units, width=20),
        _day("registered", "立项日期", "registered_at", sort="registered"),
        _day("assigned", "交办日期", "assigned_at", sort="assigned"),
        _day("completed", "办结日期", "completed_at", sort="completed"),
        _text(
            "grade",
            "评价等级",
            lambda row: row.case.grade_label,
            sort="grade",
            css="nowrap",
            width=10,
        ),
        _text("result", "办理结果", lambda row: row.case.result, width=50),
        _text("office", "督查机构", lambda row: row.case.office.name, width=24),
    )
}
DEFAULT = ("number", "title", "state", "due", "lead", "holder", "latest")


def columns_of(keys: Iterable[str]) -> list[Column]:
    """The chosen columns in the order of the catalogue; the title is always among them."""
    chosen = set(keys) & COLUMNS.keys()
    wanted = chosen | {"title"} if chosen else set(DEFAULT)
    return [column for key, column in COLUMNS.items() if key in wanted]
