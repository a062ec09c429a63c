"""Building the demonstration, once."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import F

from cases.services.possessions import possessions_refresh
from deadlines.calendar import WorkingCalendar
from duban.demo.bulletins import plan_bulletin
from duban.demo.detours import ALL
from duban.demo.localities import localities
from duban.demo.matters import matters_of
from duban.demo.reporting import plan_reports
from duban.demo.scenes import plan_scenes
from duban.demo.stories import Story
from duban.demo.timeline import Timeline, moment
from duban.demo.world import world_make
from duban.notify.models import Message
from duban.org.models import Office

BEGINNING = timedelta(days=160)
EVENING = time(18)
UNREAD = timedelta(days=3)


def is_built() -> bool:
    return Office.objects.exists()


@transaction.atomic
def build(as_of: date) -> int:
    """Make the localities and let their matters happen up to the last working day before `as_of`.

    Everything goes through the services people use. Returns how many matters there are; all of
    it is one transaction, so that an interrupted build leaves nothing behind.
    """
    base = WorkingCalendar.load(as_of).add_working_days(as_of, -1)
    timeline = Timeline(base - BEGINNING)
    count = 0
    for locality in localities():
        world = world_make(locality, built_on=base - BEGINNING)
        for matter in matters_of(locality.key):
            story = Story(world, matter, base, timeline)
            ALL[matter.story](story)
            count += 1
        plan_bulletin(world, base, timeline)
        plan_reports(world, base, timeline)
        plan_scenes(world, base, timeline)
    timeline.run(moment(base, EVENING))
    possessions_refresh(at=moment(base, EVENING))
    # People have read their messages, but for those of the last days.
    recent = moment(base - UNREAD, time.min)
    Message.objects.filter(created_at__lt=recent).update(read_at=F("created_at"))
    return count
