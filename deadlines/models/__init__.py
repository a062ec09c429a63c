from deadlines.models.alert import Alert, NextAlert, OverdueFinding, OverdueKind
from deadlines.models.calendar_change import CalendarChange, ChangeState
from deadlines.models.calendar_record import (
    CalendarMove,
    CalendarPreview,
    CalendarRun,
    FindingReview,
)
from deadlines.models.clock import Clock, ClockEvent, ClockState, EventKind
from deadlines.models.obligation import (
    Obligation,
    ObligationEntry,
    ObligationReminder,
    ObligationState,
    Scope,
)
from deadlines.models.verification import VerificationRun

__all__ = [
    "Alert",
    "CalendarChange",
    "CalendarMove",
    "CalendarPreview",
    "CalendarRun",
    "ChangeState",
    "Clock",
    "ClockEvent",
    "ClockState",
    "EventKind",
    "FindingReview",
    "NextAlert",
    "Obligation",
    "ObligationEntry",
    "ObligationReminder",
    "ObligationState",
    "OverdueFinding",
    "OverdueKind",
    "Scope",
    "VerificationRun",
]
