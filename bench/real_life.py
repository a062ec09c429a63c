"""What people do with the imported matters: deterministic, so that every run tells the same."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bench.real_input import Document
from cases.models import Assignment, Case, ClosureRequest, Extension, NoticeKind
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_report_done,
)
from cases.services.cases import case_assign, case_registration_decide, case_submit
from cases.services.closures import closure_decide, closure_draft, closure_submit
from cases.services.extensions import extension_decide, extension_request
from cases.services.feedback import Words, feedback_send
from cases.services.notices import notice_issue
from deadlines.calendar import WorkingCalendar
from duban.approvals.models import Chain
from duban.approvals.permissions import may_decide
from duban.demo.timeline import Timeline, moment
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.actor import Actor
from duban.org.models import Office, Portfolio, Post, Unit, User
from duban.org.selectors import actor_for, system_actor
from duban.rulepacks.loader import load_shipped_pack

PACK = "changzhi-2022"
SINCE = date(2020, 1, 1)
# Of a hundred matters: how many go which way.
WAYS = {"early": 15, "on_time": 45, "extended": 14, "refused": 6, "late": 12, "open": 8}


@dataclass
class World:
    """One office with the units its document names; one liaison and one head a unit."""

    document: Document
    office: Office
    units: dict[int, str] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def actor(self, key: str, at: datetime) -> Actor:
        return actor_for(self.posts[key], on=at.date())

    def liaison(self, unit_id: int, at: datetime) -> Actor:
        return self.actor(f"liaison{unit_id}", at)

    def decider(self, chain: Chain, at: datetime) -> Actor:
        chain.__dict__.pop("ordered_steps", None)
        for key in ("section", "head", "deputy1", "deputy2", "chief"):
            actor = self.actor(key, at)
            if may_decide(chain.current, actor):
                return actor
        raise LookupError(f"nobody may decide {chain}")


def world_make(document: Document) -> World:
    """The office, its units with their real names, and the pack in force from 2020-01-01."""
    root = Unit.objects.create(name=document.issuer, kind="government")
    body = Unit.objects.create(name="督查室", kind="section", parent=root)
    section = Unit.objects.create(name="综合科", kind="section", parent=root)
    office = Office.objects.create(
        name=f"{document.issuer}督查室",
        root=root,
        body=body,
        organ=document.issuer,
        organ_mark=f"{document.issuer}文件",
        prefix=f"实{document.key}督",
    )
    world = World(document, office)
    for key, unit, role in (
        ("head", body, "office_head"),
        ("staff", body, "office_staff"),
        ("section", section, "section_staff"),
        ("deputy1", root, "deputy_leader"),
        ("deputy2", root, "deputy_leader"),
        ("chief", root, "chief_leader"),
        ("secgen", root, "secretary_general"),
        ("security", body, "security_admin"),
    ):
        _post(world, key, unit, role, office)
    for order, name in enumerate(document.units):
        unit = (
            root
            if name == root.name
            else Unit.objects.create(name=name, kind="department", parent=root, order=order)
        )
        _staff_unit(world, unit, order)
    if root.pk not in world.units:
        _staff_unit(world, root, 0)
    _activate(world)
    return world


def _staff_unit(world: World, unit: Unit, order: int) -> None:
    world.units[unit.pk] = unit.name
    _post(world, f"liaison{unit.pk}", unit, "liaison", None)
    _post(world, f"unithead{unit.pk}", unit, "unit_head", None)
    deputy = world.posts[f"deputy{order % 2 + 1}"]
    Portfolio.objects.create(post=deputy, unit=unit, starts_on=SINCE)


def _post(world: World, key: str, unit: Unit, role: str, office: Office | None) -> None:
    user = User(username=f"r{world.document.key}_{key}", name=f"{unit.name}{role}"[:40])
    user.set_unusable_password()
    user.save()
    world.posts[key] = Post.objects.create(
        user=user, unit=unit, office=office, role=role, title=role, starts_on=SINCE
    )


def _activate(world: World) -> None:
    at = moment(SINCE, time(9))
    version = pack_load(loaded=load_shipped_pack(PACK), by=system_actor(), at=at)
    proposed = activation_propose(
        office=world.office,
        pack_version=version,
        active_from=SINCE,
        by=world.actor("head", at),
        at=at,
    )
    activation_confirm(activation=proposed, by=world.actor("security", at), at=at)


@dataclass
class Life:
    """One matter from draft to its end, planned on the timeline."""

    world: World
    case_id: int
    timeline: Timeline
    chance: random.Random
    way: str = ""
    tally: dict[str, int] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.case_id)

    @property
    def lead(self) -> Assignment:
        return self.case.lead

    def count(self, what: str) -> None:
        self.tally[what] = self.tally.get(what, 0) + 1

    def start(self, begins: date) -> None:
        """Submitted, approved and assigned in the first days; the rest follows its way."""
        calendar = WorkingCalendar.load(None)
        for days, hour, act in (
            (1, 10, self.submit),
            (2, 10, self.approve),
            (3, 10, self.assign),
            (4, 11, self.acknowledge),
        ):
            day = calendar.add_working_days(begins, days)
            self.timeline.plan(moment(day, time(hour)), act)
        day = calendar.add_working_days(begins, 15 + self.chance.randrange(10))
        self.timeline.plan(moment(day, time(15)), self.report)
        ways, weights = list(WAYS), list(WAYS.values())
        self.way = self.chance.choices(ways, weights)[0]
        self.count(self.way)
        getattr(self, f"go_{self.way}")(self.case.due_on)

    def plan_before(self, due: date, days: int, hour: int, act: object) -> None:
        """So many working days before the due day (after it where negative)."""
        calendar = WorkingCalendar.load(None)
        on = due if calendar.is_working(due) else calendar.add_working_days(due, -1)
        day = calendar.add_working_days(on, -days) if days else on
        self.timeline.plan(moment(day, time(hour)), act)

    def submit(self, at: datetime) -> None:
        case_submit(case=self.case, by=self.world.actor("section", at), at=at)

    def approve(self, at: datetime) -> None:
        case = self.case
        case_registration_decide(
            case=case, approve=True, by=self.world.decider(case.chain, at), at=at
        )

    def assign(self, at: datetime) -> None:
        case_assign(case=self.case, by=self.world.actor("section", at), at=at)

    def acknowledge(self, at: datetime) -> None:
        for party in self.case.parties:
            assignment_acknowledge(
                assignment=party, by=self.world.liaison(party.unit_id, at), at=at
            )

    def report(self, at: datetime) -> None:
        lead = self.lead
        if lead.state == "acknowledged":
            words = Words(kind="follow_up_report", content="正在按分工推进。")
            by = self.world.liaison(lead.unit_id, at)
            feedback_send(assignment=lead, words=words, by=by, at=at)
            self.count("feedback")

    # --- the ways ------------------------------------------------------------------------
    def go_early(self, due: date) -> None:
        self.plan_before(due, 12, 10, self.apply)

    def go_on_time(self, due: date) -> None:
        self.plan_before(due, self.chance.randrange(2), 14, self.apply)

    def go_late(self, due: date) -> None:
        self.plan_before(due, -2, 9, self.urge)
        self.plan_before(due, -6, 14, self.apply)

    def go_open(self, due: date) -> None:
        self.plan_before(due, -2, 9, self.urge)

    def go_extended(self, due: date) -> None:
        self.plan_before(due, 8, 10, self.ask)
        self.plan_before(due, 6, 10, lambda at: self.answer(at, approve=True))
        self.plan_before(due, -10, 14, self.apply)

    def go_refused(self, due: date) -> None:
        self.plan_before(due, 8, 10, self.ask)
        self.plan_before(due, 6, 10, lambda at: self.answer(at, approve=False))
        self.plan_before(due, -4, 14, self.apply)

    # --- single acts ---------------------------------------------------------------------
    def urge(self, at: datetime) -> None:
        if self.lead.is_running:
            notice_issue(
                assignment=self.lead,
                kind=NoticeKind.URGE,
                content="已超过期限，请尽快办结并报告。",
                by=self.world.actor("section", at),
                at=at,
                # A unit with many matters of one document has its week's number of reminders.
                over_reason="事项已超过期限，须逐件催办。",
            )
            self.count("urged")

    def ask(self, at: datetime) -> None:
        lead = self.lead
        extension_request(
            assignment=lead,
            proposed_on=lead.clock.due_on + timedelta(days=30),
            progress="已完成过半。",
            reason="涉及法规修改程序，确需延长。",
            by=self.world.liaison(lead.unit_id, at),
            at=at,
        )
        self.count("extensions_asked")

    def answer(self, at: datetime, *, approve: bool) -> None:
        extension = Extension.objects.filter(assignment=self.lead).latest("id")
        while extension.state in ("submitted", "in_review"):
            extension = extension_decide(
                extension=extension,
                approve=approve,
                by=self.world.decider(extension.chain, at),
                opinion="同意。" if approve else "应当按期完成。",
                at=at,
            )
            at += timedelta(hours=1)
        self.count("extensions_granted" if approve else "extensions_refused")

    def apply(self, at: datetime) -> None:
        for party in self.case.parties:
            if not party.is_lead:
                by = self.world.liaison(party.unit_id, at)
                assignment_report_done(assignment=party, result="已配合完成。", by=by, at=at)
                assignment_accept(
                    assignment=Assignment.objects.get(pk=party.pk),
                    by=self.world.actor("section", at),
                    at=at,
                )
        lead = self.lead
        late = at >= lead.clock.due_at
        by = self.world.liaison(lead.unit_id, at)
        closure = closure_draft(
            case=self.case,
            result="任务已完成。",
            explanation="涉及跨部门程序，已说明情况。" if late else "",
            by=by,
            at=at,
        )
        closure_submit(closure=closure, by=by, at=at)
        decided = WorkingCalendar.load(None).add_working_days(at.date(), 2)
        self.timeline.plan(moment(decided, time(10)), self.decide)

    def decide(self, at: datetime) -> None:
        closure = ClosureRequest.objects.filter(case_id=self.case_id).latest("id")
        grade = {"early": "good", "late": "weak", "refused": "weak"}.get(self.way, "basic")
        while closure.state in ("submitted", "in_review"):
            closure = closure_decide(
                closure=closure,
                approve=True,
                by=self.world.decider(closure.chain, at),
                grade=grade if closure.chain.current.grades else "",
                at=at,
            )
            at += timedelta(hours=1)
        self.count("completed")
