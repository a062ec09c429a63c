"""Three documents in the style of real ones; every name, number and matter is made up."""

from datetime import date

from duban.documents.content import (
    Attachment,
    Column,
    Heading,
    Note,
    OfficialContent,
    Paragraph,
    SerialContent,
    Table,
)

UNITS = [
    "市发展和改革委员会",
    "市教育局",
    "市科学技术局",
    "市工业和信息化局",
    "市公安局",
    "市民政局",
    "市财政局",
    "市人力资源和社会保障局",
    "市自然资源局",
    "市生态环境局",
    "市住房和城乡建设局",
    "市交通运输局",
    "市水利局",
    "市农业农村局",
    "市商务局",
    "市文化和旅游局",
    "市卫生健康委员会",
    "市应急管理局",
    "市审计局",
    "市行政审批服务管理局",
]
MATTERS = (
    "老旧小区改造年度任务",
    "城东污水处理厂提标改造工程",
    "“一件事一次办”事项清单落地",
    "普惠性幼儿园学位建设",
    "农村公路水毁路段修复",
    "工业园区集中供热管网建设",
)


def registration_notice() -> OfficialContent:
    """立项通知."""
    return OfficialContent(
        organ_mark="漳源市人民政府督查室文件",
        number="漳政督〔2026〕3号",
        title="漳源市人民政府督查室关于对老旧小区改造年度任务予以督查立项的通知",
        addressees="市住房和城乡建设局，市财政局、市自然资源局",
        body=(
            Paragraph(
                "经市政府主要领导批准，现将2026年度老旧小区改造任务列为市政府督查事项，"
                "案号漳督立〔2026〕18号。为确保按期完成，现就有关事项通知如下。"
            ),
            Heading(1, "一、督查事项"),
            Paragraph(
                "完成全市42个老旧小区、11.6万平方米改造任务，同步改造供水、供气、供热管网，"
                "具备条件的小区加装电梯不少于35部。"
            ),
            Heading(1, "二、责任分工"),
            Paragraph(
                "市住房和城乡建设局负责编制年度实施方案，组织施工并逐月汇总进展，对事项办理负总责。",
                lead="（一）牵头单位。",
            ),
            Paragraph(
                "市财政局负责落实配套资金；市自然资源局负责规划手续办理。"
                "协办单位应当在牵头单位确定的时限之前完成各自任务。",
                lead="（二）协办单位。",
            ),
            Heading(1, "三、办理时限和要求"),
            Heading(3, "1. 办结期限"),
            Paragraph("本事项自交办之日起30个工作日内办结，办结期限为2026年4月28日。"),
            Heading(3, "2. 反馈要求"),
            Paragraph(
                "收到本通知后5个工作日内反馈初步安排，此后每月5日前反馈进展。"
                "确需延期的，应当在期限届满之前提出申请并说明理由、预计完成时间。"
            ),
            Paragraph("对推进滞后、落实不力的，将按照规定予以预警并下达督办通知书。"),
        ),
        attachments=(
            Attachment("督查事项任务分解表", (_task_table(),)),
            Attachment("联络员登记表"),
        ),
        signer="漳源市人民政府督查室",
        dated_on=date(2026, 3, 16),
        annotation="联系人：督查一科，电话：0000-2000000",
        cc="市委督查室，市纪委监委机关，市人大常委会办公室，市政协办公室",
        printed_by="漳源市人民政府督查室",
        printed_on=date(2026, 3, 17),
    )


def supervision_notice() -> OfficialContent:
    """督办通知书, short and without a seal."""
    return OfficialContent(
        organ_mark="漳源市人民政府办公室",
        number="漳政办督〔2026〕12号",
        urgency="加急",
        title="督办通知书",
        addressees="市交通运输局",
        body=(
            Paragraph(
                "你单位牵头承办的“农村公路水毁路段修复”（案号漳督立〔2026〕21号），"
                "应于2026年5月15日前办结。截至2026年5月22日，未收到办结申请，已逾期5个工作日。"
            ),
            Paragraph(
                "请你单位于2026年5月29日17:30前书面反馈逾期原因、目前进展、整改措施和完成时间，"
                "并由主要负责人签字。逾期不反馈的，将按规定提请约谈。"
            ),
        ),
        signer="漳源市人民政府办公室",
        dated_on=date(2026, 5, 22),
        printed_by="漳源市人民政府办公室",
        sealed=False,
    )


