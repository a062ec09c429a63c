"""退件 by a unit, and what the office makes of it; 超时情形 by hand, and their clearing (LZ-A-10)."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone

from cases import permissions
from cases.models import Case, Objection
from cases.services.finding_acts import finding_add, finding_clear, kinds_by_hand
from cases.services.objections import objection_raise, objection_reject, objection_uphold
from cases.web.access import (
    AssignmentForm,
    MatterForm,
    case_seen,
    require,
    require_now,
    require_step,
    require_step_now,
)
from cases.web.forms.agreements import (
    ClearForm,
    FindingForm,
    ObjectionRejectForm,
    ObjectionUpholdForm,
)
from cases.web.forms.staff import ReasonForm
from cases.web.registration import known_names
from deadlines.models import OverdueFinding
from deadlines.sheet import long_day
from duban.web.parts import Fact


class _OfPart(AssignmentForm):
    anchor = "parties"
    step = ""

    def judge(self) -> None:
        require_step(self.object, self.step, self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, self.step)

    @property
    def heading(self) -> str:
        return self.object.step_of(self.object.transitions(self.step)[0].custom["step"]).label

    @property
    def submit_label(self) -> str:
        return self.heading


class ObjectionNew(_OfPart):
    """退件."""

    form_class = ReasonForm
    draft = "objection"
    step = "raise_objection"
    success_message = "已退件，请等督办科室处理；处理前期限照常计算。"

    def facts(self) -> list[Fact]:
        row = self.object
        return [
            Fact("办理要求", self.case.task, wide=True),
            Fact("承办类别", row.get_kind_display()),
            Fact("期限", long_day(row.clock.due_on)),
        ]

    def perform(self, form: ReasonForm) -> str:
        objection_raise(
            assignment=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class _Decision(_OfPart):
    def facts(self) -> list[Fact]:
        row = self.object
        objection = Objection.objects.filter(assignment=row, outcome="pending").first()
        return [
            Fact("退件单位", row.unit.name),
            Fact("承办类别", row.get_kind_display()),
            Fact("退件理由", objection.reason if objection else "", wide=True),
        ]


class ObjectionReject(_Decision):
    """不同意退件."""

    form_class = ObjectionRejectForm
    step = "reject_objection"
    success_message = "已退回原单位签收办理。"

    def perform(self, form: ObjectionRejectForm) -> str:
        objection_reject(
            assignment=self.object,
            answer=form.cleaned_data["answer"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class ObjectionUphold(_Decision):
    """同意退件: to another unit, or a co-unit's part is let go."""

    template_name = "cases/objection_uphold.html"
    form_class = ObjectionUpholdForm
    step = "uphold_objection"
    success_message = "已同意退件。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "office": self.case.office,
            "on": timezone.localdate(self.at),
            "is_lead": self.object.is_lead,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = known_names(self.case.office, on=timezone.localdate(self.at))
        return super().get_context_data(**{"units": names, **kwargs})

    def perform(self, form: ObjectionUpholdForm) -> str:
        objection_uphold(
            assignment=self.object,
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
            **form.cleaned_data,
        )
        return self.back()


class FindingNew(AssignmentForm):
    """登记超时情形 by hand (LZ-A-10.5)."""

    form_class = FindingForm
    anchor = "times"
    success_message = "已登记。"

    def judge(self) -> None:
        require(permissions.supervises(self.object, self.actor))

    def check_now(self) -> None:
        if self.object.clock is None or not kinds_by_hand(self.object, at=self.at):
            require_now({"": ["本事项适用的规则没有可以人工认定的超时情形。"]})

    @property
    def heading(self) -> str:
        return self.object.step_of("finding_add").label

    @property
    def submit_label(self) -> str:
        return self.heading

    def stale_subject(self) -> None:
        """A finding is a new row."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "kinds": kinds_by_hand(self.object, at=self.at)}

    def facts(self) -> list[Fact]:
        row = self.object
        return [
            Fact("承办单位", row.unit.name),
            Fact("状态", row.get_state_display()),
            Fact("期限", long_day(row.clock.due_on) if row.clock else ""),
        ]

    def perform(self, form: FindingForm) -> str:
        finding_add(
            assignment=self.object,
            kind=form.cleaned_data["kind"],
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
        )
        return self.back()


class FindingClear(MatterForm):
    """认可正当理由 (LZ-A-10.0)."""

    form_class = ClearForm
    anchor = "times"
    success_message = "已认可，该情形不再计入超时。"
    object: OverdueFinding

    def prepare(self) -> None:
        rows = OverdueFinding.objects.select_related("clock__unit")
        self.object = get_object_or_404(rows, pk=self.kwargs["pk"])
        self.matter = case_seen(self.actor, self.object.clock.case_id or 0)
        require(permissions.clears_findings(self.matter, self.actor))

    def check_now(self) -> None:
        if self.object.cleared_at:
            require_now({"": ["该超时情形已撤销。"]})

    @property
    def case(self) -> Case:
        return self.matter

    @property
    def heading(self) -> str:
        return self.matter.step_of("finding_clear").label

    @property
    def submit_label(self) -> str:
        return self.heading

    def stale_subject(self) -> None:
        """A finding changes once only; the service says so."""

    def facts(self) -> list[Fact]:
        row = self.object
        late = f"{row.days_late} 天" if row.days_late else "—"
        found = [
            Fact("情形", row.get_kind_display()),
            Fact("单位", row.clock.unit.name),
            Fact("期限", long_day(row.clock.due_on)),
            Fact("超期", late),
        ]
        if row.note:
            found.append(Fact("说明", row.note, wide=True))
        return found

    def perform(self, form: ClearForm) -> str:
        finding_clear(
            finding=self.object,
            case=self.matter,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
        )
        return self.back()
