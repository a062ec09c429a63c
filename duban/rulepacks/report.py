"""A pack as a person reads a regulation: clause by clause, with what is inherited and what is
decided locally. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from duban.rulepacks.loader import LoadedPack
from duban.rulepacks.policies import Campaign, Reminder, Rung, Stage, Supervisor
from duban.rulepacks.schema import Pack
from duban.rulepacks.values import (
    ApprovalRule,
    Cited,
    DocumentKind,
    Duty,
    Limit,
    Points,
    Urgency,
)
from duban.rulepacks.words import (
    BODIES,
    FACTS,
    LOCAL,
    OWED_BY,
    REPEATS,
    ROLES,
    RUNGS,
    STATUS,
    UNITS,
    VALUES,
    WEIGHTS,
)

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
        note = f"　{source.note}" if source.note else ""
        yield f"{role}　{source.issuer}《{source.title}》{source.number}{note}"
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
        value=_value(value, loaded.pack),
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


def _value(value: Cited, pack: Pack) -> str:
    """In words; what the value names in another section is called as it is called there.

    By its label alone: a number is shown where it is decided, and a change shows once.
    """
    return _SHOWN.get(type(value), _plain)(value, pack)


def _limit(limit: Limit) -> str:
    roll = "遇节假日顺延" if limit.roll == "forward" else "不顺延"
    hour = f"，至{limit.at_time:%H:%M}" if limit.at_time else ""
    words = UNITS[limit.unit]
    if limit.unit == "month_end" and limit.count == 1:
        words = "当月最后一日"
    return f"{words.format(limit.count, month=limit.month)}（{roll}）{hour}"


def _link(link: ApprovalRule, pack: Pack) -> str:
    only = "、".join(WEIGHTS[weight] for weight in link.only_for)
    extras = [
        f"仅限{only}" if only else "",
        "提出评价等级" if link.grades else "",
        "可另提日期" if link.may_counter else "",
    ]
    return "，".join(part for part in (ROLES[link.role], *extras) if part)


def _duty(duty: Duty, pack: Pack) -> str:
    who = "牵头单位" if duty.applies_to == "lead" else OWED_BY[duty.scope]
    often = f"{duty.target}{'个不同的日子' if duty.counted == 'days' else '次'}"
    narrowed = [
        *(WEIGHTS[weight] for weight in duty.only_for),
        *(_called("case_sources", source, pack) for source in duty.sources),
        *(VALUES.get(kind, kind) for kind in duty.unit_kinds),
    ]
    extras = [
        f"须报{'、'.join(duty.papers)}" if duty.papers else often if duty.target > 1 else "",
        f"仅限{'、'.join(narrowed)}" if narrowed else "",
        _called("campaigns", duty.campaign, pack) if duty.campaign else "",
        "登记的明查暗访自动计入" if duty.met_by == "visit" else "",
        f"时限：{_called('limits', duty.limit, pack)}",
    ]
    return "，".join(part for part in (f"{who}{REPEATS[duty.repeats]}", *extras) if part)


def _rung(rung: Rung, pack: Pack) -> str:
    later = f"未按时回复后第{rung.offset}个工作日"
    start = f"{_called('ladder', rung.after, pack)}{later}" if rung.after else _offset(rung.offset)
    extras = [
        "按报送期限计算" if rung.clock == "report" else "",
        f"仅限{'、'.join(WEIGHTS[weight] for weight in rung.only_for)}" if rung.only_for else "",
        "自动发出" if rung.automatic else "由督办人员办理",
        f"经{_called('chains', rung.chain, pack)}" if rung.chain else "",
        f"告知{'、'.join(ROLES[role] for role in rung.tells)}" if rung.tells else "",
    ]
    return "，".join(part for part in (start, RUNGS[rung.does], *extras) if part)


def _campaign(campaign: Campaign, pack: Pack) -> str:
    return f"{campaign.year}年" if campaign.year else "每年"


def _document(kind: DocumentKind, pack: Pack) -> str:
    limit = f"，{pack.limits[kind.reply_limit].label}" if kind.reply_limit else ""
    return f"{kind.number}{limit}"


def _called(section: str, key: str, pack: Pack) -> str:
    """The label of what the key names; a chain is called by its links."""
    value = getattr(pack, section)[key]
    return "、".join(link.label for link in value.steps) if section == "chains" else value.label


def _offset(days: int) -> str:
    if days == 0:
        return "届满当日"
    return f"届满前{-days}个工作日" if days < 0 else f"逾期后第{days}个工作日"


def _plain(value: Cited, pack: Pack) -> str:
    """The remaining facts of a value; what is itself cited has its own line."""
    facts = value.model_dump(mode="json", exclude=_AUTHORITY, exclude_defaults=True)
    shown = {k: v for k, v in facts.items() if not isinstance(v, dict)}
    return "，".join(
        f"{FACTS.get(key, key)}：{_named(key, item, pack) or _scalar(item)}"
        for key, item in shown.items()
    )


def _named(field: str, item: Any, pack: Pack) -> str:
    """A key or several of another section, by their labels; empty where it is no such field."""
    section = _SECTION_OF.get(field)
    keys = [item] if isinstance(item, str) else item
    return "、".join(_called(section, key, pack) for key in keys) if section else ""


def _scalar(item: Any) -> str:
    if isinstance(item, list):
        spans = all(isinstance(part, list) for part in item)
        return "、".join("—".join(map(_scalar, p)) if spans else _scalar(p) for p in item)
    if isinstance(item, bool):
        return "是" if item else "否"
    text = f"{item:g}" if isinstance(item, float) else str(item)
    return VALUES.get(text, text.removesuffix(":00") if text.count(":") == 2 else text)


def _clause_order(clause: str) -> tuple[int, list[tuple[int, int, str]]]:
    """The locality's own clauses in natural order, then statutes, then local decisions."""
    rank = 2 if clause == LOCAL else 1 if clause.startswith("《") else 0
    parts = re.findall(r"\d+|\D+", clause)
    return rank, [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


# How each kind of value is put into words; what is not here shows its facts one by one.
_SHOWN: dict[type[Cited], Callable[[Any, Pack], str]] = {
    Limit: lambda limit, pack: _limit(limit),
    ApprovalRule: _link,
    Duty: _duty,
    Rung: _rung,
    Campaign: _campaign,
    DocumentKind: _document,
    Stage: lambda stage, pack: f"{stage.starts}至{stage.ends}",
    Reminder: lambda reminder, pack: _offset(reminder.offset),
    Supervisor: lambda rule, pack: BODIES[rule.body],
    Urgency: lambda urgency, pack: f"时限：{_called('limits', urgency.limit, pack)}",
    Points: lambda points, pack: f"{points.value:g}分",
}
# Fields by which one value names another.
_SECTION_OF = {
    "limit": "limits",
    "chain": "chains",
    "campaign": "campaigns",
    "duty": "duties",
    "measures": "measures",
}
