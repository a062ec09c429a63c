from deadlines.models.alert import Alert, OverdueFinding, OverdueKind
from deadlines.models.clock import Clock, ClockEvent, ClockState, EventKind

__all__ = [
    "Alert",
    "Clock",
    "ClockEvent",
    "ClockState",
    "EventKind",
    "OverdueFinding",
    "OverdueKind",
]
