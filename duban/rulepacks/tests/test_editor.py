"""The JSON Schema by which an editor helps: kept current, in Chinese, and true of every pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft7Validator

from duban.rulepacks import editor, yaml_text
from duban.rulepacks.loader import PACKS, shipped_names
from duban.rulepacks.tests.test_sixth_locality import FILE

WRITTEN = settings.BASE_DIR / editor.FILE
FILES = [*(PACKS / f"{name}.yaml" for name in shipped_names()), FILE]


def answers(document: object) -> list[str]:
    schema = json.loads(WRITTEN.read_text(encoding="utf-8"))
    return [error.message for error in Draft7Validator(schema).iter_errors(document)]


def own(path: Path) -> dict:
    return yaml_text.plain(yaml_text.parse(path.read_text(encoding="utf-8"), path.name))


def test_the_file_is_what_the_command_writes(tmp_path, capsys):
    out = tmp_path / "schema.json"
    call_command("rulepack", "schema", out=out)
    assert out.read_text(encoding="utf-8") == WRITTEN.read_text(encoding="utf-8"), (
        "manage.py rulepack schema"
    )


def test_every_field_is_named_in_chinese():
    schema = editor.schema()
    for name, definition in [("Pack", schema), *schema["$defs"].items()]:
        assert "description" not in definition, name
        for field, shape in definition.get("properties", {}).items():
            assert name == "Pack" or not shape.get("title", "一").isascii(), (name, field)
            assert "title" in shape or "$ref" in shape, (name, field)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sound_pack_is_sound_in_the_editor(path):
    assert answers(own(path)) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_pack_tells_the_editor_where_the_schema_lies(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    relative = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / relative).resolve() == WRITTEN.resolve()


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("limits", {"a": {"label": "时限", "count": 5, "unit": "workday", "local_decision": "定"}}),
        ("limits", {"a": {"label": "时限", "count": 5, "unit": "month"}}),
        ("steps", {"submitt": {"label": "报批", "local_decision": "定"}}),
        ("hours", {"spans": [["8点", "12:00"]], "digest_at": "08:30", "local_decision": "定"}),
        ("limit", {}),
    ],
    ids=["unknown word", "no authority", "unknown action", "an hour in words", "unknown section"],
)
def test_the_editor_marks_what_the_loader_would_refuse(section, value):
    assert answers(own(FILE)) == []
    assert answers(own(FILE) | {section: value}) != []
