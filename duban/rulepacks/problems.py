"""Saying what is wrong with a pack: file, line, path, clause and what was expected. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from ruamel.yaml.comments import CommentedBase

from duban.rulepacks.references import meant
from duban.rulepacks.schema import Pack

# Parts of a pydantic location that are no part of the document.
_TAGS = frozenset({"datetime", "date", "function-before", "[key]"})


class PackError(Exception):
    """A pack that cannot be used. `problems` name file, line, path and what is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def located(raw: Any, path: Sequence[str | int], text: str, filename: str) -> str:
    """`file:line：path：what is wrong（clause）`; the line is the nearest that the file has."""
    line, clause, node = 1, "", raw
    for part in path:
        line = _line_of(node, part, line)
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(node, Mapping) and node.get("clause"):
            clause = str(node["clause"])
    place = ".".join(str(part) for part in path) or "整个文件"
    return f"{filename}:{line}：{place}：{text}" + (f"（{clause}）" if clause else "")


def of_validation(raw: Any, errors: Sequence[Mapping[str, Any]], filename: str) -> list[str]:
    """What pydantic found, in the reader's words."""
    places = [error["loc"] for error in errors]
    return [
        _of_error(raw, error, filename)
        for error in errors
        # A list all of whose items are wrong is not too short on top of it.
        if error["type"] != "too_short"
        or not any(p[: len(error["loc"])] == error["loc"] != p for p in places)
    ]


def _of_error(raw: Any, error: Mapping[str, Any], filename: str) -> str:
    context = error.get("ctx", {})
    if error["type"] == "whole":
        return located(raw, context["path"].split("."), context["text"], filename)
    path = [part for part in error["loc"] if part not in _TAGS]
    return located(raw, path, _text(error), filename)


def _text(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    given = error.get("input")
    if "[key]" in error["loc"]:
        expected = context.get("expected", "")
        choices = f"：{expected}" if expected else ""
        guess = meant(str(given), _words(expected))
        return f"没有名为“{given}”的项目，或者名称不合规定{choices}{guess}"
    if error["type"] == "extra_forbidden":
        return _of_extra(error["loc"], given)
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "string_type" and isinstance(given, Mapping):
        return "应为文字；含有花括号或者冒号的文字要加引号"
    template = _CHINESE.get(error["type"], error["msg"])
    text = template.format_map(_Shown(context)).replace(" or ", ", ")
    shown = isinstance(given, str | int | float) and error["type"] != "missing"
    said = f"{text}，现为“{str(given)[:40]}”" if shown else text
    return said + meant(str(given), _words(context.get("expected", "")))


def _of_extra(place: Sequence[str | int], given: Any) -> str:
    """A name that nothing has: most often misspelt, or the rest of a text cut at a comma."""
    if guess := meant(str(place[-1]), _known(place[:-1])):
        return f"没有这个项目{guess}"
    if given is None:
        return "没有这个项目；文字里有英文逗号的，整段文字要加引号"
    return "没有这个项目"


def _known(place: Sequence[str | int]) -> list[str]:
    """The names that the schema has at that place."""
    kind: Any = Pack
    for part in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        else:
            kind = next((k for k in reversed(get_args(kind)) if k is not Ellipsis), None)
        while get_origin(kind) not in (None, dict, tuple):
            kind = get_args(kind)[0]
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []


def _words(expected: str) -> list[str]:
    return re.findall(r"'(\w+)'", expected)


class _Shown(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _line_of(node: Any, part: str | int, default: int) -> int:
    if not isinstance(node, CommentedBase):
        return default
    try:
        found = node.lc.key(part) if isinstance(node, Mapping) else node.lc.item(part)
        return int(found[0]) + 1
    except (KeyError, AttributeError, TypeError, IndexError):
        return default


_CHINESE = {
    "missing": "缺少必填项",
    "extra_forbidden": "没有这个项目",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "literal_error": "不在允许的取值之内，应为 {expected} 之一",
    "string_type": "应为文字",
    "string_pattern_mismatch": "名称只能用小写字母、数字和规定的连接符，并以字母开头",
    "string_too_short": "不能为空",
    "string_too_long": "不能超过 {max_length} 个字",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "date_from_datetime_parsing": "应为日期，如 2026-09-18",
    "date_from_datetime_inexact": "应为日期，不带时间",
    "date_parsing": "应为日期，如 2026-09-18",
    "date_type": "应为日期，如 2026-09-18",
    "datetime_type": "应为日期或时间，如 2026-09-18",
    "datetime_parsing": "应为日期或时间，如 2026-09-18",
    "datetime_from_date_parsing": "应为日期或时间，如 2026-09-18",
    "dict_type": "应为“键：值”的映射",
    "model_type": "应为“键：值”的映射",
    "tuple_type": "应为列表",
    "too_short": "至少要有 {min_length} 项",
    "too_long": "最多 {max_length} 项",
}
