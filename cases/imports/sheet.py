"""Reading the file a person sends: .xlsx, or .csv as spreadsheets save it. Pure.

Only values come out. What would make the values untrue (formulas, merged cells) or hides from the
person what is imported (hidden rows and sheets) is found here.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from cases.imports.columns import BY_TITLE, COLUMNS, MARK
from cases.imports.values import Cell, line_of
from cases.imports.workbook import BrokenWorkbookError, marks_of

SIZE_LIMIT = 50 * 1024 * 1024
ROW_LIMIT = 5000
HEAD_ROWS = 10
MOST_LISTED = 20


class UnreadableSheetError(ValueError):
    """The file as a whole cannot be imported; `texts` say why and what to do."""

    def __init__(self, *texts: str) -> None:
        super().__init__("；".join(texts))
        self.texts = list(texts)


@dataclass(frozen=True)
class SheetRow:
    """One row with its number in the sheet, as the person sees it, and cells by column title."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Sheet:
    """The rows, and what the person should know about what was not read."""

    rows: list[SheetRow]
    titles: tuple[str, ...]
    notes: list[str] = field(default_factory=list)


def read_sheet(stream: IO[bytes]) -> Sheet:
    """Raises UnreadableSheetError. Reads at most one byte over the limit."""
    data = stream.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT:
        raise UnreadableSheetError("文件超过 50 MB，请拆分后导入。")
    if not data:
        raise UnreadableSheetError("这是空文件。")
    if data[:4] == b"PK\x03\x04":
        return _read_xlsx(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise UnreadableSheetError(
            "这是旧版 .xls 文件，或者加了密码的工作簿，无法读取；请去掉密码，另存为 .xlsx 后导入。"
        )
    return _table(list(_csv_rows(data)), notes=[])


def _read_xlsx(data: bytes) -> Sheet:
    _require_workbook(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        hidden = [s.name for s in book.sheets_metadata if s.name not in visible]
        if not visible:
            raise UnreadableSheetError("工作簿中没有可见的工作表。")
        marks = marks_of(io.BytesIO(data), visible[0])
        sheet = book.get_sheet_by_name(visible[0])
    except (CalamineError, BrokenWorkbookError) as error:
        raise UnreadableSheetError("文件已损坏，或不是 Excel 工作簿，无法打开。") from error
    if marks.formulas:
        raise UnreadableSheetError(
            f"单元格 {_listed(marks.formulas)} 是公式。公式的结果会随表变化，不能作为依据；"
            "请复制后“选择性粘贴—数值”，再导入。"
        )
    if merged := _merged(sheet):
        raise UnreadableSheetError(
            f"{_listed(merged)} 是合并单元格，合并后只有第一格有内容；请取消合并，逐行填写。"
        )
    notes = []
    if hidden:
        notes.append(f"隐藏的工作表“{'”“'.join(hidden)}”没有导入。")
    if others := visible[1:]:
        notes.append(f"只导入第一个工作表“{visible[0]}”；“{'”“'.join(others)}”没有导入。")
    if marks.hidden_rows:
        notes.append(
            f"第 {_listed(map(str, marks.hidden_rows))} 行在表中是隐藏行，同样参加导入，请核对。"
        )
    return _table(sheet.to_python(skip_empty_area=False), notes=notes)


def _require_workbook(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise UnreadableSheetError("文件已损坏，无法打开。") from error
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableSheetError("文件含有宏，不能导入；请另存为不含宏的 .xlsx。")
    if "xl/workbook.xml" not in names:
        raise UnreadableSheetError("这不是 Excel 工作簿（.xlsx），请使用导入模板。")


def _merged(sheet: CalamineSheet) -> list[str]:
    """Merged ranges below the heading; a merged title above it does no harm."""
    ranges = [r for r in sheet.merged_cell_ranges or [] if r[0] != r[1]]
    if not ranges:
        return []
    top = next(
        (
            n
            for n, row in enumerate(sheet.to_python(skip_empty_area=False, nrows=HEAD_ROWS))
            if _is_heading(row)
        ),
        0,
    )
    return [f"{_address(start)}:{_address(end)}" for start, end in ranges if end[0] >= top]


def _address(place: tuple[int, int]) -> str:
    row, column = place
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _csv_rows(data: bytes) -> list[list[Cell]]:
    text = _decoded(data)
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    try:
        reader = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")
        return [list(row) for row in reader]
    except csv.Error as error:
        raise UnreadableSheetError("文件不是有效的 CSV 表格，请另存为 .xlsx 后导入。") from error


def _decoded(data: bytes) -> str:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableSheetError(
        "无法识别文件的类型或文字编码。请使用 .xlsx；使用 CSV 的，请以 UTF-8 或 GBK 编码保存。"
    )


def _table(raw: Sequence[Sequence[Cell]], *, notes: list[str]) -> Sheet:
    top = next((n for n, row in enumerate(raw[:HEAD_ROWS]) if _is_heading(row)), None)
    if top is None:
        raise UnreadableSheetError(
            f"前 {HEAD_ROWS} 行中没有找到表头（应有“{MARK}”一列）。请使用导入模板，不要改动列名；"
            "CSV 出现乱码的，请以 UTF-8 编码另存。"
        )
    titles = _titles(raw[top])
    rows = [
        SheetRow(number, dict(zip(titles, row, strict=False)))
        for number, row in enumerate(raw[top + 1 :], start=top + 2)
        if any(line_of(cell) for cell in row)
    ]
    if not rows:
        raise UnreadableSheetError("表头下面没有内容。")
    if len(rows) > ROW_LIMIT:
        raise UnreadableSheetError(
            f"共 {len(rows)} 行，一次最多导入 {ROW_LIMIT} 行，请拆分后导入。"
        )
    for row in rows:
        row.cells.pop("", None)
    return Sheet(rows, tuple(filter(None, titles)), notes)


def _is_heading(row: Sequence[Cell]) -> bool:
    titles = {_plain(cell) for cell in row}
    return MARK in titles or len(titles & BY_TITLE.keys()) >= 3


def _plain(cell: Cell) -> str:
    """A heading without the mark of an obligatory column and blanks."""
    return "".join(line_of(cell).split()).strip("*")


def _titles(heading: Sequence[Cell]) -> list[str]:
    """The titles as this product calls them. Every mistake in the heading is named at once."""
    problems, titles = [], []
    for cell in heading:
        shown = _plain(cell)
        column = BY_TITLE.get(shown)
        if shown and column is None:
            problems.append(f"不认识“{shown[:30]}”这一列；请使用模板中的列名，或删去该列。")
        titles.append(column.title if column else "")
    problems += [
        f"“{title}”出现了两列，请合并为一列。"
        for title in sorted({t for t in titles if t and titles.count(t) > 1})
    ]
    problems += [
        f"缺少“{column.title}”一列。"
        for column in COLUMNS
        if column.required and column.title not in titles
    ]
    if problems:
        raise UnreadableSheetError(*problems)
    return titles


def _listed(names: Sequence[str] | map[str]) -> str:
    shown = list(names)
    more = f" 等 {len(shown)} 处" if len(shown) > MOST_LISTED else ""
    return "、".join(shown[:MOST_LISTED]) + more
