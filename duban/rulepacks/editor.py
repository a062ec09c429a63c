"""The JSON Schema by which an editor helps whoever writes a pack. Pure.

Generated from the types, so that it can never say anything else; what only the whole pack shows
(references, order, worked examples) is left to `rulepack check`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from duban.rulepacks import vocabulary
from duban.rulepacks.schema import Pack
from duban.rulepacks.words import FACTS, FIELDS, REPEATS, ROLES, RUNGS, SECTIONS, VALUES

FILE = Path("docs") / "rulepack.schema.json"
_TITLES = FACTS | FIELDS
_WORDS = VALUES | REPEATS | ROLES | RUNGS
# Clause and quotation, or the reason of a local decision (`Cited`).
_AUTHORITY = [{"required": ["clause", "quote"]}, {"required": ["local_decision"]}]


def text() -> str:
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def schema() -> dict[str, Any]:
    """The schema in the reader's language."""
    made = Pack.model_json_schema()
    for definition in (made, *made["$defs"].values()):
        _in_chinese(definition)
    for name, field in made["properties"].items():
        field["title"] = SECTIONS.get(name) or _TITLES[name]
    steps = made["properties"]["steps"]
    made["properties"]["steps"] = {
        "title": steps["title"],
        "type": "object",
        "properties": {key: {"$ref": "#/$defs/Step"} for key in sorted(vocabulary.STEPS)},
        "additionalProperties": False,
    }
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "规则包"} | _draft_7(
        made
    )


def _draft_7(node: Any) -> Any:
    """Editors know draft 7 best; there a list of fixed items has another name."""
    if isinstance(node, list):
        return [_draft_7(item) for item in node]
    if not isinstance(node, dict):
        return node
    names = {"prefixItems": "items"}
    return {names.get(key, key): _draft_7(value) for key, value in node.items()}


def _in_chinese(definition: dict[str, Any]) -> None:
    definition.pop("title", None)
    definition.pop("description", None)
    fields = definition.get("properties", {})
    for name, field in fields.items():
        field.pop("title", None)
        if title := _TITLES.get(name):
            field["title"] = title
        if described := _described(field):
            field["description"] = described
    if {"clause", "local_decision"} <= fields.keys():
        definition["anyOf"] = _AUTHORITY


def _described(field: dict[str, Any]) -> str:
    """What each word of a choice means, as far as a page has a name for it."""
    choices = field.get("enum") or field.get("items", {}).get("enum") or ()
    return "；".join(f"{word} {_WORDS[word]}" for word in choices if word in _WORDS)
