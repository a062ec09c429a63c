"""The State Council's holiday arrangements as shipped facts: `data/calendar/YYYY.json`. PURE.

A notice names days off and make-up workdays. A later notice overrides an earlier one for the
days it names (2019-05-01 to 04, 2020-01-31 to 02-02). `decided_on` is the day it was made public.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "data" / "calendar"


@dataclass(frozen=True, slots=True)
class Notice:
    """One arrangement: `year` is the year it announces; days may lie in the December before.

    One that does not announce its year names some days of it and leaves the rest as it was.
    """

    year: int
    title: str
    document_no: str
    decided_on: date
    source: str
    days_off: Mapping[date, str]
    workdays: Mapping[date, str]
    announces: bool = True


@cache
def shipped_notices() -> tuple[Notice, ...]:
    """All shipped notices in the order in which they were decided."""
    found = [
        _notice(raw["year"], entry)
        for path in sorted(SHIPPED.glob("[0-9][0-9][0-9][0-9].json"))
        for raw in [json.loads(path.read_text(encoding="utf-8"))]
        for entry in raw["notices"]
    ]
    return tuple(sorted(found, key=lambda notice: notice.decided_on))


def _notice(year: int, entry: Mapping[str, Any]) -> Notice:
    return Notice(
        year=year,
        title=entry["title"],
        document_no=entry["document_no"],
        decided_on=date.fromisoformat(entry["decided_on"]),
        source=entry["source"],
        days_off=_days(entry["days_off"]),
        workdays=_days(entry["workdays"]),
    )


def _days(rows: list[dict[str, str]]) -> dict[date, str]:
    return {date.fromisoformat(row["date"]): row["name"] for row in rows}
