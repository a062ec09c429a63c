"""A locality made real: its office, units, people and active rule pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from duban.approvals.models import Chain
from duban.approvals.permissions import may_decide
from duban.demo.localities import Locality, UnitSpec, localities
from duban.demo.timeline import moment
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.actor import Actor
from duban.org.models import (
    BodyMember,
    EvaluationList,
    EvaluationObject,
    Office,
    Portfolio,
    Post,
    StandingBody,
    Unit,
    UnitAlias,
    User,
)
from duban.org.roles import ROLES
from duban.org.selectors import actor_for, system_actor
from duban.rulepacks.loader import load_shipped_pack
from duban.web.reference import reference_save

SINCE = date(2022, 1, 4)
TITLES = {"district": "区（县）长", "committee": "管委会主任", "township": "镇长"}


@dataclass
class World:
    """What the stories act in. `posts` are by account name without the locality."""

    locality: Locality
    office: Office
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def actor(self, key: str, at: datetime) -> Actor:
        return actor_for(self.posts[key], on=at.date())

    def liaison(self, unit: Unit, at: datetime) -> Actor:
        key = next(key for key, value in self.units.items() if value.pk == unit.pk)
        return self.actor(key, at)

    def decider(self, chain: Chain, at: datetime) -> Actor:
        """Somebody whose turn it is and who has had no hand in the matter."""
        chain.__dict__.pop("ordered_steps", None)
        for key in self.posts:
            actor = self.actor(key, at)
            if may_decide(chain.current, actor):
                return actor
        raise LookupError(f"{chain} waits for somebody who is not there")


def world_make(locality: Locality, *, built_on: date) -> World:
    """Create the locality; two people activate its pack."""
    root, hall = locality.root, locality.hall
    city = Unit.objects.create(name=root["name"], short_name=root["short"], kind=root["kind"])
    kind = "office" if root["kind"] == "government" else "section"
    seat = Unit.objects.create(name=hall["name"], short_name=hall["short"], kind=kind, parent=city)
    body = Unit.objects.create(name=locality.office.body, kind="section", parent=seat)
    organ = hall["name"] if root["kind"] == "government" else root["name"]
    office = Office.objects.create(
        name=locality.office.name,
        root=city,
        body=body,
        organ=organ,
        organ_mark=f"{organ}文件",
        prefix=locality.prefix,
        serial_name=locality.masthead,
    )
    world = World(locality, office, {"city": city, "hall": seat, "body": body})
    _staff(world)
    for order, spec in enumerate(locality.units, start=1):
        _unit(world, spec, order)
    _leaders(world)
    for person in locality.people:
        of_office = person.unit in ("city", "hall")
        _post(
            world,
            person.key,
            person.unit,
            person.role,
            person.title,
            person.person,
            office=of_office,
        )
    _activate(world, built_on)
    _standing(world, moment(built_on, time(9, 30)))
    return world


def _staff(world: World) -> None:
    spec, seat = world.locality.office, world.units["hall"]
    # Whoever stands first is asked first: the head is kept for the link that is the head's own.
    _post(world, "ducha", "body", "office_staff", "四级主任科员", spec.staff, office=True)
    _post(world, "zhuren", "body", "office_head", "主任", spec.head, office=True)
    for section in world.locality.sections:
        world.units[section.key] = Unit.objects.create(
            name=section.name, kind="section", parent=seat
        )
        title = f"{section.name[-1]}长"
        _post(world, section.key, section.key, "section_staff", title, section.person, office=True)
    _second_post(world)
    for key, role in (
        ("xitong", "system_admin"),
        ("anquan", "security_admin"),
        ("shenji", "audit_admin"),
    ):
        person = f"{world.locality.city[:2]}{ROLES[role][:2]}"
        _post(world, key, "hall", role, ROLES[role], person, office=True)


def _second_post(world: World) -> None:
    """The last section's head works in the 督查室 as well, in one post at a time."""
    key = world.locality.sections[-1].key
    Post.objects.create(
        user=world.posts[key].user,
        unit=world.units["body"],
        office=world.office,
        role="office_staff",
        title="督查专员（兼）",
        starts_on=SINCE,
    )


def _unit(world: World, spec: UnitSpec, order: int) -> None:
    unit = Unit.objects.create(
        name=spec.name,
        short_name=spec.short,
        kind=spec.kind,
        parent=world.units[spec.parent],
        order=order,
    )
    UnitAlias.objects.bulk_create(UnitAlias(unit=unit, name=alias) for alias in spec.aliases)
    world.units[spec.key] = unit
    _post(world, spec.key, spec.key, "liaison", "联络员", spec.liaison)
    _post(
        world,
        f"{spec.key}_head",
        spec.key,
        "unit_head",
        TITLES.get(spec.kind, "主要负责人"),
        spec.head,
    )


