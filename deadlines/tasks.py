from dataclasses import asdict

from celery import shared_task

from deadlines import services
from deadlines.models import CalendarChange
from deadlines.services.calendar_previews import calendar_previews_refresh
from deadlines.services.calendar_runs import calendar_change_carry_out, calendar_changes_carry_out
from deadlines.services.obligation_sweep import obligations_sweep
from deadlines.services.verification import clocks_verify
from duban.beat import moment_of
from duban.web.health import record_heartbeat

# Of a calendar change, so that a round ends well within the time limit of a task.
BATCHES_A_ROUND = 60


@shared_task
def sweep(at: str | None = None) -> dict[str, int]:
    moment = moment_of(at)
    found = asdict(services.sweep(moment))
    record_heartbeat(at=moment)
    return found


@shared_task
def obligations(at: str | None = None) -> dict[str, int]:
    """What units and offices owe in the periods begun, and who has to be reminded of it."""
    return asdict(obligations_sweep(at=moment_of(at)))


@shared_task
def calendar_changes(at: str | None = None) -> dict[str, int]:
    """What proposals wait for, and what is left of confirmed changes."""
    moment = moment_of(at)
    previews = calendar_previews_refresh(at=moment)
    finished = calendar_changes_carry_out(at=moment, most=BATCHES_A_ROUND)
    return {"previews": previews, "finished": finished}


@shared_task
def calendar_change(pk: int, at: str | None = None) -> None:
    """One confirmed change, as soon as it is confirmed."""
    change = CalendarChange.objects.get(pk=pk)
    calendar_change_carry_out(change=change, at=moment_of(at), most=BATCHES_A_ROUND)


@shared_task
def verify(at: str | None = None) -> dict[str, int]:
    """Every clock against the independent verifier."""
    run = clocks_verify(at=moment_of(at))
    return {"checked": run.checked, "differing": run.differing}
