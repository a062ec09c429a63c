"""The light of a clock: computed at the moment of asking, never stored. PURE."""

from datetime import datetime
from typing import Final

GREEN: Final = "green"
AMBER: Final = "amber"
RED: Final = "red"
OFF: Final = "off"  # the clock is stopped or paused

LABELS: Final = {GREEN: "正常", AMBER: "临期", RED: "超期", OFF: "已停"}


def light_of(*, running: bool, warn_at: datetime, due_at: datetime, at: datetime) -> str:
    """The same decision as `ClockQuerySet.with_light`: late from the due moment on."""
    if not running:
        return OFF
    if at >= due_at:
        return RED
    return AMBER if at >= warn_at else GREEN
