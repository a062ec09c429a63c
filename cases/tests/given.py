"""Situations for the tests, reached by walking the services as people would.

A `Place` is one office with its tree, people for every role and an active rule pack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.domain.drafts import Facts, Party
from cases.models import Assignment, Case, ClosureRequest, Extension, Notice, NoticeKind, Turn
from cases.services.alerts import Consumed, consume_alerts
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_report_done,
)
from cases.services.cases import (
    case_assign,
    case_draft,
    case_registration_decide,
    case_strike_off,
    case_submit,
)
from cases.services.closures import closure_decide, closure_draft, closure_submit
from cases.services.extensions import extension_decide, extension_request
from cases.services.feedback import Words, feedback_send
from cases.services.notices import notice_issue
from cases.services.turns import (
    reopening_request,
    suspension_request,
    termination_request,
    turn_decide,
)
from deadlines.services import sweep
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.actor import Actor
from duban.org.models import Office, Portfolio, Post, Unit, User
from duban.org.selectors import actor_for, system_actor
from duban.rulepacks.loader import load_shipped_pack

SHANGHAI = ZoneInfo("Asia/Shanghai")
SINCE = date(2018, 1, 1)


def at(text: str) -> datetime:
    """`2026-03-02 09:00`, or a bare day at 09:00, Shanghai."""
    moment = datetime.fromisoformat(text)
    if len(text) == 10:
        moment = moment.replace(hour=9)
    return moment.replace(tzinfo=SHANGHAI)


def localdate(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


@dataclass
class Place:
    """One locality at work. Actors are made for the day `on`."""

    office: Office
    on: date
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    pack: str = "changzhi-2022"

    def actor(self, name: str) -> Actor:
        return actor_for(self.posts[name], on=self.on)

    def __getattr__(self, name: str) -> Actor:
        if name.startswith("_") or name not in self.__dict__.get("posts", {}):
            raise AttributeError(name)
        return self.actor(name)


def user(username: str, name: str, password: str = "duban-2026") -> User:
    return User.objects.create_user(username, password, name=name)


def place(
    pack: str = "changzhi-2022",
    *,
    name: str = "长平市",
    on: str = "2026-03-02",
    tag: str = "",
) -> Place:
    """A city with a 督查室, two sections, three departments and a district; `pack` is active."""
    city = Unit.objects.create(name=f"{name}人民政府", short_name=name, kind="government")
    hall = Unit.objects.create(
        name=f"{name}人民政府办公室", short_name="市政府办", kind="office", parent=city
    )
    body = Unit.objects.create(name="督查室", kind="section", parent=hall)
    office = Office.objects.create(
        name=f"{name}人民政府督查室",
        root=city,
        body=body,
        organ=f"{name}人民政府办公室",
        organ_mark=f"{name}人民政府办公室文件",
        prefix="长政督" if not tag else f"{tag}政督",
    )
    made = Place(office, date.fromisoformat(on), {"city": city, "hall": hall, "body": body})
    for key, unit_name, kind in (
        ("section", "秘书一科", "section"),
        ("section2", "秘书二科", "section"),
    ):
        made.units[key] = Unit.objects.create(name=unit_name, kind=kind, parent=hall)
    for key, unit_name, short, kind in (
        ("housing", f"{name}住房和城乡建设局", "市住建局", "department"),
        ("finance", f"{name}财政局", "市财政局", "department"),
        ("water", f"{name}水利局", "市水利局", "department"),
        ("district", f"{name}城东区人民政府", "城东区政府", "district"),
    ):
        made.units[key] = Unit.objects.create(
            name=unit_name, short_name=short, kind=kind, parent=city
        )
    _people(made, tag)
    activate(office, pack, by=(made.head, made.security), at=at("2018-01-02"))
    made.pack = pack
    return made


def _people(made: Place, tag: str) -> None:
    office = made.office
    for key, unit, role, title, full_name in (
        ("staff", "body", "office_staff", "科员", "周敏"),
        ("head", "body", "office_head", "主任", "高远"),
        ("secretary", "section", "section_staff", "副科长", "陈静"),
        ("secretary2", "section2", "section_staff", "科长", "何川"),
        ("deputy", "city", "deputy_leader", "副市长", "林涛"),
        ("deputy2", "city", "deputy_leader", "副市长", "孟庆"),
        ("chief", "city", "chief_leader", "市长", "郑国安"),
        ("secgen", "hall", "secretary_general", "秘书长", "方正"),
        ("security", "hall", "security_admin", "安全管理员", "许安"),
    ):
        post(made, key, unit, role, title, full_name, tag, office=office)
    for unit, surname in (
        ("housing", "王"),
        ("finance", "李"),
        ("water", "张"),
        ("district", "赵"),
    ):
        post(made, f"{unit}_liaison", unit, "liaison", "联络员", f"{surname}小明", tag)
        post(made, f"{unit}_head", unit, "unit_head", "局长", f"{surname}建国", tag)
    section = made.units["section"]
    for key in ("deputy", "deputy2"):
        Post.objects.filter(pk=made.posts[key].pk).update(secretary_section=section)
        made.posts[key].secretary_section = section
    for unit in ("housing", "water"):
        Portfolio.objects.create(post=made.posts["deputy"], unit=made.units[unit], starts_on=SINCE)
    Portfolio.objects.create(
        post=made.posts["deputy2"], unit=made.units["finance"], starts_on=SINCE
    )


def post(
    made: Place,
    key: str,
    unit: str,
    role: str,
    title: str,
    full_name: str,
    tag: str = "",
    office: Office | None = None,
) -> Post:
    made.posts[key] = Post.objects.create(
        user=user(f"{tag}{key}", full_name),
        unit=made.units[unit],
        office=office,
        role=role,
        title=title,
        starts_on=SINCE,
    )
    return made.posts[key]


def activate(
    office: Office, pack: str, *, by: tuple[Actor, Actor], at: datetime, since: date = SINCE
) -> None:
    """Load a shipped pack (and what it extends) and let two people activate it."""
    version = pack_load(loaded=load_shipped_pack(pack), by=system_actor(), at=at)
    proposed = activation_propose(
        office=office, pack_version=version, active_from=since, by=by[0], at=at
    )
    activation_confirm(activation=proposed, by=by[1], at=at)


def facts(**changes: object) -> Facts:
    values: dict[str, object] = {
        "title": "城区老旧供水管网改造",
        "task": "完成城区老旧供水管网改造12公里，年底前通水。",
        "basis": "市政府第12次常务会议纪要",
        "basis_on": date(2026, 2, 26),
        "source": "meeting",
        "due_on": date(2026, 6, 30),
        "due_basis": "designated",
        "due_citation": "市政府第12次常务会议纪要确定的期限",
        "not_secret": True,
    }
    return Facts(**(values | changes))


# What differs where a regulation asks for something of its own.
LOCAL: dict[str, dict[str, object]] = {
    "changzhi-2022": {},
    "anshan-2015": {
        "urgency": "normal",
        "due_on": None,
        "due_basis": "",
        "due_citation": "",
    },
    "lanzhou-2018": {"source": "municipal_decision"},
}
PERSON = "王小明"


def lead(unit: Unit, **changes: object) -> Party:
    values = {"responsible_person": PERSON} | changes
    return Party(unit_id=unit.pk, unit_name=unit.label, is_lead=True, **values)


def co(unit: Unit, duty: str = "落实改造资金", **changes: object) -> Party:
    values = {"responsible_person": PERSON, "duty_text": duty} | changes
    return Party(unit_id=unit.pk, unit_name=unit.label, is_lead=False, **values)


def draft(
    made: Place,
    *,
    when: str = "2026-03-02",
    parties: list[Party] | None = None,
    by: str = "secretary",
    assigner: Post | None = None,
    **changes: object,
) -> Case:
    return case_draft(
        office=made.office,
        facts=facts(**(LOCAL.get(made.pack, {}) | changes)),
        parties=parties or [lead(made.units["water"])],
        by=made.actor(by),
        at=at(when),
        assigner=assigner,
    )


def registered(made: Place, *, when: str = "2026-03-02", **changes: object) -> Case:
    """Approved through every link of the pack's registration chain."""
    case = draft(made, when=when, **changes)
    by = made.actor(changes.get("by", "secretary"))
    case_submit(case=case, by=by, at=at(when))
    while (case := Case.objects.get(pk=case.pk)).state == "pending_approval":
        case_registration_decide(
            case=case, approve=True, by=made.actor(_decider(made, case)), at=at(when)
        )
    return case


