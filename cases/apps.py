from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "督办事项"

    def ready(self) -> None:
        from cases.web.navigation import register

        register()
