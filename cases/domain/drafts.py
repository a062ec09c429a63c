"""What a matter must say before it is registered. Pure.

`consistency` refuses what can never be right; `completeness` what is still missing when the matter
is submitted (CZ-3.1b: each missing field blocks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, cast

from duban.rulepacks.schema import Choice, DayUnit, Limit, Pack

Problems = dict[str, list[str]]

# A mistyped century is refused; a plan of ten years is not.
FARTHEST = timedelta(days=3660)
DAY_UNITS = {"working_day": "工作日", "calendar_day": "自然日"}


class Dated(Protocol):
    """What a draft or a matter says about its limit."""

    @property
    def due_on(self) -> date | None: ...
    @property
    def due_count(self) -> int | None: ...
    @property
    def due_basis(self) -> str: ...


def awaits_agreement(said: Dated, pack: Pack) -> bool:
    """The date is left to be agreed with the unit (LZ-A-6.3a)."""
    basis = pack.due_bases.get(said.due_basis)
    undated = said.due_on is None and not said.due_count
    return (
        undated
        and pack.agreement is not None
        and basis is not None
        and (basis.needs == "agreement")
    )


def counted_limit(pack: Pack, count: int, unit: str) -> Limit:
    """A limit given as a number of days, counted as the pack says (LZ-A-7a)."""
    rule = pack.counting if pack.counting and pack.counting.unit == unit else None
    return Limit(
        label="办结期限",
        count=count,
        unit=cast("DayUnit", unit),
        roll=rule.roll if rule else "none",
        clause=rule.clause if rule else "",
        quote=rule.quote if rule else "",
        local_decision=f"交办时限定{count}个{DAY_UNITS[unit]}",
    )


@dataclass(frozen=True)
class Facts:
    """What the office writes down about a matter."""

    title: str
    task: str = ""
    heading: str = ""
    source: str = ""
    basis: str = ""
    basis_on: date | None = None
    importance: str = "ordinary"
    urgency: str = ""
    due_on: date | None = None
    due_count: int | None = None
    due_unit: str = ""
    due_basis: str = ""
    due_citation: str = ""
    collective_units: str = ""
    not_secret: bool = False


@dataclass(frozen=True)
class Party:
    """One unit's part, as drafted. `unit_active` is judged for the day of drafting."""

    unit_id: int
    unit_name: str
    is_lead: bool
    duty_text: str = ""
    responsible_person: str = ""
    due_on: date | None = None
    unit_active: bool = True
    paper: bool = False


def consistency(facts: Facts, parties: Sequence[Party], *, pack: Pack, on: date) -> Problems:
    """What cannot be right in a draft, by field; empty when nothing is."""
    found: Problems = {}
    if not facts.title.strip():
        _add(found, "title", "请填写事项名称。")
    for name, choices, label in (
        ("source", pack.case_sources, "事项来源"),
        ("urgency", pack.urgencies, "缓急程度"),
        ("due_basis", pack.due_bases, "期限依据"),
    ):
        value = getattr(facts, name)
        if value and value not in choices:
            _add(found, name, f"{label}不在现行规则规定的范围内。")
    if facts.basis_on and facts.basis_on > on:
        _add(found, "basis_on", "依据日期不能晚于今天。")
    _check_due(found, facts, on)
    _check_count(found, facts)
    _check_parties(found, facts, parties)
    _check_own_days(found, facts, parties, on)
    return found


def _check_due(found: Problems, facts: Facts, on: date) -> None:
    if facts.due_on is None:
        return
    if facts.due_on < on:
        _add(found, "due_on", f"办结期限不能早于今天（{_day(on)}）。")
    elif facts.due_on > on + FARTHEST:
        _add(found, "due_on", "办结期限超过十年，请核对年份。")


def _check_count(found: Problems, facts: Facts) -> None:
    """A number of days goes with its unit, and takes the place of a date (LZ-A-7a)."""
    if facts.due_count is None:
        return
    if facts.due_on:
        _add(found, "due_count", "已填写办结期限的日期，日数请留空。")
    if not 1 <= facts.due_count <= FARTHEST.days:
        _add(found, "due_count", f"日数应在 1 至 {FARTHEST.days} 之间。")
    if facts.due_unit not in DAY_UNITS:
        _add(found, "due_unit", "请选择按工作日还是按自然日计算。")


