"""How the matters of the demonstration go on and end: each story plans its acts on the timeline."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Assignment, ClosureRequest, NoticeKind
from cases.services.assignments import assignment_accept, assignment_report_done
from cases.services.attachments import attachment_add
from cases.services.cases import case_strike_off
from cases.services.closures import closure_decide, closure_draft, closure_submit
from cases.services.feedback import Words, feedback_accept, feedback_send
from cases.services.notices import notice_issue
from duban.demo.beginnings import Beginning


class Story(Beginning):
    """One matter on its way. Moments are working days, in office hours."""

    def begin(self, upto: str = "acknowledge") -> None:
        super().begin(upto)
        if self.world.locality.brisk and upto == "acknowledge":
            self.plan(self.begun(0), self.report_arranged, hour=15)

    def report_arranged(self, at: datetime) -> None:
        """Every unit on the first day, co-units too."""
        text = "主要负责人已于当日研究部署，明确分管领导和承办股室。"
        for part in self.case.parties:
            self.report(at, "initial_report", text, part=part)

    def report(
        self,
        at: datetime,
        kind: str,
        content: str,
        part: Assignment | None = None,
        **more: object,
    ) -> None:
        part = part or self.lead
        row = feedback_send(
            assignment=part,
            words=Words(kind=kind, content=content, **more),
            by=self.world.liaison(part.unit, at),
            at=at,
        )
        if kind != "difficulty_report":
            feedback_accept(
                feedback=row, by=self.world.actor(self.clerk(at), at), at=at + timedelta(hours=2)
            )

    def is_too_soon(self, offset: int) -> bool:
        """A holiday may leave no day between the signature and the end of the demonstration."""
        return self.day(offset) <= self.day(self.begun(3))

    def first_report(self, offset: int) -> None:
        if self.is_too_soon(offset):
            return
        expected = self.base + timedelta(days=self.matter.due or 0)
        head = self.world.locality.unit(self.matter.lead).head
        self.plan(
            offset,
            lambda at: self.report(
                at,
                "initial_report",
                "已成立工作专班，明确分管负责人和承办科室，制定推进计划并启动摸底。",
                expected_on=max(expected, at.date()),
                expected_person=head,
            ),
            hour=11,
        )

    def progress(self, offset: int, content: str) -> None:
        if self.is_too_soon(offset):
            return
        self.plan(offset, lambda at: self.report(at, "follow_up_report", content), hour=15)

    def press(self, offset: int, kind: NoticeKind, content: str) -> None:
        self.plan(
            offset,
            lambda at: notice_issue(
                assignment=self.lead,
                kind=kind,
                content=content,
                by=self.world.actor(self.clerk(at), at),
                at=at,
            ),
            hour=16,
        )

    def co_units_finish(self, offset: int) -> None:
        def act(at: datetime) -> None:
            for party in self.case.parties:
                if party.is_lead:
                    continue
                by = self.world.liaison(party.unit, at)
                assignment_report_done(
                    assignment=party, result="协办任务已按职责完成。", by=by, at=at
                )
                assignment_accept(
                    assignment=Assignment.objects.get(pk=party.pk),
                    by=self.world.actor(self.clerk(at), at),
                    at=at + timedelta(hours=3),
                )

        self.plan(offset, act, hour=9)

    # --- the end -------------------------------------------------------------------------
    def apply(self, at: datetime, explanation: str = "") -> None:
        if self.case.pack.feedback and self.case.pack.feedback.closing_needs_verified:
            self.report(
                at - timedelta(hours=1),
                "verified_report",
                "经核实，任务已全部完成。",
                finished=True,
            )
        by = self.world.liaison(self.lead.unit, at)
        closure = closure_draft(
            case=self.case,
            result=f"{self.matter.task.rstrip('。')}，已全部完成。",
            explanation=explanation,
            by=by,
            at=at,
        )
        if self.matter.grade == "excellent":
            attachment_add(
                case=self.case,
                closure=closure,
                evidence_kind="leader_instruction",
                by=by,
                at=at,
                upload=SimpleUploadedFile(
                    "省领导批示肯定.txt", "省领导批示：经验做法值得推广。（演示材料）".encode()
                ),
            )
        closure_submit(closure=closure, by=by, at=at)

    def decide(self, at: datetime, links: int = 9) -> None:
        """One link of the closure chain a working day, `links` at the most."""
        closure = ClosureRequest.objects.filter(case_id=self.case_id).latest("id")
        if closure.state not in ("submitted", "in_review") or not links:
            return
        graded = closure.chain.current.grades
        closure_decide(
            closure=closure,
            approve=True,
            by=self.world.decider(closure.chain, at),
            opinion="材料齐全，同意办结。",
            grade=self.matter.grade if graded else "",
            at=at,
        )
        self.soon(at, lambda later: self.decide(later, links - 1))

    def strike_off(self, at: datetime) -> None:
        case = self.case
        if case.state == "completed":
            case_strike_off(
                case=case,
                confirmed=[party.pk for party in case.parties],
                by=self.world.actor(self.clerk(at), at),
                at=at,
            )
