"""The bulletin of the last quarter, from the draft that beat makes to its publication."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from deadlines.calendar import WorkingCalendar
from duban.demo.timeline import Timeline, moment
from duban.demo.world import World
from reports.models import Bulletin
from reports.services.approval import bulletin_decide, bulletin_submit
from reports.services.publication import bulletin_publish
from reports.services.schedule import bulletins_draft_due


def plan_bulletin(world: World, base: date, timeline: Timeline) -> None:
    """Drafted on the first working day of this quarter, signed and published in the days after."""
    calendar = WorkingCalendar.load(base)
    first = calendar.on_or_after(date(base.year, (base.month - 1) // 3 * 3 + 1, 1))
    timeline.plan(moment(first, time(9)), lambda at: bulletins_draft_due(at=at))

    def current() -> Bulletin:
        return Bulletin.objects.filter(office=world.office).latest("id")

    def submit(at: datetime) -> None:
        bulletin_submit(bulletin=current(), by=world.actor("ducha", at), at=at)

    def decide(at: datetime) -> None:
        while current().state == "in_review":
            by = world.decider(current().chain, at)
            bulletin_decide(bulletin=current(), approve=True, by=by, opinion="同意印发。", at=at)
            at += timedelta(hours=2)

    def publish(at: datetime) -> None:
        bulletin_publish(bulletin=current(), by=world.actor("ducha", at), at=at)

    for days, hour, act in ((1, 10, submit), (2, 9, decide), (2, 16, publish)):
        day = calendar.add_working_days(first, days)
        timeline.plan(moment(day, time(hour)), act)