def _check_parties(found: Problems, facts: Facts, parties: Sequence[Party]) -> None:
    leads = [party for party in parties if party.is_lead]
    if len(leads) > 1:
        _add(found, "lead_unit", "牵头单位只能有一个。")
    seen: set[int] = set()
    for party in sorted(parties, key=lambda p: not p.is_lead):
        field = "lead_unit" if party.is_lead else "co_units"
        if party.unit_id in seen:
            _add(
                found,
                field,
                f"{party.unit_name}重复：牵头单位不能同时是协办单位，协办单位不能重复。",
            )
        seen.add(party.unit_id)
        if not party.unit_active:
            _add(found, field, f"{party.unit_name}已撤销，不能承办新的事项。")
        if not party.is_lead and not party.duty_text.strip():
            _add(found, "co_units", f"请写明{party.unit_name}的协办职责。")


def _check_own_days(found: Problems, facts: Facts, parties: Sequence[Party], on: date) -> None:
    """A co-unit's own day lies between today and the matter's (LZ-A-6.3c)."""
    for party in parties:
        own = party.due_on
        if own is None:
            continue
        said = f"{party.unit_name}的期限（{_day(own)}）"
        if own < on:
            _add(found, "co_units", f"{said}不能早于今天（{_day(on)}）。")
        if facts.due_on and own > facts.due_on:
            _add(found, "co_units", f"{said}晚于本事项期限（{_day(facts.due_on)}）。")


def completeness(
    facts: Facts, parties: Sequence[Party], *, pack: Pack, leader_named: bool = True
) -> Problems:
    """What is missing before the matter may be submitted for approval."""
    found: Problems = {}
    if not any(party.is_lead for party in parties):
        _add(found, "lead_unit", "请确定牵头单位。")
    required = (
        ("task", facts.task, "请填写办理要求（目标任务）。"),
        ("source", facts.source, "请选择事项来源。"),
        ("basis", facts.basis, "请填写立项依据：会议、批示或文件，及其日期、文号。"),
    )
    for name, value, text in required:
        if not value.strip():
            _add(found, name, text)
    if not facts.not_secret:
        _add(found, "not_secret", "本系统不得处理涉密事项，请确认不涉密。")
    if persons := pack.issue_fields.get("responsible_person"):
        _check_persons(found, parties, persons)
    _check_limit(found, facts, pack)
    basis = pack.due_bases.get(facts.due_basis)
    if _has_own_limit(facts) and basis and basis.needs_leader and not leader_named:
        _add(found, "assigner", f"{basis.label}须写明提出要求的领导（{basis.clause}）。")
    return found


def _check_persons(found: Problems, parties: Sequence[Party], rule: Choice) -> None:
    """Each unit's responsible person, where the pack asks for one (LZ-B-6b)."""
    for party in parties:
        if not party.responsible_person.strip():
            field = "lead_unit" if party.is_lead else "co_units"
            _add(found, field, f"请填写{party.unit_name}的{rule.label}（{rule.clause}）。")


def _check_limit(found: Problems, facts: Facts, pack: Pack) -> None:
    """A date or an urgency, and the proof that the basis of a date asks for (LZ-A-6)."""
    if awaits_agreement(facts, pack):
        return
    if not _has_own_limit(facts):
        if not facts.urgency:
            text = "请填写办结期限。" if not pack.urgencies else "请选择缓急程度，或填写办结期限。"
            _add(found, "due_on", text)
        return
    if pack.due_bases and not facts.due_basis:
        _add(found, "due_basis", "请选择期限依据。")
    basis = pack.due_bases.get(facts.due_basis)
    if basis and not facts.due_citation.strip():
        _add(found, "due_citation", NEEDS[basis.needs])


def _has_own_limit(facts: Facts) -> bool:
    """A day or a number of days of its own, beside what the pack's urgencies give."""
    return facts.due_on is not None or facts.due_count is not None


NEEDS = {
    "citation": "规定时间须写明所依据的规定及条款。",
    "document": "指定时间须写明作出指定的领导或机关和文件。",
    "agreement": "约定时间须写明与承办单位约定的方式和日期。",
}


def _add(found: Problems, field: str, text: str) -> None:
    found.setdefault(field, []).append(text)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
