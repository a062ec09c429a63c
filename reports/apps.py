from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "通报与统计"

    def ready(self) -> None:
        from django.urls import reverse

        from cases.web import approvals
        from duban.org.roles import LEADERS, STAFF, UNIT
        from duban.web import navigation
        from duban.web.navigation import NavItem

        navigation.register(
            NavItem("通报", "reports:bulletins", roles=STAFF | LEADERS | UNIT, order=500)
        )
        approvals.register(
            "reports.bulletin", lambda chain: reverse("reports:bulletin", args=[chain.owner_id])
        )
