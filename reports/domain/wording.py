"""The bulletin in words: the figures as an official would write them. PURE.

The same blocks are shown on the page, printed as docx and PDF, and frozen at signing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from duban.documents.content import Attachment, Block, Heading, Note, Paragraph, SerialContent
from duban.documents.text import chinese_date
from reports.domain import tables
from reports.domain.figures import Figures, Scoring, Totals
from reports.domain.periods import SHANGHAI


def title_of(figures: Figures) -> str:
    return f"关于{figures.quarter.label}督查督办事项办理情况的通报"


def default_intro(figures: Figures) -> str:
    period = figures.quarter.label
    quote = figures.authority.quote
    basis = f"根据{figures.basis}“{quote}”的规定，" if figures.basis and quote else ""
    return f"{basis}现将{period}督查督办事项办理情况通报如下。"


def default_requirements(figures: Figures) -> str:
    """A proposal that the staff edit; it sets no date of its own."""
    lines = []
    if figures.totals.open_overdue:
        lines.append(
            "超期未办结事项的牵头单位要说明原因，明确责任人和完成时间，抓紧办理并按规定报告。"
        )
    if figures.totals.extensions:
        lines.append("各承办单位要严格按原定期限推进，确需延期的须在期限内提出申请并说明理由。")
    lines.append("各承办单位要对照附件逐件核对，按时签收、反馈、报结。")
    if figures.scoring:
        lines.append("对评价等级或者得分有异议的，请将事项案号和理由书面反馈督查机构核实。")
    return "\n".join(lines)


def content_of(
    figures: Figures,
    *,
    intro: str,
    requirements: str,
    masthead: str,
    issuing_unit: str,
    dated_on: date,
    report_to: str,
    distribute_to: str,
    correction: str = "",
    mark: str = "",
) -> SerialContent:
    """The whole issue. `correction` names what is corrected and why; `mark` stands on a draft."""
    attachments = [Attachment("逐件明细表", tuple(_detail(figures)))]
    if figures.scoring:
        attachments.insert(0, Attachment("各承办单位办理情况统计表", tuple(_by_unit(figures))))
    return SerialContent(
        masthead=masthead,
        issuing_unit=issuing_unit,
        dated_on=dated_on,
        title=f"{title_of(figures)}{'（更正）' if correction else ''}{mark}",
        addressees="各承办单位",
        body=tuple(_body(figures, intro, requirements, correction)),
        attachments=tuple(attachments),
        report_to=report_to,
        distribute_to=distribute_to,
    )


def _body(figures: Figures, intro: str, requirements: str, correction: str) -> Iterator[Block]:
    if correction:
        yield Paragraph(correction)
    yield from _paragraphs(intro)
    yield Heading(1, "一、总体情况")
    yield from _overall(figures)
    if figures.scoring:
        yield Heading(1, "二、评分排名")
        yield from _ranking(figures, figures.scoring)
    else:
        yield Heading(1, "二、各单位办理情况")
        yield from _by_unit(figures)
    yield Heading(1, "三、未按期办结事项")
    yield from _overdue(figures)
    yield Heading(1, "四、工作要求")
    yield from _paragraphs(requirements)


def _paragraphs(text: str) -> Iterator[Paragraph]:
    for line in text.splitlines():
        if line.strip():
            yield Paragraph(line.strip())


def _overall(figures: Figures) -> Iterator[Paragraph]:
    totals, last = figures.totals, figures.quarter.last
    if not totals.total:
        ended = f"本季度经批准终止{totals.terminated}件。" if totals.terminated else ""
        yield Paragraph(f"{figures.quarter.label}没有承办事项。{ended}")
        return
    yield Paragraph(
        f"{figures.quarter.label}，{figures.office}督办的事项共{totals.total}件，"
        f"其中本季度新交办{totals.new}件、上季度结转{totals.carried}件。"
        f"截至{last.month}月{last.day}日24时，已办结{totals.done}件，占{_share(totals.done, totals.total)}；"
        f"未办结{totals.not_done}件，占{_share(totals.not_done, totals.total)}。"
    )
    yield Paragraph(_done_sentence(totals), lead="（一）办结情况。")
    yield Paragraph(_open_sentence(totals), lead="（二）在办情况。")
    yield Paragraph(_extension_sentence(totals), lead="（三）延期情况。")
    if totals.terminated:
        ended = f"本季度经批准终止{totals.terminated}件，单独统计，不计入承办和办结件数。"
        yield Paragraph(ended, lead="（四）终止情况。")


def _done_sentence(totals: Totals) -> str:
    """Three numbers, never one rate (decision 4): an extension granted is not the original date."""
    if not totals.done:
        return "本季度没有办结事项。"
    return (
        f"已办结的{totals.done}件中，按原定期限办结{totals.by_original}件，"
        f"经批准延期、按延长后的期限办结{totals.by_extended}件，超期办结{totals.overdue}件。"
    )


def _open_sentence(totals: Totals) -> str:
    if not totals.not_done:
        return "没有未办结事项。"
    parts = [f"期限内正常办理{totals.open}件"]
    if totals.open_waiting:
        parts.append(f"期限内已提出申请、正在审批{totals.open_waiting}件")
    parts.append(f"超期未办结{totals.open_overdue}件")
    return f"未办结的{totals.not_done}件中，{'，'.join(parts)}。"


def _extension_sentence(totals: Totals) -> str:
    if not totals.extensions:
        return "本季度没有批准延期。"
    return f"本季度批准延期{totals.extensions}件次，涉及{totals.extended_matters}件事项。"


def _share(part: int, whole: int) -> str:
    """Per cent with one decimal, rounded half up."""
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def _ranking(figures: Figures, scoring: Scoring) -> Iterator[Block]:
    yield Paragraph(formula(scoring), lead="评分办法。")
    for sentence in points_sentences(scoring):
        yield Paragraph(sentence)
    if not figures.ranked and not figures.unranked:
        yield Paragraph("本季度没有办结并评定等级的事项，不作评分排名。")
        return
    if figures.ranked:
        yield tables.ranking(figures)
    else:
        yield Paragraph(f"本季度没有牵头办结{scoring.min_matters}件以上的单位，不作排名。")
    if figures.unranked:
        yield Paragraph(
            f"以下单位本季度牵头办结并评定等级的事项不足{scoring.min_matters}件，列出得分，不参加排名：",
            lead="件数不足，不排名的单位。",
        )
        yield tables.unranked(figures)


def formula(scoring: Scoring) -> str:
    """How a score comes about, with the clause it rests on."""
    local = "；计算方法为本地决定" if scoring.authority.local_decision else ""
    return (
        "单位得分为本季度牵头办结并评定等级的各事项分值的平均数，四舍五入保留两位小数；"
        f"办结不足{scoring.min_matters}件的列出得分，不参加排名；得分相同的名次并列，其后名次顺延。"
        f"（依据：{scoring.authority.cited}{local}）"
    )


def points_sentences(scoring: Scoring) -> Iterator[str]:
    """One for each pack by which graded matters were registered."""
    several = len(scoring.maps) > 1
    for part in scoring.maps:
        grades = "、".join(f"{grade.label}{grade.points_text}分" for grade in part.grades)
        local = any(grade.authority.local_decision for grade in part.grades)
        opening = f"按{part.pack}立项的事项，等级分值" if several else "等级分值"
        yield f"{opening}{'（本地决定）' if local else ''}：{grades}。"


def _overdue(figures: Figures) -> Iterator[Block]:
    totals = figures.totals
    if not figures.overdue_lines:
        yield Paragraph("本季度没有未按期办结的事项。")
        return
    yield Paragraph(
        f"本季度超期办结{totals.overdue}件，截至季末超期未办结{totals.open_overdue}件，具体如下。"
    )
    yield tables.overdue(figures)


def _by_unit(figures: Figures) -> Iterator[Block]:
    if not figures.units:
        yield Paragraph("本季度没有承办事项。")
        return
    if not figures.scoring:
        yield Paragraph("现行规定没有评价等级和分值，只列件数，不评分、不排名。")
    yield tables.by_unit(figures)
    last = chinese_date(figures.quarter.last)
    yield Note(f"注：主要负责人为{last}在任者。{tables.BY_UNIT_NOTE}")


def _detail(figures: Figures) -> Iterator[Block]:
    yield from tables.details(figures)
    yield Note(f"注：{as_of_note(figures)}")


def as_of_note(figures: Figures) -> str:
    last = chinese_date(figures.quarter.last)
    return (
        f"数据取自督办台账，{_moment(figures.as_of)}生成；办结情况以{last}24时为准。"
        f"完成日期为获同意的办结申请的提出之日。规则：{figures.pack}。"
    )


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{chinese_date(local)}{local:%H:%M}"


def people(names: Sequence[tuple[str, str]]) -> str:
    """郑国安市长、林涛副市长: (name, title) as in the list of those reported to."""
    return "、".join(f"{name}{title}" for name, title in names)
