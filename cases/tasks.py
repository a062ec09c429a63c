from celery import shared_task
from django.utils import timezone

from cases.services.alerts import consume_alerts as consume


@shared_task(ignore_result=True)
def consume_alerts() -> None:
    consume(at=timezone.now())
