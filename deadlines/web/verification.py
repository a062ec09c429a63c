"""The line of the nightly verification on the page of the system's state."""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from deadlines.models import ClockEvent
from deadlines.models.verification import OUT_OF_DATE, VerificationRun
from deadlines.services.verification import latest_verification
from duban.web.health import Check

KEY, TITLE = "clocks", "期限复核"
TAMPERED = "逐条查明数据是否被绕过系统改动；manage.py clocks verify 列出全部不一致之处。"
NOT_RUN = "检查 celery worker 与 celery beat 是否在运行，或手工执行 manage.py clocks verify。"


def verification(*, at: datetime) -> Check:
    try:
        run = latest_verification()
        since = run.finished_at if run else _first_event_at()
    except DatabaseError as error:
        return Check(KEY, TITLE, "fail", f"不能读取（{type(error).__name__}）")
    if since is None:
        return Check(KEY, TITLE, "ok", "尚无时钟，每日凌晨复核")
    stale = at - since > OUT_OF_DATE
    if run is None:
        return Check(KEY, TITLE, "fail" if stale else "ok", "尚未复核，每日凌晨复核", NOT_RUN)
    if run.differing:
        return Check(KEY, TITLE, "fail", _differing(run), TAMPERED, float(run.differing))
    said = f"{_when(run)}复核时钟{run.checked}个，全部一致"
    if stale:
        return Check(KEY, TITLE, "fail", f"{said}；此后超过两天未复核", NOT_RUN, 0.0)
    return Check(KEY, TITLE, "ok", said, value=0.0)


def _differing(run: VerificationRun) -> str:
    first = run.differences[0] if run.differences else ""
    return f"{_when(run)}复核时钟{run.checked}个，{run.differing}个不一致。{first}"


def _when(run: VerificationRun) -> str:
    return f"{timezone.localtime(run.finished_at):%Y-%m-%d %H:%M}"


def _first_event_at() -> datetime | None:
    return ClockEvent.objects.order_by("id").values_list("recorded_at", flat=True).first()
