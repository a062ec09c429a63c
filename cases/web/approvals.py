"""待批: what waits for the acting post, and the page on which it decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.models import (
    Agreement,
    Case,
    ClosureRequest,
    Escalation,
    Extension,
    HandlingPlan,
    Turn,
)
from cases.selectors.approvals import APPROVERS, steps_awaiting, steps_recused
from cases.services.agreements import agreement_counter, agreement_decide
from cases.services.cases import case_registration_decide
from cases.services.closures import closure_decide
from cases.services.escalations import escalation_decide
from cases.services.extensions import extension_counter, extension_decide
from cases.services.handling_plans import plan_decide
from cases.services.turns import turn_decide
from cases.web.access import MatterForm, require
from cases.web.decision_context import decision_context
from cases.web.due import due_of
from cases.web.forms.decisions import DecisionForm
from duban.approvals.models import ApprovalStep, Chain, StepState
from duban.approvals.permissions import holds_role, is_recused
from duban.ledger.errors import RuleViolation
from duban.notify.services import message_event_read
from duban.web.parts import Crumb, Due

Owner = Case | Extension | ClosureRequest | Escalation | Agreement | HandlingPlan | Turn
OWNERS: dict[str, type[Owner]] = {
    model._meta.label_lower: model
    for model in (
        Case,
        Extension,
        ClosureRequest,
        Escalation,
        Agreement,
        HandlingPlan,
        Turn,
    )
}
MOST = 200

# Chains of apps above are decided on pages of their own.
_elsewhere: dict[str, Callable[[Chain], str]] = {}


def register(owner_type: str, page: Callable[[Chain], str]) -> None:
    """An app above says where its chains are decided; they then stand in the list as well."""
    _elsewhere[owner_type] = page


@dataclass(frozen=True)
class Waiting:
    step: ApprovalStep
    url: str
    case: Case | None
    due: Due | None


@login_required
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    actor, at = request.actor, timezone.now()
    require(actor.has(*APPROVERS))
    mine, recused = steps_awaiting(actor)[:MOST], steps_recused(actor)[:MOST]
    ids = {step.chain.case_id for step in (*mine, *recused)}
    cases = Case.objects.select_related("clock", "lead_unit", "supervisor", "pack_version")
    found = cases.in_bulk([pk for pk in ids if pk])
    context = {
        "heading": "待批",
        "waiting": [_waiting(step, found, at) for step in mine],
        "recused": [_waiting(step, found, at) for step in recused],
    }
    return render(request, "cases/approvals.html", context)


def _waiting(step: ApprovalStep, cases: dict[int, Case], at: datetime) -> Waiting:
    chain = step.chain
    page = _elsewhere.get(chain.owner_type)
    case = cases.get(chain.case_id) if chain.case_id else None
    url = page(chain) if page else ""
    if chain.owner_type in OWNERS:
        url = reverse("cases:decide", args=[chain.pk])
    return Waiting(step, url, case, due_of(case.clock, at=at, sheet=False) if case else None)


def _counter_help(owner: Extension | Agreement) -> str:
    if isinstance(owner, Agreement):
        return f"不同于所报的 {owner.proposed_on}。"
    return f"须晚于原期限 {owner.due_before}。"


class Decide(MatterForm):
    """One request on one screen, with everything needed to decide it."""

    template_name = "cases/decide.html"
    form_class = DecisionForm
    draft = "decision"
    success_message = "意见已提交。"
    chain: Chain
    owner: Owner

    def prepare(self) -> None:
        rows = Chain.objects.select_related("pack_version", "office")
        self.chain = rows.filter(pk=self.kwargs["pk"], owner_type__in=OWNERS).first()
        if self.chain is None or not self._is_seen():
            raise Http404("no such request")
        require(any(holds_role(step, self.actor) for step in self.chain.ordered_steps))
        self.owner = OWNERS[self.chain.owner_type].objects.get(pk=self.chain.owner_id)
        self.step = self.chain.current

    def _is_seen(self) -> bool:
        """Whoever has a link to decide sees what it is about; so does whoever reads the matter."""
        if ApprovalStep.objects.visible_to(self.actor).filter(chain=self.chain).exists():
            return True
        return Case.objects.visible_to(self.actor).filter(pk=self.chain.case_id).exists()

    @property
    def case(self) -> Case:
        owner = self.owner
        if isinstance(owner, Case):
            return owner
        return owner.case if hasattr(owner, "case_id") else owner.assignment.case

    @property
    def heading(self) -> str:
        return f"{self.chain.get_kind_display()}审批"

    def stale_subject(self) -> ApprovalStep | None:
        return self.step

    def get_form_kwargs(self) -> dict[str, Any]:
        step, owner = self.step, self.owner
        counters = (
            step is not None
            and step.may_counter
            and isinstance(owner, Extension | Agreement)
            and owner.proposed_on
            and owner.counter_on is None
        )
        return {
            **super().get_form_kwargs(),
            "grades": self.chain.pack_version.pack.grades
            if step is not None and step.grades
            else {},
            "counter_help": _counter_help(owner) if counters else "",
        }

    def get_initial(self) -> dict[str, Any]:
        """The grade that stands: of the link before, else the suggested one."""
        if self.step is None or not self.step.grades:
            return {}
        given = [step.data for step in self.chain.ordered_steps if step.data.get("grade")]
        return dict(given[-1]) if given else {}

    def perform(self, form: DecisionForm) -> str:
        self._hold(form)
        decision = self.request.POST.get("decision", "")
        if decision not in ("approve", "refuse", "counter"):
            raise RuleViolation("请选择同意或者不同意。")
        common = {
            "by": self.actor,
            "at": self.at,
            "opinion": form.cleaned_data["opinion"].strip(),
            "expect": self.expected_version(),
        }
        if decision == "counter":
            self._counter(form, common)
        else:
            self._decide(form, approve=decision == "approve", common=common)
        if self.step is not None:
            message_event_read(event=f"approval:{self.step.pk}", by=self.actor, at=self.at)
        return reverse("cases:approvals")

    def _hold(self, form: DecisionForm) -> None:
        """Of two approvers of one link the second is told so, and never decides the next link."""
        locked = Chain.objects.select_for_update().get(pk=self.chain.pk)
        current = locked.current
        seen = self.request.POST.get("step", "")
        if current is not None and seen in ("", str(current.pk)):
            return
        done = next((s for s in locked.ordered_steps if str(s.pk) == seen and s.decided_name), None)
        if done is not None:
            raise RuleViolation(
                f"本环节已由{done.decided_name}审批（{done.get_state_display()}），无需再次审批。"
            )
        raise RuleViolation("该申请已审批完毕或已撤回，无需再次审批。")

    def _counter(self, form: DecisionForm, common: dict[str, Any]) -> None:
        day = form.value("counter_on")
        if "counter_on" not in form.fields:
            raise RuleViolation("本环节不能另提日期，或已另提过日期。")
        if not day:
            raise RuleViolation({"counter_on": ["请填写另提的日期。"]})
        if isinstance(self.owner, Agreement):
            agreement_counter(agreement=self.owner, counter_on=day, **common)
        else:
            extension_counter(extension=self.owner, counter_on=day, **common)

    def _decide(self, form: DecisionForm, *, approve: bool, common: dict[str, Any]) -> None:
        owner = self.owner
        if isinstance(owner, Case):
            case_registration_decide(case=owner, approve=approve, **common)
        elif isinstance(owner, Extension):
            extension_decide(extension=owner, approve=approve, **common)
        elif isinstance(owner, Turn):
            turn_decide(turn=owner, approve=approve, **common)
        elif isinstance(owner, Agreement):
            agreement_decide(agreement=owner, approve=approve, **common)
        elif isinstance(owner, HandlingPlan):
            plan_decide(plan=owner, approve=approve, **common)
        elif isinstance(owner, Escalation):
            escalation_decide(escalation=owner, approve=approve, **common)
        else:
            closure_decide(
                closure=owner,
                approve=approve,
                grade=form.value("grade"),
                grade_reason=form.value("grade_reason"),
                **common,
            )

    def why_not(self) -> str:
        """Why there is nothing to decide for this person now."""
        if self.step is None:
            return "该申请已审批完毕或已撤回。"
        if not holds_role(self.step, self.actor):
            own = [s for s in self.chain.ordered_steps if holds_role(s, self.actor)]
            if all(step.state != StepState.PENDING for step in own):
                return f"您的环节已审批，现由“{self.step.label}”环节审批。"
            return f"前一环节“{self.step.label}”尚未审批。"
        if is_recused(self.step, self.actor):
            return "您是本申请的提出人、起草人或前一环节的审批人，应当回避。"
        return ""

    def only_refusal(self) -> str:
        """Silence on another date must not hold the matter in suspense: it may still be refused."""
        if isinstance(self.owner, Extension) and self.owner.state == "counter_proposed":
            return "已另提日期，承办单位尚未答复。久不答复的，可以“不同意”了结，原期限不变。"
        if isinstance(self.owner, Agreement) and self.owner.state == "counter_proposed":
            return (
                "已另提日期，承办单位尚未答复。久不答复的，可以“不同意”了结，由承办单位重新报告。"
            )
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{
                "crumbs": [Crumb("待批", reverse("cases:approvals")), Crumb(self.heading)],
                "chain": self.chain,
                "step": self.step,
                "why_not": self.why_not(),
                "only_refusal": self.only_refusal(),
                "sees_case": Case.objects.visible_to(self.actor).filter(pk=self.case.pk).exists(),
                "cancel": reverse("cases:approvals"),
                **decision_context(self.owner, self.chain, self.case, actor=self.actor, at=self.at),
                **kwargs,
            }
        )
