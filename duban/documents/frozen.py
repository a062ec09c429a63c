"""Content to JSON and back, without loss: what is stored at issue prints the same document. Pure."""

import hashlib
import json
from dataclasses import fields
from datetime import date
from typing import Any

from .content import (
    Attachment,
    Block,
    Column,
    Content,
    ContentError,
    Heading,
    Note,
    OfficialContent,
    Paragraph,
    SerialContent,
    Table,
)

SCHEMA = 1
_KINDS: dict[str, type] = {
    "official": OfficialContent,
    "serial": SerialContent,
    "heading": Heading,
    "paragraph": Paragraph,
    "note": Note,
    "table": Table,
    "column": Column,
    "attachment": Attachment,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_DATES = {"dated_on", "printed_on"}


def to_data(content: Content) -> dict[str, Any]:
    """Plain JSON values, with the version of this form."""
    return {"schema": SCHEMA, **_plain(content)}


def from_data(data: dict[str, Any]) -> Content:
    """The content again; ContentError when the form or its version is unknown."""
    if data.get("schema") != SCHEMA:
        raise ContentError(f"不认识的公文内容版本：{data.get('schema')}")
    content = _typed({key: value for key, value in data.items() if key != "schema"})
    if not isinstance(content, OfficialContent | SerialContent):
        raise ContentError("公文内容须为公文或期刊")
    return content


def content_sha256(content: Content) -> str:
    """Hex digest over the canonical JSON: keys sorted, no blanks, UTF-8."""
    text = json.dumps(to_data(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verification_code(number: str, sha256: str) -> str:
    """Twelve hex digits in threes groups (7F3A-91C2-08DE) over number and content digest."""
    digest = hashlib.sha256(f"{number}\n{sha256}".encode()).hexdigest().upper()
    return "-".join(digest[start : start + 4] for start in (0, 4, 8))


def _plain(value: Any) -> Any:
    if type(value) in _NAMES:
        parts = {spec.name: _plain(getattr(value, spec.name)) for spec in fields(value)}
        return {"type": _NAMES[type(value)], **parts}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(data: dict[str, Any]) -> Block | Content | Attachment | Column:
    kind = _KINDS.get(data.get("type", ""))
    if kind is None:
        raise ContentError(f"不认识的公文内容部件：{data.get('type')}")
    try:
        return kind(**{key: _value(key, item) for key, item in data.items() if key != "type"})
    except TypeError as error:
        raise ContentError(f"公文内容部件“{data['type']}”的字段不对：{error}") from error


def _value(key: str, value: Any) -> Any:
    if key in _DATES and value is not None:
        return date.fromisoformat(value)
    if isinstance(value, dict):
        return _typed(value)
    if isinstance(value, list):
        return tuple(_value("", item) for item in value)
    return value
