from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration: six invented localities at work. Loaded only by `duban_demo`."""

    name = "duban.demo"
    label = "demo"
    verbose_name = "演示"
