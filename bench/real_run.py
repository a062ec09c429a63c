"""Four real task documents through import, work, extension, closure and two quarters' bulletins.

    python -m bench.real_run

Prints what it did and ends with the counts in one line. It works on a database of its own, made
anew and thrown away.
"""

from __future__ import annotations

import io
import os
import random
import sys
import tempfile
import time as clock
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

QUARTERS = ("2020Q4", "2021Q1")
QUARTERS_OF = {"07": ("2022Q4", "2023Q1")}
SEED = 20201101


@dataclass
class Outcome:
    """What came of one document."""

    key: str
    found: int = 0
    refused_as_found: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    imported: int = 0
    tally: dict[str, int] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    bulletins: list[str] = field(default_factory=list)


def run(folder: Path, say: Callable[[str], None]) -> list[Outcome]:
    """Everything, in the order of time; the database is the caller's."""
    from bench.real_input import DECISIONS, documents
    from deadlines.calendar import WorkingCalendar
    from duban.demo.timeline import Timeline, moment

    calendar = WorkingCalendar.load(None)
    found = documents(folder)
    timeline = Timeline(calendar.add_working_days(min(d.dated_on for d in found), 1))
    outcomes: list[Outcome] = []
    say("办公室的决定（规则）：")
    for rule in DECISIONS:
        say(f"  · {rule}")
    for document in found:
        outcome = Outcome(document.key)
        outcomes.append(outcome)
        begins = calendar.add_working_days(document.dated_on, 1)
        timeline.plan(moment(begins, time(9)), _beginning(document, begins, timeline, outcome, say))
    timeline.run(moment(date(2023, 4, 28), time(18)))
    for outcome in outcomes:
        _sum_up(outcome)
    return outcomes


def _beginning(document, begins, timeline, outcome, say):  # type: ignore[no-untyped-def]
    """The day a document is taken in: its office is made, its sheet imported, work planned."""

    def act(at: datetime) -> None:
        from bench.real_life import Life, world_make
        from cases.models import Case

        world = world_make(document)
        _import(world, at, outcome, say)
        chance = random.Random(f"{SEED}{document.key}")
        for case in Case.objects.filter(office=world.office).order_by("pk"):
            Life(world, case.pk, timeline, chance, tally=outcome.tally).start(begins)
        for period in QUARTERS_OF.get(document.key, QUARTERS):
            _plan_bulletin(world, period, timeline, outcome)

    return act


def _import(world, at: datetime, outcome: Outcome, say) -> None:  # type: ignore[no-untyped-def]
    from bench.real_input import sheet
    from cases.imports.services import sheet_import
    from cases.models import Case

    document, by = world.document, world.actor("section", at)
    as_found = sheet_import(
        office=world.office, stream=io.BytesIO(sheet(document, document.as_found())), by=by, at=at
    )
    outcome.found, outcome.refused_as_found = len(as_found.rows), len(as_found.refused)
    outcome.reasons = Counter(
        text.split("：")[0] for row in as_found.refused for text in row.reasons
    )
    assert not Case.objects.filter(office=world.office).exists(), "nothing half-imported"
    decided = sheet_import(
        office=world.office, stream=io.BytesIO(sheet(document, document.decided())), by=by, at=at
    )
    for row in decided.refused:
        say(f"    第{row.number}行：{'；'.join(row.reasons)}")
    outcome.imported = decided.created
    say(
        f"文件{document.key}：原样导入{outcome.found}行，退回{outcome.refused_as_found}行"
        f"（{'，'.join(f'{column}{n}' for column, n in outcome.reasons.most_common())}）；"
        f"按决定补充后导入{outcome.imported}件。"
    )


def _plan_bulletin(world, period: str, timeline, outcome: Outcome) -> None:  # type: ignore[no-untyped-def]
    """Drafted as beat does on the first working day, then reviewed, signed and published."""
    from deadlines.calendar import WorkingCalendar
    from duban.demo.timeline import moment
    from reports.models import Bulletin
    from reports.services.approval import bulletin_decide, bulletin_submit
    from reports.services.publication import bulletin_publish
    from reports.services.schedule import bulletins_draft_due

    year, quarter = int(period[:4]), int(period[-1])
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    first = WorkingCalendar.load(None).on_or_after(after)

    def current() -> Bulletin:
        return Bulletin.objects.filter(office=world.office, period=period).latest("id")

    def sign(at: datetime) -> None:
        bulletin_submit(bulletin=current(), by=world.actor("staff", at), at=at)
        while current().state == "in_review":
            by = _signer(world, current(), at)
            bulletin_decide(bulletin=current(), approve=True, by=by, at=at, opinion="同意。")
            at += timedelta(hours=1)
        bulletin_publish(bulletin=current(), by=world.actor("staff", at), at=at)
        outcome.bulletins.append(f"{period} {current().document.number}")

    timeline.plan(moment(first, time(9)), lambda at: bulletins_draft_due(at=at))
    timeline.plan(moment(first + timedelta(days=1), time(10)), sign)


def _signer(world, bulletin, at: datetime):  # type: ignore[no-untyped-def]
    from duban.approvals.permissions import may_decide

    chain = bulletin.chain
    chain.__dict__.pop("ordered_steps", None)
    for key in ("head", "secgen", "chief", "deputy1"):
        if may_decide(chain.current, world.actor(key, at)):
            return world.actor(key, at)
    raise LookupError(chain)


def _sum_up(outcome: Outcome) -> None:
    from cases.models import Case
    from deadlines.models import OverdueFinding

    cases = Case.objects.filter(office__prefix=f"实{outcome.key}督")
    outcome.states = Counter(cases.values_list("state", flat=True))
    outcome.overdue = (
        OverdueFinding.objects.filter(clock__case_id__in=cases.values("pk"))
        .values("clock__case_id")
        .distinct()
        .count()
    )


def counts(outcomes: list[Outcome]) -> dict[str, int]:
    """The totals of all documents."""
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update(outcome.tally)
        total.update(
            found=outcome.found,
            refused_as_found=outcome.refused_as_found,
            imported=outcome.imported,
            overdue=outcome.overdue,
            done=outcome.states["completed"],
            running=outcome.states["in_progress"],
            bulletins=len(outcome.bulletins),
        )
    return dict(total)


def main() -> int:
    from bench.real_input import data_dir

    folder = data_dir()
    if folder is None:
        sys.stdout.write("没有找到真实文件（shared/data），未运行。\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="duban-real-") as var:
        os.environ["DUBAN_VAR"] = var
        os.environ["DJANGO_SETTINGS_MODULE"] = "duban.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import transaction

        call_command("migrate", verbosity=0)
        began = clock.monotonic()
        with transaction.atomic():
            outcomes = run(folder, lambda text: sys.stdout.write(f"{text}\n"))
        for outcome in outcomes:
            states = "，".join(f"{state} {n}" for state, n in sorted(outcome.states.items()))
            sys.stdout.write(f"文件{outcome.key}：{states}；通报 {'、'.join(outcome.bulletins)}\n")
        line = " ".join(f"{name}={n}" for name, n in sorted(counts(outcomes).items()))
        sys.stdout.write(f"{line} seconds={clock.monotonic() - began:.0f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
