"""督办升级 through the interface: the same rights, reasons and effects as on the pages."""

from __future__ import annotations

import pytest
import time_machine

from cases.models import Escalation, Notice
from cases.tests import given, ladder_given
from cases.tests.api_client import Api
from cases.tests.ladder_given import once, rung

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with time_machine.travel(given.at("2026-07-01 10:00"), tick=False):
        made = ladder_given.place(
            {"urge": rung("催办", "urge", 1), "talk": rung("提请问责建议", "propose", 1)}
        )
        given.in_progress(made)
        once(given.at("2026-07-01 09:00"))
        yield made


def address(rung_key: str, verb: str = "") -> str:
    row = Escalation.objects.get(rung=rung_key)
    return f"/escalations/{row.pk}/{verb}/" if verb else f"/escalations/{row.pk}/"


def test_who_supervises_takes_or_leaves_it_and_others_never(here):
    section = Api(here, "secretary")
    status, body = section.get(address("urge"))
    assert status == 200
    assert [(a["name"], a["allowed"]) for a in body["available_actions"]] == [
        ("take", True),
        ("dismiss", True),
    ]
    assert Api(here, "water_liaison").get(address("urge"))[0] == 404
    assert Api(here, "deputy").post(address("urge", "take"), {"content": "请办。"})[0] == 403
    assert section.post(address("urge", "take"), {})[0] == 400
    status, body = section.post(address("urge", "take"), {"content": "请办。"})
    assert (status, body["state"], body["notice"]) == (200, "taken", Notice.objects.get().pk)
    status, body = section.post(address("urge", "take"), {"content": "请办。"})
    assert (status, Notice.objects.count()) == (409, 1)


def test_a_proposal_is_handed_on_by_the_office_alone(here):
    sent = {"to": "市纪委监委", "on": "2026-07-01"}
    assert Api(here, "secretary").post(address("talk", "hand-over"), sent)[0] == 403
    status, body = Api(here, "staff").post(address("talk", "hand-over"), sent)
    assert (status, body["handed_to"]) == (200, "市纪委监委")
    assert Api(here, "staff").post(address("talk", "dismiss"), {"reason": "不必"})[0] == 409
