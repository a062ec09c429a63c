from celery import shared_task
from django.utils import timezone

from reports.services.schedule import bulletins_draft_due


@shared_task(ignore_result=True)
def draft_quarterly_bulletins() -> None:
    bulletins_draft_due(at=timezone.now())
