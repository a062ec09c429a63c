"""The typed content and its frozen form."""

import json
from dataclasses import replace
from datetime import date

import pytest

from duban.documents.content import (
    Column,
    ContentError,
    Heading,
    Number,
    OfficialContent,
    Paragraph,
    Table,
    with_number,
)
from duban.documents.frozen import content_sha256, from_data, to_data, verification_code
from duban.documents.tests import samples

SAMPLES = [samples.registration_notice, samples.supervision_notice, samples.quarterly_bulletin]


@pytest.mark.parametrize("make", SAMPLES)
def test_content_comes_back_from_json_unchanged(make):
    content = make()
    stored = json.loads(json.dumps(to_data(content), ensure_ascii=False))
    assert from_data(stored) == content
    assert content_sha256(from_data(stored)) == content_sha256(content)


def test_any_change_of_content_changes_the_digest_and_the_code():
    content = samples.supervision_notice()
    other = replace(content, addressees="市水利局")
    assert content_sha256(content) != content_sha256(other)
    first = verification_code("漳政办督〔2026〕12号", content_sha256(content))
    assert first != verification_code("漳政办督〔2026〕13号", content_sha256(content))
    assert first != verification_code("漳政办督〔2026〕12号", content_sha256(other))


def test_content_of_an_unknown_form_is_refused():
    data = to_data(samples.supervision_notice())
    with pytest.raises(ContentError, match="版本：2"):
        from_data({**data, "schema": 2})
    with pytest.raises(ContentError, match="picture"):
        from_data({**data, "body": [{"type": "picture"}]})
    with pytest.raises(ContentError, match="字段不对"):
        from_data({**data, "colour": "red"})


def test_numbering_puts_the_number_on_either_family():
    official = with_number(samples.supervision_notice(), Number("漳政督", 2026, 7))
    assert official.number == "漳政督〔2026〕7号"
    serial = with_number(samples.quarterly_bulletin(), Number("督查通报", 2027, 1, "serial"))
    assert (serial.year, serial.issue) == (2027, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Heading(5, "过深"), "第5级"),
        (lambda: Table((), ()), "至少要有一列"),
        (
            lambda: Table((Column("甲"), Column("乙")), (("一", "二"), ("三",))),
            "第2行有1格，应为2格",
        ),
        (lambda: Column("甲", 0), "1至100"),
        (lambda: replace(samples.supervision_notice(), urgency="平急"), "特急"),
        (lambda: replace(samples.supervision_notice(), title=" "), "没有标题"),
    ],
)
def test_content_that_cannot_be_printed_says_why(make, message):
    with pytest.raises(ContentError, match=message):
        make()


def test_texts_are_clean_as_soon_as_they_are_content():
    content = OfficialContent(
        organ_mark="机\x00关",
        title="标\x1f题",
        signer="署\u202e名",
        dated_on=date(2026, 3, 16),
        body=[Paragraph("正\x08文"), Table([Column("列")], [["格\x00"]])],
    )
    assert (content.organ_mark, content.title, content.signer) == ("机关", "标题", "署名")
    assert content.body[0].text == "正文"
    assert content.body[1].rows == (("格",),)
