"""How the matters of the demonstration begin: when, who, and as far as the signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cases.domain.drafts import Facts, Party
from cases.models import Assignment, Case
from cases.services.assignments import assignment_acknowledge
from cases.services.cases import (
    case_assign,
    case_draft,
    case_registration_decide,
    case_submit,
)
from deadlines.calendar import WorkingCalendar
from duban.demo.matters import Matter
from duban.demo.timeline import Timeline, moment
from duban.demo.world import World

AGREED = "agreed"


@dataclass
class Beginning:
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
        keys = [section.key for section in self.world.locality.sections]
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
            due_basis=matter.due_basis if due_on or matter.due_basis == AGREED else "",
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
        person = self.world.locality.unit(key).head
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
        """Over three days, or in one where the locality makes haste and reports at once."""
        steps = (("register", 0), ("submit", 0), ("approve", 1), ("assign", 2), ("acknowledge", 3))
        brisk = self.world.locality.brisk
        for hour, (name, offset) in enumerate(steps, start=9):
            self.plan(self.begun(0 if brisk else offset), getattr(self, name), hour=hour)
            if name == upto:
                return

    # --- days of the matter --------------------------------------------------------------
    def begun(self, working_days: int) -> int:
        """The offset of that working day after the matter began, not beyond the base day."""
        began = self.day(self.matter.began)
        calendar = WorkingCalendar.load(self.base)
        day = calendar.add_working_days(began, working_days) if working_days else began
        return min((day - self.base).days, 0)

    def is_working(self, offset: int) -> bool:
        return WorkingCalendar.load(self.base).is_working(self.base + timedelta(days=offset))

    def due_offset(self) -> int:
        """The last working day inside the limit; of a counted limit, a safe early one."""
        if self.matter.due is None:
            return self.matter.began + 4
        offset = self.matter.due
        while not self.is_working(offset):
            offset -= 1
        return offset
