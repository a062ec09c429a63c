"""Days as lines that a person can read, check and correct: `2027-01-01至2027-01-03 放假 元旦`. PURE."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Final

from deadlines.announcement.found import AnnouncementError, stretch
from deadlines.moments import MomentError, parse_day

_LINE: Final = re.compile(r"(\S+?)(?:\s*(?:至|到|~|—)\s*(\S+))?\s+(放假|上班)\s+(\S.*)")
_LONGEST: Final = 60  # days in one line
_MOST: Final = 400


def days_as_lines(days_off: Mapping[date, str], workdays: Mapping[date, str]) -> str:
    """One line for each unbroken run of days of one name, in order."""
    rows = [(on, "放假", name) for on, name in days_off.items()]
    rows += [(on, "上班", name) for on, name in workdays.items()]
    numbered = enumerate(sorted(rows))
    runs = groupby(
        numbered, key=lambda pair: (pair[1][0].toordinal() - pair[0], pair[1][1], pair[1][2])
    )
    return "\n".join(_line([row for _, row in run]) for _, run in runs)


def _line(run: list[tuple[date, str, str]]) -> str:
    first, last = run[0][0], run[-1][0]
    span = first.isoformat() if first == last else f"{first.isoformat()}至{last.isoformat()}"
    return f"{span} {run[0][1]} {run[0][2]}"


def days_of_lines(text: str) -> tuple[dict[date, str], dict[date, str]]:
    """(days off, workdays). Raises AnnouncementError naming the line that cannot be read."""
    found: dict[str, dict[date, str]] = {"放假": {}, "上班": {}}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        for on, word, name in _read(number, line.strip()):
            if on in found["放假"] or on in found["上班"]:
                raise AnnouncementError(f"第{number}行：{on.isoformat()}前面已经写过")
            found[word][on] = name
    if sum(map(len, found.values())) > _MOST:
        raise AnnouncementError(f"一次最多填写{_MOST}天")
    return found["放假"], found["上班"]


def _read(number: int, line: str) -> list[tuple[date, str, str]]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise AnnouncementError(
            f"第{number}行没有读懂，请写作“2027-01-01至2027-01-03 放假 元旦”：{line[:40]}"
        )
    first, last, word, name = match.groups()
    try:
        start = parse_day(first)
        end = parse_day(last) if last else start
    except MomentError as error:
        raise AnnouncementError(f"第{number}行：{error}") from error
    if not 0 <= (end - start).days < _LONGEST:
        raise AnnouncementError(f"第{number}行：起止日期有误，一行最多{_LONGEST}天")
    return [(on, word, name.strip()[:40]) for on in stretch(start, end)]
