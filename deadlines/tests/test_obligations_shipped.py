"""The shipped packs: one mechanism, each by its own numbers."""

import pytest

from deadlines.models import Obligation
from deadlines.services.obligation_entries import obligation_report
from deadlines.tests import locality
from deadlines.tests.locality import at, opened, owed
from deadlines.year import body_lines

pytestmark = pytest.mark.django_db


def due_days(key: str, year: str = "2026") -> dict[str, str]:
    rows = Obligation.objects.filter(key=key, period__startswith=year).select_related("clock")
    return {row.period: str(row.clock.due_on) for row in rows}


def through(year: int) -> None:
    for month in range(1, 13):
        opened(f"{year}-{month:02}-02T09:00")


@pytest.mark.clause("ZZ-3.0b", "ZZ-3.1a", "ZZ-3.1b", "ZZ-3.1c")
def test_zhuzhou_reports_by_the_25th_and_upward_by_the_28th_or_the_next_working_day() -> None:
    locality.place(pack="zhuzhou-highway-2016")
    through(2026)
    fives = due_days("five_questions")
    assert len(fives) == 12
    assert fives["2026-09"] == "2026-09-25"
    assert Obligation.objects.filter(key="five_questions", period="2026-09").count() == 3
    upward = due_days("upward_report")
    assert [upward[month] for month in ("2026-02", "2026-06", "2026-11")] == [
        "2026-02-28", "2026-06-29", "2026-11-30",
    ]  # fmt: skip
    assert due_days("cadre_meeting")["2026-02"] == "2026-02-28"


@pytest.mark.clause("ZZ-1.1a", "ZZ-1.5a")
def test_zhuzhou_flags_a_year_without_its_meetings() -> None:
    here = locality.place(pack="zhuzhou-highway-2016")
    opened("2026-01-02T09:00")
    row = owed(here, "body", "office_meeting", "2026")
    by = here.actor("staff")
    obligation_report(obligation=row, content="第一次会议", by=by, at=at("2026-05-06T15:00"))
    lines = {line.label: line for line in body_lines(by, 2026, at=at("2026-12-31T09:00"))}
    assert lines["领导小组会议"].word == "本年度未召开"
    held = lines["领导小组办公室会议"]
    assert (held.done, held.wanted) == (1, 2)


@pytest.mark.clause("AS-1.4", "AS-2.0a", "AS-2.0b", "AS-2.1a", "AS-2.1b", "AS-2.1c")
def test_anshan_has_its_rounds_plans_days_on_site_and_progress_of_every_unit() -> None:
    here = locality.place(pack="anshan-2015")
    through(2026)
    assert sorted(due_days("goal_rounds").values()) == ["2026-06-30", "2026-12-31"]
    assert len(due_days("quarterly_round")) == len(due_days("quarterly_progress")) == 4
    assert len(due_days("monthly_plan")) == len(due_days("onsite_days")) == 12
    assert len(due_days("self_check")) == 2
    assert owed(here, "body", "onsite_days", "2026-09").target == 15
    units = Obligation.objects.filter(key="quarterly_progress", period="2026Q3")
    assert units.count() == 2  # a division reports through its department


@pytest.mark.clause("CZ-2.6a")
def test_changzhi_has_every_unit_sum_up_its_work() -> None:
    locality.place(pack="changzhi-2022")
    opened("2026-07-01T00:05")
    assert Obligation.objects.filter(key="self_analysis", period="2026Q3").count() == 2


@pytest.mark.clause("LZ-B-15a")
def test_lanzhou_has_two_rounds_of_revisits_a_year() -> None:
    locality.place(pack="lanzhou-2018")
    through(2026)
    assert due_days("revisit_rounds") == {"2026H1": "2026-06-30", "2026H2": "2026-12-31"}