def _leaders(world: World) -> None:
    sections = [section.key for section in world.locality.sections]
    for number, spec in enumerate(world.locality.leaders):
        section = world.units[sections[(number - 1) % len(sections)]] if spec.charge else None
        post = _post(
            world,
            spec.key,
            "city",
            spec.role,
            spec.title,
            spec.person,
            office=True,
            section=section,
        )
        Portfolio.objects.bulk_create(
            Portfolio(post=post, unit=world.units[unit], starts_on=SINCE) for unit in spec.charge
        )


def _standing(world: World, at: datetime) -> None:
    """Standing bodies with their members, and the evaluated objects of the year."""
    by = world.actor("zhuren", at)
    for spec in world.locality.bodies:
        body = StandingBody(
            office=world.office,
            kind=spec.kind,
            name=spec.name,
            basis=spec.basis,
            established_on=SINCE,
        )
        reference_save(row=body, by=by, at=at)
        for key, role in spec.members.items():
            post = world.posts[key]
            member = BodyMember(
                body=body, user=post.user, role=role, title=post.title, starts_on=SINCE
            )
            reference_save(row=member, by=by, at=at)
    for year in {at.year, at.year + 1} if world.locality.evaluated else ():
        listed = EvaluationList(office=world.office, year=year, basis="市纠风办年度方案（演示）")
        reference_save(row=listed, by=by, at=at)
        for key in world.locality.evaluated:
            entry = EvaluationObject(list=listed, unit=world.units[key])
            reference_save(row=entry, by=by, at=at)


def _post(
    world: World,
    key: str,
    unit: str,
    role: str,
    title: str,
    person: str,
    *,
    office: bool = False,
    section: Unit | None = None,
) -> Post:
    user = User(
        username=f"{world.locality.key}_{key}",
        name=person,
        phone=f"内线{6001 + len(world.posts)}",
    )
    user.set_unusable_password()  # see backend.DemoBackend
    user.save()
    world.posts[key] = Post.objects.create(
        user=user,
        unit=world.units[unit],
        office=world.office if office else None,
        role=role,
        title=title,
        secretary_section=section,
        starts_on=SINCE,
    )
    return world.posts[key]


def _activate(world: World, built_on: date) -> None:
    at = moment(built_on, time(9))
    version = pack_load(loaded=load_shipped_pack(world.locality.pack), by=system_actor(), at=at)
    proposed = activation_propose(
        office=world.office,
        pack_version=version,
        active_from=SINCE,
        by=world.actor("zhuren", at),
        at=at,
    )
    activation_confirm(activation=proposed, by=world.actor("anquan", at), at=at)


def accounts() -> list[tuple[str, str, str]]:
    """(login, who, what for): the accounts worth trying first, then one line on the rest."""
    first, *rest = localities()
    unit, deputy = first.unit("zjj"), first.leaders[2]
    chief, second = first.leader("chief_leader"), first.sections[-1]
    rows = [
        ("ducha", f"{first.office.staff} · 督查室工作人员", "登记、交办、催办、审核"),
        ("zhuren", f"{first.office.head} · 督查室主任", "督查室全部工作、通报审核、后台"),
        (
            first.sections[0].key,
            f"{first.sections[0].person} · {first.sections[0].name}",
            "本科室督办事项、办结初审",
        ),
        (unit.key, f"{unit.liaison} · {unit.short}联络员", "签收、反馈、申请延期和办结"),
        (f"{unit.key}_head", f"{unit.head} · {unit.short}主要负责人", "本单位承办情况和得分"),
        (deputy.key, f"{deputy.person} · {deputy.title}", "待批、分管事项"),
        (chief.key, f"{chief.person} · {chief.title}", "立项批准、重点事项审定、同意升级督办"),
        (second.key, f"{second.person} · {second.name}，兼督查专员", "右上角切换执行身份"),
        ("jiwei", "严格 · 派驻纪检监察组", "只读督办事项"),
        ("anquan", "安全管理员", "规则包启用、日历变更的确认"),
    ]
    rows = [(f"{first.key}_{key}", who, what) for key, who, what in rows]
    rows += [
        (f"{place.key}_ducha", f"{place.office.staff} · {place.city}", f"规则包 {place.pack}")
        for place in rest
    ]
    return rows
