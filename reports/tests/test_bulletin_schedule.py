"""Drafted by beat on the first working day at the hour of the pack; safe twice, late, failing."""

from __future__ import annotations

import pytest
from celery import current_app as app

from duban.notify.models import Message
from reports.models import Bulletin, BulletinQuerySet
from reports.services.schedule import bulletins_draft_due
from reports.tests import given
from reports.tests.given import Place, at

pytestmark = pytest.mark.django_db


def _drafted(made: Place) -> BulletinQuerySet:
    return Bulletin.objects.filter(office=made.office)


@pytest.mark.parametrize(
    ("moment", "period"),
    [
        ("2026-07-01 08:59", None),
        ("2026-07-01 09:00", "2026Q2"),
        ("2026-04-01 09:00", "2026Q1"),
        # National Day: 1 to 7 October are off, the 8th is a Thursday.
        ("2026-10-01 09:00", None),
        ("2026-10-07 23:59", None),
        ("2026-10-08 09:00", "2026Q3"),
        # New Year: 1 to 3 January are off, Sunday the 4th is made up (调休上班).
        ("2026-01-03 12:00", None),
        ("2026-01-04 09:00", "2025Q4"),
        # A week, or two months, late.
        ("2026-07-08 03:00", "2026Q2"),
        ("2026-09-30 23:59", "2026Q2"),
    ],
)
@pytest.mark.clause("CZ-4.2a", "ZZ-8.1a")
def test_the_draft_exists_from_the_first_working_day_at_nine(
    here: Place, moment: str, period: str | None
):
    bulletins_draft_due(at=at(moment))
    assert [row.period for row in _drafted(here)] == ([period] if period else [])


def test_run_twice_it_drafts_once_and_tells_once(here: Place):
    for moment in ("2026-07-01 09:00", "2026-07-01 09:00", "2026-07-01 09:30", "2026-07-09 09:00"):
        bulletins_draft_due(at=at(moment))
    assert _drafted(here).count() == 1
    told = Message.objects.filter(template="bulletin_drafted", office=here.office)
    assert {m.recipient.name for m in told} == {"周敏", "高远"}
    assert told.count() == 2


def test_the_author_is_the_system(here: Place):
    bulletins_draft_due(at=at("2026-07-01"))
    bulletin = _drafted(here).get()
    assert bulletin.drafted_by.name == "系统"
    assert bulletin.state == "draft"


def test_one_office_that_fails_stops_no_other(
    here: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    other = given.place(name="临川市", tag="lc")
    from reports.services import schedule

    whole = schedule.bulletin_draft

    def draft(**given_: object) -> Bulletin:
        if given_["office"] == here.office:
            raise ValueError("broken row")
        return whole(**given_)

    monkeypatch.setattr(schedule, "bulletin_draft", draft)
    bulletins_draft_due(at=at("2026-07-01"))
    assert not _drafted(here).exists()
    assert _drafted(other).exists()
    assert "broken row" in caplog.text


def test_an_office_without_a_pack_that_day_gets_none(here: Place):
    here.office.activations.update(active_from="2026-07-01")
    bulletins_draft_due(at=at("2026-07-02"))
    assert not _drafted(here).exists()


def test_a_corrected_bulletin_is_not_drafted_again_by_beat(quarter: Place):
    from reports.services.publication import bulletin_correct

    bulletin = given.published(quarter)
    bulletin_correct(bulletin=bulletin, note="误", by=quarter.staff, at=at("2026-07-07"))
    assert bulletins_draft_due(at=at("2026-07-08")) == []


def test_beat_runs_it_and_the_task_exists():
    entry = app.conf.beat_schedule["quarterly-bulletins"]
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
