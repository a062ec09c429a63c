"""What was owed before obligations had a table of their own is carried over, nothing lost."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("cases", "0004_duty_becomes_obligation"), ("deadlines", "0006_obligations")]
AFTER = [("cases", "0006_duty_is_a_link")]
DOCUMENT = """{"duties": {"first_feedback": {"clause": "LZ-B-10b", "quote": "5个工作日内反馈"}}}"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def old(tmp_path, django_db_blocker):
    """A database of its own, as it stood before: the one of the other tests is left alone."""
    settings = connections["default"].settings_dict
    connections.databases["old"] = {
        **settings,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "old.sqlite3"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        yield connections["old"]
        connections["old"].close()
    del connections.databases["old"]
    del connections["old"]


def at_state(connection, targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def made(apps):
    """One unit's part, with a report and duties in every state."""
    get = apps.get_model

    def new(model, **values):
        return get(*model.split(".")).objects.using("old").create(**values)

    user = new("org.User", username="wang", name="王小明")
    unit = new("org.Unit", name="市水利局", kind="department")
    office = new("org.Office", name="督查室", root=unit, body=unit, organ="府", organ_mark="府",
                 prefix="政")  # fmt: skip
    version = new("rulepacks.RulePackVersion", name="lanzhou-2018", version=1, sha256="0" * 64,
                  document=DOCUMENT, **_rest(get("rulepacks", "RulePackVersion"), user))  # fmt: skip
    case = new("cases.Case", office=office, pack_version=version, title="管网改造", state="in_progress",
               lead_unit=unit, supervisor=unit, registered_by=user,
               **_rest(get("cases", "Case"), user))  # fmt: skip

    def clock(kind, stopped=None):
        return new("deadlines.Clock", office=office, unit=unit, kind=kind, label=kind,
                   state="stopped" if stopped else "running",
                   started_at=moment("2026-02-28T16:00"), due_at=moment("2026-03-05T16:00"),
                   original_due_at=moment("2026-03-05T16:00"), warn_at=moment("2026-03-03T16:00"),
                   stopped_at=stopped, computation={}, thresholds=[])  # fmt: skip

    part = new("cases.Assignment", case=case, unit=unit, kind="lead", state="acknowledged",
               delivered_at=moment("2026-02-11T02:00"), acknowledged_at=moment("2026-02-12T02:00"), clock=clock("due_date"),
               **_rest(get("cases", "Assignment"), user))  # fmt: skip
    report = new("cases.Feedback", assignment=part, kind="initial_report", content="已开工",
                 state="submitted", created_by=user, created_at=moment("2026-02-20T02:00"),
                 submitted_at=moment("2026-02-20T02:00"))  # fmt: skip

    def duty(key, period, stopped=None, **values):
        return new("cases.FeedbackDuty", assignment=part, key=key, label=f"{key}报送",
                   period=period, clock=clock(key, stopped), **values).pk  # fmt: skip

    reported = moment("2026-02-20T02:00")
    return SimpleNamespace(
        case=case.pk,
        part=part.pk,
        report=report.pk,
        met=duty("first_feedback", "首次", reported.replace(month=3), fulfilled_by=report,
                 fulfilled_at=reported),
        open=duty("monthly_progress", "2026-03"),
        ended=duty("monthly_progress", "2026-04", moment("2026-03-20T02:00")),
    )  # fmt: skip


def _rest(model, user):
    """Columns that have no default and do not matter here."""
    now = moment("2026-01-05T02:00")
    values = {"loaded_by": user, "loaded_at": now, "created_at": now, "registered_at": now,
              "effective_on": now.date(), "assigned_at": now, "source": "", "title": "", "locality": "",
              "number": "长政督〔2026〕1号"}  # fmt: skip
    given = {"case": {"title", "source"}}.get(model._meta.model_name, set())
    names = {field.name for field in model._meta.fields}
    return {key: value for key, value in values.items() if key in names - given}


def test_every_duty_keeps_its_clock_its_period_and_what_became_of_it(old):
    before = made(at_state(old, BEFORE))
    apps = at_state(old, AFTER)
    rows = apps.get_model("cases", "FeedbackDuty").objects.using("old")
    found = {row.pk: row.obligation for row in rows.select_related("obligation__clock")}
    assert len(found) == 3
    for obligation in found.values():
        assert (obligation.case_id, obligation.part_id) == (before.case, before.part)
        assert (obligation.scope, obligation.clock.kind) == ("part", obligation.key)
    met = found[before.met]
    assert (met.state, met.period, met.settled_at) == (
        "fulfilled", "首次", moment("2026-02-20T02:00"),
    )  # fmt: skip
    assert (met.clause, met.quote) == ("LZ-B-10b", "5个工作日内反馈")
    entries = apps.get_model("deadlines", "ObligationEntry").objects.using("old")
    entry = entries.get(obligation=met)
    assert (str(entry.on), entry.content, entry.by_name) == ("2026-02-20", "已开工", "王小明")
    assert rows.get(pk=before.met).fulfilled_by_id == before.report
    waiting = found[before.open]
    assert (waiting.state, str(waiting.first_day), str(waiting.last_day)) == (
        "open", "2026-03-01", "2026-03-31",
    )  # fmt: skip
    ended = found[before.ended]
    assert (ended.state, ended.settled_at) == ("ceased", moment("2026-03-20T02:00"))
