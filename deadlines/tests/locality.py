"""A made-up locality whose pack holds one of every sort of obligation, with people to owe them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from deadlines.models import Obligation
from deadlines.services.obligation_rounds import Opened, obligations_open
from deadlines.tests.given import moment
from duban.ledger.packs import activation_confirm, activation_propose, pack_load
from duban.org.actor import Actor
from duban.org.models import Office, Post, Unit, User
from duban.org.selectors import actor_for, system_actor
from duban.rulepacks.loader import load_shipped_pack, load_text

SINCE = date(2018, 1, 1)
PASSWORD = "duban-2026"

PACK = """
name: linchuan-2025
version: 1
title: 临川市督查工作规程
locality: 临川市
status: in_force
effective_on: 2025-01-01
extends: base
sources:
  - {title: 临川市督查工作规程, dated_on: 2024-12-20}
case_sources:
  hotline: {label: 热线转办, clause: LC-2, quote: 市民热线转办的事项}
overdue_kinds:
  no_feedback: {label: 未按时报送, clause: LC-9, quote: 未按时报送的予以记录}
limits:
  day_25: {label: 每月25日, count: 25, unit: day_of_month, starts: period_start, clause: LC-3, quote: 每月25日前报}
  day_28: {label: 每月28日, count: 28, unit: day_of_month, roll: forward, starts: period_start, clause: LC-4, quote: 28日左右(节假日顺延)}
  day_1: {label: 每月1日, count: 1, unit: day_of_month, starts: period_start, clause: LC-5, quote: 每月要制定计划}
  month_end: {label: 月底, count: 1, unit: month_end, starts: period_start, clause: LC-6, quote: 每月}
  quarter_end: {label: 季末, count: 3, unit: month_end, starts: period_start, clause: LC-7, quote: 每季度}
  half_end: {label: 半年末, count: 6, unit: month_end, starts: period_start, clause: LC-8, quote: 每年年中、年末}
  year_end: {label: 年底, count: 12, unit: month_end, starts: period_start, clause: LC-10, quote: 每年}
  april_30: {label: 4月30日, count: 30, unit: day_of_year, month: 4, starts: period_start, clause: LC-11, quote: 于4月30前上报}
  december_10: {label: 12月10日, count: 10, unit: day_of_year, month: 12, starts: period_start, clause: LC-12, quote: 于12月10前上报}
campaigns:
  style:
    label: 作风建设主题活动
    clause: LC-13
    quote: 活动分五个阶段
    stages:
      launch: {label: 宣传发动, starts: "04-01", ends: "04-30", clause: LC-13, quote: 宣传发动(4月)}
      check: {label: 排查问题, starts: "05-01", ends: "06-30", clause: LC-13, quote: 排查问题(5月—6月)}
      inspect: {label: 监督检查, starts: "05-01", ends: "10-31", clause: LC-13, quote: 监督检查(5月—10月)}
      improve: {label: 整改提高, starts: "10-01", ends: "11-30", clause: LC-13, quote: 整改提高(10月—11月)}
      sum_up: {label: 总结评先, starts: "11-01", ends: "12-31", clause: LC-13, quote: 总结评先(11月—12月)}
duties:
  five_questions: {label: 五问月报, limit: day_25, repeats: monthly, scope: unit, clause: LC-3, quote: 每月25日前报}
  upward: {label: 月度工作情况上报, limit: day_28, repeats: monthly, scope: office, clause: LC-4, quote: 28日左右(节假日顺延)}
  plan: {label: 督查工作计划, limit: day_1, repeats: monthly, scope: office, clause: LC-5, quote: 每月要制定计划}
  onsite: {label: 现场督查, limit: month_end, repeats: monthly, scope: office, target: 15, counted: days, clause: LC-6, quote: 每月现场督查时间不少于15天}
  progress: {label: 季度总体进展, limit: quarter_end, repeats: quarterly, scope: unit, unit_kinds: [department], clause: LC-7, quote: 每季度}
  quarter_round: {label: 季度督查, limit: quarter_end, repeats: quarterly, scope: office, clause: LC-7, quote: 每季度}
  rounds: {label: 年度目标督查, limit: half_end, repeats: half_yearly, scope: office, clause: LC-8, quote: 每年年中、年末}
  group_meeting: {label: 领导小组会议, limit: year_end, repeats: yearly, scope: office, counted: days, clause: LC-10, quote: 每年}
  office_meeting: {label: 办公室会议, limit: year_end, repeats: yearly, scope: office, target: 2, counted: days, clause: LC-10, quote: 每年}
  campaign_plan: {label: 活动工作方案, limit: april_30, repeats: yearly, scope: unit, unit_kinds: [division], campaign: style, clause: LC-11, quote: 于4月30前上报}
  campaign_summary: {label: 活动总结, limit: december_10, repeats: yearly, scope: unit, unit_kinds: [division], campaign: style, target: 3, papers: [总结报告, 附件四, 附件五], clause: LC-12, quote: 于12月10前上报}
"""

UNITS = {
    "housing": ("住房和城乡建设局", "department"),
    "finance": ("财政局", "department"),
    "division": ("综合处", "division"),
}


@dataclass
class Place:
    office: Office
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        return actor_for(self.posts[key], on=date(2026, 1, 5))


def place(name: str = "临川市", *, tag: str = "", pack: str = PACK, since: date = SINCE) -> Place:
    """A city with a 督查室, two departments and a division; the pack is in force from `since`."""
    city = Unit.objects.create(name=name, kind="government")
    body = Unit.objects.create(name=f"{name}督查室", kind="office", parent=city)
    office = Office.objects.create(
        name=f"{name}督查室",
        root=city,
        body=body,
        organ=f"{name}人民政府办公室",
        organ_mark=f"{name}人民政府办公室文件",
        prefix=f"{tag}临政督",
    )
    made = Place(office, {"city": city, "body": body})
    for key, (unit_name, kind) in UNITS.items():
        made.units[key] = Unit.objects.create(name=f"{name}{unit_name}", kind=kind, parent=city)
        post(made, key, key, "liaison", tag)
    post(made, "staff", "body", "office_staff", tag, office)
    post(made, "head", "body", "office_head", tag, office)
    post(made, "security", "body", "security_admin", tag, office)
    activate(made, pack, since=since)
    return made


def activate(made: Place, pack: str, *, since: date) -> None:
    """The text of a pack, or the name of a shipped one."""
    at = moment("2018-01-02T09:00")
    loaded = load_text(pack, filename="pack.yaml") if "\n" in pack else load_shipped_pack(pack)
    version = pack_load(loaded=loaded, by=system_actor(), at=at)
    proposed = activation_propose(
        office=made.office, pack_version=version, active_from=since, by=made.actor("head"), at=at
    )
    activation_confirm(activation=proposed, by=made.actor("security"), at=at)


def opened(text: str) -> Opened:
    """One round of the generator, as beat runs it at that moment."""
    at = moment(text)
    return obligations_open(on=at.date(), at=at)


def owed(made: Place, unit: str, key: str, period: str) -> Obligation:
    return Obligation.objects.select_related("clock").get(
        office=made.office, unit=made.units[unit], key=key, period=period
    )


def at(text: str) -> datetime:
    return moment(text)


def post(
    made: Place, key: str, unit: str, role: str, tag: str, office: Office | None = None
) -> None:
    user = User.objects.create_user(f"{tag}{key}", PASSWORD, name=f"{tag}{key}")
    made.posts[key] = Post.objects.create(
        user=user, unit=made.units[unit], office=office, role=role, title="科员", starts_on=SINCE
    )
