"""Numbers, dates, titles and widths of official documents."""

from datetime import date

import pytest

from duban.documents.content import Attachment
from duban.documents.layout import attachment_lines, ended, issue_line, mark_size_pt, sign_off
from duban.documents.text import (
    chinese_date,
    clean_text,
    document_number,
    issue_number,
    text_width,
    title_lines,
)


def test_the_document_number_has_the_year_in_angled_brackets_and_no_leading_zero():
    assert document_number("长政督", 2026, 3) == "长政督〔2026〕3号"


def test_a_serial_is_cited_by_name_year_and_issue():
    assert issue_number("督查通报", 2026, 2) == "《督查通报》2026年第2期"
    assert issue_number("《督查通报》", 2026, 2) == "《督查通报》2026年第2期"
    assert issue_number("", 2026, 2) == "2026年第2期"


def test_a_date_has_no_leading_zeros():
    assert chinese_date(date(2026, 7, 1)) == "2026年7月1日"


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        pytest.param("一\x00二\x07三\x1b[31m", "一二三[31m", id="控制字符"),
        pytest.param("一\ufffe二\uffff三\U0001ffff", "一二三", id="非字符"),
        pytest.param("一\ud800二", "一二", id="半个代理对"),
        pytest.param("报告\u202efdp.exe", "报告fdp.exe", id="方向控制符"),
        pytest.param("一\r\n二\r三\t四", "一\n二\n三 四", id="换行与制表"),
        pytest.param("𠮷祎 堃<b>&amp;", "𠮷祎 堃<b>&amp;", id="生僻字与标记原样保留"),
    ],
)
def test_text_keeps_only_what_may_be_printed(dirty, clean):
    assert clean_text(dirty) == clean


def test_digits_are_half_as_wide_as_chinese_characters():
    assert text_width("2026年") == 3.0


def test_a_title_that_fits_stays_on_one_line():
    assert title_lines("督办通知书") == ("督办通知书",)


def test_a_long_title_breaks_before_guanyu_and_is_balanced():
    title = "漳源市人民政府督查室关于对老旧小区改造年度任务予以督查立项的通知"

    lines = title_lines(title)

    assert "".join(lines) == title
    assert lines[0] == "漳源市人民政府督查室"
    assert lines[1].startswith("关于")
    assert all(text_width(line) <= 19 for line in lines)
    assert not any(line.startswith(("的", "通知")) for line in lines)


def test_a_title_is_never_cut_inside_a_year():
    for start in range(1, 18):
        lines = title_lines("关" * start + "2026年度重点工作任务完成情况的通报")
        assert any("2026" in line for line in lines)


def test_line_ends_typed_in_a_title_decide():
    assert title_lines("关于开展\n专项督查的通知") == ("关于开展", "专项督查的通知")


def test_a_title_without_end_is_cut_and_not_searched():
    lines = title_lines("督" * 5000)
    assert "".join(lines) == "督" * 5000
    assert all(len(line) <= 19 for line in lines)


def test_the_mark_always_fits_on_one_line():
    for count in (4, 8, 12, 20, 40):
        assert mark_size_pt("府" * count) * count <= 156 / 25.4 * 72


def test_under_a_seal_the_signer_is_centred_over_the_date_four_characters_in():
    place = sign_off("漳源市人民政府督查室", "2026年3月16日", sealed=True)
    assert place.date_right == 4
    signer_middle = place.signer_right + 10 / 2
    date_middle = place.date_right + text_width("2026年3月16日") / 2
    assert signer_middle == date_middle


def test_without_a_seal_the_date_begins_two_characters_right_of_the_signer():
    place = sign_off("漳源市人民政府督查室", "2026年3月16日", sealed=False)
    assert place.signer_right == 2
    signer_start = place.signer_right + 10
    date_start = place.date_right + text_width("2026年3月16日")
    assert signer_start - date_start == 2


def test_without_a_seal_a_date_longer_than_the_signer_stands_two_characters_in():
    place = sign_off("市府办", "2026年12月16日", sealed=False)
    assert place.date_right == 2
    assert place.signer_right + 3 - (2 + text_width("2026年12月16日")) == 2


def test_one_attachment_has_no_number_and_several_are_numbered():
    assert attachment_lines((Attachment("一览表"),)) == (("附件：", "一览表"),)
    both = attachment_lines((Attachment("任务表"), Attachment("登记表")))
    assert both == (("附件：", "1. 任务表"), ("", "2. 登记表"))


@pytest.mark.parametrize("given", ["各单位", "各单位：", "各单位: "])
def test_the_colon_after_addressees_stands_once(given):
    assert ended(given, "：") == "各单位："


def test_an_issue_without_number_shows_the_blank():
    assert issue_line(0, None) == "第　期"
    assert issue_line(2, 47) == "第2期（总第47期）"
