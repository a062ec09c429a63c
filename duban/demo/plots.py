"""The stories by name: what becomes of a matter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from cases.models import ClosureRequest, Extension, NoticeKind
from cases.services.closures import closure_decide
from cases.services.extensions import extension_counter, extension_decide, extension_request
from duban.demo.stories import Story

# A finished matter is checked and struck off so many days after the application.
CHECKED_AFTER = 20
URGE = "该事项进展滞后，请于收到之日起两个工作日内报告进展和下一步安排。"
WARN = "该事项已接近期限，进度低于计划，请采取措施加快推进。"
SUPERVISE = "该事项已超过办结期限，请查明原因，明确完成时间和责任人，限期办结并书面回复。"


def draft(story: Story) -> None:
    story.begin("register")


def awaiting_approval(story: Story) -> None:
    story.begin("submit")


def registered(story: Story) -> None:
    story.begin("approve")


def assigned(story: Story) -> None:
    story.begin("assign")


def in_progress(story: Story) -> None:
    story.begin()
    story.first_report(story.begun(5))
    story.progress(story.matter.began + 30, "摸底已完成，形成问题清单，正在分类处置。")


def amber(story: Story) -> None:
    in_progress(story)


def monthly(story: Story) -> None:
    """Reports on the duty days; the last month's is still owed where the day has not come."""
    story.begin()
    story.first_report(story.begun(5))
    for offset in range(story.matter.began + 34, -3, 30):
        story.progress(offset, "按月报送：各项工作按计划推进。")


def overdue_urged(story: Story) -> None:
    story.begin()
    due = story.due_offset()
    if story.matter.due is not None:
        story.first_report(story.begun(5))
        story.press(due - 3, NoticeKind.EARLY_WARNING, WARN)
    story.press(due + 2, NoticeKind.URGE, URGE)


def _finish(story: Story, offset: int, explanation: str = "", decide_after: int = 1) -> None:
    story.co_units_finish(max(offset - 1, story.begun(4)))

    def apply(at: datetime) -> None:
        story.apply(at, explanation)
        story.soon(at, story.decide, days=decide_after)

    story.plan(offset, apply, hour=14)
    if offset < -CHECKED_AFTER:
        story.plan(offset + CHECKED_AFTER, story.strike_off, hour=16)


def _midway(story: Story) -> int:
    return story.matter.began + (story.due_offset() - story.matter.began) // 2


def done_on_time(story: Story) -> None:
    story.begin()
    due = story.due_offset()
    counted = story.matter.due is None
    if not counted:
        story.first_report(story.begun(5))
        story.progress(_midway(story), "已完成过半，进度符合计划。")
    _finish(story, story.begun(4) if counted else due)


def done_early(story: Story) -> None:
    story.begin()
    story.first_report(story.begun(5))
    story.progress(_midway(story), "已完成八成以上，预计提前完成。")
    _finish(story, story.due_offset() - 12)


def done_late(story: Story) -> None:
    story.begin()
    due = story.due_offset()
    late = due + 9 if story.matter.due is not None else story.begun(15)
    if story.matter.due is not None:
        story.first_report(story.begun(5))
        story.press(due - 4, NoticeKind.EARLY_WARNING, WARN)
    story.press(late - 6, NoticeKind.URGE, URGE)
    if story.matter.due is not None:
        story.press(late - 4, NoticeKind.SUPERVISION, SUPERVISE)
    _finish(story, late, "前期资料收集耗时较长，已按要求补齐。")


def _ask(story: Story, offset: int, days: int) -> None:
    def act(at: datetime) -> None:
        lead = story.lead
        extension_request(
            assignment=lead,
            proposed_on=lead.clock.due_on + timedelta(days=days),
            progress="已完成主体工作，余下工作受外部条件影响。",
            reason=story.matter.problem or "受施工条件和验收安排影响，确需延长办理时间。",
            by=story.world.liaison(lead.unit, at),
            at=at,
        )

    story.plan(offset, act, hour=10)


def _grant(story: Story, at: datetime) -> None:
    extension = Extension.objects.filter(assignment=story.lead).latest("id")
    if extension.state in ("submitted", "in_review"):
        extension_decide(
            extension=extension,
            approve=True,
            by=story.world.decider(extension.chain, at),
            opinion="理由属实，同意。",
            at=at,
        )
        story.soon(at, lambda later: _grant(story, later))


def extended_done(story: Story) -> None:
    story.begin()
    story.first_report(story.begun(5))
    due = story.due_offset()
    _ask(story, due - 8, 20)
    story.plan(due - 6, lambda at: _grant(story, at), hour=11)
    _finish(story, due + 12)


def extension_pending(story: Story) -> None:
    in_progress(story)
    _ask(story, -1, 21)


def extension_countered(story: Story) -> None:
    in_progress(story)
    _ask(story, -4, 30)

    def counter(at: datetime) -> None:
        extension = Extension.objects.filter(assignment=story.lead).latest("id")
        extension_counter(
            extension=extension,
            counter_on=extension.due_before + timedelta(days=15),
            opinion="主体工程已完成，延期一个月理由不充分，建议延至所提日期。",
            by=story.world.decider(extension.chain, at),
            at=at,
        )

    story.plan(-2, counter, hour=15)


def closure_section(story: Story) -> None:
    in_progress(story)
    story.co_units_finish(-2)
    story.plan(-1, story.apply, hour=14)


def closure_chief(story: Story) -> None:
    in_progress(story)
    story.co_units_finish(-8)

    def apply(at: datetime) -> None:
        story.apply(at)
        story.soon(at, lambda later: story.decide(later, links=2))

    story.plan(-7, apply, hour=14)


def closure_refused(story: Story) -> None:
    in_progress(story)
    story.co_units_finish(-9)
    story.plan(-8, story.apply, hour=14)

    def refuse(at: datetime) -> None:
        closure = ClosureRequest.objects.filter(case_id=story.case_id).latest("id")
        closure_decide(
            closure=closure,
            approve=False,
            by=story.world.decider(closure.chain, at),
            opinion="清单未列出新建学校的用地和开工时间，请补充后再申请办结。",
            at=at,
        )

    story.plan(-5, refuse, hour=15)


def difficulty(story: Story) -> None:
    in_progress(story)
    story.plan(
        -3,
        lambda at: story.report(
            at,
            "difficulty_report",
            "方案初稿已完成。",
            problem=story.matter.problem,
            proposal=story.matter.proposal,
        ),
        hour=10,
    )


PLOTS: dict[str, Callable[[Story], None]] = {
    plot.__name__: plot
    for plot in (
        amber,
        assigned,
        awaiting_approval,
        closure_chief,
        closure_refused,
        closure_section,
        difficulty,
        done_early,
        done_late,
        done_on_time,
        draft,
        extended_done,
        extension_countered,
        extension_pending,
        in_progress,
        monthly,
        overdue_urged,
        registered,
    )
}
