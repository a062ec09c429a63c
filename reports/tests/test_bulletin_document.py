"""What stands in the document: the sentences, the tables, the foot."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import pytest
from django.core.management import CommandError, call_command

from duban.documents.content import Heading, Note, Paragraph, SerialContent, Table
from reports.documents import content_of_bulletin, printed_content
from reports.domain.wording import content_of
from reports.files import file_of
from reports.models import Bulletin
from reports.tests import given
from reports.tests.given import Place, at

pytestmark = pytest.mark.django_db


def text_of(content: SerialContent) -> str:
    """Everything that is printed, block by block."""
    blocks = [*content.body, *(block for part in content.attachments for block in part.body)]
    lines = [content.title]
    for block in blocks:
        if isinstance(block, Table):
            lines.append(block.caption)
            lines += [" ".join(row).replace("\n", "") for row in block.rows]
        elif isinstance(block, Paragraph):
            lines.append(block.lead + block.text)
        else:
            lines.append(block.text)
    return "\n".join(lines)


@pytest.mark.clause("CZ-4.2a")
def test_the_document_says_it_as_an_official_would(quarter: Place):
    content = content_of_bulletin(given.drafted(quarter), on=at("2026-07-03").date())
    headings = [block.text for block in content.body if isinstance(block, Heading)]
    assert headings == ["一、总体情况", "二、评分排名", "三、未按期办结事项", "四、工作要求"]
    text = text_of(content)
    for sentence in (
        "督办的事项共13件，其中本季度新交办13件、上季度结转0件。",
        "截至6月30日24时，已办结11件，占84.6%；未办结2件，占15.4%。",
        "已办结的11件中，按原定期限办结9件，经批准延期、按延长后的期限办结1件，超期办结1件。",
        "未办结的2件中，期限内正常办理1件，超期未办结1件。",
        "本季度批准延期1件次，涉及1件事项。",
        "等级分值（本地决定）：落实好100分、落实较好85分、基本落实70分、落实不力50分、落实较差0分。",
        "四舍五入保留两位小数；办结不足3件的列出得分，不参加排名；得分相同的名次并列",
        "（依据：CZ-4.2a“按季度通报办理单位评分排名情况”；计算方法为本地决定）",
        "1 市水利局 3 75.00",
        "3 市财政局 4 65.00",
        "城东区政府 1 50.00",
        "城东区政府 长政督〔2026〕10号 城东区老旧小区改造 2026年5月29日 超期7天办结",
        "城东区政府（得分50.00，不排名）",
    ):
        assert sentence in text


def test_every_matter_of_the_quarter_is_in_the_annex(quarter: Place):
    bulletin = given.drafted(quarter)
    text = text_of(content_of_bulletin(bulletin, on=at("2026-07-03").date()))
    assert all(line.number in text and line.title in text for line in bulletin.figures.lines)
    assert "2026年7月1日09:00生成；办结情况以2026年6月30日24时为准" in text


@pytest.mark.clause("LZ-A-14c", "CZ-4.2a")
def test_it_is_reported_to_the_leaders_and_sent_to_its_circle(quarter: Place):
    content = content_of_bulletin(given.drafted(quarter), on=at("2026-07-03").date())
    assert content.report_to == "郑国安市长、林涛副市长、孟庆副市长、方正秘书长"
    assert content.distribute_to == "所辖各单位"
    assert content.addressees == "各承办单位"


@pytest.mark.clause("ZZ-8.1b")
def test_the_principals_of_the_units_are_named(quarter: Place):
    content = content_of_bulletin(given.drafted(quarter), on=at("2026-07-03").date())
    table = next(b for b in content.attachments[0].body if isinstance(b, Table))
    assert ("城东区政府", "赵建国", "2", "1", "0", "0", "1", "1", "1", "0") in table.rows
    note = next(b for b in content.attachments[0].body if isinstance(b, Note))
    assert "主要负责人为2026年6月30日在任者" in note.text


def test_a_pack_without_grades_prints_counts_only(db: None):
    made = given.place("lanzhou-2018", name="兰山市", tag="ls")
    given.matter(made, "water", due="2026-06-12")
    content = content_of_bulletin(given.drafted(made), on=at("2026-07-03").date())
    text = text_of(content)
    assert "二、各单位办理情况" in text
    assert "现行规定没有评价等级和分值，只列件数，不评分、不排名。" in text
    assert "得分" not in text
    assert "名次" not in text


def test_an_empty_quarter_is_said_in_a_sentence(here: Place):
    text = text_of(content_of_bulletin(given.drafted(here), on=at("2026-07-03").date()))
    assert "2026年第二季度没有承办事项。" in text
    assert "本季度没有办结并评定等级的事项，不作评分排名。" in text
    assert "本季度没有未按期办结的事项。" in text


def test_a_draft_is_marked_and_has_no_number(quarter: Place):
    content = printed_content(given.drafted(quarter), at=at("2026-07-02"))
    assert content.title.endswith("（草稿）")
    assert content.issue == 0


def test_what_was_reviewed_is_what_is_signed(quarter: Place):
    bulletin = given.submitted(quarter)
    reviewed = printed_content(bulletin, at=at("2026-07-02"))
    signed = given.Bulletin.objects.get(pk=bulletin.pk)
    given.bulletin_decide(bulletin=signed, approve=True, by=quarter.head, at=at("2026-07-03"))
    given.bulletin_decide(bulletin=signed, approve=True, by=quarter.secgen, at=at("2026-07-03"))
    signed = Bulletin.objects.get(pk=bulletin.pk)
    frozen = printed_content(signed, at=at("2027-01-01"))
    assert (frozen.body, frozen.attachments) == (reviewed.body, reviewed.attachments)
    assert (frozen.year, frozen.issue) == (2026, 1)
    assert frozen.dated_on.isoformat() == "2026-07-03"


def test_one_pack_after_another_prints_both_maps(quarter: Place):
    """Points by each case's own pack: two maps, each named."""
    bulletin = given.drafted(quarter)
    figures = bulletin.figures
    maps = figures.scoring.maps
    other = maps[0].model_copy(update={"pack": "另一规则包（第2版）"})
    scoring = figures.scoring.model_copy(update={"maps": (*maps, other)})
    content = content_of(
        figures.model_copy(update={"scoring": scoring}),
        intro="通报。",
        requirements="抓紧。",
        masthead="督查通报",
        issuing_unit="督查室",
        dated_on=at("2026-07-03").date(),
        report_to="",
        distribute_to="",
    )
    assert "按另一规则包（第2版）立项的事项，等级分值（本地决定）" in text_of(content)


