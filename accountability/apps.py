from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    """The consequences of a grade: proposals, decisions, score events. Above `cases`, below `reports`."""

    name = "accountability"
    verbose_name = "问责与激励"
