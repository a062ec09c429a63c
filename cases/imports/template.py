"""The blank sheet to fill in: heading with lists to choose from, an example, and how to."""

from __future__ import annotations

import io
from datetime import date

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from cases.imports.columns import BLANK
from cases.imports.export import write_sheet
from cases.imports.sheet import ROW_LIMIT
from cases.imports.values import Cell
from cases.models import Importance
from duban.org.models import Office, Unit
from duban.rulepacks.schema import Pack

# A list typed into a validation holds at most 255 characters; longer ones stand in a sheet.
LIST_LIMIT = 255

RULES = (
    "一行一个事项，从第 2 行起填写；表头不要改动，列的先后可以调整。",
    "带 * 的列必须有；办结期限与缓急程度至少填一项，以现行规则为准。",
    "日期写到日：2026-06-30、2026/6/30、2026年6月30日均可，期限当日办结仍为按期。",
    "牵头单位只填一个；协办单位可填多个，用顿号、分号或换行分开。",
    "各协办单位职责不同的，在“协办单位”中每行写“单位：职责”；相同的写在“协办职责”一列。",
    "单位写全称、简称或已登记的别名；“各县区”“有关部门”等写入“其他责任主体”。",
    "不得使用公式、合并单元格；不得填写涉密内容。",
    f"一次最多 {ROW_LIMIT} 行、50 MB；有一行不合格则全部不导入，改正后重新导入。",
    "导入的事项均为“拟立项”，由登记科室核对后报请立项。",
)


def template_bytes(*, office: Office, pack: Pack, on: date) -> bytes:
    """The template of one office: its pack's words and its living units in the lists."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    units = list(Unit.objects.below(office.root).active(on=on).values_list("name", flat=True))
    with xlsxwriter.Workbook(out, options) as book:
        sheet = write_sheet(book, "督办事项", [], blank=True)
        _offer_lists(sheet, pack)
        write_sheet(book, "示例", [_example(pack, units, on)], blank=True)
        _write_help(book)
        _write_units(book, units)
    return out.getvalue()


def _offer_lists(sheet: Worksheet, pack: Pack) -> None:
    lists = {
        "source": [choice.label for choice in pack.case_sources.values()],
        "importance": [label for _, label in Importance.choices],
        "urgency": [choice.label for choice in pack.urgencies.values()],
        "due_basis": [choice.label for choice in pack.due_bases.values()],
        "not_secret": ["是"],
    }
    for place, column in enumerate(BLANK):
        values = lists.get(column.field, [])
        if values and len(",".join(values)) <= LIST_LIMIT and not any("," in v for v in values):
            sheet.data_validation(
                1,
                place,
                ROW_LIMIT,
                place,
                {
                    "validate": "list",
                    "source": values,
                    "error_title": "请从列表中选择",
                    "error_message": f"“{column.title}”只能填列表中的内容。",
                },
            )
        elif column.field == "lead_unit":
            sheet.data_validation(
                1,
                place,
                ROW_LIMIT,
                place,
                {
                    "validate": "list",
                    "source": "=单位名称!$A$2:$A$2000",
                    "error_type": "warning",
                    "error_title": "不在单位名称表中",
                    "error_message": "可以写简称或别名；导入时会逐一核对。",
                },
            )


def _example(pack: Pack, units: list[str], on: date) -> list[Cell]:
    """A made-up matter in the words of the pack."""
    source = next(iter(pack.case_sources.values()), None)
    basis = next(iter(pack.due_bases.values()), None)
    urgency = next(iter(pack.urgencies.values()), None)
    values: dict[str, Cell] = {
        "order": 1,
        "heading": "民生实事",
        "title": "城区老旧供水管网改造",
        "task": "完成城区老旧供水管网改造 12 公里，年底前通水。",
        "source": source.label if source else "",
        "basis": "市政府第 12 次常务会议纪要",
        "basis_on": on,
        "importance": Importance.KEY.label,
        "urgency": urgency.label if urgency else "",
        "due_on": date(on.year, 12, 31),
        "due_basis": basis.label if basis else "",
        "due_citation": "市政府第 12 次常务会议纪要确定的期限" if basis else "",
        "lead_unit": units[-1] if units else "",
        "co_units": "\n".join(f"{name}：按职责分工配合" for name in units[-3:-1]),
        "collective_units": "各县区",
        "not_secret": True,
    }
    return [values.get(column.field) for column in BLANK]


def _write_help(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("填写说明")
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90, wrapped)
    for row, text in enumerate(RULES):
        sheet.write_string(row, 0, f"第{row + 1}条")
        sheet.write_string(row, 1, text, wrapped)
    top = len(RULES) + 1
    sheet.write_string(top, 0, "列名", bold)
    sheet.write_string(top, 1, "怎样填写", bold)
    for row, column in enumerate(BLANK, start=top + 1):
        sheet.write_string(row, 0, column.title + ("（必填）" if column.required else ""))
        sheet.write_string(row, 1, column.help, wrapped)


def _write_units(book: xlsxwriter.Workbook, units: list[str]) -> None:
    sheet = book.add_worksheet("单位名称")
    sheet.set_column(0, 0, 40)
    sheet.write_string(0, 0, "全称", book.add_format({"bold": True}))
    for row, name in enumerate(units[:1999], start=1):
        sheet.write_string(row, 0, name)
