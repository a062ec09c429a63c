from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from duban.beat import moment_of
from duban.notify.deliver import messages_deliver
from duban.notify.digest import digests_send


@shared_task
def deliver(at: str | None = None) -> int:
    return messages_deliver(at=moment_of(at))


@shared_task
def send_digests(at: str | None = None) -> int:
    """The working calendar lives above; settings name the function that knows it."""
    moment = moment_of(at)
    on = timezone.localdate(moment)
    is_working_day = import_string(settings.DUBAN_WORKING_DAY)
    return digests_send(on=on, at=moment, working_day=is_working_day(on))
