"""One round of the obligations of units and offices, as beat runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deadlines.moments import day_of
from deadlines.services.obligation_alerts import obligations_follow
from deadlines.services.obligation_rounds import obligations_open


@dataclass(frozen=True, slots=True)
class Swept:
    """Obligations opened, reminders sent, findings written, rows that failed."""

    opened: int = 0
    reminders: int = 0
    findings: int = 0
    failed: int = 0


def obligations_sweep(*, at: datetime) -> Swept:
    """Open what the periods begun ask for, then see to the alerts of what runs."""
    opened = obligations_open(on=day_of(at), at=at)
    followed = obligations_follow(at=at)
    return Swept(
        opened.opened, followed.reminders, followed.findings, opened.failed + followed.failed
    )
