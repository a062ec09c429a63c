"""催办、预警、督办通知书: issued to one unit, and settled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone

from cases import permissions
from cases.models import Assignment, Notice, NoticeKind
from cases.services.budget import load_of
from cases.services.notices import REMINDING, notice_issue, notice_problems, notice_settle
from cases.web.access import AssignmentForm, MatterAction, case_url, require, require_now, row_seen
from cases.web.forms.staff import NoticeForm
from cases.web.row_actions import URGENT_KINDS
from deadlines.calendars import known_calendar
from deadlines.rules import compute
from deadlines.sheet import long_day
from duban.org.selectors import liaisons
from duban.web.parts import Fact


def load_facts(part: Assignment, *, at: datetime) -> list[Fact]:
    """How much the unit's people were reminded this week: the sender sees it before sending."""
    load = load_of(part, at=at)
    return [Fact("本周提醒", load.text, wide=True)] if load and load.text else []


def over_of(part: Assignment, kind: NoticeKind, *, at: datetime) -> str:
    """Why this should rather not be sent this week; empty where nothing speaks against it."""
    load = load_of(part, at=at) if kind in REMINDING else None
    return load.warning if load and load.is_full else ""


class NoticeIssue(AssignmentForm):
    """催办、预警、督办通知书: numbered and sent to one unit."""

    form_class = NoticeForm
    submit_label = "下达"
    draft = "notice"
    anchor = "papers"

    def judge(self) -> None:
        if self.kwargs["kind"] not in URGENT_KINDS:
            raise Http404
        self.kind = NoticeKind(self.kwargs["kind"])
        require(permissions.supervises(self.object, self.actor))

    def check_now(self) -> None:
        require_now(notice_problems(self.object, self.kind, "-", at=self.at))

    def stale_subject(self) -> None:
        """A notice is a new row."""

    @property
    def rule(self) -> Any:
        return self.case.pack.documents[self.kind]

    @property
    def heading(self) -> str:
        return f"下达{self.rule.label}"

    @property
    def success_message(self) -> str:
        return f"{self.rule.label}已编号下达。"

    def get_initial(self) -> dict[str, Any]:
        clock = self.object.clock
        day = long_day(clock.due_on) if clock else ""
        return {"content": f"请对照办理要求抓紧推进，确保在{day}前办结；存在困难的，请及时报告。"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "over": over_of(self.object, self.kind, at=self.at)}

    def facts(self) -> list[Fact]:
        row = self.object
        people = liaisons([row.unit_id], on=timezone.localdate(self.at))
        sent = row.notices.exclude(state="draft")
        found = [
            Fact("送达单位", row.unit.name),
            Fact("联络员", "、".join(p.name for p in people) or "未设联络员，送主要负责人"),
            Fact("期限", long_day(row.clock.due_on) if row.clock else ""),
            Fact("已发文书", _counted([n.get_kind_display() for n in sent]) or "无"),
        ]
        found += load_facts(row, at=self.at)
        if limit_id := self.rule.reply_limit:
            limit = self.case.pack.limits[limit_id]
            calendar = known_calendar(self.at, office_id=self.case.office_id)
            last = compute(limit, self.at, calendar, with_days=False).last_day
            found.append(Fact("回复期限", long_day(last), note=f"今日下达，{limit.label}"))
        found.append(
            Fact(
                "依据",
                self.rule.quote or self.rule.local_decision,
                wide=True,
                note=self.rule.clause,
            )
        )
        return found

    def perform(self, form: NoticeForm) -> str:
        notice_issue(
            assignment=self.object,
            kind=self.kind,
            content=form.cleaned_data["content"],
            over_reason=form.cleaned_data.get("over_reason", ""),
            by=self.actor,
            at=self.at,
        )
        return self.back()


class NoticeSettle(MatterAction):
    """了结."""

    success_message = "已了结。"

    def perform(self) -> str:
        row = row_seen(Notice, self.actor, self.kwargs["pk"])
        notice_settle(notice=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.case, "papers")


def _counted(names: list[str]) -> str:
    return "、".join(f"{name} {names.count(name)} 次" for name in dict.fromkeys(names))
