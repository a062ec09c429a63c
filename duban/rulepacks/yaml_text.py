"""Reading the text of a pack: a small, safe part of YAML. Pure."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent

from duban.rulepacks.problems import PackError

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_COLON = "could not find expected ':'"
# What the parser says, and what it most likely means to whoever wrote the file.
_MEANING = (
    (_COLON, "键的后面应为半角冒号加一个空格，不能用中文冒号“：”"),
    ("'\\t'", "不能用制表符缩进，请用空格"),
    ("cannot start any token", "以 @、%、` 等符号开头的文字要加引号"),
    ("mapping values are not allowed", "缩进不齐，或者文字里有冒号加空格而没有加引号"),
    ("expected <block end>", "缩进不齐，或者含有花括号、引号的文字没有整段加引号"),
    ("expected ',' or", "花括号、方括号没有配对，或者缺少逗号"),
)


class _Constructor(RoundTripConstructor):
    """Leaves dates to the schema, which says where an impossible one stands."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)


def read(path: Path) -> str:
    """The text of the file. Raises PackError for what is no ordinary UTF-8 file of that size."""
    if not path.is_file():
        raise PackError([f"{path.name}：没有这个文件"])
    try:
        with path.open("rb") as handle:
            content = handle.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise PackError([f"{path.name}：文件超过 1 MB"])
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError([f"{path.name}：无法按 UTF-8 文本读取"]) from error


def parse(text: str, filename: str) -> Mapping[str, Any]:
    """The mapping in the text; its containers remember their lines."""
    if len(text) > MAX_BYTES:
        raise PackError([f"{filename}：内容超过 1 MB"])
    try:
        _refuse_tricks(text, filename)
        yaml = YAML(typ="rt", pure=True)
        yaml.Constructor = _Constructor
        yaml.allow_duplicate_keys = False
        raw = yaml.load(io.StringIO(text))
    except MarkedYAMLError as error:
        # Where a colon is missing the parser notices only on the next line.
        mark = error.context_mark if _COLON in (error.problem or "") else error.problem_mark
        mark = mark or error.context_mark or error.problem_mark
        line = mark.line + 1 if mark else 1
        raise PackError([f"{filename}:{line}：{_problem(error)}"]) from error
    except (YAMLError, ValueError) as error:
        raise PackError([f"{filename}：不是有效的 YAML 文本"]) from error
    if not isinstance(raw, Mapping):
        raise PackError([f"{filename}：内容应是“键：值”的映射"])
    return raw


def _refuse_tricks(text: str, filename: str) -> None:
    """No references, which may multiply without end, and no depth that no pack has."""
    depth = 0
    for event in YAML(typ="rt", pure=True).parse(io.StringIO(text)):
        name = type(event).__name__
        depth += name in ("MappingStartEvent", "SequenceStartEvent")
        depth -= name in ("MappingEndEvent", "SequenceEndEvent")
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise PackError([f"{filename}:{line}：不支持引用（&、*），请直接写出内容"])
        if depth > MAX_DEPTH:
            raise PackError([f"{filename}:{line}：嵌套过深"])


def _problem(error: MarkedYAMLError) -> str:
    first = (error.problem or "").strip().splitlines()
    text = first[0] if first else ""
    if "duplicate key" in text:
        key = text.split('"')[1] if '"' in text else ""
        return f"键“{key}”重复"
    meaning = next((said for found, said in _MEANING if found in text), text)
    return f"YAML 语法错误：{meaning}"


def plain(value: Any) -> Any:
    """Round-trip containers to plain ones; scalars of YAML keep their type."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
