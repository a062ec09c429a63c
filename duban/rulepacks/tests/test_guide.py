"""docs/rulepacks.md is what an administrator writes a pack by: it has to be right."""

from __future__ import annotations

import re
from typing import get_args

from django.conf import settings

from duban.rulepacks import consequences, examples, policies, schema, values, vocabulary
from duban.rulepacks.inheritance import HEAD, SINGLE
from duban.rulepacks.loader import load_text
from duban.rulepacks.schema import Pack
from duban.rulepacks.words import SECTIONS

GUIDE = (settings.BASE_DIR / "docs" / "rulepacks.md").read_text(encoding="utf-8")


def test_the_example_is_a_pack_that_works():
    (text,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    pack = load_text(text, filename="寿春.yaml").pack
    assert examples.failures(pack) == []
    assert pack.limits["normal_limit"].examples


def test_every_section_and_every_word_of_the_vocabulary_is_explained():
    words = set(Pack.model_fields)
    for literal in (
        values.Role,
        values.DayUnit,
        values.Importance,
        schema.IssueField,
        schema.Layer,
        schema.OverdueKind,
        schema.AssignedBy,
    ):
        words |= set(get_args(literal))
    for model, field in (
        (values.Limit, "starts"),
        (values.Duty, "repeats"),
        (values.Duty, "scope"),
        (policies.Rung, "does"),
        (policies.Rung, "clock"),
        (consequences.ScoreEvent, "effect"),
        (consequences.Measure, "against"),
    ):
        words |= set(get_args(model.model_fields[field].annotation))
    for literal in (consequences.TriggerKind, consequences.MeasureNeed):
        words |= set(get_args(literal))
    words |= vocabulary.CHAINS | vocabulary.DOCUMENTS
    assert [word for word in sorted(words) if f"`{word}" not in GUIDE] == []


def test_sections_of_one_value_are_those_of_the_schema():
    for name, field in Pack.model_fields.items():
        if name not in HEAD:
            assert (name in SINGLE) is not str(field.annotation).startswith("dict"), name


def test_every_section_has_a_name_for_its_page():
    assert {name for name in Pack.model_fields if name not in HEAD} == set(SECTIONS)
