"""A locality made real: its office, units, people and active rule pack."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from duban.approvals.models import Chain
from duban.approvals.permissions import may_decide
from duban.demo.localities import LOCALITIES, Locality, UnitSpec
from duban.demo.timeline import moment
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.actor import Actor
from duban.org.models import Office, Portfolio, Post, Unit, UnitAlias, User
from duban.org.roles import ROLES
from duban.org.selectors import actor_for, system_actor
from duban.rulepacks.loader import load_shipped_pack

SINCE = date(2022, 1, 4)


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
    city = Unit.objects.create(
        name=f"{locality.city}人民政府", short_name=locality.city, kind="government"
    )
    hall = Unit.objects.create(
        name=f"{locality.city}人民政府办公室", short_name="市政府办", kind="office", parent=city
    )
    body = Unit.objects.create(name=locality.office[2], kind="section", parent=hall)
    office = Office.objects.create(
        name=f"{locality.city}人民政府督查室",
        root=city,
        body=body,
        organ=f"{locality.city}人民政府办公室",
        organ_mark=f"{locality.city}人民政府办公室文件",
        prefix=locality.prefix,
        serial_name=locality.masthead,
    )
    world = World(locality, office, {"city": city, "hall": hall, "body": body})
    _staff(world)
    for order, spec in enumerate(locality.units, start=1):
        _unit(world, spec, order)
    _leaders(world)
    _activate(world, built_on)
    return world


def _staff(world: World) -> None:
    head, staff, _ = world.locality.office
    hall = world.units["hall"]
    _post(world, "zhuren", "body", "office_head", "主任", head, office=True)
    _post(world, "ducha", "body", "office_staff", "四级主任科员", staff, office=True)
    for key, name, person in world.locality.sections:
        world.units[key] = Unit.objects.create(name=name, kind="section", parent=hall)
        _post(world, key, key, "section_staff", "科长", person, office=True)
    _second_post(world)
    for key, role, person in (
        ("xitong", "system_admin", "系统管理员"),
        ("anquan", "security_admin", "安全管理员"),
        ("shenji", "audit_admin", "审计管理员"),
    ):
        _post(
            world,
            key,
            "hall",
            role,
            ROLES[role],
            f"{world.locality.city[:2]}{person[:2]}",
            office=True,
        )


def _second_post(world: World) -> None:
    """The last section's head works in the 督查室 as well, in one post at a time."""
    key = world.locality.sections[-1][0]
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
        name=spec.name.format(city=world.locality.city),
        short_name=spec.short,
        kind=spec.kind,
        parent=world.units["city"],
        order=order,
    )
    UnitAlias.objects.bulk_create(UnitAlias(unit=unit, name=alias) for alias in spec.aliases)
    world.units[spec.key] = unit
    _post(world, spec.key, spec.key, "liaison", "联络员", spec.liaison)
    title = {"district": "区（县）长", "committee": "管委会主任"}.get(spec.kind, "主要负责人")
    _post(world, f"{spec.key}_head", spec.key, "unit_head", title, spec.head)


def _leaders(world: World) -> None:
    sections = [key for key, _, _ in world.locality.sections]
    for number, (key, title, person, charge) in enumerate(world.locality.leaders):
        role = {"市长": "chief_leader", "秘书长": "secretary_general"}.get(title, "deputy_leader")
        section = world.units[sections[(number - 1) % len(sections)]] if charge else None
        post = _post(world, key, "city", role, title, person, office=True, section=section)
        Portfolio.objects.bulk_create(
            Portfolio(post=post, unit=world.units[unit], starts_on=SINCE) for unit in charge
        )


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
    user = User(username=f"{world.locality.key}_{key}", name=person)
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
    first, rest = LOCALITIES[0], LOCALITIES[1:]
    rows = [
        (f"{first.key}_ducha", f"{first.office[1]} · 督查室工作人员", "登记、交办、催办、审核"),
        (
            f"{first.key}_zhuren",
            f"{first.office[0]} · 督查室主任",
            "督查室全部工作、通报审核、后台",
        ),
        (
            f"{first.key}_{first.sections[0][0]}",
            f"{first.sections[0][2]} · {first.sections[0][1]}",
            "本科室督办事项、办结初审",
        ),
        (
            f"{first.key}_{first.units[3].key}",
            f"{first.units[3].liaison} · {first.units[3].short}联络员",
            "签收、反馈、申请延期和办结",
        ),
        (
            f"{first.key}_{first.units[3].key}_head",
            f"{first.units[3].head} · {first.units[3].short}主要负责人",
            "本单位承办情况和得分",
        ),
        (f"{first.key}_fu2", f"{first.leaders[2][2]} · 副市长", "待批、分管事项"),
        (
            f"{first.key}_shizhang",
            f"{first.leaders[0][2]} · 市长",
            "立项批准、重点事项审定、签发通报",
        ),
        (
            f"{first.key}_{first.sections[-1][0]}",
            f"{first.sections[-1][2]} · {first.sections[-1][1]}，兼督查专员",
            "右上角切换执行身份",
        ),
        (f"{first.key}_anquan", "安全管理员", "规则包启用确认"),
    ]
    rows += [
        (f"{place.key}_ducha", f"{place.office[1]} · {place.city}督查室", f"规则包 {place.pack}")
        for place in rest
    ]
    return rows
