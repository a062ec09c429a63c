"""Small charts as numbers for an SVG: positions are worked out here, the template only draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.selectors.overview import UnitLights, Week
from cases.web.listing import list_url

WIDTH, HEIGHT, FOOT, TOP = 540, 180, 24, 18
BAR = 20
SCALE_LINES = 4


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    height: float
    value: int
    url: str
    label: str
    kind: str

    @property
    def middle(self) -> float:
        return self.x + BAR / 2


@dataclass(frozen=True)
class WeekChart:
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    lines: Sequence[tuple[float, int]]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    base: int = HEIGHT - FOOT
    bar: int = BAR


def week_chart(weeks: Sequence[Week]) -> WeekChart:
    """Two bars a week, each a link to the matters it counts."""
    top = max([1, *(week.registered for week in weeks), *(week.completed for week in weeks)])
    top = -(-top // SCALE_LINES) * SCALE_LINES
    slot = (WIDTH - 30) / len(weeks)
    bars: list[Bar] = []
    ticks = []
    for index, week in enumerate(weeks):
        left = 30 + slot * index + (slot - 2 * BAR - 4) / 2
        bars += [
            _bar(left, week, week.registered, "registered", "立项", top),
            _bar(left + BAR + 4, week, week.completed, "completed", "办结", top),
        ]
        ticks.append((round(left + BAR + 2, 1), f"{week.first.month}/{week.first.day}"))
    lines = [
        (_y(top * n / SCALE_LINES, top), top * n // SCALE_LINES) for n in range(SCALE_LINES + 1)
    ]
    new, done = sum(week.registered for week in weeks), sum(week.completed for week in weeks)
    return WeekChart(bars, ticks, lines, f"近{len(weeks)}周立项 {new} 件，办结 {done} 件")


def _bar(x: float, week: Week, value: int, kind: str, word: str, top: int) -> Bar:
    y = _y(value, top)
    url = list_url(**{f"{kind}_from": week.first, f"{kind}_to": week.last})
    label = f"{week.first:%m月%d日}起一周{word} {value} 件"
    return Bar(round(x, 1), y, round(HEIGHT - FOOT - y, 1), value, url, label, kind)


def _y(value: float, top: int) -> float:
    return round(HEIGHT - FOOT - value / top * (HEIGHT - FOOT - TOP), 1)


# Order and colour of the parts of a unit's bar; red is late and nothing else.
STRIPES = (
    ("red", "#b4151b"),
    ("waiting", "#8b7bb5"),
    ("amber", "#d08700"),
    ("green", "#1b7444"),
    ("none", "#c3ccd7"),
)
STRIPE_WIDTH = 120


def stripes(unit: UnitLights, most: int) -> list[tuple[float, float, str]]:
    """x, width and colour of each part of the bar; the longest bar belongs to `most`."""
    x, found = 0.0, []
    for light, colour in STRIPES:
        if count := unit.lights.get(light, 0):
            width = round(count / max(most, 1) * STRIPE_WIDTH, 1)
            found.append((round(x, 1), width, colour))
            x += width
    return found
