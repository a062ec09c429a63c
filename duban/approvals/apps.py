from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "duban.approvals"
    label = "approvals"
    verbose_name = "审批"