def assigned(made: Place, *, when: str = "2026-03-02", **changes: object) -> Case:
    case = registered(made, when=when, **changes)
    by = made.actor(changes["by"]) if "by" in changes else supervisor(made, case)
    case_assign(case=case, by=by, at=at(when))
    return Case.objects.get(pk=case.pk)


def in_progress(made: Place, *, when: str = "2026-03-02", **changes: object) -> Case:
    """Every unit has signed."""
    case = assigned(made, when=when, **changes)
    for party in case.parties:
        assignment_acknowledge(
            assignment=party, by=made.actor(liaison(made, party.unit)), at=at(when)
        )
    return Case.objects.get(pk=case.pk)


def report(made: Place, assignment: Assignment, kind: str, *, when: str, **words: object) -> None:
    values = {"content": "已完成管网改造8公里。", **words}
    feedback_send(
        assignment=assignment,
        words=Words(kind=kind, **values),
        by=made.actor(liaison(made, assignment.unit)),
        at=at(when),
    )


def applied(made: Place, case: Case, *, when: str, **words: object) -> ClosureRequest:
    """The lead unit has applied for completion; co-units are done and accepted before."""
    for party in case.parties:
        if not party.is_lead and not party.is_settled:
            by = made.actor(liaison(made, party.unit))
            assignment_report_done(assignment=party, result="资金已拨付到位。", by=by, at=at(when))
            assignment_accept(assignment=party, by=supervisor(made, case), at=at(when))
    case = Case.objects.get(pk=case.pk)
    _verified(made, case.lead, when=when)
    by = made.actor(liaison(made, case.lead.unit))
    values = {"result": "12公里管网已改造完成并通水。", **words}
    closure = closure_draft(case=case, by=by, at=at(when), **values)
    return closure_submit(closure=closure, by=by, at=at(when))


