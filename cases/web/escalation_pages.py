"""督办升级: a rung that was reached, with the facts; taken with one click, or left with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cases.domain.ladder import DOCUMENTS
from cases.models import Act, Case, Escalation, EscalationState, NoticeKind
from cases.services.escalation_facts import grounds_of, wording
from cases.services.escalations import (
    escalation_dismiss,
    escalation_hand_over,
    escalation_take,
    held_by,
    over_by,
)
from cases.services.notices import notice_problems, warned
from cases.web.access import MatterForm, require, require_now, require_step, row_seen
from cases.web.forms.escalation import HandOverForm, RequestForm
from cases.web.forms.staff import NoticeForm, ReasonForm
from cases.web.notice_pages import load_facts, over_of
from deadlines.calendars import known_calendar
from deadlines.rules import compute
from deadlines.sheet import long_day
from duban.ledger.errors import WHOLE
from duban.ledger.transition import is_ever_theirs, reasons_against
from duban.web.parts import Fact


class _EscalationForm(MatterForm):
    object: Escalation
    anchor = "ladder"
    step = ""

    def prepare(self) -> None:
        self.object = row_seen(Escalation, self.actor, self.kwargs["pk"])
        require_step(self.object, self.step, self.actor)

    def check_now(self) -> None:
        require_now(reasons_against(self.object, self.step))

    @property
    def case(self) -> Case:
        return self.object.case

    @property
    def grounds(self) -> list[str]:
        return grounds_of(self.object, at=self.at)

    def facts(self) -> list[Fact]:
        row, rule = self.object, self.object.rule
        found = [
            Fact("承办单位", row.assignment.unit.name),
            Fact("阶梯", row.label, note=rule.clause or "本地决定"),
            Fact("事实", "；".join(self.grounds), wide=True),
        ]
        authority = rule.quote or rule.local_decision
        return [*found, Fact("依据", authority, wide=True, note=rule.clause)]


class EscalationTake(_EscalationForm):
    """Issue what the rung asks for; where it needs consent, ask for it."""

    draft = "escalation"

    def prepare(self) -> None:
        self.object = row_seen(Escalation, self.actor, self.kwargs["pk"])
        self.step = "submit" if self.object.rule.chain else "take"
        if self.object.does == Act.PROPOSE:
            self.step = "hand_over"
        require(is_ever_theirs(self.object, self.step, self.actor))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A 督办通知书 comes after the 预警 (CZ-3.4e): whoever clicks is taken there first."""
        part = self.object.assignment
        if self.step == "take" and self.kind and not warned(part, self.kind):
            text = f"{part.step_of('supervise').label}前应先提出预警，请先下达预警通知。"
            messages.warning(request, text)
            return redirect("cases:notice", part.pk, NoticeKind.EARLY_WARNING.value)
        return super().get(request, *args, **kwargs)

    def check_now(self) -> None:
        super().check_now()
        row = self.object
        if self.step == "hand_over":
            return
        if why := over_by(row):
            require_now({WHOLE: [f"{why}，无需再采取本级措施。"]})
        if why := held_by(row):
            require_now({WHOLE: [why]})
        if (kind := self.kind) and warned(row.assignment, kind):
            require_now(notice_problems(row.assignment, kind, "-", at=self.at))

    @property
    def kind(self) -> NoticeKind | None:
        found = DOCUMENTS.get(self.object.does)
        return NoticeKind(found) if found else None

    @property
    def heading(self) -> str:
        label = self.object.label
        return f"报请同意：{label}" if self.step == "submit" else label

    @property
    def submit_label(self) -> str:
        return {"submit": "报请同意", "hand_over": "登记移送"}.get(
            self.step, "下达" if self.kind else "确定"
        )

    @property
    def success_message(self) -> str:
        if self.step == "submit":
            return "已报请同意，同意后生效。"
        return "已登记移送。" if self.step == "hand_over" else f"{self.object.label}已办理。"

    def get_form_class(self) -> type:
        return {"submit": RequestForm, "hand_over": HandOverForm}.get(self.step, NoticeForm)

    def get_form_kwargs(self) -> dict[str, Any]:
        found = super().get_form_kwargs()
        if self.kind and self.step != "hand_over":
            found["over"] = over_of(self.object.assignment, self.kind, at=self.at)
        return found

    def get_initial(self) -> dict[str, Any]:
        if self.step == "hand_over":
            return {"on": timezone.localdate(self.at)}
        return {"content": wording(self.object, self.grounds)}

    def facts(self) -> list[Fact]:
        found, row = super().facts(), self.object
        if self.step == "submit":
            links = row.pack.chain(row.rule.chain, importance=row.case.importance)
            found.insert(2, Fact("须经", "、".join(link.label for link in links)))
        if self.kind:
            found[2:2] = [*self._reply(), *load_facts(row.assignment, at=self.at)]
        return found

    def _reply(self) -> list[Fact]:
        limit_id = self.case.pack.documents[self.kind].reply_limit if self.kind else None
        if limit_id is None:
            return []
        limit = self.case.pack.limits[limit_id]
        calendar = known_calendar(self.at, office_id=self.case.office_id)
        last = compute(limit, self.at, calendar, with_days=False).last_day
        return [Fact("回复期限", long_day(last), note=f"今日下达，{limit.label}")]

    def perform(self, form: Any) -> str:
        common = {"by": self.actor, "at": self.at, "expect": self.expected_version()}
        said = form.cleaned_data
        if self.step == "hand_over":
            escalation_hand_over(
                escalation=self.object, to=said["to"], on=said["on"], note=said["note"], **common
            )
        else:
            escalation_take(
                escalation=self.object,
                content=said["content"],
                over_reason=said.get("over_reason", ""),
                **common,
            )
        return self.back()


class EscalationDismiss(_EscalationForm):
    """不采取, with a reason that stays on record."""

    step = "dismiss"
    form_class = ReasonForm
    success_message = "已记录，本级不采取。"
    draft = "escalation_dismiss"

    @property
    def heading(self) -> str:
        return f"{self.submit_label}：{self.object.label}"

    @property
    def submit_label(self) -> str:
        return "撤回报请" if self.object.state == EscalationState.IN_REVIEW else "不采取"

    def perform(self, form: ReasonForm) -> str:
        escalation_dismiss(
            escalation=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()
