"""The columns of the sheet: what they are called, which must be there, what they ask for. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `field` is the name in the domain, by which refusals find their cell.

    `width` is in characters, for the template and the export.
    """

    title: str
    field: str
    help: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    width: int = 14
    of_export: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(
        "登记编号",
        "id",
        "由系统导出的表中才有，请勿填写；有编号的行只核对，不新增。",
        width=10,
        of_export=True,
    ),
    Column("案号", "number", "由系统在立项时编定，请勿填写。", width=18, of_export=True),
    Column("序号", "order", "仅供核对，不导入。", width=6),
    Column(
        "所属任务",
        "heading",
        "清单中的上级任务或章节，可不填。",
        aliases=("任务", "所属章节"),
        width=24,
    ),
    Column(
        "事项名称", "title", "一事一项，不超过200字。", required=True, aliases=("事项",), width=36
    ),
    Column("办理要求", "task", "目标任务和要求。", required=True, aliases=("目标任务",), width=44),
    Column("事项来源", "source", "从现行规则的事项来源中选择。", required=True, width=20),
    Column("立项依据", "basis", "会议、批示或文件，及其文号。", required=True, width=30),
    Column("依据日期", "basis_on", "会议、批示或文件的日期，如 2026-06-30。", width=13),
    Column("重要程度", "importance", "一般事项、重点事项或重大任务；不填为一般事项。", width=11),
    Column("缓急程度", "urgency", "现行规则分缓急的填写；填写了办结期限的可不填。", width=14),
    Column(
        "办结期限",
        "due_on",
        "如 2026-06-30 或 2026年6月30日，当日仍为按期。",
        required=True,
        aliases=("完成时限",),
        width=13,
    ),
    Column("期限依据", "due_basis", "从现行规则的期限依据中选择。", width=18),
    Column(
        "期限依据说明",
        "due_citation",
        "规定的名称条款、作出指定的文件，或约定的方式和日期。",
        width=30,
    ),
    Column("交办领导", "assigner", "交办领导姓名，可不填。", width=11),
    Column(
        "牵头单位",
        "lead_unit",
        "只填一个，写全称、简称或已登记的别名。",
        required=True,
        aliases=("责任单位",),
        width=22,
    ),
    Column(
        "协办单位",
        "co_units",
        "多个单位用顿号、分号或换行分开；也可每行写“单位：职责”。",
        aliases=("配合单位",),
        width=32,
    ),
    Column(
        "协办职责",
        "co_duty",
        "本行各协办单位共同的职责；已写“单位：职责”的可不填。",
        aliases=("配合职责",),
        width=28,
    ),
    Column(
        "其他责任主体", "collective_units", "“各县区”“有关部门”等集体主体，原样记录。", width=20
    ),
    Column(
        "不涉密",
        "not_secret",
        "填“是”，表示已确认不涉密；未确认的不能导入。",
        required=True,
        width=8,
    ),
)
BY_TITLE = {name: column for column in COLUMNS for name in (column.title, *column.aliases)}
BY_FIELD = {column.field: column for column in COLUMNS}
# What a person types into a blank template.
BLANK = tuple(column for column in COLUMNS if not column.of_export)
# The column by which the heading row is found.
MARK = "事项名称"
# A refusal of the domain about one of these is shown in that column.
_PLACES = {"assignment": "lead_unit", "units": "lead_unit"}


def title_of(field: str) -> str:
    """The heading of the column a refusal belongs to; "" for the row as a whole."""
    column = BY_FIELD.get(_PLACES.get(field, field))
    return column.title if column else ""