def _verified(made: Place, lead: Assignment, *, when: str) -> None:
    """The reports that must come first, where the pack orders them (LZ-B-10a)."""
    policy = lead.pack.feedback
    if not policy or not policy.closing_needs_verified or lead.has_verified_report:
        return
    if not lead.feedback.sent().exists():
        report(made, lead, "initial_report", when=when, finished=True)
    report(made, lead, "verified_report", when=when, finished=True)


def asked(
    made: Place, case: Case, *, until: str, when: str, reason: str = "汛期无法开挖。"
) -> Extension:
    """The lead unit has asked for an extension."""
    return extension_request(
        assignment=case.lead,
        proposed_on=date.fromisoformat(until),
        progress="已完成8公里。",
        reason=reason,
        by=made.actor(liaison(made, case.lead.unit)),
        at=at(when),
    )


def decided(
    made: Place, extension: Extension, *, when: str, approve: bool = True, opinion: str = "不同意"
) -> Extension:
    """Through every link of its chain, or refused by the first."""
    while (extension := Extension.objects.get(pk=extension.pk)).state in ("submitted", "in_review"):
        extension_decide(
            extension=extension,
            approve=approve,
            by=made.actor(_decider(made, extension)),
            opinion="" if approve else opinion,
            at=at(when),
        )
    return extension


def noticed(made: Place, assignment: Assignment, kind: str, *, when: str) -> Notice:
    """The supervising section has sent a 催办单, an early warning or a 督办通知书."""
    return notice_issue(
        assignment=assignment,
        kind=NoticeKind(kind),
        content="请抓紧办理并反馈进展。",
        by=supervisor(made, assignment.case),
        at=at(when),
    )


