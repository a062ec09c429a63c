from dataclasses import asdict

from celery import shared_task
from django.utils import timezone

from deadlines import services


@shared_task
def sweep() -> dict[str, int]:
    return asdict(services.sweep(timezone.now()))
