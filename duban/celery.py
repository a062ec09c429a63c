"""The Celery application, and the one table of everything that runs by itself."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.settings")

app = Celery("duban")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Times are Asia/Shanghai (CELERY_TIMEZONE). The steps of one round stand a minute apart, so that
# each finds the rows of the step before it; a round that is missed is made up by the next one.
# Whether a day is a working day is the services' question, not this table's.
app.conf.beat_schedule = {
    "deadline-sweep": {
        "task": "deadlines.tasks.sweep",
        "schedule": crontab(minute="0-59/5"),
    },
    "obligations": {
        "task": "deadlines.tasks.obligations",
        "schedule": crontab(minute="1-59/5"),
    },
    "alerts-to-cases": {
        "task": "cases.tasks.consume_alerts",
        "schedule": crontab(minute="1-59/5"),
    },
    "visits-to-obligations": {
        # Counted as they are recorded; here what was recorded before the obligation was opened.
        "task": "cases.tasks.count_visits",
        "schedule": crontab(minute="2-59/5"),
    },
    "possessions": {
        "task": "cases.tasks.refresh_possessions",
        "schedule": crontab(minute="4-59/5"),
    },
    "messages": {
        "task": "duban.notify.tasks.deliver",
        "schedule": crontab(minute="2-59/5"),
    },
    "documents-not-yet-rendered": {
        "task": "duban.documents.tasks.render_missing",
        "schedule": crontab(minute="3-59/5"),
    },
    "digest": {
        "task": "duban.notify.tasks.send_digests",
        # At 08:30 once a day and person; the later rounds make up a missed one and retry a mail
        # server that was down.
        "schedule": crontab(hour="8-17", minute="0-59/10"),
    },
    "calendar-changes": {
        "task": "deadlines.tasks.calendar_changes",
        # Previews too large to make at once, and what is left of a change that was interrupted.
        "schedule": crontab(minute="4-59/5"),
    },
    "clock-verification": {
        "task": "deadlines.tasks.verify",
        # At a quiet hour; a night missed is no matter, two show on the page of the system's state.
        "schedule": crontab(hour="3", minute="10"),
    },
    "quarterly-bulletins": {
        "task": "reports.tasks.draft_quarterly_bulletins",
        # The first working day and the hour are the service's question; later rounds catch up.
        "schedule": crontab(minute="0,30"),
    },
}


@worker_init.connect
def restore_orphans(sender: Any = None, **_: Any) -> None:
    """Puts back what a killed worker had taken, before the first task is fetched.

    Only where exactly one worker can exist (`make run` says so): with several, the unacknowledged
    tasks may be another's, and the broker's visibility timeout returns them instead.
    """
    if os.environ.get("DUBAN_SINGLE_WORKER") != "1":
        return
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        for tag in channel.client.zrange(channel.unacked_index_key, 0, -1):
            channel.qos.restore_by_tag(tag, leftmost=True)
