"""The texts of the notices of a matter, as content for the official layouts."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from cases.domain.drafts import awaits_agreement
from cases.models import Assignment, Case, Notice, NoticeKind
from deadlines.limits import UNITS
from deadlines.models import Clock
from duban.documents.content import Column, Heading, OfficialContent, Paragraph, Table


def day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def registration_content(case: Case, *, on: date) -> OfficialContent:
    """立项通知: the units, what is asked of them, by when, and who supervises (CZ-3.1b)."""
    lead = case.lead
    body = [
        Paragraph(
            f"根据{case.basis}，经批准，现将“{case.title}”交你单位办理（案号：{case.number}）。"
        ),
        Heading(1, "一、办理要求"),
        Paragraph(case.task),
        Heading(1, "二、承办单位"),
        Paragraph(f"牵头单位：{lead.unit.name}。"),
    ]
    body += [
        Paragraph(f"协办单位：{party.unit.name}，{party.duty_text.rstrip('。')}。")
        for party in case.parties
        if party.kind == "co"
    ]
    if case.collective_units:
        body.append(Paragraph(f"其他责任主体：{case.collective_units}。"))
    body += [
        Heading(1, "三、办结期限"),
        Paragraph(_due_sentence(case)),
        Paragraph(
            f"请按时签收、反馈，确需延期的须在期限内提出申请。督办科室：{case.supervisor.name}。"
        ),
    ]
    return OfficialContent(
        organ_mark=case.office.organ_mark,
        title=f"关于{case.title}的{case.pack.documents[NoticeKind.REGISTRATION].label}",
        addressees="、".join(party.unit.name for party in case.parties),
        body=tuple(body),
        signer=case.office.organ,
        dated_on=on,
        printed_by=case.office.implementing,
        printed_on=on,
    )


def responsibility_content(case: Case, *, on: date) -> OfficialContent:
    """工作落实责任清单: task, unit, person and date of each part (LZ-B-6a, LZ-B-6b)."""
    rows = tuple(
        (
            party.unit.name,
            case.task if party.is_lead else party.duty_text,
            party.responsible_person or "—",
            _own_day(case, party),
        )
        for party in case.parties
    )
    table = Table(
        columns=(
            Column("责任单位", 16),
            Column("工作任务", 30),
            Column("责任人", 8),
            Column("办结时限", 12),
        ),
        rows=rows,
    )
    return OfficialContent(
        organ_mark=case.office.organ_mark,
        title=f"{case.title}{case.pack.documents['responsibility_list'].label}",
        addressees="、".join(party.unit.name for party in case.parties),
        body=(table, Paragraph(f"督办机构：{case.supervisor.name}。案号：{case.number}。")),
        signer=case.office.organ,
        dated_on=on,
        printed_by=case.office.implementing,
        printed_on=on,
    )


def _own_day(case: Case, party: Assignment) -> str:
    if party.clock and party.is_to_agree:
        return f"待约定（{day(party.clock.due_on)}前报告）"
    if party.clock:
        return day(party.clock.due_on)
    own = case.due_on if party.is_lead else party.due_on or case.due_on
    return day(own) if own else "自收到之次日起计算"


def _due_sentence(case: Case) -> str:
    lead = case.lead
    clock = lead.clock if lead else None
    if clock is not None and lead.is_to_agree:
        return (
            f"请于{day(clock.due_on)}前（含当日）报告办结时限和推进计划，经确认后按约定时限办结。"
        )
    if clock is not None:
        mark = "（暂定，待国务院办公厅公布放假安排后确定）" if clock.provisional else ""
        return f"请于{day(clock.due_on)}前（含当日）办结并报告结果{mark}。"
    if case.due_on:
        return f"请于{day(case.due_on)}前（含当日）办结并报告结果。"
    within = "请自收到本通知之次日起"
    if case.due_count:
        return f"{within}{case.due_count}{UNITS[case.due_unit]}内办结并报告结果。"
    if awaits_agreement(case, case.pack):
        limit = case.pack.limits[case.pack.agreement.limit]
        return f"{within}{limit.count}{UNITS[limit.unit]}内报告办结时限和推进计划，经确认后办结。"
    limit = case.pack.limits[case.pack.urgencies[case.urgency].limit]
    return f"{within}{limit.count}{UNITS[limit.unit]}内办结并报告结果。"


def notice_content(notice: Notice, *, clock: Clock | None, on: date) -> OfficialContent:
    """催办单, 预警 or 督办通知书 to one unit."""
    case, unit = notice.case, notice.assignment.unit
    rule = notice.pack.documents[notice.kind]
    opening = {
        NoticeKind.URGE: "现予催办",
        NoticeKind.EARLY_WARNING: "现予预警",
        NoticeKind.SUPERVISION: "现予督办",
    }[NoticeKind(notice.kind)]
    body: list[Paragraph | Table] = [
        Paragraph(f"你单位承办的“{case.title}”（{case.number}），{opening}。"),
        _facts_table(notice.assignment),
        Paragraph(notice.content),
    ]
    if clock is not None:
        body.append(
            Paragraph(
                f"请于{day(clock.due_on)}前（含当日）将办理情况书面回复{case.supervisor.name}。"
            )
        )
    body.append(Paragraph(f"依据：{_authority(notice)}。"))
    if office_says := _organs(case):
        body.append(Paragraph(office_says))
    return OfficialContent(
        organ_mark=case.office.organ_mark,
        title=f"关于{case.title}的{rule.label}",
        addressees=unit.name,
        body=tuple(body),
        signer=case.office.organ,
        dated_on=on,
        printed_by=case.office.implementing,
        printed_on=on,
    )


def _organs(case: Case) -> str:
    """Who decided and who carries it out, where the office has named both (LZ-C-8.0)."""
    office = case.office
    if office.deciding == office.organ and not office.implementing_organ:
        return ""
    return f"决定机关：{office.deciding}。实施机关：{office.implementing}。"


def _facts_table(assignment: Assignment) -> Table:
    clock = assignment.clock
    return Table(
        columns=(
            Column("承办类别", 14),
            Column("送达时间", 18),
            Column("期限", 18),
            Column("办理状态", 14),
        ),
        rows=(
            (
                assignment.get_kind_display(),
                day(timezone.localdate(assignment.delivered_at)),
                "待约定" if assignment.is_to_agree else day(clock.due_on),
                assignment.get_state_display(),
            ),
        ),
    )


def _authority(notice: Notice) -> str:
    step = notice.step_of("notice_issue")
    source = next((s for s in notice.pack.sources if s.role == "basis"), None)
    number = f"（{source.number}）" if source and source.number else ""
    document = f"《{source.title}》{number}" if source else notice.pack.title
    return f"{document}“{step.quote}”" if step.quote else document
