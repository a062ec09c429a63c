"""规则: read clause by clause, compared, proposed and confirmed with what it would mean."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services.rerun import pack_rerun, quarter_before
from cases.tests import given, pages
from cases.tests.web_given import text_of
from duban.ledger.packs import activation_propose, pack_load
from duban.org.selectors import system_actor
from duban.rulepacks.comparison import differences
from duban.rulepacks.loader import LoadedPack, load_shipped_pack
from duban.rulepacks.models import Activation, RulePackVersion
from duban.rulepacks.schema import Pack

pytestmark = pytest.mark.django_db


def version_of(name: str) -> RulePackVersion:
    return RulePackVersion.objects.filter(name=name).latest("version")


def other_version(made: given.Place) -> RulePackVersion:
    """The next version of the pack in force: urgent matters get two working days, not three."""
    shipped = load_shipped_pack(made.pack)
    changed = shipped.pack.model_dump(mode="json") | {"version": shipped.pack.version + 1}
    changed["limits"]["urgent_limit"] |= {"count": 2, "examples": []}
    return pack_load(
        loaded=LoadedPack(Pack.model_validate(changed), shipped.source),
        by=system_actor(),
        at=given.at("2026-03-30"),
    )


@pytest.mark.clause("ZZ-0.1", "LZ-A-15")
def test_a_unit_reads_the_regulation_it_is_judged_by_clause_by_clause():
    made = given.place("lanzhou-2018")
    version = version_of("lanzhou-2018")
    page = pages.signed_in(made, "water_liaison").get(reverse("rule", args=[version.pk]))
    words = text_of(page)
    assert "兰政办发〔2018〕258号" in words
    assert "LZ-B-10b" in words
    assert "5个工作日内反馈动态进展或办理结果" in words
    assert "本地决定" in words


def test_a_pack_that_no_office_of_the_reader_works_by_is_not_found():
    made = given.place("lanzhou-2018")
    given.place("anshan-2015", name="临川市", tag="lc")
    page = pages.signed_in(made, "water_liaison").get(
        reverse("rule", args=[version_of("anshan-2015").pk])
    )
    assert page.status_code == 404


def test_only_what_is_decided_locally_can_be_shown():
    made = given.place("lanzhou-2018")
    version = version_of("lanzhou-2018")
    page = pages.signed_in(made, "staff").get(
        reverse("rule", args=[version.pk]), {"keep": "local", "by": "section"}
    )
    shown = [line for group in page.context["groups"] for line, _ in group.lines]
    assert shown
    assert all(line.local_decision for line in shown)


def test_two_versions_are_compared_value_by_value():
    made = given.place("anshan-2015")
    old, new = version_of("anshan-2015"), other_version(made)
    page = pages.signed_in(made, "head").get(reverse("rule_diff", args=[new.pk, old.pk]))
    found = {item.path: item for item in page.context["differences"]}
    changed = found["limits.urgent_limit"]
    assert changed.word == "修改"
    assert changed.old.value != changed.new.value
    assert "limits.normal_limit" not in found


def test_a_pack_does_not_differ_from_itself():
    loaded = load_shipped_pack("changzhi-2022")
    assert differences(loaded, loaded) == []


def test_the_last_quarter_is_counted_again_under_the_new_pack_and_nothing_is_written():
    made = given.place("anshan-2015", on="2026-03-02")
    case = given.in_progress(made, when="2026-03-02", urgency="urgent")
    before = Case.objects.get(pk=case.pk).clock.due_at
    pack = other_version(made).pack
    found = pack_rerun(
        office=made.office,
        pack=pack,
        first=date(2026, 1, 1),
        last=date(2026, 3, 31),
        at=given.at("2026-04-02"),
    )
    (moved,) = found.moved
    assert (moved.old, moved.new) == (date(2026, 3, 5), date(2026, 3, 4))
    assert (found.parts, found.moved_count, found.newly_late) == (1, 1, 0)
    assert Case.objects.get(pk=case.pk).clock.due_at == before


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        ("2026-01-05", "2025-10-01", "2025-12-31"),
        ("2026-03-31", "2025-10-01", "2025-12-31"),
        ("2026-04-01", "2026-01-01", "2026-03-31"),
    ],
)
def test_the_last_quarter_is_the_last_whole_one(on, first, last):
    days = quarter_before(date.fromisoformat(on))
    assert [day.isoformat() for day in days] == [first, last]


@pytest.mark.clause("LZ-A-15")
def test_two_people_put_a_version_into_force_and_running_matters_keep_theirs():
    made = given.place("anshan-2015", on="2026-03-02")
    case = given.in_progress(made, when="2026-03-02", urgency="urgent")
    row = activation_propose(
        office=made.office,
        pack_version=other_version(made),
        active_from=date(2099, 1, 1),
        by=made.head,
        at=given.at("2026-03-30"),
    )
    address = reverse("cases:activation", args=[row.pk])
    proposer = pages.signed_in(made, "head").get(address)
    assert "提出人不能确认自己提出的启用" in text_of(proposer)
    assert proposer.context["running"] == [(case.pack_version, 1)]
    answer = pages.signed_in(made, "security").post(address, {"once": "confirm-1"})
    assert answer.status_code == 302
    assert Activation.objects.get(pk=row.pk).confirmed_by_id == made.security.user_id
    assert Case.objects.get(pk=case.pk).pack_version_id == case.pack_version_id


def test_nobody_below_the_head_of_the_office_proposes_a_version():
    made = given.place("anshan-2015")
    address = reverse("cases:activation_new")
    assert pages.signed_in(made, "water_liaison").get(address).status_code == 403
    assert pages.signed_in(made, "head").get(address).status_code == 200