def test_the_docx_has_the_text_and_the_tables(quarter: Place):
    bulletin = given.signed(quarter)
    data, name = file_of(bulletin, "docx", at=at("2026-07-08"))
    document = docx.Document(io.BytesIO(data.read()))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "按原定期限办结9件" in text
    assert any(
        "市水利局" in cell.text for t in document.tables for row in t.rows for cell in row.cells
    )
    assert name.endswith(".docx")
    assert "第1期" in name


def test_the_command_drafts_shows_and_writes_the_files(
    quarter: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    import time_machine

    options = {"office": str(quarter.office.pk), "period": "2026q2", "out": str(tmp_path / "x")}
    with time_machine.travel(at("2026-07-01 10:00"), tick=False):
        call_command("bulletin", **options)
        call_command("bulletin", json=True, **options)
    assert Bulletin.objects.filter(period="2026Q2").count() == 1
    out = capsys.readouterr().out.splitlines()
    assert "承办13件，办结11件：按原期限9件，按延长期限1件，超期1件；未办结2件" in out
    answer = json.loads(out[-1])
    assert answer["totals"]["by_original"] == 9
    assert [Path(path).suffix for path in answer["files"]] == [".docx", ".pdf"]
    assert all(Path(path).stat().st_size > 5000 for path in answer["files"])
    assert all("草稿" in path for path in answer["files"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"office": "无此机构", "period": "2026Q2"}, "没有督查机构"),
        ({"office": "青原市人民政府督查室", "period": "2026-02"}, "季度应写作"),
        ({"office": "青原市人民政府督查室", "period": "2099Q4"}, "尚未结束"),
        ({"office": "青原市人民政府督查室", "period": "2018Q1"}, None),
    ],
)
def test_the_command_refuses_with_a_sentence(
    here: Place, tmp_path: Path, options: dict[str, str], message: str | None
):
    if message is None:
        call_command("bulletin", out=str(tmp_path), **options)
        return
    with pytest.raises(CommandError, match=message):
        call_command("bulletin", out=str(tmp_path), **options)
    assert not list(tmp_path.iterdir())
