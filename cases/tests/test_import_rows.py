"""A list becomes drafts: what is read, what is refused, row by row (CZ-2.1a)."""

from datetime import date

import pytest

from cases.models import Assignment, Case
from cases.tests import given, sheets
from duban.ledger.models import LedgerEntry
from duban.org.models import Unit, UnitAlias

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> given.Place:
    return given.place()


@pytest.mark.clause("CZ-2.1a")
def test_each_row_becomes_a_draft_with_its_goal_date_and_lead(here: given.Place):
    """“第一时间列出清单进行交办,明确目标任务、完成时限、牵头单位,并进行跟踪督办”"""
    report = sheets.send(
        here,
        sheets.sheet(
            sheets.row(
                协办单位="市财政局、市住建局", 协办职责="按职责分工配合", 所属任务="民生实事"
            ),
            sheets.row(事项名称="河道清淤", 重要程度="重点"),
        ),
    )
    assert (report.ok, report.created) == (True, 2)
    case = Case.objects.get(title="城区老旧供水管网改造")
    assert (case.state, case.task, case.due_on) == (
        "draft",
        "完成改造12公里，年底前通水。",
        date(2026, 6, 30),
    )
    assert (case.lead.unit, case.heading, case.source) == (
        here.units["water"],
        "民生实事",
        "meeting",
    )
    assert {(a.unit.short_name, a.duty_text) for a in case.parties if not a.is_lead} == {
        ("市财政局", "按职责分工配合"),
        ("市住建局", "按职责分工配合"),
    }
    assert Case.objects.get(title="河道清淤").importance == "key"


@pytest.mark.clause("CZ-2.1a")
@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"办结期限": ""}, "办结期限", "请填写办结期限。"),
        ({"牵头单位": ""}, "牵头单位", "请确定牵头单位。"),
        ({"办理要求": ""}, "办理要求", "请填写办理要求（目标任务）。"),
        (
            {"牵头单位": "市水利局、市财政局"},
            "牵头单位",
            "牵头单位只能有一个，本行写了 2 个：市水利局、市财政局。",
        ),
        ({"牵头单位": "市园林局"}, "牵头单位", "没有名为“市园林局”的单位"),
        (
            {"协办单位": "各县（市、区）政府", "协办职责": "配合"},
            "协办单位",
            "没有名为“各县（市、区）政府”的单位",
        ),
        (
            {"协办单位": "市水利局", "协办职责": "配合"},
            "协办单位",
            "市水利局重复：牵头单位不能同时是协办单位",
        ),
        ({"协办单位": "市财政局"}, "协办单位", "请写明市财政局的协办职责。"),
        ({"协办职责": "配合"}, "协办职责", "写了协办职责，没有写协办单位。"),
        ({"办结期限": "2026-02-30"}, "办结期限", "“2026-02-30”没有这一天，请核对。"),
        ({"办结期限": "2026年6月底"}, "办结期限", "不是完整的日期"),
        ({"办结期限": 46203}, "办结期限", "“46203”不是完整的日期"),
        ({"办结期限": date(2026, 3, 1)}, "办结期限", "办结期限不能早于今天（2026年3月2日）。"),
        ({"依据日期": date(2026, 3, 3)}, "依据日期", "依据日期不能晚于今天。"),
        (
            {"事项来源": "市长热线"},
            "事项来源",
            "“市长热线”不在现行规则的事项来源中，可填：总书记讲话指示批示、",
        ),
        ({"重要程度": "特急"}, "重要程度", "可填：一般事项、重点事项、重大任务"),
        ({"缓急程度": "急件"}, "缓急程度", "现行规则没有规定缓急程度，请留空。"),
        ({"期限依据": ""}, "期限依据", "请选择期限依据。"),
        ({"不涉密": ""}, "不涉密", "本系统不得处理涉密事项，请确认不涉密。"),
        ({"不涉密": "也许"}, "不涉密", "“也许”无法识别，请填“是”或“否”。"),
        ({"事项名称": "改" * 201}, "事项名称", "共 201 字，超过 200 字。"),
        ({"交办领导": "王某"}, "交办领导", "本机构没有姓名为“王某”的现任领导"),
        ({"事项名称": '=HYPERLINK("http://x")'}, "事项名称", "会被当作公式"),
        ({"立项依据": "@SUM(A1)"}, "立项依据", "会被当作公式"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, dict) else "",
)
def test_a_row_is_refused_with_its_reason_beside_the_cell(here, changes, column, reason):
    errors = sheets.refusal(here, **changes)
    assert any(reason in text for text in errors.get(column, [])), errors


def test_all_that_is_wrong_with_a_row_is_said_at_once(here: given.Place):
    errors = sheets.refusal(
        here,
        牵头单位="市园林局、市水利局",
        办结期限="2026-13-01",
        事项来源="",
        不涉密="",
    )
    assert set(errors) == {"牵头单位", "办结期限", "事项来源", "不涉密"}
    assert len(errors["牵头单位"]) == 2
    assert errors["办结期限"] == ["“2026-13-01”没有这一天，请核对。"]


