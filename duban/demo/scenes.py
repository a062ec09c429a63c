"""What happens beside the matters: visits, plans, people who answer, what waits for a second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from cases.models import Assignment, NamedLayer, Visit, VisitKind
from cases.services.inspection_plans import inspection_plan_submit
from cases.services.responsibility import part_hand_over
from cases.services.visits import visit_plan, visit_record, visit_release
from deadlines.announcement.found import Found
from deadlines.calendar import WorkingCalendar
from deadlines.services.calendar_changes import calendar_change_propose
from duban.demo.timeline import Timeline, moment
from duban.demo.world import World
from duban.ledger.packs import activation_propose, pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.loader import load_shipped_pack
from duban.web.bodies import body_staff_add, unit_body_register

Act = Callable[[World, date, datetime], object]


def visit_ahead(world: World, base: date, at: datetime) -> None:
    """明查 next week: the unit has been told."""
    unit = world.units[world.locality.units[0].key]
    visit_plan(
        kind=VisitKind.ANNOUNCED,
        unit=unit,
        planned_on=WorkingCalendar.load(base).add_working_days(base, 5),
        plan="核对在办事项的形象进度和佐证材料，查看两处现场。",
        members=[world.posts["ducha"], world.posts["zhuren"]],
        by=world.actor("ducha", at),
        at=at,
    )


def visit_made(world: World, base: date, at: datetime) -> None:
    """暗访, recorded the same day; the unit reads of it once it is released."""
    by = world.actor("ducha", at)
    visit = visit_plan(
        kind=VisitKind.UNANNOUNCED,
        unit=world.units[world.locality.units[1].key],
        planned_on=at.date(),
        plan="查看窗口在岗、一次性告知和办件时限公开情况。",
        members=[world.posts["ducha"]],
        by=by,
        at=at,
    )
    result = "2个窗口无人在岗且未设置提示牌；办事指南与实际要求不一致1处。"
    later = at + timedelta(hours=5)
    visit_record(visit=visit, visited_on=later.date(), result=result, by=by, at=later)


def visit_publish(world: World, base: date, at: datetime) -> None:
    visit = Visit.objects.filter(office=world.office, state="recorded").latest("id")
    visit_release(visit=visit, by=world.actor("ducha", at), at=at)


def inspection_ahead(world: World, base: date, at: datetime) -> None:
    inspection_plan_submit(
        title="冬季供暖准备专项督查",
        content="分两组查看热源单位检修、储煤和管网改造情况，随机入户测温。",
        starts_on=base + timedelta(days=40),
        ends_on=base + timedelta(days=44),
        by=world.actor("ducha", at),
        at=at,
    )


def local_days_proposed(world: World, base: date, at: datetime) -> None:
    """The office's own days off, waiting for the second person."""
    first = WorkingCalendar.load(base).add_working_days(base, 12)
    calendar_change_propose(
        office=world.office,
        found=Found(year=first.year, days_off={first: "兰河建城纪念日"}, workdays={}),
        title=f"{first.year}年兰河建城纪念日放假",
        document_no=f"兰政办函〔{first.year}〕36号",
        decided_on=at.date(),
        source="市政府办公室通知（演示）",
        by=world.actor("zhuren", at),
        at=at,
    )


def rules_proposed(world: World, base: date, at: datetime) -> None:
    """Another set of rules from next year on, waiting for the second person."""
    version = pack_load(loaded=load_shipped_pack("changzhi-2022"), by=system_actor(), at=at)
    activation_propose(
        office=world.office,
        pack_version=version,
        active_from=date(base.year + 1, 1, 1),
        by=world.actor("zhuren", at),
        at=at,
    )


def people_named(world: World, base: date, at: datetime) -> None:
    """The 办公室主任 of a unit says who answers for each of its parts, and who supervises there."""
    by, posts = world.actor("zjj_ban", at), world.posts
    unit_body_register(name="市住建局督查科", basis="局党组会议纪要（演示）", by=by, at=at)
    body_staff_add(post=posts["zjj_ban"], role="head", by=by, at=at)
    body_staff_add(post=posts["zjj"], role="staff", by=by, at=at)
    people = {
        NamedLayer.DEPUTY: posts["zjj_fu"],
        NamedLayer.HANDLER: posts["zjj_ke"],
    }
    rows = Assignment.objects.filter(unit=world.units["zjj"], state="acknowledged", kind="lead")
    for part in rows.order_by("id"):
        part_hand_over(assignment=part, people=people, by=by, at=at)


# By locality: what, how many days before or after the base day, at what hour.
SCENES: dict[str, tuple[tuple[Act, int, int], ...]] = {
    "cp": ((people_named, -6, 9), (visit_ahead, -1, 10)),
    "ay": (
        (visit_made, -17, 9),
        (visit_made, -9, 9),
        (inspection_ahead, -3, 10),
        (visit_ahead, -2, 10),
    ),
    "lh": ((visit_made, -8, 9), (visit_publish, -6, 16), (local_days_proposed, -1, 10)),
    "zz": ((visit_made, -5, 9),),
    "nt": ((visit_made, -20, 9), (visit_publish, -15, 10)),
    "sx": ((rules_proposed, -2, 11),),
}


def plan_scenes(world: World, base: date, timeline: Timeline) -> None:
    calendar = WorkingCalendar.load(base)
    for act, offset, hour in SCENES[world.locality.key]:
        day = min(calendar.on_or_after(base + timedelta(days=offset)), base)
        timeline.plan(moment(day, time(hour)), _bound(act, world, base))


def _bound(act: Act, world: World, base: date) -> Callable[[datetime], object]:
    return lambda at: act(world, base, at)
