from celery import shared_task

from cases.services.alerts import consume_alerts as consume
from cases.services.possessions import possessions_refresh
from cases.services.visit_days import visits_count
from duban.beat import moment_of


@shared_task(ignore_result=True)
def consume_alerts(at: str | None = None) -> None:
    consume(at=moment_of(at))


@shared_task(ignore_result=True)
def refresh_possessions(at: str | None = None) -> None:
    possessions_refresh(at=moment_of(at))


@shared_task(ignore_result=True)
def count_visits(at: str | None = None) -> None:
    visits_count(at=moment_of(at))
