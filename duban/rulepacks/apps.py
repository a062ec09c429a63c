from django.apps import AppConfig


class RulePacksConfig(AppConfig):
    name = "duban.rulepacks"
    label = "rulepacks"
    verbose_name = "规则包"
