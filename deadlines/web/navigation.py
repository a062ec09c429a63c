"""The places of this app in the head band."""

from __future__ import annotations

from urllib.parse import urlencode

from deadlines.web.owed import PRESSING, pressing_count
from duban.org.roles import ADMINISTRATORS, LEADERS, STAFF, UNIT
from duban.web import navigation, states
from duban.web.navigation import NavItem

READERS = STAFF | LEADERS | UNIT
# Who owes something, or sees to it that it comes in.
REPORTERS = UNIT | STAFF


def register() -> None:
    navigation.register(
        NavItem(
            "报送",
            "deadlines:obligations",
            icon="calendar-check",
            roles=REPORTERS,
            order=350,
            badge=pressing_count,
            asked=urlencode(PRESSING),
        ),
        NavItem("日历", "deadlines:calendar", icon="calendar3", roles=READERS, order=400),
    )
    # Administrators have no calendar of duties; the arranging of days is theirs too.
    navigation.register(
        NavItem(
            "日历变更", "calendar_changes:list", icon="calendar3", roles=ADMINISTRATORS, order=400
        )
    )
    states.register({"fulfilled": "done", "ceased": "stopped"})
