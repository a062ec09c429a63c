"""The places of this app in the head band."""

from __future__ import annotations

from cases.selectors.approvals import APPROVERS, awaiting_count
from cases.web.listing import READERS
from duban.org.roles import LEADERS, STAFF
from duban.web import navigation, search, states
from duban.web.navigation import NavItem


def register() -> None:
    from cases.web.search import PROVIDER, VISITS
    from cases.web.visits import READERS as VISIT_READERS

    navigation.register(
        NavItem("检查", "cases:visits", icon="geo-alt", roles=VISIT_READERS, order=420),
        NavItem("工作台", "cases:workbench", icon="speedometer2", order=100),
        NavItem("台账", "cases:list", icon="table", roles=READERS, order=200),
        NavItem(
            "办理用时",
            "cases:possession",
            icon="hourglass-split",
            roles=STAFF | LEADERS,
            order=450,
            more=True,
        ),
        NavItem(
            "待批",
            "cases:approvals",
            icon="patch-check",
            roles=APPROVERS,
            order=300,
            badge=awaiting_count,
        ),
    )
    search.register(PROVIDER)
    search.register(VISITS)
    states.register({"planned": "waiting", "recorded": "ready", "released": "done"})
