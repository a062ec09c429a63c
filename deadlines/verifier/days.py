"""A calendar version written out day by day, as the independent verifier reads it. PURE."""

from typing import Final

from deadlines.calendar import FIRST_YEAR, LAST_YEAR, WorkingCalendar

FRIDAY: Final = 4


def calendar_line(calendar: WorkingCalendar) -> dict[str, object]:
    """What differs from Monday to Friday, and the years that are announced."""
    days = [day for year in range(FIRST_YEAR, LAST_YEAR + 1) for day in calendar.year(year)]
    odd = [day for day in days if day.working != (day.date.weekday() <= FRIDAY)]
    return {
        "version": calendar.version,
        "announced": sorted(calendar.announced_years),
        "off": [day.date.isoformat() for day in odd if not day.working],
        "on": [day.date.isoformat() for day in odd if day.working],
    }
