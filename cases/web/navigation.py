"""The places of this app in the head band."""

from __future__ import annotations

from cases.selectors.approvals import APPROVERS, awaiting_count
from cases.web.listing import READERS
from duban.web import navigation, search
from duban.web.navigation import NavItem


def register() -> None:
    from cases.web.search import PROVIDER

    navigation.register(
        NavItem("工作台", "cases:workbench", icon="speedometer2", order=100),
        NavItem("台账", "cases:list", icon="table", roles=READERS, order=200),
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
