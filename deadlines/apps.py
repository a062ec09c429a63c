from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "deadlines"
    verbose_name = "时限"

    def ready(self) -> None:
        from deadlines.shipped import contradicted_examples
        from duban.rulepacks.examples import register

        # The arithmetic of worked examples lives above the packs.
        register("limits", contradicted_examples)
