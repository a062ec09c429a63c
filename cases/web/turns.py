"""缓办、终止、重新办理: the forms that ask for them, and 恢复办理."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone

from cases import permissions
from cases.models import Assignment, Case, Turn, TurnKind
from cases.models.turn import STEP_PREFIX
from cases.services.turn_effects import case_resume
from cases.services.turn_rules import (
    asking_part,
    has_limit,
    label_of,
    links,
    may_ask,
    parts_to_take_up,
    turn_bars,
)
from cases.services.turns import (
    reopening_request,
    suspension_request,
    termination_request,
    turn_withdraw,
)
from cases.web.access import (
    MatterAction,
    MatterForm,
    case_seen,
    case_url,
    require,
    require_now,
    require_step,
    require_step_now,
    turn_seen,
)
from cases.web.forms.turns import ReopeningForm, ResumeForm, SuspensionForm, TerminationForm
from deadlines.sheet import long_day
from duban.web.parts import Fact


class _Ask(MatterForm):
    """One request about the whole matter."""

    kind: ClassVar[TurnKind]
    object: Case
    part: Assignment | None
    submit_label = "提出"
    anchor = "turns"
    success_message = "申请已提出，批准前一切照常。"

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require(may_ask(self.object, self.kind, self.actor))
        self.part = asking_part(self.object, self.kind, self.actor)

    def check_now(self) -> None:
        require_now(turn_bars(self.object, self.kind, self.part, at=self.at))

    def stale_subject(self) -> None:
        """A request creates a row; what it rests on is judged by the service."""

    @property
    def case(self) -> Case:
        return self.object

    @property
    def heading(self) -> str:
        return label_of(self.object, self.kind)

    @property
    def draft(self) -> str:
        return self.kind.value

    def facts(self) -> list[Fact]:
        case = self.object
        found = [Fact("牵头单位", case.lead_unit.label if case.lead_unit else "")]
        if case.clock is not None:
            found.append(Fact("现期限", long_day(case.clock.due_on)))
        rules = links(case, self.kind, self.actor)
        found.append(Fact("审批环节", " → ".join(rule.label for rule in rules)))
        step = case.step_of(f"{STEP_PREFIX[self.kind]}_grant")
        found.append(Fact("依据", step.quote or step.local_decision, note=step.clause, wide=True))
        return found


class Suspend(_Ask):
    """申请缓办."""

    kind = TurnKind.SUSPENSION
    form_class = SuspensionForm

    def perform(self, form: SuspensionForm) -> str:
        said = form.cleaned_data
        suspension_request(
            case=self.object,
            reason=said["reason"],
            expected_on=said["expected_on"],
            by=self.actor,
            at=self.at,
        )
        return self.back()


class Terminate(_Ask):
    """申请终止: the lead says how far it came and why (LZ-A-9a)."""

    kind = TurnKind.TERMINATION
    form_class = TerminationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "by_unit": self.part is not None}

    def get_initial(self) -> dict[str, Any]:
        if self.part is None:
            return {}
        last = self.part.feedback.sent().exclude(content="").order_by("-submitted_at").first()
        return {"progress": last.content if last else ""}

    def perform(self, form: TerminationForm) -> str:
        said = form.cleaned_data
        termination_request(
            case=self.object,
            reason=said["reason"],
            progress=said["progress"],
            reply=said["reply"],
            by=self.actor,
            at=self.at,
        )
        return self.back()


class Reopen(_Ask):
    """提出重新办理."""

    kind = TurnKind.REOPENING
    form_class = ReopeningForm

    def get_form_kwargs(self) -> dict[str, Any]:
        every = parts_to_take_up(self.object, [party.pk for party in self.object.parties])
        return {
            **super().get_form_kwargs(),
            "co_units": [part for part in every if not part.is_lead],
            "by_limit": has_limit(self.object),
        }

    def facts(self) -> list[Fact]:
        case = self.object
        concluded = Fact("原办理结果", case.result, wide=True, note="重新办理后原结论保留")
        return [*super().facts(), concluded]

    def perform(self, form: ReopeningForm) -> str:
        said = form.cleaned_data
        reopening_request(
            case=self.object,
            reason=said["reason"],
            due_on=said["due_on"],
            parts=[int(pk) for pk in said.get("parts") or ()],
            by=self.actor,
            at=self.at,
        )
        return self.back()


class Resume(MatterForm):
    """恢复办理: the limits go on where they were left."""

    form_class = ResumeForm
    anchor = "times"
    success_message = "已恢复办理，缓办期间不计入期限。"
    object: Case

    def prepare(self) -> None:
        self.object = case_seen(self.actor, self.kwargs["pk"])
        require_step(self.object, "resume", self.actor)

    def check_now(self) -> None:
        require_step_now(self.object, "resume")

    @property
    def case(self) -> Case:
        return self.object

    @property
    def heading(self) -> str:
        return self.object.step_of("resume").label

    @property
    def submit_label(self) -> str:
        return self.heading

    def facts(self) -> list[Fact]:
        since, until = self.object.suspended_at, self.object.resume_on
        found = [Fact("缓办自", long_day(timezone.localdate(since)) if since else "")]
        if until:
            found.append(Fact("预计恢复", long_day(until)))
        return found

    def perform(self, form: ResumeForm) -> str:
        case_resume(
            case=self.object,
            reason=form.cleaned_data["reason"],
            by=self.actor,
            at=self.at,
            expect=self.expected_version(),
        )
        return self.back()


class Withdraw(MatterAction):
    success_message = "申请已撤回。"

    def perform(self) -> str:
        row: Turn = turn_seen(self.actor, self.kwargs["pk"])
        require(permissions.asked_for_turn(row, self.actor))
        turn_withdraw(turn=row, by=self.actor, at=self.at, expect=self.expected_version())
        return case_url(row.case, "turns")
