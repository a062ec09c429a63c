"""Limits of the shipped rule packs, and the check of their worked examples. PURE, no database."""

from datetime import datetime

from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.limits import LimitError
from deadlines.rules import compute
from duban.rulepacks.loader import load_shipped
from duban.rulepacks.schema import Example, Limit, Pack


def shipped_limit(pack: str, rule: str) -> Limit:
    """Raises LookupError with a sentence for the reader."""
    limits = load_shipped(pack).limits
    if rule not in limits:
        raise LookupError(f"规则包{pack}没有名为{rule}的时限（有：{'、'.join(limits)}）")
    return limits[rule]


def contradicted_examples(pack: Pack) -> list[str]:
    """One line per worked example of a limit that does not come out."""
    return [
        f"limits.{key}：{problem}（{limit.clause or '本地决定'}）"
        for key, limit in pack.limits.items()
        for example in limit.examples
        if (problem := _problem(limit, example))
    ]


def _problem(limit: Limit, example: Example) -> str | None:
    try:
        found = compute(limit, example.start, WorkingCalendar.load(), with_days=False)
    except (LimitError, CalendarError) as error:
        return str(error)
    expected = example.due
    if isinstance(expected, datetime):
        matches = found.due_at.replace(tzinfo=None) == expected.replace(tzinfo=None)
    else:
        matches = found.last_day == expected
    if matches:
        return None
    return f"自{example.start}起应为{expected}，实际算得{found.due_text}"
