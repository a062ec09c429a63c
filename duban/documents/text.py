"""Text of official documents: cleaning, widths in 字, Chinese dates, titles in lines. Pure.

One 字 (em) is the width of one Chinese character; Latin letters and digits count one half.
"""

import re
import unicodedata
from datetime import date
from functools import cache
from itertools import pairwise
from math import inf

# Not lawful in XML 1.0, hence not in docx; also lone surrogates and non-characters.
_UNLAWFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\uffff]"
)
# Direction overrides and invisible joiners let a name read other than it is stored.
_DECEPTIVE = re.compile("[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069]")
_CLOSING = "，。、；：？！）》〉」』】〕”’%…,.;:?!)]}"
_OPENING = "（《〈「『【〔“‘([{"
# Words that official titles are made of: a line may end before or after them.
_WORD_STARTS = tuple(
    [
        "予以",
        "办理",
        "开展",
        "进行",
        "情况",
        "做好",
        "加强",
        "推进",
        "落实",
        "贯彻",
        "实施",
        "督查",
        "市政府",
        "县政府",
        "区政府",
        "市委",
        "省政府",
        "年度",
        "重点",
        "工作",
        "第",
    ]
)
_WORD_ENDS = tuple(
    [
        "季度",
        "年度",
        "月份",
        "事项",
        "任务",
        "工作",
        "人民政府",
        "办公室",
        "督查室",
        "的",
        "、",
        "和",
        "及",
    ]
)
_TAILS = ("通知", "通报", "报告", "意见", "公告", "决定", "函")
LONGEST_TITLE = 160


def clean_text(value: str) -> str:
    """Lawful in XML and safe to print: no control, direction or non-characters.

    Line ends become "\\n", tabs become blanks; everything else stays as typed.
    """
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    value = _DECEPTIVE.sub("", _UNLAWFUL.sub("", value))
    return "".join(char for char in value if ord(char) & 0xFFFE != 0xFFFE)


def one_line(value: str) -> str:
    """The same with all white space runs made one blank and the ends stripped."""
    return re.sub(r"\s+", " ", clean_text(value)).strip()


def text_width(value: str) -> float:
    """Width in 字."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in value)


def chinese_date(on: date) -> str:
    """2026年7月1日: Arabic digits, full year, no leading zeros (GB/T 9704 7.3.5.4)."""
    return f"{on.year}年{on.month}月{on.day}日"


def document_number(prefix: str, year: int, seq: int) -> str:
    """长政督〔2026〕3号: year in 〔〕, no 第, no leading zeros (GB/T 9704 7.2.5)."""
    return f"{prefix}〔{year}〕{seq}号"


def issue_number(prefix: str, year: int, seq: int) -> str:
    """How a serial is cited: 《督查通报》2026年第3期; prefix is its name, may be empty."""
    name = f"《{prefix.strip('《》')}》" if prefix else ""
    return f"{name}{year}年第{seq}期"


def title_lines(title: str, per_line: float = 19.0) -> tuple[str, ...]:
    """A title in centred lines of at most `per_line` 字, balanced, words kept whole where known.

    A line end typed by the author decides; otherwise the break before 关于 is preferred, and
    none falls after 的, inside digits, Latin words or 《》, or before closing punctuation.
    """
    typed = [one_line(part) for part in title.split("\n")]
    lines: list[str] = []
    for part in filter(None, typed):
        lines.extend(_balanced(part, per_line))
    return tuple(lines) or ("",)


def _balanced(text: str, per_line: float) -> list[str]:
    if text_width(text) <= per_line:
        return [text]
    least = int(-(-text_width(text) // per_line))
    # One line more than needed is taken when it saves a word from being cut.
    tries = [_best_cuts(text, count, per_line) for count in (least, least + 1, least + 2)]
    found = [(cost + 30 * extra, cuts) for extra, (cost, cuts) in enumerate(tries)]
    cuts = min(found)[1]
    edges = [0, *cuts, len(text)]
    pieces = [text[start:end].strip() for start, end in pairwise(edges)]
    return [piece for piece in pieces if piece]


def _best_cuts(text: str, count: int, per_line: float) -> tuple[float, tuple[int, ...]]:
    """Least cost and where to cut into `count` lines; infinite when a line would be too long."""
    # A title of hundreds of characters is no title; cut it plainly rather than search.
    if len(text) > LONGEST_TITLE:
        size = max(1, int(per_line))
        return 0.0, tuple(range(size, len(text), size))
    sums = [0.0]
    for char in text:
        sums.append(sums[-1] + text_width(char))
    ideal = sums[-1] / count

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[int, ...]]:
        if left == 1:
            width = sums[-1] - sums[start]
            return ((width - ideal) ** 2 if width <= per_line else inf), ()
        found: tuple[float, tuple[int, ...]] = (inf, ())
        for end in range(start + 1, len(text)):
            width = sums[end] - sums[start]
            if width > per_line:
                break
            rest, cuts = best(end, left - 1)
            found = min(found, ((width - ideal) ** 2 + _break_cost(text, end) + rest, (end, *cuts)))
        return found

    return best(0, count)


def _break_cost(text: str, at: int) -> float:
    before, after = text[at - 1], text[at]
    if after in _CLOSING or before in _OPENING:
        return 1000.0
    if before.isascii() and after.isascii() and before.isalnum() and after.isalnum():
        return 1000.0
    if text[:at].count("《") > text[:at].count("》"):
        return 60.0
    if before.isdigit() and after in "年月日号期季个":
        return 200.0
    cost = 25.0
    if text.startswith("关于", at):
        cost -= 60.0
    elif text.startswith(_WORD_STARTS, at) or text.endswith(_WORD_ENDS, 0, at):
        cost -= 20.0
    if before in _CLOSING:
        cost -= 15.0
    if after in "的和及与" or text.startswith(_TAILS, at):
        cost += 40.0
    return cost