def quarterly_bulletin(rows: int = 30) -> SerialContent:
    """季度通报 with the ranking and a list of matters."""
    return SerialContent(
        masthead="督查通报",
        year=2026,
        issue=2,
        total_issue=47,
        issuing_unit="漳源市人民政府督查室",
        dated_on=date(2026, 7, 1),
        title="关于2026年第二季度市政府督查事项办理情况的通报",
        addressees="各县（区）人民政府，市直各部门、各直属机构",
        body=(
            Paragraph(
                "现将2026年第二季度市政府督查事项办理情况通报如下。"
                "本期统计截至2026年6月30日24时，数据以督办系统记录为准。"
            ),
            Heading(1, "一、总体情况"),
            Paragraph(
                "本季度应办结86项，已办结79项，办结率91.9%。其中：按原定期限办结68项，"
                "按批准延期后的期限办结7项，逾期办结4项，逾期未办结7项。"
            ),
            Heading(1, "二、单位排名"),
            Paragraph("本季度牵头办结事项不少于3项的单位参加排名，得分为各事项评价得分的平均数。"),
            _ranking(),
            Note("注：得分相同的名次并列；牵头办结不足3项的单位不排名。"),
            Heading(1, "三、存在问题"),
            Paragraph(
                "市交通运输局“农村公路水毁路段修复”、市水利局“工业园区集中供热管网建设”等"
                "7项逾期未办结（见附件序号3、9、14、17、21、26、29）。",
                lead="（一）个别事项进展滞后。",
            ),
            Paragraph("仍有5个单位反馈只报安排、不报结果。", lead="（二）反馈质量不高。"),
            Heading(1, "四、下一步要求"),
            Paragraph("逾期未办结事项的牵头单位应当于7月10日前书面说明原因并明确完成时间。"),
        ),
        attachments=(Attachment("2026年第二季度督查事项办理情况一览表", (_matters(rows),)),),
        report_to="市长、副市长，市政府秘书长、副秘书长",
        send_to="市委督查室，市纪委监委机关，市委组织部",
        distribute_to="各县（区）人民政府，市直各部门、各直属机构",
        copies=120,
    )


def _task_table() -> Table:
    columns = (
        Column("序号", 8, "center"),
        Column("任务", 34),
        Column("责任单位", 24),
        Column("完成时限", 18, "center"),
    )
    rows = (
        ("1", "编制年度实施方案，明确小区名单、改造内容和资金来源", UNITS[10], "2026年3月27日"),
        ("2", "落实市级配套资金4800万元", UNITS[6], "2026年4月10日"),
        ("3", "完成规划手续办理", UNITS[8], "2026年4月15日"),
        ("4", "全部项目开工，报送开工照片以外的书面证明材料", UNITS[10], "2026年4月28日"),
    )
    return Table(columns, rows)


def _ranking() -> Table:
    columns = (
        Column("名次", 7, "center"),
        Column("单位", 30),
        Column("办结（项）", 10, "number"),
        Column("按原期限", 10, "number"),
        Column("按延期", 9, "number"),
        Column("逾期", 8, "number"),
        Column("得分", 10, "number"),
    )
    rows = tuple(
        (
            str(i),
            unit,
            str(12 - i // 2),
            str(11 - i // 2),
            "1",
            str(i // 6),
            f"{98.5 - 2.25 * i:.2f}",
        )
        for i, unit in enumerate(UNITS[:12], start=1)
    )
    return Table(columns, rows, caption="2026年第二季度牵头单位得分排名")


def _matters(count: int) -> Table:
    columns = (
        Column("序号", 7, "center"),
        Column("案号", 27),
        Column("督查事项", 27),
        Column("牵头单位", 24),
        Column("办结期限", 17, "center"),
        Column("办理情况", 16, "center"),
    )
    states = ("按期办结", "按期办结", "逾期未办结", "延期办结")
    rows = tuple(
        (
            str(i),
            f"漳督立〔2026〕{i}号",
            MATTERS[i % len(MATTERS)],
            UNITS[i % len(UNITS)],
            f"2026-{4 + i % 3:02d}-{1 + i % 28:02d}",
            states[i % len(states)],
        )
        for i in range(1, count + 1)
    )
    return Table(columns, rows)
