"""Many explanations at once: one JSON object a line in, one a line out, in order. PURE.

In: `{"pack","rule","start"}` or `{"unit","count","roll","start"}`, either with `"calendar_as_of"`.
Out: `{"due","first_day","counted_days","rolled","provisional","clause"}`; a line that cannot be
answered gives `{"error"}` in its place, and the lines after it are answered all the same.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import IO, Any, Final

from deadlines.bulk import Computations
from deadlines.calendar import CalendarError, WorkingCalendar
from deadlines.computation import Computation
from deadlines.limits import LimitError, LimitLike, PlainLimit, check_limit
from deadlines.moments import MomentError, day_of, parse_day, parse_start
from deadlines.rules import compute

LimitOf = Callable[[str, str], LimitLike]  # (pack, rule) -> limit; raises LookupError

LONGEST_LINE: Final = 64 * 1024  # bytes
_FROM_PACK: Final = frozenset({"pack", "rule", "start", "calendar_as_of"})
_INLINE: Final = frozenset({"unit", "count", "roll", "start", "calendar_as_of"})


class BatchError(ValueError):
    """A line that is no question; the message is for the reader."""


def answers(stream: IO[bytes], limit_of: LimitOf) -> Iterator[str]:
    """One line of JSON for each line of `stream`."""
    for number, raw in enumerate(_lines(stream)):
        if number == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")  # the mark that Windows editors put first
        yield json.dumps(answer(raw, limit_of), ensure_ascii=False)


def answer(raw: bytes, limit_of: LimitOf) -> dict[str, Any]:
    """The answer to one line, or why there is none."""
    try:
        question = _question(raw)
        return result(_looked_up(question, limit_of))
    except (BatchError, MomentError, LimitError, CalendarError) as error:
        # What the line held may be quoted, and half a surrogate cannot be written out.
        return {"error": str(error).encode("utf-8", "replace").decode()}


def explain(question: Mapping[str, Any], limit_of: LimitOf, *, with_days: bool) -> Computation:
    """Raises BatchError, MomentError, LimitError or CalendarError."""
    limit, calendar = _asked(question, limit_of)
    computation = compute(limit, parse_start(question["start"]), calendar, with_days=with_days)
    return computation.under(rule=question.get("rule"), pack=question.get("pack"))


def _looked_up(question: Mapping[str, Any], limit_of: LimitOf) -> Computation:
    """As `explain`, from the day of the start: for what `result` says the hour does not matter."""
    limit, calendar = _asked(question, limit_of)
    check_limit(limit)  # before its numbers become part of a key: 1 and True are one there
    return _computations(limit, calendar)[day_of(parse_start(question["start"]))]


def _asked(question: Mapping[str, Any], limit_of: LimitOf) -> tuple[LimitLike, WorkingCalendar]:
    limit = _pack_limit(question, limit_of) if "pack" in question else _inline_limit(question)
    as_of = question.get("calendar_as_of")
    return limit, WorkingCalendar.load(None if as_of is None else parse_day(as_of))


@lru_cache(maxsize=32)
def _computations(limit: LimitLike, calendar: WorkingCalendar) -> Computations:
    return Computations(limit, calendar)


def result(computation: Computation) -> dict[str, Any]:
    return {
        "due": computation.due_text,
        "first_day": computation.first_day.isoformat(),
        "counted_days": computation.counted_days,
        "rolled": computation.rolled,
        "provisional": computation.provisional,
        "clause": computation.clause or None,
    }


def _question(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > LONGEST_LINE:
        raise BatchError(f"这一行超过{LONGEST_LINE // 1024}KB")
    if not raw.strip():
        raise BatchError("空行")
    try:
        question = json.loads(raw.decode("utf-8"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise BatchError("这一行不是UTF-8编码") from error
    except BatchError:
        raise
    except (ValueError, RecursionError) as error:
        raise BatchError("这一行不是合法的JSON") from error
    if not isinstance(question, dict):
        raise BatchError("这一行应是一个JSON对象")
    check_question(question)
    return question


def check_question(question: Mapping[str, Any]) -> None:
    """Exactly one of the two forms; a key misspelt is refused rather than ignored."""
    from_pack = "pack" in question or "rule" in question
    allowed = _FROM_PACK if from_pack else _INLINE
    required = ("pack", "rule", "start") if from_pack else ("unit", "count", "start")
    if unknown := sorted(question.keys() - allowed):
        raise BatchError(f"不认识的字段：{'、'.join(unknown)[:80]}")
    if missing := [key for key in required if question.get(key) is None]:
        raise BatchError(f"缺少字段：{'、'.join(missing)}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BatchError("同一字段出现两次")
    return found


def _inline_limit(question: Mapping[str, Any]) -> PlainLimit:
    return PlainLimit(question["count"], question["unit"], question.get("roll", "none"))


def _pack_limit(question: Mapping[str, Any], limit_of: LimitOf) -> LimitLike:
    pack, rule = question["pack"], question["rule"]
    if not isinstance(pack, str) or not isinstance(rule, str):
        raise BatchError("pack和rule应为文字")
    try:
        return limit_of(pack, rule)
    except LookupError as error:
        raise BatchError(str(error.args[0]) if error.args else "没有这条规则") from error


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines without their ends; of one that is too long only enough to know that it is."""
    while line := stream.readline(LONGEST_LINE + 2):
        if not line.endswith(b"\n") and len(line) > LONGEST_LINE:
            while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
        yield line.rstrip(b"\r\n")