@pytest.mark.parametrize(
    "day",
    ["2026-06-30", "2026年6月30日", "2026/6/30", "20260630", "２０２６．６．３０"],  # noqa: RUF001
)
def test_a_day_may_be_written_in_every_usual_way(here: given.Place, day: str):
    sheets.send(here, sheets.sheet(sheets.row(办结期限=day)))
    assert Case.objects.get().due_on == date(2026, 6, 30)


def test_each_co_unit_has_its_own_duty(here: given.Place):
    cell = "市财政局：落实资金；做好监管\n市住建局、城东区政府：配合施工"
    sheets.send(here, sheets.sheet(sheets.row(协办单位=cell)))
    assert {(a.unit.short_name, a.duty_text) for a in Assignment.objects.filter(kind="co")} == {
        ("市财政局", "落实资金；做好监管"),
        ("市住建局", "配合施工"),
        ("城东区政府", "配合施工"),
    }


def test_an_alias_finds_its_unit_and_two_units_of_one_name_are_not_guessed(here: given.Place):
    UnitAlias.objects.create(unit=here.units["water"], name="水务局")
    assert sheets.refusal(here, 牵头单位="水务局") == {}
    UnitAlias.objects.create(unit=here.units["housing"], name="水务局")
    assert "对应多个单位" in sheets.refusal(here, 牵头单位="水务局")["牵头单位"][0]


def test_an_abolished_unit_takes_nothing_new(here: given.Place):
    Unit.objects.filter(pk=here.units["water"].pk).update(abolished_on=date(2026, 1, 1))
    assert sheets.refusal(here)["牵头单位"] == ["市水利局已撤销，不能承办新的事项。"]


def test_a_unit_of_another_locality_is_unknown(here: given.Place):
    given.place(name="安宁市", tag="安")
    assert "没有名为" in sheets.refusal(here, 牵头单位="安宁市水利局")["牵头单位"][0]


def test_one_refused_row_keeps_everything_out(here: given.Place):
    report = sheets.send(
        here, sheets.sheet(sheets.row(), sheets.row(事项名称="河道清淤", 办结期限=""))
    )
    assert (report.ok, report.created, report.batch) == (False, 0, None)
    assert [(r.number, r.reasons) for r in report.refused] == [(3, ["办结期限：请填写办结期限。"])]
    assert not Case.objects.exists()
    assert not LedgerEntry.objects.filter(action__in=["draft", "import_cases"]).exists()


def test_a_preview_writes_nothing(here: given.Place):
    report = sheets.send(here, sheets.sheet(sheets.row()), dry_run=True)
    assert (report.ok, report.created, len(report.fresh)) == (True, 0, 1)
    assert not Case.objects.exists()


def test_what_was_imported_is_on_record_row_by_row_and_as_a_whole(here: given.Place):
    report = sheets.send(here, sheets.sheet(sheets.row(), sheets.row(事项名称="河道清淤")))
    entries = LedgerEntry.objects.filter(batch=report.batch).order_by("id")
    assert [e.action for e in entries] == ["draft", "draft", "import_cases"]
    whole = entries.last()
    assert (whole.changes["file"], whole.changes["rows"]) == ([None, "清单.xlsx"], [0, 2])
    assert (whole.clause, whole.actor_name) == ("CZ-2.1a", "陈静")
    assert set(Case.objects.values_list("batch", flat=True)) == {report.batch}


def test_the_same_sheet_twice_is_refused_with_what_is_there(here: given.Place):
    data = sheets.sheet(sheets.row())
    assert sheets.send(here, data).created == 1
    again = sheets.send(here, data)
    assert (again.created, Case.objects.count()) == (0, 1)
    number = Case.objects.get().pk
    assert again.rows[0].errors == {
        "事项名称": [f"与已登记的事项重复：登记编号 {number}（2026-03-02登记，拟立项），不再导入。"]
    }


def test_a_row_that_repeats_another_says_which(here: given.Place):
    report = sheets.send(here, sheets.sheet(sheets.row(), sheets.row(序号=2)))
    assert [r.number for r in report.refused] == [3]
    assert "与本表第 2 行重复" in report.refused[0].reasons[0]


def test_the_same_name_with_another_day_is_another_matter(here: given.Place):
    report = sheets.send(here, sheets.sheet(sheets.row(), sheets.row(办结期限=date(2026, 12, 31))))
    assert report.created == 2


@pytest.mark.parametrize("by", ["water_liaison", "water_head", "chief", "security"])
def test_only_staff_of_the_office_import(here: given.Place, by: str):
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        sheets.send(here, sheets.sheet(sheets.row()), by=by)


@pytest.mark.clause("CZ-3.4b", "CZ-3.4d")
@pytest.mark.parametrize(
    ("leader", "supervisor"), [("郑国安", "督查室"), ("林涛", "秘书一科"), ("", "秘书二科")]
)
def test_the_leader_who_assigned_decides_who_supervises(here, leader: str, supervisor: str):
    """“市政府主要领导直接交办的事项,由督查室督办”"""
    sheets.send(here, sheets.sheet(sheets.row(交办领导=leader)), by="secretary2")
    assert Case.objects.get().supervisor.name == supervisor
