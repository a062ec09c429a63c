"""What a proposal for an agreed date must say, and the co-units' days within it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cases.domain.drafts import FARTHEST, Problems


@dataclass(frozen=True)
class CoDay:
    """One co-unit and its day; `said` is whether this plan names it, or it stands from before."""

    unit_name: str
    due_on: date
    said: bool = True


def proposal_problems(
    *,
    plan: str,
    proposed_on: date | None,
    stands: date | None,
    co_days: Sequence[CoDay],
    on: date,
) -> Problems:
    """By field. `stands` is the matter's day where it has one; then only co-units' days are asked."""
    found: Problems = {}
    if not plan.strip():
        found["plan"] = ["请填写推进计划。"]
    if stands is None:
        _check_own(found, proposed_on, on)
    elif proposed_on is not None:
        found["proposed_on"] = [f"本事项期限为{stands}，变更须申请延期。"]
    elif not any(day.said for day in co_days):
        found["co_days"] = ["请至少填写一个协办单位的时限。"]
    _check_co_days(found, stands or proposed_on, co_days, on)
    return found


def counter_problems(*, counter_on: date, proposed_on: date, on: date) -> Problems:
    if counter_on == proposed_on:
        return {"counter_on": ["另提的日期与所报的日期相同，请直接同意。"]}
    if not on <= counter_on <= on + FARTHEST:
        return {"counter_on": ["另提的日期须在今天以后、十年以内。"]}
    return {}


def _check_own(found: Problems, proposed_on: date | None, on: date) -> None:
    if proposed_on is None:
        found["proposed_on"] = ["请填写办结时限。"]
    elif proposed_on < on:
        found["proposed_on"] = [f"办结时限不能早于今天（{on}）。"]
    elif proposed_on > on + FARTHEST:
        found["proposed_on"] = ["办结时限超过十年，请核对年份。"]


def _check_co_days(
    found: Problems, latest: date | None, co_days: Sequence[CoDay], on: date
) -> None:
    """None later than the matter's own day (LZ-A-6.3c)."""
    for day in co_days:
        said = f"{day.unit_name}的时限（{day.due_on}）"
        if day.said and day.due_on < on:
            found.setdefault("co_days", []).append(f"{said}不能早于今天（{on}）。")
        if latest and day.due_on > latest:
            found.setdefault("co_days", []).append(f"{said}晚于本事项办结时限（{latest}）。")