def swept(when: str) -> Consumed:
    """One round of beat: the sweep, then what the matters make of its alerts."""
    moment = at(when)
    sweep(moment)
    return consume_alerts(at=moment)


def completed(
    made: Place,
    case: Case,
    *,
    applied_on: str,
    decided_on: str | None = None,
    grade: str = "basic",
    grade_reason: str = "",
    **words: object,
) -> Case:
    """Granted through every link of the closure chain, with that grade where links grade."""
    closure = applied(made, case, when=applied_on, **words)
    when = at(decided_on or applied_on) + timedelta(minutes=1)
    while (closure := ClosureRequest.objects.get(pk=closure.pk)).state in (
        "submitted",
        "in_review",
    ):
        graded = closure.chain.current.grades
        closure_decide(
            closure=closure,
            approve=True,
            by=made.actor(_decider(made, closure)),
            grade=grade if graded else "",
            grade_reason=grade_reason if graded else "",
            at=when,
        )
    return Case.objects.get(pk=case.pk)


def struck_off(made: Place, case: Case, *, when: str) -> Case:
    confirmed = [party.pk for party in case.parties]
    case_strike_off(case=case, confirmed=confirmed, by=supervisor(made, case), at=at(when))
    return Case.objects.get(pk=case.pk)


def supervisor(made: Place, case: Case) -> Actor:
    for key in ("secretary", "secretary2", "head"):
        if made.posts[key].unit_id == case.supervisor_id:
            return made.actor(key)
    raise LookupError(case.supervisor)


def liaison(made: Place, unit: Unit) -> str:
    return next(f"{key}_liaison" for key, value in made.units.items() if value.pk == unit.pk)


def _decider(made: Place, owner: Case | ClosureRequest) -> str:
    """Who decides the link whose turn it is, and has not had a hand in the matter."""
    from duban.approvals.permissions import may_decide

    step = owner.chain.current
    for key in (
        "secretary",
        "secretary2",
        "staff",
        "head",
        "deputy",
        "deputy2",
        "secgen",
        "chief",
        *(name for name in made.posts if name.endswith("_head")),
    ):
        if may_decide(step, made.actor(key)):
            return key
    raise LookupError(f"nobody may decide {step}")


def turned(
    made: Place, turn: Turn, *, when: str, approve: bool = True, opinion: str = "不同意"
) -> Turn:
    """缓办, 终止 or 重新办理 through every link of its chain, or refused by the first."""
    while (turn := Turn.objects.get(pk=turn.pk)).state in ("submitted", "in_review"):
        turn_decide(
            turn=turn,
            approve=approve,
            by=made.actor(_decider(made, turn)),
            opinion="" if approve else opinion,
            at=at(when),
        )
    return turn


def suspended(made: Place, case: Case, *, when: str, expected_on: date | None = None) -> Case:
    turn = suspension_request(
        case=case, reason="等待上级批复项目方案。", expected_on=expected_on,
        by=proposer(made, case), at=at(when),
    )  # fmt: skip
    turned(made, turn, when=when)
    return Case.objects.get(pk=case.pk)


def terminated(made: Place, case: Case, *, when: str) -> Case:
    turn = termination_request(
        case=case, reason="上级已取消该项目。", reply="因上级取消项目，本事项终止办理。",
        by=proposer(made, case), at=at(when),
    )  # fmt: skip
    turned(made, turn, when=when)
    return Case.objects.get(pk=case.pk)


def reopened(made: Place, case: Case, *, when: str, due_on: date | None = None, parts=()) -> Case:
    turn = reopening_request(
        case=case, reason="回头看发现有3公里未通水。", due_on=due_on, parts=parts,
        by=proposer(made, case), at=at(when),
    )  # fmt: skip
    turned(made, turn, when=when)
    return Case.objects.get(pk=case.pk)


def proposer(made: Place, case: Case) -> Actor:
    """Whoever supervises it; of the 督查室 not its head, who decides."""
    found = supervisor(made, case)
    return made.actor("staff") if found.has("office_head") else found
