"""Messages go out only in office hours on working days."""

from datetime import UTC, datetime

import pytest

from deadlines.calendar import WorkingCalendar
from deadlines.moments import SHANGHAI
from deadlines.office_hours import in_office_hours, next_office_moment

CALENDAR = WorkingCalendar.load()


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-09-18T08:29:59", "2026-09-18T08:30", id="上班前"),
        pytest.param("2026-09-18T08:30", "2026-09-18T08:30", id="上班时刻"),
        pytest.param("2026-09-18T11:59:59", "2026-09-18T11:59:59", id="上午"),
        pytest.param("2026-09-18T12:00", "2026-09-18T14:30", id="午休"),
        pytest.param("2026-09-18T17:30", "2026-09-20T08:30", id="周五下班后_周日调休上班"),
        pytest.param("2026-09-20T09:00", "2026-09-20T09:00", id="上班的周日"),
        pytest.param("2026-09-30T20:00", "2026-10-08T08:30", id="国庆前夜"),
        pytest.param("2026-10-03T10:00", "2026-10-08T08:30", id="国庆假期中"),
        pytest.param("2026-10-10T10:00", "2026-10-10T10:00", id="上班的周六"),
    ],
)
def test_next_office_moment(moment: str, expected: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
    wanted = datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)
    assert next_office_moment(at.astimezone(UTC), CALENDAR) == wanted
    assert in_office_hours(at, CALENDAR) is (at == wanted)
