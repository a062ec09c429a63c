from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    name = "deadlines"
    verbose_name = "时限"

    def ready(self) -> None:
        from django.core.signals import request_finished, request_started

        from deadlines.confirmed import begin_request, end_request
        from deadlines.shipped import contradicted_examples
        from deadlines.web import navigation
        from deadlines.web.verification import verification
        from duban.rulepacks.examples import register
        from duban.web import health

        # The arithmetic of worked examples lives above the packs.
        register("limits", contradicted_examples)
        navigation.register()
        health.register(verification)
        # One look at the confirmed calendar changes serves a whole request.
        request_started.connect(begin_request, dispatch_uid="calendar_begin_request")
        request_finished.connect(end_request, dispatch_uid="calendar_end_request")
