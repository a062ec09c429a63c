"""The matters that a soak run works on, and the facts that must come out of it."""

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps

START = "2026-03-02"
MATTERS = 18

# What has to exist exactly once, told apart by these columns.
FACTS: dict[str, tuple[str, ...]] = {
    "deadlines.Alert": ("clock__unit_id", "clock__case_id", "clock__kind", "level", "due_at"),
    "deadlines.OverdueFinding": (
        "clock__unit_id",
        "clock__case_id",
        "clock__kind",
        "kind",
        "due_at",
    ),
    "deadlines.Obligation": ("unit_id", "key", "period", "state"),
    "deadlines.ObligationReminder": (
        "alert__clock__unit_id",
        "alert__clock__kind",
        "alert__level",
        "alert__due_at",
        "sent",
    ),
    "cases.Reminder": (
        "alert__clock__unit_id",
        "alert__clock__case_id",
        "alert__level",
        "alert__due_at",
        "sent",
    ),
    "cases.Escalation": ("assignment_id", "rung", "due_at", "state"),
    "cases.Notice": ("assignment_id", "kind", "number"),
    "cases.Possession": ("case_id", "kind", "name", "started_at"),
    "notify.Message": ("template", "recipient__username", "subject", "case_id"),
}


def build() -> None:
    """One office at work, with matters whose deadlines fall all over the run."""
    from cases.tests import given

    made = given.place("lanzhou-2018", on=START)
    units = [made.units[key] for key in ("housing", "finance", "water")]
    for number in range(MATTERS):
        when = given.at(START) + timedelta(days=number % 6)
        due = when.date() + timedelta(days=10 + 4 * number)
        lead, co = units[number % 3], units[(number + 1) % 3]
        case = given.in_progress(
            made,
            when=f"{when:%Y-%m-%d %H:%M}",
            title=f"第{number + 1}项工作",
            due_on=due,
            parties=[given.lead(lead), given.co(co)],
        )
        if number % 4 == 0:
            given.asked(
                made, case, until=f"{due + timedelta(days=30)}", when=f"{when.date()} 11:00"
            )


def facts() -> dict[str, list[tuple[str, int]]]:
    """Every fact with how often it exists, as text, so that two databases compare."""
    found = {}
    for label, columns in FACTS.items():
        try:
            model = apps.get_model(label)
        except LookupError:
            continue
        names = {field.name for field in model._meta.get_fields()}
        columns = tuple(c for c in columns if c.split("__")[0].removesuffix("_id") in names)
        rows = model._default_manager.order_by().values_list(*columns)
        found[label] = sorted(Counter(_text(row) for row in rows).items())
    return found


def _text(row: tuple[Any, ...]) -> str:
    return " | ".join(
        value.isoformat() if hasattr(value, "isoformat") else str(value) for value in row
    )


def undisturbed(moments: list[str]) -> None:
    """Every round once, in this process."""
    from duban.testing.soak.rounds import ROUND

    for at in moments:
        for name in ROUND:
            _task(name)(at=at)


def _task(name: str) -> Any:
    from duban.celery import app

    app.loader.import_default_modules()
    return app.tasks[name]


def main(arguments: list[str]) -> None:
    """`build`, `facts FILE`, or `undisturbed MOMENTS`: each in a process of its own database."""
    import django

    django.setup()
    action, *rest = arguments
    if action == "build":
        build()
    elif action == "facts":
        Path(rest[0]).write_text(json.dumps(facts(), ensure_ascii=False), encoding="utf-8")
    else:
        undisturbed(json.loads(Path(rest[0]).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(sys.argv[1:])
