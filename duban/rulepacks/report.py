"""A pack as a person reads a regulation: clause by clause, with what is inherited and what is
decided locally. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from duban.rulepacks.loader import LoadedPack
from duban.rulepacks.policies import Reminder, Supervisor
from duban.rulepacks.values import (
    ApprovalRule,
    Cited,
    DocumentKind,
    Duty,
    Limit,
    Points,
    Urgency,
)

STATUS = {"in_force": "施行", "trial": "试行", "common": "通用（供继承）"}
LOCAL = "规定未作规定，由本地决定"
UNITS = {
    "working_day": "{}个工作日",
    "calendar_day": "{}日（自然日）",
    "month": "{}个月",
    "day_of_month": "每月{}日",
}
ROLES = {
    "supervising_section": "督办科室",
    "office_head": "督查机构负责人",
    "deputy_leader": "分管领导",
    "chief_leader": "主要领导",
    "secretary_general": "秘书长",
    "unit_head": "单位主要负责人",
}
BODIES = {
    "assigning_section": "交办科室",
    "secretary_section": "秘书科室",
    "supervision_office": "督查机构",
}
WEIGHTS = {"ordinary": "一般事项", "key": "重点事项", "major": "重大事项"}
FACTS = {
    "unit": "单位",
    "roll": "遇节假日",
    "count": "数量",
    "spans": "时段",
    "digest_at": "每日汇总",
    "several_for": "可设多个牵头单位",
    "needs_task_force": "须成立工作专班",
    "needs": "须提供",
    "needs_leader": "须写明领导",
    "max_times": "最多次数",
    "counter_proposal": "可另提日期",
    "first_is_initial": "首次须为初报",
    "closing_needs_verified": "办结须有核报",
    "unfinished_needs_date_and_person": "未办结须写明时限和责任人",
    "barred_kinds": "不得转交",
    "criteria": "标准",
    "late_needs_approval": "逾期的须经批准",
    "suggest_when": "系统建议",
    "method": "计算方法",
    "min_matters": "参加排名的最少件数",
    "period": "周期",
    "draft_at": "起草时间",
}
VALUES = WEIGHTS | {
    "working_day": "工作日",
    "calendar_day": "自然日",
    "none": "不顺延",
    "forward": "顺延",
    "citation": "依据的条文",
    "document": "依据的文件或者批示",
    "agreement": "双方约定",
    "district": "县（市、区）政府",
    "township": "乡镇（街道）",
    "finished_early": "提前办结",
    "finished_on_time": "按期办结",
    "late_explained": "逾期而说明理由并获认可",
    "late_after_pressing": "逾期且经催办、督办",
    "late_without_report": "逾期且不报告",
    "mean_of_lead_matters": "牵头事项得分的平均数",
    "quarter": "每季度",
}
_AUTHORITY = set(Cited.model_fields) | {"label"}


@dataclass(frozen=True)
class Line:
    """One value. `origin` is the pack that decided it, `replaces` the one it was taken over from."""

    path: str
    label: str
    value: str
    clause: str
    quote: str
    local_decision: str
    note: str
    origin: str
    replaces: str
    overridable: bool

    @property
    def standing(self) -> str:
        """Whose value it is, in a word."""
        if self.origin != "本包":
            return f"继承自 {self.origin}"
        return f"改写 {self.replaces}" if self.replaces else "本包"


def lines(loaded: LoadedPack) -> list[Line]:
    """Every value of the pack, in the order of the schema."""
    return [_line(loaded, path, value) for path, value in loaded.pack.cited()]


def by_clause(loaded: LoadedPack) -> list[tuple[str, list[Line]]]:
    """The values under their clauses in order; those of local decision alone come last."""
    groups: dict[str, list[Line]] = {}
    for line in lines(loaded):
        groups.setdefault(line.clause or LOCAL, []).append(line)
    return sorted(groups.items(), key=lambda group: _clause_order(group[0]))


def as_data(loaded: LoadedPack) -> dict[str, Any]:
    """For machines: what `rulepack show --json` prints."""
    pack = loaded.pack
    return {
        "name": pack.name,
        "version": pack.version,
        "title": pack.title,
        "locality": pack.locality,
        "status": pack.status,
        "effective_on": pack.effective_on.isoformat(),
        "extends": pack.extends,
        "sha256": loaded.sha256,
        "sources": [source.model_dump(mode="json") for source in pack.sources],
        "limits": {
            key: limit.model_dump(mode="json", exclude={"examples"})
            for key, limit in pack.limits.items()
        },
        "values": [asdict(line) | {"standing": line.standing} for line in lines(loaded)],
    }


def as_text(loaded: LoadedPack) -> Iterator[str]:
    """For people: what `rulepack show` prints, line by line."""
    pack = loaded.pack
    yield f"规则包 {pack.name} 第 {pack.version} 版　{pack.title}"
    parent = f"　继承自 {pack.extends}" if pack.extends else ""
    yield f"{pack.locality}　{STATUS[pack.status]}　自 {pack.effective_on} 施行{parent}"
    for source in pack.sources:
        role = "上级依据" if source.role == "upper" else "依据"
        yield f"{role}　{source.issuer}《{source.title}》{source.number}"
    yield from ("", "时限（规则编号　名称　期限　条款）")
    for key, limit in pack.limits.items():
        yield f"  {key}　{limit.label}　{_limit(limit)}　{limit.clause or '本地决定'}"
    for clause, group in by_clause(loaded):
        yield from ("", f"【{clause}】")
        for line in group:
            yield from _shown(line)


def _shown(line: Line) -> Iterator[str]:
    value = "　".join(part for part in (line.label, line.value) if part)
    yield f"  {line.path}　{value}　（{line.standing}）"
    if line.quote:
        yield f"      原文：{line.quote}"
    if line.local_decision:
        yield f"      本地决定：{line.local_decision}"
    if line.note:
        yield f"      备注：{line.note}"


def _line(loaded: LoadedPack, path: str, value: Cited) -> Line:
    key = _decided_at(path, loaded)
    return Line(
        path=path,
        label=getattr(value, "label", ""),
        value=_value(value),
        clause=value.clause,
        quote=value.quote,
        local_decision=value.local_decision,
        note=value.note,
        origin=loaded.inherited.get(key, "本包"),
        replaces=loaded.overridden.get(key, ""),
        overridable=value.overridable,
    )


def _decided_at(path: str, loaded: LoadedPack) -> str:
    """The path at which a pack decides: a section of one value, or a value in a section."""
    parts = path.split(".")
    section = parts[0]
    return section if section in loaded.inherited | loaded.overridden else ".".join(parts[:2])


def _value(value: Cited) -> str:
    match value:
        case Limit():
            return _limit(value)
        case ApprovalRule():
            only = "、".join(WEIGHTS[weight] for weight in value.only_for)
            extras = [
                f"仅限{only}" if only else "",
                "提出评价等级" if value.grades else "",
                "可另提日期" if value.may_counter else "",
            ]
            return "，".join(part for part in (ROLES[value.role], *extras) if part)
        case Reminder():
            return _offset(value.offset)
        case Supervisor():
            return BODIES[value.body]
        case Duty():
            return f"{'每月' if value.repeats == 'monthly' else '一次'}，时限 {value.limit}"
        case Urgency():
            return f"时限 {value.limit}"
        case DocumentKind():
            return value.number
        case Points():
            return f"{value.value:g}分"
        case _:
            return _plain(value)


def _limit(limit: Limit) -> str:
    roll = "遇节假日顺延" if limit.roll == "forward" else "不顺延"
    hour = f"，至{limit.at_time:%H:%M}" if limit.at_time else ""
    return f"{UNITS[limit.unit].format(limit.count)}（{roll}）{hour}"


def _offset(days: int) -> str:
    if days == 0:
        return "届满当日"
    return f"届满前{-days}个工作日" if days < 0 else f"逾期后第{days}个工作日"


def _plain(value: Cited) -> str:
    """The remaining facts of a value; what is itself cited has its own line."""
    facts = value.model_dump(mode="json", exclude=_AUTHORITY, exclude_defaults=True)
    shown = {k: v for k, v in facts.items() if not isinstance(v, dict)}
    return "，".join(f"{FACTS.get(key, key)}：{_scalar(item)}" for key, item in shown.items())


def _scalar(item: Any) -> str:
    if isinstance(item, list):
        spans = all(isinstance(part, list) for part in item)
        return "、".join("—".join(map(_scalar, p)) if spans else _scalar(p) for p in item)
    if isinstance(item, bool):
        return "是" if item else "否"
    text = str(item)
    return VALUES.get(text, text.removesuffix(":00") if text.count(":") == 2 else text)


def _clause_order(clause: str) -> tuple[int, list[tuple[int, int, str]]]:
    """The locality's own clauses in natural order, then statutes, then local decisions."""
    rank = 2 if clause == LOCAL else 1 if clause.startswith("《") else 0
    parts = re.findall(r"\d+|\D+", clause)
    return rank, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]
