from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from duban.notify.deliver import messages_deliver
from duban.notify.digest import digests_send


@shared_task
def deliver() -> int:
    return messages_deliver(at=timezone.now())


@shared_task
def send_digests() -> int:
    """The working calendar lives above; settings name the function that knows it."""
    at = timezone.now()
    on = timezone.localdate(at)
    is_working_day = import_string(settings.DUBAN_WORKING_DAY)
    return digests_send(on=on, at=at, working_day=is_working_day(on))
