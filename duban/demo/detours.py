"""Stories of matters that leave the straight way: 缓办, 终止, 重新办理, 约定时限, 处理方案, 退件,
督办升级.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cases.models import Agreement, Escalation, HandlingPlan, Turn
from cases.models.escalation import EscalationState
from cases.services.agreements import agreement_decide, agreement_propose
from cases.services.assignments import assignment_acknowledge
from cases.services.escalations import escalation_decide, escalation_take, held_by, over_by
from cases.services.handling_plans import (
    case_mark_complex,
    plan_decide,
    plan_record_answer,
    plan_submit,
)
from cases.services.objections import objection_raise, objection_reject, objection_uphold
from cases.services.turn_effects import case_resume
from cases.services.turns import (
    reopening_request,
    suspension_request,
    termination_request,
    turn_decide,
)
from duban.demo.plots import PLOTS, done_on_time, in_progress
from duban.demo.stories import Story

AGREED_DAYS = 35
PLAN_DAYS = 25


def _decide_turn(story: Story, at: datetime) -> None:
    """One link of the chain a working day."""
    turn = Turn.objects.filter(case_id=story.case_id).latest("id")
    if turn.state in ("submitted", "in_review"):
        by = story.world.decider(turn.chain, at)
        turn_decide(turn=turn, approve=True, by=by, opinion="情况属实，同意。", at=at)
        story.soon(at, lambda later: _decide_turn(story, later))


def _ask_suspension(story: Story, offset: int, expected: int) -> None:
    def act(at: datetime) -> None:
        suspension_request(
            case=story.case,
            reason=story.matter.problem,
            expected_on=story.base + timedelta(days=expected),
            by=story.world.liaison(story.lead.unit, at),
            at=at,
        )
        story.soon(at, lambda later: _decide_turn(story, later))

    story.plan(offset, act, hour=10)


def suspended(story: Story) -> None:
    in_progress(story)
    _ask_suspension(story, -14, 40)


def suspension_pending(story: Story) -> None:
    in_progress(story)
    _ask_suspension(story, -1, 45)


def resumed(story: Story) -> None:
    in_progress(story)
    _ask_suspension(story, -40, -10)

    def resume(at: datetime) -> None:
        by = story.world.actor(story.clerk(at), at)
        case_resume(case=story.case, reason="影响办理的情形已消除，恢复办理。", by=by, at=at)

    story.plan(-12, resume, hour=15)
    story.progress(-5, "恢复办理后已重新排定工期，正在按新期限推进。")


def terminated(story: Story) -> None:
    in_progress(story)

    def act(at: datetime) -> None:
        termination_request(
            case=story.case,
            reason=story.matter.problem,
            progress="前期调查和方案比选已完成，未发生工程费用。",
            reply=story.matter.proposal,
            by=story.world.liaison(story.lead.unit, at),
            at=at,
        )
        story.soon(at, lambda later: _decide_turn(story, later))

    story.plan(-14, act, hour=10)


def reopened(story: Story) -> None:
    """Finished, struck off, found wanting when looked at again: a second cycle."""
    done_on_time(story)

    def act(at: datetime) -> None:
        reopening_request(
            case=story.case,
            reason=story.matter.problem,
            due_on=story.base + timedelta(days=28),
            by=story.world.actor(story.clerk(at), at),
            at=at,
        )
        story.soon(at, lambda later: _decide_turn(story, later))

    story.plan(-12, act, hour=10)
    story.progress(-4, "已对照反馈问题逐项返工，完成三分之一。")


def to_agree(story: Story) -> None:
    """Assigned without a date; the lead has not named one yet."""
    story.begin()


def agreed(story: Story) -> None:
    story.begin()
    day = story.base + timedelta(days=AGREED_DAYS)

    def propose(at: datetime) -> None:
        lead = story.lead
        agreement_propose(
            assignment=lead,
            plan="分三步推进：先摸底建账，再集中整改，最后组织验收。",
            proposed_on=day,
            co_days={part.pk: day for part in story.case.parties if not part.is_lead},
            by=story.world.liaison(lead.unit, at),
            at=at,
        )

    def confirm(at: datetime) -> None:
        row = Agreement.objects.filter(assignment=story.lead).latest("id")
        by = story.world.decider(row.chain, at)
        agreement_decide(agreement=row, approve=True, by=by, opinion="同意所报时限。", at=at)

    story.plan(story.begun(4), propose, hour=10)
    story.plan(story.begun(5), confirm, hour=10)
    story.first_report(story.begun(6))


def _mark_complex(story: Story) -> None:
    """Marked five days after the signature; the plan comes the day after."""
    story.begin()
    story.first_report(story.begun(5))
    day = story.base + timedelta(days=PLAN_DAYS)

    def mark(at: datetime) -> None:
        by = story.world.actor(story.clerk(at), at)
        case_mark_complex(case=story.case, reason=story.matter.problem, by=by, at=at)

    def submit(at: datetime) -> None:
        lead = story.lead
        plan_submit(
            plan=HandlingPlan.objects.get(assignment=lead),
            content=story.matter.proposal,
            due_on=day,
            person=story.world.locality.unit(story.matter.lead).head,
            by=story.world.liaison(lead.unit, at),
            at=at,
        )

    def decide(at: datetime) -> None:
        plan = HandlingPlan.objects.get(assignment=story.lead)
        by = story.world.decider(plan.chain, at)
        plan_decide(plan=plan, approve=True, by=by, opinion="方案可行，报市办。", at=at)

    story.plan(story.begun(6), mark, hour=9)
    story.plan(story.begun(7), submit, hour=10)
    story.plan(story.begun(8), decide, hour=10)


def complex_answered(story: Story) -> None:
    _mark_complex(story)

    def answer(at: datetime) -> None:
        plan_record_answer(
            plan=HandlingPlan.objects.get(assignment=story.lead),
            approve=True,
            answered_on=at.date(),
            contact="市“马上就办”办公室 邬科长",
            opinion="同意处理方案，请按期办结。",
            by=story.world.actor(story.clerk(at), at),
            at=at,
        )

    story.plan(story.begun(10), answer, hour=15)
    story.progress(story.begun(12), "已按处理方案进场，边通车边施工。")


def complex_reported(story: Story) -> None:
    """Agreed here, the superior office has not answered."""
    _mark_complex(story)


def _object(story: Story) -> None:
    story.begin("assign")

    def act(at: datetime) -> None:
        lead = story.lead
        by = story.world.liaison(lead.unit, at)
        objection_raise(assignment=lead, reason=story.matter.problem, by=by, at=at)

    story.plan(story.begun(3), act, hour=15)


def objected(story: Story) -> None:
    """Sent back; the office has to decide."""
    _object(story)


def objection_upheld(story: Story) -> None:
    _object(story)

    def uphold(at: datetime) -> None:
        successor = story.matter.successor
        objection_uphold(
            assignment=story.lead,
            answer="经核对职责分工，退件理由成立，改由新的单位承办。",
            successor=story.world.units[successor],
            responsible_person=story.world.locality.unit(successor).head,
            by=story.world.actor(story.clerk(at), at),
            at=at,
        )

    def sign(at: datetime) -> None:
        lead = story.lead
        by = story.world.liaison(lead.unit, at)
        assignment_acknowledge(assignment=lead, by=by, at=at)

    story.plan(story.begun(4), uphold, hour=10)
    story.plan(story.begun(5), sign, hour=10)
    story.first_report(story.begun(8))


def objection_rejected(story: Story) -> None:
    _object(story)

    def reject(at: datetime) -> None:
        by = story.world.actor(story.clerk(at), at)
        text = "该事项属你单位法定职责，退件理由不成立，请签收办理。"
        objection_reject(assignment=story.lead, answer=text, by=by, at=at)

    story.plan(story.begun(4), reject, hour=10)
    story.plan(story.begun(5), story.acknowledge, hour=10)
    story.first_report(story.begun(8))


def taken_over(story: Story) -> None:
    """Nobody answers: rung by rung until the 督查室 supervises the matter itself."""
    story.begin()
    story.first_report(story.begun(5))
    for offset in range(story.due_offset() + 1, 1):
        if story.is_working(offset):
            story.plan(offset, lambda at: _climb(story, at), hour=9)


def _climb(story: Story, at: datetime) -> None:
    rows = Escalation.objects.filter(case_id=story.case_id).order_by("id")
    waiting = rows.filter(state=EscalationState.IN_REVIEW).first()
    if waiting:
        by = story.world.decider(waiting.chain, at)
        escalation_decide(escalation=waiting, approve=True, by=by, opinion="同意。", at=at)
        return
    for row in rows.filter(state=EscalationState.PROPOSED).exclude(does="propose"):
        if not over_by(row) and not held_by(row):
            by = story.world.actor(story.clerk(at), at)
            escalation_take(escalation=row, content=_words(row, story), by=by, at=at)
            return


def _words(row: Escalation, story: Story) -> str:
    return (
        f"“{story.matter.title}”{row.label}：请查明滞后原因，明确完成时间和责任人，限时书面回复。"
    )


ALL: dict[str, Callable[[Story], None]] = PLOTS | {
    plot.__name__: plot
    for plot in (
        agreed,
        complex_answered,
        complex_reported,
        objected,
        objection_rejected,
        objection_upheld,
        reopened,
        resumed,
        suspended,
        suspension_pending,
        taken_over,
        terminated,
        to_agree,
    )
}
