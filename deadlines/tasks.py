from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from deadlines import services
from duban.web.health import record_heartbeat


@shared_task
def sweep() -> dict[str, int]:
    at = timezone.now()
    found = asdict(services.sweep(at))
    record_heartbeat(at=at)
    return found
