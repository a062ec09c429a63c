"""How the matters of the demonstration go: each story plans its acts on the timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.domain.drafts import Facts, Party
from cases.models import Assignment, Case, ClosureRequest, NoticeKind
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_report_done,
)
from cases.services.attachments import attachment_add
from cases.services.cases import (
    case_assign,
    case_draft,
    case_registration_decide,
    case_strike_off,
    case_submit,
)
from cases.services.closures import closure_decide, closure_draft, closure_submit
from cases.services.feedback import Words, feedback_accept, feedback_send
from cases.services.notices import notice_issue
from deadlines.calendar import WorkingCalendar
from duban.demo.matters import Matter
from duban.demo.timeline import Timeline, moment
from duban.demo.world import World


@dataclass
class Story:
    """One matter on its way. Moments are working days, in office hours."""

    world: World
    matter: Matter
    base: date
    timeline: Timeline
    case_id: int = 0

    # --- when ----------------------------------------------------------------------------
    def day(self, offset: int) -> date:
        return WorkingCalendar.load(self.base).on_or_after(self.base + timedelta(days=offset))

    def at(self, offset: int, hour: int = 9, minute: int = 30) -> datetime:
        return moment(min(self.day(offset), self.base), time(hour, minute))

    def plan(self, offset: int, act: Callable[[datetime], object], hour: int = 9) -> None:
        self.timeline.plan(self.at(offset, hour), act)

    def soon(self, now: datetime, act: Callable[[datetime], object], days: int = 1) -> None:
        """So many working days later, or not within the demonstration."""
        when = moment(
            WorkingCalendar.load(self.base).add_working_days(now.date(), days), time(10, 20)
        )
        self.timeline.plan(when, act)

    # --- who and what --------------------------------------------------------------------
    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)

    @property
    def lead(self) -> Assignment:
        return self.case.lead

    def clerk(self, at: datetime) -> str:
        """Who works on it in the office: before registration the leader's section or the first."""
        if self.case_id:
            unit = self.case.supervisor_id
        else:
            post = self.world.posts.get(self.matter.assigner)
            unit = post.secretary_section_id if post else None
        if unit == self.world.units["body"].pk:
            return "ducha"
        keys = [key for key, _, _ in self.world.locality.sections]
        return next((key for key in keys if self.world.units[key].pk == unit), keys[0])

    # --- the common beginning ------------------------------------------------------------
    def register(self, at: datetime) -> None:
        matter, world = self.matter, self.world
        due_on = self.base + timedelta(days=matter.due) if matter.due is not None else None
        facts = Facts(
            title=matter.title,
            task=matter.task,
            basis=matter.basis,
            source=matter.source,
            basis_on=at.date() - timedelta(days=3),
            importance=matter.importance,
            urgency=matter.urgency,
            due_on=due_on,
            due_basis=matter.due_basis if due_on else "",
            due_citation=matter.citation if due_on else "",
            not_secret=True,
        )
        parties = [self._party(matter.lead, is_lead=True)]
        parties += [self._party(key, duty=duty) for key, duty in matter.co]
        clerk = world.actor(self.clerk(at), at)
        case = case_draft(
            office=world.office,
            facts=facts,
            parties=parties,
            by=clerk,
            at=at,
            assigner=world.posts.get(matter.assigner),
        )
        self.case_id = case.pk

    def _party(self, key: str, *, is_lead: bool = False, duty: str = "") -> Party:
        unit = self.world.units[key]
        person = next(spec.head for spec in self.world.locality.units if spec.key == key)
        return Party(
            unit.pk, unit.label, is_lead=is_lead, duty_text=duty, responsible_person=person
        )

    def submit(self, at: datetime) -> None:
        case_submit(case=self.case, by=self.world.actor(self.clerk(at), at), at=at)

    def approve(self, at: datetime) -> None:
        case = self.case
        case_registration_decide(
            case=case,
            approve=True,
            by=self.world.decider(case.chain, at),
            opinion="同意立项。",
            at=at,
        )
        if self.case.state == "pending_approval":
            self.approve(at + timedelta(minutes=20))

    def assign(self, at: datetime) -> None:
        case_assign(case=self.case, by=self.world.actor(self.clerk(at), at), at=at)

    def acknowledge(self, at: datetime) -> None:
        for party in self.case.parties:
            liaison = self.world.liaison(party.unit, at)
            assignment_acknowledge(assignment=party, by=liaison, at=at)
            at += timedelta(minutes=35)

    def begin(self, upto: str = "acknowledge") -> None:
        steps = (("register", 0), ("submit", 0), ("approve", 1), ("assign", 2), ("acknowledge", 3))
        for hour, (name, offset) in enumerate(steps, start=9):
            self.plan(self.begun(offset), getattr(self, name), hour=hour)
            if name == upto:
                return

    # --- in between ----------------------------------------------------------------------
    def report(self, at: datetime, kind: str, content: str, **more: object) -> None:
        lead = self.lead
        row = feedback_send(
            assignment=lead,
            words=Words(kind=kind, content=content, **more),
            by=self.world.liaison(lead.unit, at),
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
        head = next(spec.head for spec in self.world.locality.units if spec.key == self.matter.lead)
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

    def begun(self, working_days: int) -> int:
        """The offset of that working day after the matter began, not beyond the base day."""
        began = self.day(self.matter.began)
        calendar = WorkingCalendar.load(self.base)
        day = calendar.add_working_days(began, working_days) if working_days else began
        return min((day - self.base).days, 0)

    def due_offset(self) -> int:
        """The last working day inside the limit; of a counted limit, a safe early one."""
        if self.matter.due is None:
            return self.matter.began + 4
        calendar = WorkingCalendar.load(self.base)
        offset = self.matter.due
        while not calendar.is_working(self.base + timedelta(days=offset)):
            offset -= 1
        return offset
