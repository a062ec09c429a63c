"""The places of this app in the head band."""

from __future__ import annotations

from duban.org.roles import ADMINISTRATORS, LEADERS, STAFF, UNIT
from duban.web import navigation, states
from duban.web.navigation import NavItem

READERS = STAFF | LEADERS | UNIT
# Who reports; the office reaches the list from the calendar, its band is full.
REPORTERS = UNIT | {"section_staff"}


def register() -> None:
    navigation.register(
        NavItem("报送", "deadlines:obligations", icon="calendar-check", roles=REPORTERS, order=350),
        NavItem("日历", "deadlines:calendar", icon="calendar3", roles=READERS, order=400),
    )
    # Administrators have no calendar of duties; the arranging of days is theirs too.
    navigation.register(
        NavItem(
            "日历变更", "calendar_changes:list", icon="calendar3", roles=ADMINISTRATORS, order=400
        )
    )
    states.register({"fulfilled": "done", "ceased": "stopped"})
