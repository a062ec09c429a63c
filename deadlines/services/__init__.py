from deadlines.services.clock_changes import (
    clock_follow_calendar,
    clock_pause,
    clock_redate,
    clock_restart,
    clock_resume,
)
from deadlines.services.clocks import (
    clock_correct_receipt,
    clock_extend,
    clock_open,
    clock_reopen,
    clock_replay,
    clock_stop,
)
from deadlines.services.overdue import days_late, overdue_clear, overdue_record
from deadlines.services.sweep import SweepResult, sweep

__all__ = [
    "SweepResult",
    "clock_correct_receipt",
    "clock_extend",
    "clock_follow_calendar",
    "clock_open",
    "clock_pause",
    "clock_redate",
    "clock_reopen",
    "clock_replay",
    "clock_restart",
    "clock_resume",
    "clock_stop",
    "days_late",
    "overdue_clear",
    "overdue_record",
    "sweep",
]
